/* SPDX-License-Identifier: GPL-2.0 */
/*
 * print.h - lines of text, for the screen and for files
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdio.h>

#include "source.h"
#include "table.h"

#define PRINT_WIDTH 132

/* Each makes one line, without its end. */
void print_title(char *line, const struct source *s, enum sort_key key, double delay, bool totals);
void print_vgpu_head(char *line, bool totals);
void print_vgpu(char *line, const struct vgpu *v, const struct table *t, bool totals);
void print_uncounted(char *line, const struct vgpu *v);
void print_row_head(char *line, bool totals);
void print_row(char *line, const struct row *row, const struct table *t, bool totals);

/* All of a vGPU, @top rows at most (0: all). */
void print_table(FILE *out, const struct vgpu *v, const struct table *t, unsigned int top,
		 bool totals);

#endif /* PRINT_H */

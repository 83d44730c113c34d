/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json.h - one JSON object for one interval
 */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>

#include "source.h"
#include "table.h"

struct json;

struct json *json_begin(void);
int json_add(struct json *j, const struct vgpu *v, const struct table *t, unsigned int top);
int json_end(struct json *j, FILE *out);

#endif /* JSON_H */

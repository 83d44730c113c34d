// SPDX-License-Identifier: GPL-2.0
/*
 * view.c - the live view on a terminal
 *
 * Above a line for each vGPU, below the registers of the one that is selected.
 */
#include <ncurses.h>
#include <string.h>
#include <time.h>

#include "print.h"
#include "view.h"

#define MIN_DELAY 0.1
#define MAX_DELAY 60.0

/**
 * struct screen - the view and where the user is in it
 * @view: what is shown
 * @source: of what
 * @stop: a signal came
 * @selected: number of the vGPU below
 * @first: number of the first row that is shown
 * @rows: of the vGPU below
 * @paused: no samples are taken
 * @help: keys are shown in place of registers
 * @quit: the user had enough
 */
struct screen {
	struct view *view;
	struct source *source;
	const volatile sig_atomic_t *stop;
	unsigned int selected;
	size_t first;
	size_t rows;
	bool paused;
	bool help;
	bool quit;
};

static const char *const help[] = {
	"t r w k u   sort by total, reads, writes, in kernel, in userspace",
	"o n         sort by offset, by name",
	"Tab         next vGPU",
	"c           counts since counting began, or accesses per second",
	"Space       pause",
	"+ -         slower, faster",
	"arrows, PgUp, PgDn, Home   scroll",
	"h ?         this page",
	"q           quit",
};

static void put_line(int y, int attr, const char *line)
{
	attron(attr);
	mvaddnstr(y, 0, line, COLS);
	attroff(attr);
}

/* A vGPU that has just come has had no time to do anything. */
static int vgpu_table(const struct screen *s, const struct vgpu *v, struct table *t)
{
	const struct sample *before = v->before.text ? &v->before : &v->now;

	return table_make(t, s->view->totals ? NULL : before, &v->now, &v->map);
}

static int draw_vgpu(struct screen *s, int y, const struct vgpu *v, unsigned int i)
{
	bool totals = s->view->totals;
	char line[PRINT_WIDTH];
	struct table t;

	if (vgpu_table(s, v, &t))
		return y;
	print_vgpu(line, v, &t, totals);
	put_line(y, i == s->selected ? A_BOLD : A_NORMAL, line);
	table_free(&t);
	return y + 1;
}

static void draw_rows(struct screen *s, int y, const struct vgpu *v)
{
	bool totals = s->view->totals;
	char line[PRINT_WIDTH];
	struct table t;
	size_t i;

	print_uncounted(line, v);
	put_line(y++, A_DIM, line);
	print_row_head(line, totals);
	put_line(y++, A_REVERSE, line);
	if (vgpu_table(s, v, &t))
		return;
	table_sort(&t, s->view->key);
	s->rows = t.nr;
	if (s->first && s->first >= t.nr)
		s->first = t.nr ? t.nr - 1 : 0;
	for (i = s->first; i < t.nr && y < LINES; i++) {
		print_row(line, &t.rows[i], &t, totals);
		put_line(y++, A_NORMAL, line);
	}
	table_free(&t);
}

static void draw_help(int y)
{
	size_t i;

	for (i = 0; i < sizeof(help) / sizeof(help[0]) && y < LINES; i++)
		put_line(y++, A_NORMAL, help[i]);
}

static void draw(struct screen *s)
{
	const struct vgpu *v, *below = NULL;
	char line[PRINT_WIDTH];
	unsigned int i = 0;
	int y = 0;

	erase();
	if (s->selected >= s->source->nr)
		s->selected = 0;
	print_title(line, s->source, s->view->key, s->view->delay, s->view->totals);
	put_line(y++, A_BOLD, line);
	print_vgpu_head(line, s->view->totals);
	put_line(y++, A_REVERSE, line);
	for (v = s->source->vgpus; v; v = v->next, i++) {
		if (i == s->selected)
			below = v;
		if (y < LINES / 2)
			y = draw_vgpu(s, y, v, i);
	}
	if (s->help)
		draw_help(y + 1);
	else if (below)
		draw_rows(s, y, below);
	else
		put_line(y, A_NORMAL, "no vGPU; waiting for one");
	if (s->paused)
		put_line(0, A_REVERSE, "paused");
	refresh();
}

static void key_sort(struct screen *s, int key)
{
	static const char keys[NR_SORT_KEYS + 1] = {
		[SORT_TOTAL] = 't', [SORT_READS] = 'r',	 [SORT_WRITES] = 'w', [SORT_KERNEL] = 'k',
		[SORT_USER] = 'u',  [SORT_OFFSET] = 'o', [SORT_NAME] = 'n',
	};
	const char *found = key > 0 && key < 128 ? strchr(keys, key) : NULL;

	if (found)
		s->view->key = found - keys;
}

static void key_scroll(struct screen *s, int key)
{
	size_t page = LINES > 8 ? LINES - 8 : 1;
	size_t step = key == KEY_PPAGE || key == KEY_NPAGE ? page : 1;

	if (key == KEY_HOME)
		s->first = 0;
	else if (key == KEY_UP || key == KEY_PPAGE)
		s->first -= s->first < step ? s->first : step;
	else if (s->first + step < s->rows)
		s->first += step;
}

static void change_delay(struct screen *s, double factor)
{
	double delay = s->view->delay * factor;

	s->view->delay = delay < MIN_DELAY ? MIN_DELAY : delay > MAX_DELAY ? MAX_DELAY : delay;
}

static void handle_key(struct screen *s, int key)
{
	switch (key) {
	case 'q':
		s->quit = true;
		break;
	case 'h':
	case '?':
		s->help = !s->help;
		break;
	case 'c':
		s->view->totals = !s->view->totals;
		break;
	case ' ':
		s->paused = !s->paused;
		break;
	case '\t':
		s->selected++;
		s->first = 0;
		break;
	case '+':
		change_delay(s, 2);
		break;
	case '-':
		change_delay(s, 0.5);
		break;
	case KEY_UP:
	case KEY_DOWN:
	case KEY_PPAGE:
	case KEY_NPAGE:
	case KEY_HOME:
		key_scroll(s, key);
		break;
	default:
		key_sort(s, key);
	}
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Keys until the next sample is due. */
static void wait_for_keys(struct screen *s)
{
	double due = seconds_now() + s->view->delay;

	while (!s->quit && !*s->stop) {
		double left = due - seconds_now();
		int key;

		if (left <= 0)
			break;
		timeout(left < 0.1 ? (int)(left * 1000) + 1 : 100);
		key = getch();
		if (key == ERR)
			continue;
		handle_key(s, key);
		draw(s);
	}
}

int view_run(struct view *view, struct source *source, const volatile sig_atomic_t *stop)
{
	struct screen s = { .view = view, .source = source, .stop = stop };
	SCREEN *term = newterm(NULL, stdout, stdin);
	int ret = 0;

	if (!term) {
		fprintf(stderr, "kvmgt-top: this terminal cannot be drawn on: try --batch\n");
		return 1;
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	while (!s.quit && !*stop && !ret) {
		draw(&s);
		wait_for_keys(&s);
		if (s.paused || s.quit || *stop)
			continue;
		ret = source_sample(source) ? 1 : 0;
	}
	endwin();
	delscreen(term);
	return ret;
}

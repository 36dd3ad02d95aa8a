/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_RENDER_H
#define LM_CLI_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What the commands print: tables, trees, times, states; colours only on a terminal. */
struct render {
	bool colour;      /* ANSI sequences */
	bool unicode;     /* box-drawing characters for trees */
	unsigned columns; /* of the terminal, into which tables fit; 0: there is none */
};

/* For standard output as it is. */
struct render render_stdout(void);

enum render_hue { RENDER_PLAIN, RENDER_GOOD, RENDER_BAD, RENDER_BUSY, RENDER_FAINT, RENDER_BOLD };
/* What a state or status stands for: Active is good, Failed is bad, In Progress busy. */
enum render_hue render_hue_of(const char *state);
void render_paint(const struct render *, enum render_hue, const char *text, struct lm_buf *out);
/* In so many columns: a text that is wider ends in a sign that says so. */
void render_paint_cut(
    const struct render *, enum render_hue, const char *text, size_t columns, struct lm_buf *out);

/* "340 ms", "1.9 s", "2 min 05 s", "3 h 20 min", "4 d 02 h" */
void render_duration(int64_t ms, struct lm_buf *out);
/* "2026-11-20T22:42:59.123Z" or with an offset; -1: no time. */
int64_t render_parse_time(const char *text);

/*
 * A table: cells are added row by row; columns are as wide as their widest cell.  The first row is
 * the head.  Cells are copied; NULL is an empty one.
 */
struct render_table;
struct render_table *render_table_new(size_t columns);
void render_table_free(struct render_table *);
/* For columns of numbers, the first is 0; their head, too, stands at the right. */
void render_table_align_right(struct render_table *, size_t column);
/* Is not cut, whatever the others lose; the first one never is. */
void render_table_keep(struct render_table *, size_t column);
/* What is too wide for the last column goes on below. */
void render_table_wrap(struct render_table *);
/* Of all columns as they are, with the blanks between. */
size_t render_table_width(const struct render_table *);
/* Its first row is like the others. */
void render_table_no_heads(struct render_table *);
void render_table_add(struct render_table *, enum render_hue, const char *cell);
/* One with these heads; and the end of one, printed and freed. */
struct render_table *render_table_begin(const char *const *heads, size_t n);
void render_table_end(struct render_table *, const struct render *, struct lm_buf *out);
void render_table_print(const struct render_table *, const struct render *, struct lm_buf *out);

/* Columns a text takes on a terminal: UTF-8 characters, no wide ones. */
size_t render_width(const char *text);

/* How something is called within an assembly, or all of it elsewhere: voice__pbx__1 in voice is pbx__1. */
const char *render_within(const char *assembly, const char *name);

/* A member of an object as text; "" when absent. */
const char *render_text(const json_t *object, const char *member);

/* The tree of an assembly document with states and addresses, then its relationships. */
void render_assembly(const struct render *, const json_t *assembly, struct lm_buf *out);
/* A process: what it is for, how far it has come, and every step of its plan. */
void render_process(const struct render *, const json_t *process, struct lm_buf *out);
/* Of its failed steps the last lines that they printed; "" when none printed anything. */
void render_failed_steps(const struct render *, const json_t *process, struct lm_buf *out);
/*
 * The policies of one assembly, from the answer's array: a block for each scale policy, a table of the
 * heal policies.  Reasons are wrapped at the last of the columns, at most 100 (0).
 */
void render_policies(
    const struct render *, const json_t *all, int64_t now_ms, unsigned columns, struct lm_buf *out);
/* Of all assemblies: a line for each scale policy, one for all heal policies of an assembly. */
void render_policy_overview(const struct render *, const json_t *all, struct lm_buf *out);
/* The latest samples of an assembly and what is fetched of it; false: no sample has arrived. */
bool render_metrics(const struct render *, const json_t *document, struct lm_buf *out);
/* One event as a line; false: a kind this program does not know, nothing was written. */
bool render_event(const struct render *, const json_t *event, struct lm_buf *out);

#endif

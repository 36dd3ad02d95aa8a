/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/rotation.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/map.h"

struct line {
	char id[STAMP_SIZE];
	unsigned turn; /* of the token that is good; 0: none, the line is void */
	int64_t at_s;  /* when its turn came */
	int64_t expires_s;
};

struct rotation {
	struct lm_map *lines; /* by id; owned */
	int64_t since_s;      /* lines that began before are void */
};

struct rotation *rotation_new(void)
{
	struct rotation *r = lm_alloc(sizeof *r);

	r->lines = lm_map_new();
	return r;
}

void rotation_free(struct rotation *r)
{
	struct line *l = NULL;

	if (r == NULL)
		return;
	for (size_t i = 0; (l = lm_map_next(r->lines, &i)) != NULL;)
		free(l);
	lm_map_free(r->lines);
	free(r);
}

/* ---- whether it is good --------------------------------------------------------------------------- */

/* A token of a line that has ended by itself is not shown to us: it has ended, too. */
static void forget_ended(struct rotation *r, int64_t now_s)
{
	struct lm_map *left = lm_map_new();
	struct line *l = NULL;

	for (size_t i = 0; (l = lm_map_next(r->lines, &i)) != NULL;) {
		if (l->expires_s > now_s)
			lm_map_put(left, l->id, l);
		else
			free(l);
	}
	lm_map_free(r->lines);
	r->lines = left;
}

static enum rotation_verdict begin(
    struct rotation *r, const struct turn_of_line *t, int64_t now_s, unsigned *next)
{
	forget_ended(r, now_s);
	if (lm_map_count(r->lines) >= ROTATION_LINES_MAX)
		return ROTATION_FULL;
	struct line *l = lm_alloc(sizeof *l);
	snprintf(l->id, sizeof l->id, "%s", t->line);
	l->turn = 1;
	l->at_s = now_s;
	l->expires_s = t->expires_s;
	lm_map_put(r->lines, l->id, l);
	*next = 1;
	return ROTATION_NEXT;
}

enum rotation_verdict rotation_take(
    struct rotation *r, const struct turn_of_line *t, int64_t now_s, unsigned *next)
{
	struct line *l = lm_map_find(r->lines, t->line);

	if (l == NULL && (t->begun_s < r->since_s || t->turn != 0))
		return ROTATION_VOID;
	if (l == NULL)
		return begin(r, t, now_s, next);
	if (l->turn == 0)
		return ROTATION_VOID;
	if (t->turn + 1 == l->turn && now_s - l->at_s < ROTATION_MOMENT_S) {
		*next = l->turn;
		return ROTATION_AGAIN;
	}
	if (t->turn != l->turn) {
		l->turn = 0;
		return ROTATION_REUSED;
	}
	l->at_s = now_s;
	*next = ++l->turn;
	return ROTATION_NEXT;
}

void rotation_give_back(struct rotation *r, const struct turn_of_line *t)
{
	struct line *l = lm_map_find(r->lines, t->line);

	if (l == NULL || l->turn != t->turn + 1)
		return;
	if (t->turn == 0) {
		free(lm_map_remove(r->lines, t->line));
		return;
	}
	l->turn = t->turn;
	l->at_s = 0; /* nobody knows any more: the one before is not good for another moment */
}

/* ---- as a text ------------------------------------------------------------------------------------ */

void rotation_print(const struct rotation *r, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	const struct line *l = NULL;

	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, "since", r->since_s);
	lm_json_open(&j, "lines", '[');
	for (size_t i = 0; (l = lm_map_next(r->lines, &i)) != NULL;) {
		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "line", l->id);
		lm_json_int(&j, "turn", l->turn);
		lm_json_int(&j, "at", l->at_s);
		lm_json_int(&j, "until", l->expires_s);
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
	lm_buf_puts(out, "\n");
}

static bool read_line(struct rotation *r, const json_t *o)
{
	const char *id = json_string_value(json_object_get(o, "line"));
	json_int_t turn = json_integer_value(json_object_get(o, "turn"));
	struct line *l = NULL;

	if (id == NULL || strlen(id) != STAMP_SIZE - 1 || turn < 0 || turn > INT32_MAX ||
	    lm_map_find(r->lines, id) != NULL)
		return false;
	l = lm_alloc(sizeof *l);
	memcpy(l->id, id, sizeof l->id);
	l->turn = (unsigned)turn;
	l->at_s = json_integer_value(json_object_get(o, "at"));
	l->expires_s = json_integer_value(json_object_get(o, "until"));
	lm_map_put(r->lines, l->id, l);
	return true;
}

struct lm_err *rotation_read(struct rotation *r, const char *text, size_t n, int64_t now_s)
{
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *since = json_object_get(root, "since"),
		     *lines = json_object_get(root, "lines");
	bool ok = json_is_integer(since) && json_is_array(lines) &&
		  json_array_size(lines) <= ROTATION_LINES_MAX;

	for (size_t i = 0; ok && i < json_array_size(lines); i++)
		ok = read_line(r, json_array_get(lines, i));
	r->since_s = ok ? json_integer_value(since) : now_s + 1;
	json_decref(root);
	if (ok)
		return NULL;
	forget_ended(r, INT64_MAX);
	return lm_err_new(LM_ERR_INVALID, "it does not tell which refresh tokens are void: all of "
					  "them are from now on, and whoever "
					  "has one logs in again");
}

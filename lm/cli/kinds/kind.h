/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_KIND_H
#define LM_CLI_KIND_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "lm/cli/render/render.h"

/*
 * What there is to list, look at, create, change and delete: a table of kinds, each with its place in
 * the API and the columns in which it is shown.  'lm get KIND' and its relatives, their help and the
 * completion of shells are made of it.
 */
enum column_form {
	COLUMN_TEXT,  /* a text's first line, a number, true or false; a list's items with commas */
	COLUMN_STATE, /* a text that has a colour */
	COLUMN_ID, /* a text; where there is no room its first letters, which are enough to name it */
	COLUMN_TIME, /* 2026-11-20 22:42:59; where there is no room 22:42:59, or of another day 11-20 22:42 */
	COLUMN_SPAN,  /* 'path' names two times, with a blank between: how long it took */
	COLUMN_COUNT, /* of a list's items, or an object's members */
};

struct column {
	const char *head;
	const char
	    *path; /* "lastTransition.status": members of members; "a|b": b where a is empty */
	enum column_form form;
	bool wide; /* only with -o wide */
};

enum kind_body {
	KIND_IS_READ, /* nothing of this kind is made here */
	KIND_JSON,    /* an object, from YAML, JSON or NAME=VALUE */
	KIND_TEXT,    /* a descriptor's text as it is */
	KIND_FILE,    /* an archive, uploaded as it is */
	KIND_INTENT,  /* assemblies: by a process */
};

struct kind {
	const char *name, *plural;
	const char *aliases; /* "loc deploymentlocation", or "" */
	const char *path;    /* of all of them; one is below it */
	const char
	    *filter;    /* NULL, or how the list is cut down to one assembly: "?assemblyName=%" */
	const char *id; /* the member by which one is asked for */
	enum kind_body takes;
	bool is_sorted;    /* as it comes; otherwise by 'id' */
	const char *empty; /* "There are no ...: what to do next." */
	const struct column *columns;
	size_t n_columns;
};

const struct kind *kinds_all(size_t *n);
/* By name, plural or alias, in upper or lower case; NULL: there is no such kind. */
const struct kind *kind_find(const char *word);
/* "there is no kind 'x': did you mean 'y'?", and which there are. */
void kind_explain_unknown(const char *word, struct lm_buf *out);

/* ---- how they are shown ------------------------------------------------------------------------- */

/* The array in the order in which it is shown; the caller's (json_decref). */
json_t *kind_sort(const struct kind *, const json_t *all);
/* A row for each, under heads. */
void kind_print_table(
    const struct kind *, const struct render *, const json_t *all, bool wide, struct lm_buf *out);
/* The ids, a line for each. */
void kind_print_names(const struct kind *, const json_t *all, struct lm_buf *out);
/* What a column shows of one; nothing when there is nothing. */
void kind_print_cell(const struct column *, const json_t *one, struct lm_buf *out);

#endif

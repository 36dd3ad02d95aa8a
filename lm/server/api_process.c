/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: those the engine remembers, and older ones from the journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "lm/server/api.h"

enum { DOCUMENT_MAX = 128 * 1024 * 1024, PROCESSES_MAX = 1000, PROCESSES_DEFAULT = 50 };

/* ---- one ---------------------------------------------------------------------------------------- */

/* Records of the journal, kept until the request is answered. */
struct kept {
	struct lm_arena *arena;
	LM_VEC(struct record) records;
};

static struct lm_err *keep(void *arg, const struct record *r)
{
	struct kept *k = arg;

	*LM_PUSH(k->arena, &k->records) = (struct record){.table = r->table,
	    .key = lm_arena_strdup(k->arena, r->key),
	    .root = lm_arena_strdup(k->arena, r->root),
	    .body = lm_arena_strdup(k->arena, r->body)};
	return NULL;
}

static struct lm_err *load(
    struct api *api, enum record_table table, const char *process, struct kept *out)
{
	struct store_query q = {.table = table, .process = process};

	return api->store->ops->load(api->store, &q, keep, out);
}

/* Nothing is written when neither the engine nor the journal knows it. */
static struct lm_err *print_process(
    struct api *api, const char *id, bool shallow, struct lm_buf *out)
{
	const struct engine *engine = manager_engine(api->manager);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct kept steps = {.arena = arena}, old = {.arena = arena};
	struct process_steps view = {0};
	struct lm_err *e = shallow ? NULL : load(api, RECORD_STEP, id, &steps);

	if (e != NULL)
		return e;
	view = (struct process_steps){steps.records.v, steps.records.n};
	if (engine_print_process(engine, id, shallow ? NULL : &view, out) ||
	    !engine_has_forgotten(engine))
		return NULL;
	e = load(api, RECORD_PROCESS, id, &old);
	if (e == NULL && old.records.n > 0)
		process_print_record(&old.records.v[0], NULL, shallow ? NULL : &view, out);
	return e;
}

static bool is_true(const char *text)
{
	return text != NULL && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0;
}

void api_get_process(struct api *api, struct http_request *r, const char *id)
{
	struct lm_buf b;

	lm_buf_init(&b, DOCUMENT_MAX);
	struct lm_err *e = print_process(api, id, is_true(http_query(r, "shallow")), &b);
	if (e != NULL)
		api_answer_err(r, 0, e);
	else if (b.cut)
		http_answer_error(r, 413,
		    "the plan of this process is larger than %d bytes: ask with ?shallow=True",
		    DOCUMENT_MAX);
	else if (b.n > 0)
		api_answer_text(r, NULL, &b);
	else
		http_answer_error(r, 404, "Cannot find process with id %s", id);
	lm_buf_fini(&b);
}

/* ---- many --------------------------------------------------------------------------------------- */

/* What is there and empty asks for nothing. */
static const char *given(struct http_request *r, const char *name)
{
	const char *text = http_query(r, name);

	return text == NULL || *text == '\0' ? NULL : text;
}

static bool parse_limit(const char *text, unsigned *out)
{
	char *end = NULL;

	*out = PROCESSES_DEFAULT;
	if (text == NULL)
		return true;
	unsigned long n = strtoul(text, &end, 10);
	if (text[strspn(text, "0123456789")] != '\0' || end == text || n < 1)
		return false;
	*out = n < PROCESSES_MAX ? (unsigned)n : PROCESSES_MAX;
	return true;
}

/* In a query '+' is a blank: who did not encode that of a time's zone means it all the same. */
static bool parse_time(const char *text, int64_t *out)
{
	char whole[64];
	const char *day = strchr(text, 'T');

	snprintf(whole, sizeof whole, "%s", text);
	char *blank = day != NULL ? strrchr(whole, ' ') : NULL;
	if (blank != NULL)
		*blank = '+';
	return strlen(text) < sizeof whole && lm_time_parse(whole, out);
}

/* Answers the request itself when it returns false. */
static bool read_time(struct http_request *r, const char *name, int64_t *out)
{
	const char *text = given(r, name);

	*out = 0;
	if (text == NULL || parse_time(text, out))
		return true;
	http_answer_error(
	    r, 400, "'%s' must be a time like 2026-11-20T22:42:59Z, not '%s'", name, text);
	return false;
}

struct older {
	const struct engine *engine;
	const struct process_filter *filter;
	struct lm_buf *out;
	size_t left;
};

/* The end of the walk is no error: the store knows no other way to end one. */
static struct lm_err *add_older(void *arg, const struct record *r)
{
	struct older *o = arg;
	size_t before = o->out->n;

	if (engine_knows_process(o->engine, r->key))
		return NULL;
	if (before > 1)
		lm_buf_puts(o->out, ",");
	if (process_print_record(r, o->filter, NULL, o->out)) {
		o->left--;
	} else {
		o->out->n = before;
		o->out->p[before] = '\0';
	}
	return o->left == 0 ? lm_err_new(LM_ERR_LIMIT, "enough") : NULL;
}

static struct lm_err *print_older(
    struct api *api, const struct process_filter *f, size_t left, struct lm_buf *out)
{
	struct older o = {manager_engine(api->manager), f, out, left};
	bool one_root = f->assembly_name != NULL && strchr(f->assembly_name, '*') == NULL;
	struct store_query q = {.table = RECORD_PROCESS,
	    .root = one_root ? f->assembly_name : NULL,
	    .newest_first = true};

	struct lm_err *e = api->store->ops->load(api->store, &q, add_older, &o);
	if (e != NULL && o.left == 0) {
		lm_err_free(e);
		e = NULL;
	}
	return e;
}

static bool read_filter(struct http_request *r, struct process_filter *f)
{
	*f = (struct process_filter){
	    .assembly_id = given(r, "assemblyId"),
	    .assembly_name = given(r, "assemblyName"),
	    .assembly_type = given(r, "assemblyType"),
	    .statuses = given(r, "processStatuses"),
	    .intent_types = given(r, "intentTypes"),
	};
	if (!read_time(r, "startDateTime", &f->started_after_ms) ||
	    !read_time(r, "endDateTime", &f->ended_before_ms))
		return false;
	struct lm_err *e = process_filter_check(f);
	if (e == NULL && !parse_limit(given(r, "limit"), &f->limit))
		e = lm_err_new(LM_ERR_INVALID, "'limit' must be a whole number from 1");
	if (e != NULL)
		api_answer_err(r, 0, e);
	return e == NULL;
}

void api_get_processes(struct api *api, struct http_request *r, const char *param)
{
	const struct engine *engine = manager_engine(api->manager);
	struct process_filter f;
	struct lm_err *e = NULL;
	struct lm_buf b;
	(void)param;

	if (!read_filter(r, &f))
		return;
	lm_buf_init(&b, DOCUMENT_MAX);
	lm_buf_puts(&b, "[");
	size_t n = engine_print_processes(engine, &f, &b);
	if (n < f.limit && engine_has_forgotten(engine))
		e = print_older(api, &f, f.limit - n, &b);
	lm_buf_puts(&b, "]");
	if (e != NULL)
		api_answer_err(r, 0, e);
	else
		api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/sites/inquiry.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/heap.h"

enum {
	AT_ONCE = 8, /* descriptors that are asked for */
	CALL_MS = 10 * 1000,
	LIST_MAX = 4 * 1024 * 1024,
	ANSWER_MAX = 2 * LIBRARY_DESCRIPTOR_MAX, /* a descriptor as a JSON text */
	TOLD_MAX = 200,                          /* bytes of what it says of an error */
};

/* One question, and where its answer belongs. */
struct question {
	struct inquiry *inquiry;
	struct web_call *call; /* NULL: nothing is under way */
	const char *url;
	struct library_type *type; /* NULL: it is one of the first three */
};

struct inquiry {
	struct inquiry_conf conf;
	struct inquiry_found found;
	struct question questions[AT_ONCE];
	size_t stage;     /* of the first three questions */
	size_t next_type; /* whose descriptor may have to be asked for */
	size_t size;      /* of descriptors so far */
	uint64_t deadline_ms;
};

/* ---- the end ---------------------------------------------------------------------------------- */

static void inquiry_free(struct inquiry *q)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (q->questions[i].call != NULL)
			web_cancel(q->questions[i].call);
	lm_arena_free(q->found.arena);
	free(q);
}

void inquiry_cancel(struct inquiry *q)
{
	inquiry_free(q);
}

static void end(struct inquiry *q, struct lm_err *e)
{
	q->conf.done(q->conf.arg, &q->found, e);
	inquiry_free(q);
}

/* ---- what it says ----------------------------------------------------------------------------- */

static struct lm_err *nonsense(const char *url, const char *what)
{
	return lm_err_new(LM_ERR_DRIVER,
	    "%s answers with %s: see whether this is the address of a resource manager's API", url,
	    what);
}

static struct lm_err *read_configuration(struct inquiry *q, const char *url, const json_t *o)
{
	(void)q;
	return json_is_object(o) ? NULL : nonsense(url, "no JSON object");
}

/* Those that are not published are not for use, or no longer. */
static bool is_published(const json_t *type)
{
	const char *state = json_string_value(json_object_get(type, "state"));

	return state == NULL || strcmp(state, "PUBLISHED") == 0;
}

static struct lm_err *read_types(struct inquiry *q, const char *url, const json_t *all)
{
	size_t i = 0;
	json_t *one;

	if (!json_is_array(all))
		return nonsense(url, "no list of types");
	if (json_array_size(all) > INQUIRY_TYPES_MAX)
		return lm_err_new(LM_ERR_DRIVER, "%s has %zu types: at most %d are taken", url,
		    json_array_size(all), INQUIRY_TYPES_MAX);
	json_array_foreach((json_t *)(uintptr_t)all, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		if (name == NULL || *name == '\0')
			return nonsense(url, "a type without a name");
		if (is_published(one))
			LM_PUSH(q->found.arena, &q->found.types)->name =
			    lm_arena_strdup(q->found.arena, name);
	}
	return NULL;
}

static struct lm_err *read_places(struct inquiry *q, const char *url, const json_t *all)
{
	size_t i = 0;
	json_t *one;

	if (!json_is_array(all))
		return nonsense(url, "no list of deployment locations");
	if (json_array_size(all) > INQUIRY_PLACES_MAX)
		return lm_err_new(LM_ERR_DRIVER,
		    "%s has %zu deployment locations: at most %d are taken", url,
		    json_array_size(all), INQUIRY_PLACES_MAX);
	json_array_foreach((json_t *)(uintptr_t)all, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *type = json_string_value(json_object_get(one, "type"));

		if (name == NULL || *name == '\0')
			return nonsense(url, "a deployment location without a name");
		*LM_PUSH(q->found.arena, &q->found.places) =
		    (struct inquiry_place){lm_arena_strdup(q->found.arena, name),
			lm_arena_strdup(q->found.arena, type == NULL ? "" : type)};
	}
	return NULL;
}

/* Some answer with a list of one. */
static void read_descriptor(struct inquiry *q, struct library_type *t, const json_t *o)
{
	const json_t *one = json_is_array(o) ? json_array_get(o, 0) : o;
	const json_t *text = json_object_get(one, "descriptor");

	if (!json_is_string(text)) {
		t->why = "the resource manager does not tell its descriptor";
		return;
	}
	q->size += json_string_length(text);
	t->text = lm_arena_strdup(q->found.arena, json_string_value(text));
}

/* ---- asking ----------------------------------------------------------------------------------- */

static const struct stage {
	const char *path;
	struct lm_err *(*read)(struct inquiry *, const char *url, const json_t *);
	bool may_be_missing; /* 404: there is nothing of the kind */
} stages[] = {
    {"/configuration", read_configuration, false},
    {"/types", read_types, true},
    {"/topology/deployment-locations", read_places, true},
};

static void on_answer(void *arg, const struct web_answer *);

static void ask(struct inquiry *q, struct question *by, const char *path, size_t answer_max)
{
	uint64_t now = uv_now(q->conf.loop);
	uint64_t left = q->deadline_ms > now ? q->deadline_ms - now : 1;
	const char *headers[] = {"Accept: application/json", NULL, NULL};

	if (q->conf.trace != NULL)
		headers[1] = lm_arena_join(
		    q->found.arena, "X-TraceCtx-TransactionId: ", q->conf.trace, NULL);
	by->inquiry = q;
	by->url = lm_arena_join(q->found.arena, q->conf.url, path, NULL);
	by->call = web_begin(q->conf.web,
	    &(struct web_request){
		.method = "GET",
		.url = by->url,
		.headers = headers,
		.https = true,
		.ca = q->conf.certificate,
		.limit_ms = left < CALL_MS ? (unsigned)left : CALL_MS,
		.answer_max = answer_max,
	    },
	    on_answer, by);
}

static void ask_stage(struct inquiry *q)
{
	ask(q, &q->questions[0], stages[q->stage].path, LIST_MAX);
}

static bool is_idle(const struct inquiry *q)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (q->questions[i].call != NULL)
			return false;
	return true;
}

/* The next descriptors; when there are none left it has ended. */
static void ask_descriptors(struct inquiry *q)
{
	for (size_t i = 0; i < AT_ONCE && q->next_type < q->found.types.n;) {
		struct library_type *t = &q->found.types.v[q->next_type];

		if (q->conf.knows(q->conf.arg, t->name)) {
			q->next_type++;
		} else if (q->questions[i].call != NULL) {
			i++;
		} else {
			q->questions[i].type = t;
			q->next_type++;
			ask(q, &q->questions[i],
			    lm_arena_join(q->found.arena, "/types/",
				web_escape(q->found.arena, t->name), NULL),
			    ANSWER_MAX);
		}
	}
	if (is_idle(q))
		end(q, NULL);
}

/* What it says of itself besides the status, when that is something. */
static struct lm_err *refused(const char *url, int status, const json_t *o)
{
	static const char *const keys[] = {"localizedMessage", "message", "detail", "error"};
	const char *told = NULL;

	for (size_t i = 0; told == NULL && i < LM_COUNT(keys); i++)
		told = json_string_value(json_object_get(o, keys[i]));
	return lm_err_new(LM_ERR_DRIVER, "%s answers with status %d%s%.*s", url, status,
	    told == NULL ? "" : ": ", TOLD_MAX, told == NULL ? "" : told);
}

static struct lm_err *take_stage(
    struct inquiry *q, const char *url, const struct web_answer *a, const json_t *o)
{
	const struct stage *s = &stages[q->stage];

	if (a->status == 404 && s->may_be_missing)
		return NULL;
	return a->status == 200 ? s->read(q, url, o) : refused(url, a->status, o);
}

static struct lm_err *take_type(
    struct inquiry *q, struct question *by, const struct web_answer *a, const json_t *o)
{
	LM_AUTO(lm_err) e = a->status == 200 ? NULL : refused(by->url, a->status, o);

	if (e == NULL)
		read_descriptor(q, by->type, o);
	else
		by->type->why = lm_arena_strdup(q->found.arena, lm_err_text(e));
	if (q->size <= LIBRARY_TYPES_SIZE)
		return NULL;
	return lm_err_new(LM_ERR_DRIVER, "%s: its descriptors have more than %d MiB", q->conf.url,
	    LIBRARY_TYPES_SIZE >> 20);
}

static void on_answer(void *arg, const struct web_answer *a)
{
	struct question *by = arg;
	struct inquiry *q = by->inquiry;
	json_t *o = a->why != NULL ? NULL : json_loadb(a->body, a->n, 0, NULL);
	struct lm_err *e = NULL;

	by->call = NULL;
	if (a->why != NULL)
		e = lm_err_new(LM_ERR_DRIVER, "%s: %s", by->url, a->why);
	else if (q->stage < LM_COUNT(stages))
		e = take_stage(q, by->url, a, o);
	else
		e = take_type(q, by, a, o);
	json_decref(o);
	if (e != NULL) {
		end(q, e);
		return;
	}
	q->stage += q->stage < LM_COUNT(stages);
	if (q->stage < LM_COUNT(stages))
		ask_stage(q);
	else
		ask_descriptors(q);
}

struct inquiry *inquiry_begin(const struct inquiry_conf *conf)
{
	struct inquiry *q = lm_alloc(sizeof *q);

	q->conf = *conf;
	q->found.arena = lm_arena_new();
	q->conf.url = lm_arena_strdup(q->found.arena, conf->url);
	q->conf.certificate = lm_arena_strdup(q->found.arena, conf->certificate);
	q->conf.trace = lm_arena_strdup(q->found.arena, conf->trace);
	uv_update_time(conf->loop);
	q->deadline_ms = uv_now(conf->loop) + INQUIRY_MS;
	ask_stage(q);
	return q;
}

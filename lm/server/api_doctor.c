/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/doctor and POST /api/doctor/repair: the journal against what the drivers find. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "lm/core/doctor.h"
#include "lm/server/api.h"
#include "lm/server/document/document.h"

enum { DOCUMENT_MAX = 128 * 1024 * 1024, SUBJECTS_MAX = 10000 };

/* ---- looking --------------------------------------------------------------------------------------- */

struct things {
	struct lm_arena *arena;
	LM_VEC(struct driver_thing) all;
};

static void keep_thing(void *arg, const struct driver_thing *t)
{
	struct things *to = arg;
	struct lm_arena *a = to->arena;

	*LM_PUSH(a, &to->all) = (struct driver_thing){
	    .kind = lm_arena_strdup(a, t->kind),
	    .name = lm_arena_strdup(a, t->name),
	    .resource_id = lm_arena_strdup(a, t->resource_id),
	    .resource_name = lm_arena_strdup(a, t->resource_name),
	    .descriptor = lm_arena_strdup(a, t->descriptor),
	    .location = lm_arena_strdup(a, t->location),
	    .whole = t->whole,
	    .lacks = lm_arena_strdup(a, t->lacks),
	};
}

static void note_removal(const struct api *api, struct finding *f, struct lm_arena *a)
{
	const struct removal *r =
	    f->kind == FINDING_ORPHAN
		? driver_set_removal(manager_drivers(api->manager), f->resource_id)
		: NULL;

	if (r != NULL && r->failure == NULL)
		f->text = lm_arena_printf(a, "%s; it is being removed", f->text);
	else if (r != NULL)
		f->text = lm_arena_printf(a, "%s; its removal failed: %s", f->text, r->failure);
}

static bool lists(void *arg, const char *location)
{
	return driver_set_tell_of(arg, location);
}

static struct lm_err *examine(struct api *api, struct examination *x)
{
	struct things things = {.arena = x->arena};
	struct lm_err *e = driver_set_list(manager_drivers(api->manager), keep_thing, &things);

	if (e != NULL)
		return lm_err_wrap(e, "cannot look at what is outside");
	x->lists = lists;
	x->arg = manager_drivers(api->manager);
	engine_examine(manager_engine(api->manager), things.all.v, things.all.n, x);
	for (size_t i = 0; i < x->findings.n; i++)
		note_removal(api, &x->findings.v[i], x->arena);
	return NULL;
}

void api_get_doctor(struct api *api, struct http_request *r, const char *param)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct examination x = {.arena = a};
	struct lm_buf b;
	(void)param;

	struct lm_err *e = examine(api, &x);
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	lm_buf_init(&b, DOCUMENT_MAX);
	examination_print(&x, &b);
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* ---- repairing -------------------------------------------------------------------------------------- */

/* One heal brings back everything of an assembly that is marked. */
struct heal {
	const char *root, *first;
	size_t components;
};

struct repair {
	struct api *api;
	struct lm_arena *arena;
	struct lm_json j;
	struct lm_map *heals; /* by root */
	const char *by, *trace;
};

static void refuse(struct repair *p, const struct finding *f, const char *why)
{
	lm_json_open(&p->j, NULL, '{');
	lm_json_str(&p->j, "subject", f->subject);
	lm_json_str(&p->j, "resourceId", f->resource_id);
	lm_json_str(&p->j, "done", "nothing");
	lm_json_str(&p->j, "reason", why);
	lm_json_close(&p->j, '}');
}

static void remove_orphan(struct repair *p, const struct finding *f)
{
	LM_AUTO(lm_err)
	e = driver_set_remove(manager_drivers(p->api->manager), f->location, f->resource_id);

	if (e != NULL) {
		refuse(p, f, lm_err_text(e));
		return;
	}
	lm_log(LM_LOG_INFO, "doctor.remove", "resource=%s name=%s", f->resource_id, f->subject);
	lm_json_open(&p->j, NULL, '{');
	lm_json_str(&p->j, "subject", f->subject);
	lm_json_str(&p->j, "resourceId", f->resource_id);
	lm_json_str(&p->j, "done", "remove");
	lm_json_close(&p->j, '}');
}

static void mark_lost(struct repair *p, const struct finding *f)
{
	if (!manager_lost(p->api->manager, f->resource_id, f->text)) {
		refuse(p, f, "something else is done with its assembly: try again after that");
		return;
	}
	struct heal *h = lm_map_find(p->heals, f->root);
	if (h == NULL) {
		h = LM_NEW(p->arena, struct heal);
		h->root = f->root;
		h->first = f->subject;
		lm_map_put(p->heals, h->root, h);
	}
	h->components++;
}

static void heal(struct repair *p, const struct heal *h)
{
	struct intent it = {.kind = INTENT_HEAL,
	    .assembly_name = h->root,
	    .component_name = h->first,
	    .queue = true,
	    .by = p->by,
	    .trace = p->trace};
	char process[LM_ID_SIZE];

	manager_lost_end(p->api->manager, h->root);
	LM_AUTO(lm_err) e = manager_intent(p->api->manager, &it, process);
	lm_json_open(&p->j, NULL, '{');
	lm_json_str(&p->j, "subject", h->root);
	lm_json_int(&p->j, "components", (int64_t)h->components);
	lm_json_str(&p->j, "done", e == NULL ? "heal" : "nothing");
	if (e == NULL)
		lm_json_str(&p->j, "processId", process);
	else
		lm_json_str(&p->j, "reason", lm_err_text(e));
	lm_json_close(&p->j, '}');
}

static bool is_meant(const json_t *subjects, const struct finding *f)
{
	size_t n = json_array_size(subjects);

	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(subjects, i));

		if (strcmp(s, f->subject) == 0 ||
		    (f->resource_id != NULL && strcmp(s, f->resource_id) == 0) ||
		    (f->root != NULL && strcmp(s, f->root) == 0))
			return true;
	}
	return n == 0;
}

/* {"subjects": [...]}: names, ids or assemblies; none: all that can be repaired. */
static struct lm_err *read_subjects(const struct http_request *r, json_t **body, json_t **subjects)
{
	json_error_t why = {0};

	*body = r->body_n == 0 ? json_object() : json_loadb(r->body, r->body_n, 0, &why);
	if (*body == NULL)
		return lm_err_new(LM_ERR_INVALID, "the body is not JSON: line %d column %d: %s",
		    why.line, why.column, document_complaint(&why));
	*subjects = json_object_get(*body, "subjects");
	bool good = json_is_object(*body) && (*subjects == NULL || json_is_array(*subjects)) &&
		    json_array_size(*subjects) <= SUBJECTS_MAX;

	for (size_t i = 0; good && i < json_array_size(*subjects); i++)
		good = json_is_string(json_array_get(*subjects, i));
	return good
		   ? NULL
		   : lm_err_new(LM_ERR_INVALID,
			 "the body must be {\"subjects\": [names]}, of findings of /api/doctor; or "
			 "{}: all of them");
}

static void repair(struct repair *p, const struct examination *x, const json_t *subjects)
{
	const struct heal *h;

	lm_json_open(&p->j, NULL, '{');
	lm_json_open(&p->j, "repairs", '[');
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct finding *f = &x->findings.v[i];

		if (!f->repairable || !is_meant(subjects, f))
			continue;
		if (f->kind == FINDING_ORPHAN)
			remove_orphan(p, f);
		else
			mark_lost(p, f);
	}
	for (size_t i = 0; (h = lm_map_next(p->heals, &i)) != NULL;)
		heal(p, h);
	lm_json_close(&p->j, ']');
	lm_json_close(&p->j, '}');
}

void api_post_repair(struct api *api, struct http_request *r, const char *param)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	LM_AUTO(lm_map) heals = lm_map_new();
	struct examination x = {.arena = a};
	json_t *body = NULL, *subjects = NULL;
	struct lm_buf b;
	(void)param;

	struct lm_err *e = read_subjects(r, &body, &subjects);
	if (e == NULL)
		e = manager_check(api->manager); /* or it would be found lost, and not healed */
	if (e == NULL)
		e = examine(api, &x);
	if (e == NULL) {
		lm_buf_init(&b, DOCUMENT_MAX);
		struct repair p = {.api = api,
		    .arena = a,
		    .j = lm_json_on(&b),
		    .heals = heals,
		    .by = r->who[0] != '\0' ? r->who : NULL,
		    .trace = r->trace};
		repair(&p, &x, subjects);
		api_answer_text(r, NULL, &b);
		lm_buf_fini(&b);
	} else {
		api_answer_err(r, 0, e);
	}
	json_decref(body);
}

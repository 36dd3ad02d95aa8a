/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/feed/hooks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/time.h"
#include "lm/server/feed/hook.h"
#include "lm/server/feed/shape.h"
#include "lm/server/shelf/shelf.h"

/* All webhooks: what operators say, and what they are shown. */

#define KIND        "webhooks"
#define PLACES_NAME "webhooks.json"

static const struct hook_spec unsaid = {.types = EVENTS_REFERENCE, .patience_s = HOOK_PATIENCE_S};

static int64_t last_event(const struct hooks *hs)
{
	return hs->conf.store->ops->last_event(hs->conf.store);
}

static struct hook *find(const struct hooks *hs, const char *name)
{
	return lm_map_find(hs->by_name, name);
}

static struct lm_err *not_found(const char *name)
{
	return lm_err_new(
	    LM_ERR_NOT_FOUND, "Cannot find webhook with name %s: see /api/webhooks", name);
}

/* ---- what operators say ---------------------------------------------------------------------------------- */

static struct lm_err *keep(struct hooks *hs, const struct hook_spec *spec, int64_t since)
{
	json_t *o = hook_spec_object(spec, since);
	struct lm_err *e = shelf_put(hs->shelf, spec->name, o);

	json_decref(o);
	return e;
}

static struct lm_err *add(struct hooks *hs, struct hook_spec *spec, struct hook **out)
{
	int64_t since = last_event(hs);

	if (find(hs, spec->name) != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "there is a webhook '%s' already: change it with PUT, or take another name",
		    spec->name);
	if (lm_map_count(hs->by_name) >= HOOKS_MAX)
		return lm_err_new(
		    LM_ERR_CONFLICT, "there are %d webhooks: remove one first", HOOKS_MAX);
	struct lm_err *e = keep(hs, spec, since);
	if (e != NULL)
		return e;
	*out = hook_new(hs, spec, &(struct hook_place){.at = since}, since);
	(*out)->started = true;
	lm_map_put(hs->by_name, (*out)->spec.name, *out);
	places_changed(hs);
	return NULL;
}

/* The name is the key of the map, and stays where it is. */
static struct lm_err *change(struct hooks *hs, struct hook *h, struct hook_spec *spec)
{
	struct lm_err *e = keep(hs, spec, h->since);

	if (e != NULL)
		return e;
	char *name = spec->name;
	spec->name = h->spec.name;
	h->spec.name = name;
	struct hook_spec old = h->spec;
	h->spec = *spec;
	*spec = old;
	hook_renew(h);
	return NULL;
}

struct lm_err *hooks_put(
    struct hooks *hs, const char *name, const json_t *body, const char **out_name)
{
	struct hook *h = name == NULL ? NULL : find(hs, name);
	struct hook_spec spec;

	if (name != NULL && h == NULL)
		return not_found(name);
	hook_spec_copy(&spec, h == NULL ? &unsaid : &h->spec);
	struct lm_err *e = hook_spec_read(&spec, body);
	if (e == NULL)
		e = h == NULL ? add(hs, &spec, &h) : change(hs, h, &spec);
	hook_spec_fini(&spec);
	if (e == NULL)
		*out_name = h->spec.name;
	return e;
}

struct lm_err *hooks_remove(struct hooks *hs, const char *name)
{
	struct hook *h = find(hs, name);

	if (h == NULL)
		return not_found(name);
	struct lm_err *e = shelf_remove(hs->shelf, name);
	if (e != NULL)
		return e;
	lm_map_remove(hs->by_name, name);
	hook_free(h);
	places_changed(hs);
	return NULL;
}

/* ---- what happens ----------------------------------------------------------------------------------------- */

void hooks_published(struct hooks *hs, int64_t seq, const char *body)
{
	struct hook *h;

	if (lm_map_count(hs->by_name) == 0)
		return;
	enum event_type t = event_type_of(body);
	for (size_t i = 0; (h = lm_map_next(hs->by_name, &i)) != NULL;)
		hook_published(h, seq, t == EVENT_TYPES_N ? 0 : 1u << t);
}

/* ---- what is shown ------------------------------------------------------------------------------------------ */

static const char *const states[] = {
    [HOOK_IDLE] = "idle",
    [HOOK_SENDING] = "sending",
    [HOOK_RETRYING] = "retrying",
    [HOOK_STOPPED] = "stopped",
};

const char *hook_state_text(enum hook_state s)
{
	return states[s];
}

static void print_time(struct lm_json *j, const char *key, int64_t ms)
{
	char text[LM_TIME_SIZE];

	lm_time_text(ms, text);
	lm_json_str(j, key, ms == 0 ? NULL : text);
}

static void print_types(const struct hook_spec *s, struct lm_json *j)
{
	lm_json_open(j, "types", '[');
	for (enum event_type t = 0; t < EVENT_TYPES_N; t++)
		if (s->types >> t & 1)
			lm_json_str(j, NULL, event_type_text(t));
	lm_json_close(j, ']');
}

static void print(const struct hook *h, struct lm_json *j)
{
	char id[24];

	snprintf(id, sizeof id, "%" PRId64, h->place.at);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", h->spec.name);
	lm_json_str(j, "url", h->spec.url);
	print_types(&h->spec, j);
	lm_json_int(j, "giveUpAfterSeconds", h->spec.patience_s);
	lm_json_str(j, "state", states[hook_state(h)]);
	lm_json_str(j, "lastEventId", id);
	lm_json_int(j, "behind", last_event(h->hooks) - h->place.at);
	lm_json_int(j, "delivered", (int64_t)h->delivered);
	lm_json_int(j, "failedAttempts", (int64_t)h->failed);
	lm_json_int(j, "missed", (int64_t)h->missed);
	print_time(j, "lastDeliveredAt", h->delivered_ms);
	print_time(j, "failingSince", h->place.failing_ms);
	print_time(j, "nextAttemptAt", h->waits ? h->again_ms : 0);
	lm_json_str(j, "trouble", h->trouble[0] == '\0' ? NULL : h->trouble);
	lm_json_close(j, '}');
}

bool hooks_print(const struct hooks *hs, const char *name, struct lm_json *j)
{
	const struct hook *h = find(hs, name);

	if (h != NULL)
		print(h, j);
	return h != NULL;
}

void hooks_print_all(const struct hooks *hs, struct lm_json *j)
{
	lm_json_open(j, NULL, '[');
	for (size_t i = 0; i < shelf_count(hs->shelf); i++)
		print(find(hs, shelf_name(hs->shelf, i)), j);
	lm_json_close(j, ']');
}

bool hooks_figures(const struct hooks *hs, size_t i, struct hook_figures *out)
{
	if (i >= shelf_count(hs->shelf))
		return false;
	const struct hook *h = find(hs, shelf_name(hs->shelf, i));
	*out = (struct hook_figures){
	    .name = h->spec.name,
	    .state = hook_state(h),
	    .delivered = h->delivered,
	    .failed = h->failed,
	    .behind = last_event(hs) - h->place.at,
	};
	return true;
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

static struct hook_place place_of(const struct hooks *hs, const json_t *known, int64_t since)
{
	struct hook_place p = {
	    .at = json_integer_value(json_object_get(known, "at")),
	    .failing_ms = json_integer_value(json_object_get(known, "failingSince")),
	    .stopped = json_is_true(json_object_get(known, "stopped")),
	};

	if (p.at < since) /* of another one that had its name, or of before a loss of power */
		p = (struct hook_place){.at = since};
	if (p.at > last_event(hs))
		p.at = 0; /* of another journal: it has seen nothing of this one */
	return p;
}

static struct lm_err *restore(struct hooks *hs, const json_t *o, const json_t *places)
{
	int64_t since = json_integer_value(json_object_get(o, "since"));
	const char *name = json_string_value(json_object_get(o, "name"));
	struct hook_spec spec;

	hook_spec_copy(&spec, &unsaid);
	struct lm_err *e = hook_spec_read(&spec, o);
	if (e != NULL) {
		hook_spec_fini(&spec);
		return lm_err_wrap(e, "webhook '%s' on the shelf", name == NULL ? "" : name);
	}
	struct hook_place place = place_of(hs, json_object_get(places, spec.name), since);
	struct hook *h = hook_new(hs, &spec, &place, since);
	lm_map_put(hs->by_name, h->spec.name, h);
	return NULL;
}

static struct lm_err *restore_all(struct hooks *hs)
{
	json_t *places = places_load(hs->places_path);
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < shelf_count(hs->shelf); i++)
		e = restore(hs, shelf_at(hs->shelf, i), places);
	json_decref(places);
	return e;
}

struct lm_err *hooks_open(const struct hooks_conf *conf, struct hooks **out)
{
	struct hooks *hs = lm_alloc(sizeof *hs);

	hs->places_path = lm_strprintf("%s/" PLACES_NAME, conf->state_dir);
	hs->conf = *conf;
	hs->by_name = lm_map_new();
	hs->web = web_new(conf->loop, HOOKS_MAX);
	uv_timer_init(conf->loop, &hs->saving);
	hs->saving.data = hs;
	struct lm_err *e = shelf_open(conf->state_dir, KIND, &hs->shelf);
	if (e == NULL)
		e = restore_all(hs);
	if (e != NULL) {
		hooks_close(hs);
		return e;
	}
	*out = hs;
	return NULL;
}

void hooks_start(struct hooks *hs)
{
	struct hook *h;

	for (size_t i = 0; (h = lm_map_next(hs->by_name, &i)) != NULL;) {
		h->started = true;
		hook_wake(h);
	}
}

static void on_closed(uv_handle_t *t)
{
	free(t->data);
}

void hooks_close(struct hooks *hs)
{
	struct hook *h;

	if (hs == NULL)
		return;
	if (hs->is_dirty)
		places_save(hs);
	for (size_t i = 0; (h = lm_map_next(hs->by_name, &i)) != NULL;)
		hook_free(h);
	lm_map_free(hs->by_name);
	shelf_free(hs->shelf);
	web_free(hs->web);
	free(hs->places_path);
	uv_close((uv_handle_t *)&hs->saving, on_closed);
}

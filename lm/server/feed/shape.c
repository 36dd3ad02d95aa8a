/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/feed/shape.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/vec.h"
#include "lm/server/sites/sites.h"

static const char *const texts[] = {
#define X(name, text) [EVENT_##name] = text,
    EVENT_TYPES(X)
#undef X
};

/* ---- types ---------------------------------------------------------------------------------------- */

const char *event_type_text(enum event_type t)
{
	return texts[t];
}

#define X(name, text) ", " text
static const char names[] = EVENT_TYPES(X), names_kept[] = EVENT_TYPES_KEPT(X);
#undef X

const char *event_type_names(void)
{
	return names + 2;
}

const char *event_type_names_kept(void)
{
	return names_kept + 2;
}

enum event_type event_type_parse(const char *text, size_t n)
{
	enum event_type t = 0;

	while (t < EVENT_TYPES_N && (strlen(texts[t]) != n || strncmp(texts[t], text, n) != 0))
		t++;
	return t;
}

bool event_types_parse(const char *list, unsigned *out)
{
	unsigned set = 0;

	for (;;) {
		size_t n = strcspn(list, ",");
		enum event_type t = event_type_parse(list, n);

		if (t == EVENT_TYPES_N)
			return false;
		set |= 1u << t;
		if (list[n] == '\0')
			break;
		list += n + 1;
	}
	*out = set;
	return true;
}

/* It stands before everything that somebody else has written. */
enum event_type event_type_of(const char *body)
{
	static const char key[] = "\"type\":\"";
	const char *p = strstr(body, key);

	if (p == NULL)
		return EVENT_TYPES_N;
	p += sizeof key - 1;
	return event_type_parse(p, strcspn(p, "\""));
}

/* ---- the reference's two --------------------------------------------------------------------------- */

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

static void copy(json_t *to, const char *key, const json_t *from, const char *key_there)
{
	json_t *value = json_object_get(from, key_there);

	json_object_set_new(to, key, value == NULL ? json_null() : json_incref(value));
}

/* What an operator sent; what the manager has added of its own stands elsewhere. */
static void drop_ours(json_t *intent)
{
	static const char *const ours[] = {"type", "reason", "givesUp"};

	for (size_t i = 0; i < LM_COUNT(ours); i++)
		json_object_del(intent, ours[i]);
}

static bool tell_process(json_t *to, json_t *from)
{
	static const char *const ends[] = {"Completed", "Failed", "Cancelled"};
	static const char *const fields[] = {"processId", "assemblyId", "assemblyName",
	    "assemblyDescriptorName", "intentType", "intent", "processState", "processStateReason",
	    "processStartedAt", "processFinishedAt", "requestedBy"};
	const char *state = text_of(from, "processState");
	bool begins = strcmp(state, "In Progress") == 0 &&
		      json_integer_value(json_object_get(from, "attempt")) <= 1;

	if (!begins && !is_one_of(state, ends, LM_COUNT(ends)))
		return false;
	drop_ours(json_object_get(from, "intent"));
	for (size_t i = 0; i < LM_COUNT(fields); i++)
		copy(to, fields[i], from, fields[i]);
	return true;
}

/* Here the resource manager knows a resource by the id that it has with us. */
static bool tell_component(json_t *to, json_t *from)
{
	static const struct {
		const char *key, *key_there;
		const char *unsaid; /* in place of null */
	} resource[] = {
	    {"resourceId", "resourceId", NULL},
	    {"resourceName", "resourceName", NULL},
	    {"resourceManager", "resourceManager", SITES_MANAGER},
	    {"deploymentLocation", "deploymentLocation", SITES_LOCAL},
	    {"externalId", "resourceId", NULL},
	};
	static const char *const change[] = {"processId", "previousState", "newState"};

	if (strcmp(text_of(from, "newState"), "Failed") == 0)
		return false;
	copy(to, "rootAssemblyId", from, "rootAssemblyId");
	copy(to, "rootAssemblyName", from, "rootAssemblyName");
	for (size_t i = 0; i < LM_COUNT(resource); i++) {
		if (json_object_get(from, "resourceId") == NULL)
			continue;
		copy(to, resource[i].key, from, resource[i].key_there);
		if (resource[i].unsaid != NULL &&
		    json_is_null(json_object_get(to, resource[i].key)))
			json_object_set_new(to, resource[i].key, json_string(resource[i].unsaid));
	}
	for (size_t i = 0; i < LM_COUNT(change); i++)
		copy(to, change[i], from, change[i]);
	return true;
}

/* ---- ours, and the envelope --------------------------------------------------------------------------- */

static bool tell_other(json_t *to, json_t *from)
{
	static const char *const envelope[] = {"seq", "at", "at_ms", "type"};

	for (size_t i = 0; i < LM_COUNT(envelope); i++)
		json_object_del(from, envelope[i]);
	json_object_update(to, from);
	return true;
}

static void seal(json_t *to, int64_t seq, json_t *at, json_t *type)
{
	char id[24];

	snprintf(id, sizeof id, "%" PRId64, seq);
	if (seq > 0)
		json_object_set_new(to, "eventId", json_string(id));
	json_object_set(to, "eventCreatedAt", at);
	json_object_set(to, "eventType", type);
}

static void print(const json_t *o, struct lm_buf *out)
{
	char *text = json_dumps(o, JSON_COMPACT);

	if (text == NULL)
		abort();
	lm_buf_puts(out, text);
	free(text);
}

bool event_shape(int64_t seq, const char *body, struct lm_buf *out)
{
	static bool (*const tell[EVENT_TYPES_N + 1])(json_t *, json_t *) = {
	    [EVENT_PROCESS] = tell_process,
	    [EVENT_COMPONENT] = tell_component,
	};
	enum event_type type = event_type_of(body);
	json_t *from = json_loads(body, 0, NULL), *to = json_object();
	json_t *at = json_incref(json_object_get(from, "at"));
	json_t *name = json_incref(json_object_get(from, "type"));

	bool told = from != NULL && (tell[type] != NULL ? tell[type] : tell_other)(to, from);
	if (told) {
		seal(to, seq, at, name);
		print(to, out);
	}
	json_decref(at);
	json_decref(name);
	json_decref(from);
	json_decref(to);
	return told;
}

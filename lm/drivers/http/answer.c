/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/http/priv.h"
#include "lm/drivers/http/reply.h"

/* What a driver says: at once, to a request; and later, in a reply. */

/* ---- values ----------------------------------------------------------------------------------- */

/* A text as it stands, anything else as JSON; NULL: nothing. */
static const char *text_of(struct lm_arena *a, const json_t *v)
{
	if (json_is_string(v))
		return lm_arena_strdup(a, json_string_value(v));
	if (v == NULL || json_is_null(v))
		return NULL;
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *copy = lm_arena_strdup(a, text);
	free(text);
	return copy;
}

struct lm_kvs answer_outputs(struct request *r, const json_t *outputs)
{
	struct lm_kvs all = {LM_NEW_N(r->arena, struct lm_kv, json_object_size(outputs) + 1), 0};
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)outputs, name, value)
	{
		const char *text = text_of(r->arena, value);

		if (text != NULL)
			all.v[all.n++] = (struct lm_kv){lm_arena_strdup(r->arena, name), text};
	}
	return all;
}

bool answer_topology(struct request *r, const json_t *topology, const char **why)
{
	const char *name;
	json_t *value;

	if (topology == NULL || json_is_null(topology))
		return true;
	if (!json_is_object(topology)) {
		*why = "'associatedTopology' is no object";
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)topology, name, value)
	{
		if (!json_is_object(value) && !json_is_null(value)) {
			*why = "an element of 'associatedTopology' is neither {id, type} nor null";
			return false;
		}
		if (r->topology.n >= TOPOLOGY_MAX) {
			*why = "'associatedTopology' has too many elements";
			return false;
		}
		*LM_PUSH(r->arena, &r->topology) =
		    (struct lm_kv){lm_arena_strdup(r->arena, name), text_of(r->arena, value)};
	}
	return true;
}

/* ---- at once ---------------------------------------------------------------------------------- */

/* What a refusal says of itself; "": nothing that can be read. */
static const char *message_of(struct request *r, const json_t *o)
{
	static const char *const keys[] = {"localizedMessage", "message", "error", "detail"};

	for (size_t i = 0; i < LM_COUNT(keys); i++) {
		const char *text = json_string_value(json_object_get(o, keys[i]));

		if (text != NULL)
			return lm_arena_strdup(r->arena, text);
	}
	return "it does not say why";
}

static void read_found(struct request *r, const json_t *o)
{
	const json_t *found = json_object_get(o, "result");
	const char *id = json_string_value(json_object_get(found, "resourceId")), *why = NULL;

	if (found == NULL || json_is_null(found)) {
		request_fail(r, STEP_RESOURCE_NOT_FOUND, "driver '%s' finds no '%s' at '%s'",
		    r->rq.site->driver, r->rq.resource_name, r->rq.site->location);
		return;
	}
	if (id == NULL || *id == '\0')
		why = "what it has found has no 'resourceId'";
	if (why != NULL ||
	    !answer_topology(r, json_object_get(found, "associatedTopology"), &why)) {
		request_fail(r, STEP_INTERNAL_ERROR, "driver '%s' answers what makes no sense: %s",
		    r->rq.site->driver, why);
		return;
	}
	struct lm_kvs outputs = answer_outputs(r, json_object_get(found, "outputs"));
	struct lm_kvs all = {LM_NEW_N(r->arena, struct lm_kv, outputs.n + 1), 0};
	for (size_t i = 0; i < outputs.n; i++)
		if (strcmp(outputs.v[i].name, "id") != 0)
			all.v[all.n++] = outputs.v[i];
	all.v[all.n++] = (struct lm_kv){"id", id};
	request_end(r, &(struct step_result){.outputs = all});
}

static void read_accepted(struct request *r, const json_t *o)
{
	const char *id = json_string_value(json_object_get(o, "requestId")), *why = NULL;

	if (id != NULL && strcmp(id, r->rq.step) != 0)
		why = "it speaks of another request";
	if (why != NULL || !answer_topology(r, json_object_get(o, "associatedTopology"), &why))
		request_fail(r, STEP_INTERNAL_ERROR, "driver '%s' answers what makes no sense: %s",
		    r->rq.site->driver, why);
	else
		request_accepted(r);
}

/* Those say that it may be another time. */
static bool is_passing(int status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

void answer_read(struct request *r, const struct web_answer *a)
{
	const struct step_site *site = r->rq.site;

	if (a->why != NULL) {
		request_refused(r, "%s: %s", site->base_uri, a->why);
		return;
	}
	json_t *o = json_loadb(a->body, a->n, JSON_REJECT_DUPLICATES, NULL);
	if (is_passing(a->status))
		request_refused(r, "%s answers with status %d: %s", site->base_uri, a->status,
		    message_of(r, o));
	else if (a->status == 200 && r->rq.is_find && json_is_object(o))
		read_found(r, o);
	else if ((a->status == 200 || a->status == 202) && !r->rq.is_find && json_is_object(o))
		read_accepted(r, o);
	else if (a->status == 400)
		request_fail(r, STEP_INTERNAL_ERROR, "driver '%s' refuses it: %s", site->driver,
		    message_of(r, o));
	else
		request_fail(r, STEP_INTERNAL_ERROR,
		    "driver '%s' answers with status %d%s: see whether %s is a resource driver",
		    site->driver, a->status, json_is_object(o) ? "" : " and no JSON",
		    site->base_uri);
	json_decref(o);
}

/* ---- later ------------------------------------------------------------------------------------ */

static enum step_failure failure_of(const char *code)
{
	static const enum step_failure known[] = {STEP_RESOURCE_ALREADY_EXISTS,
	    STEP_RESOURCE_NOT_FOUND, STEP_INSUFFICIENT_CAPACITY, STEP_INFRASTRUCTURE_ERROR};

	for (size_t i = 0; code != NULL && i < LM_COUNT(known); i++)
		if (strcmp(step_failure_text(known[i]), code) == 0)
			return known[i];
	return STEP_INTERNAL_ERROR;
}

static void take_failure(struct request *r, const json_t *details)
{
	const char *code = json_string_value(json_object_get(details, "failureCode"));
	const char *text = json_string_value(json_object_get(details, "description"));

	request_end(r, &(struct step_result){
			   .failure = failure_of(code),
			   .message = lm_arena_strdup(r->arena,
			       text != NULL ? text : "the driver has failed, and does not say why"),
		       });
}

/* What can be said of it without knowing whom it is for; NULL: nothing. */
static const char *fault_of(const json_t *reply)
{
	static const char *const statuses[] = {"IN_PROGRESS", "COMPLETE", "FAILED"};
	const char *status = json_string_value(json_object_get(reply, "status"));
	const json_t *outputs = json_object_get(reply, "outputs");

	for (size_t i = 0; status != NULL && i < LM_COUNT(statuses); i++)
		if (strcmp(status, statuses[i]) == 0)
			return outputs == NULL || json_is_object(outputs) || json_is_null(outputs)
				   ? NULL
				   : "'outputs' is no object";
	return "'status' is none of IN_PROGRESS, COMPLETE, FAILED";
}

struct lm_err *http_driver_reply(
    struct driver *d, const char *step, const json_t *reply, bool *taken)
{
	struct request *r = lm_map_find(d->requests, step);
	const char *why = fault_of(reply);

	*taken = false;
	if (why != NULL)
		return lm_err_new(LM_ERR_INVALID, "%s", why);
	if (r == NULL || r->rq.is_find)
		return NULL;
	if (!answer_topology(r, json_object_get(reply, "associatedTopology"), &why))
		return lm_err_new(LM_ERR_INVALID, "%s", why);
	const char *status = json_string_value(json_object_get(reply, "status"));
	*taken = true;
	if (strcmp(status, "COMPLETE") == 0)
		request_end(r, &(struct step_result){.outputs = answer_outputs(
							 r, json_object_get(reply, "outputs"))});
	else if (strcmp(status, "FAILED") == 0)
		take_failure(r, json_object_get(reply, "failureDetails"));
	return NULL;
}

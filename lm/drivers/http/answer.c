/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/http/priv.h"
#include "lm/drivers/http/reply.h"

/* What a driver says: at once, to a request; and later, in a reply. */

/* The element of a name: what was told last of it counts, however often that is.  NULL: no room. */
static struct lm_kv *element(struct remote_request *r, const char *name)
{
	for (size_t i = 0; i < r->topology.n; i++)
		if (strcmp(r->topology.v[i].name, name) == 0)
			return &r->topology.v[i];
	if (r->topology.n >= REMOTE_TOPOLOGY_MAX)
		return NULL;
	struct lm_kv *fresh = LM_PUSH(r->arena, &r->topology);
	fresh->name = lm_arena_strdup(r->arena, name);
	return fresh;
}

static bool answer_topology(struct remote_request *r, const json_t *topology, const char **why)
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
		struct lm_kv *one = element(r, name);
		if (one == NULL) {
			*why = "'associatedTopology' has too many elements";
			return false;
		}
		one->value = remote_text(r->arena, value);
	}
	return true;
}

/* ---- at once ---------------------------------------------------------------------------------- */

static void read_found(struct remote_request *r, const json_t *o)
{
	const json_t *found = json_object_get(o, "result");
	const char *id = json_string_value(json_object_get(found, "resourceId")), *why = NULL;

	if (found == NULL || json_is_null(found)) {
		remote_fail(r, STEP_RESOURCE_NOT_FOUND, "driver '%s' finds no '%s' at '%s'",
		    r->rq.site->driver, r->rq.resource_name, r->rq.site->location);
		return;
	}
	if (id == NULL || *id == '\0')
		why = "what it has found has no 'resourceId'";
	if (why != NULL ||
	    !answer_topology(r, json_object_get(found, "associatedTopology"), &why)) {
		remote_fail(r, STEP_INTERNAL_ERROR, "driver '%s' answers what makes no sense: %s",
		    r->rq.site->driver, why);
		return;
	}
	struct lm_kvs outputs = remote_values(r->arena, json_object_get(found, "outputs"));
	struct lm_kvs all = {LM_NEW_N(r->arena, struct lm_kv, outputs.n + 1), 0};
	for (size_t i = 0; i < outputs.n; i++)
		if (strcmp(outputs.v[i].name, "id") != 0)
			all.v[all.n++] = outputs.v[i];
	all.v[all.n++] = (struct lm_kv){"id", id};
	remote_end(r, &(struct step_result){.outputs = all});
}

static void read_accepted(struct remote_request *r, const json_t *o)
{
	const char *id = json_string_value(json_object_get(o, "requestId")), *why = NULL;

	if (id != NULL && strcmp(id, r->rq.step) != 0)
		why = "it speaks of another request";
	if (why != NULL || !answer_topology(r, json_object_get(o, "associatedTopology"), &why))
		remote_fail(r, STEP_INTERNAL_ERROR, "driver '%s' answers what makes no sense: %s",
		    r->rq.site->driver, why);
	else
		remote_accepted(r);
}

void answer_read(struct remote_request *r, const struct web_answer *a)
{
	const struct step_site *site = r->rq.site;

	if (a->why != NULL) {
		remote_refused(r, "%s: %s", site->base_uri, a->why);
		return;
	}
	json_t *o = json_loadb(a->body, a->n, JSON_REJECT_DUPLICATES, NULL);
	if (remote_is_passing(a->status))
		remote_refused(r, "%s answers with status %d: %s", site->base_uri, a->status,
		    remote_message(r->arena, o));
	else if (a->status == 200 && r->rq.is_find && json_is_object(o))
		read_found(r, o);
	else if ((a->status == 200 || a->status == 202) && !r->rq.is_find && json_is_object(o))
		read_accepted(r, o);
	else if (a->status == 400)
		remote_fail(r, STEP_INTERNAL_ERROR, "driver '%s' refuses it: %s", site->driver,
		    remote_message(r->arena, o));
	else
		remote_fail(r, STEP_INTERNAL_ERROR,
		    "driver '%s' answers with status %d%s: see whether %s is a resource driver",
		    site->driver, a->status, json_is_object(o) ? "" : " and no JSON",
		    site->base_uri);
	json_decref(o);
}

/* ---- later ------------------------------------------------------------------------------------ */

static void take_failure(struct remote_request *r, const json_t *details)
{
	const char *code = json_string_value(json_object_get(details, "failureCode"));
	const char *text = json_string_value(json_object_get(details, "description"));

	remote_end(r, &(struct step_result){
			  .failure = remote_failure(code),
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
	struct remote_request *r = remote_find(&d->remote, step);
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
		remote_end(r, &(struct step_result){.outputs = remote_values(r->arena,
							json_object_get(reply, "outputs"))});
	else if (strcmp(status, "FAILED") == 0)
		take_failure(r, json_object_get(reply, "failureDetails"));
	return NULL;
}

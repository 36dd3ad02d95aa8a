/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/drivers/manager/priv.h"

/* What another resource manager says. */

static struct asked *own(struct remote_request *r)
{
	return (struct asked *)r;
}

static struct notes *notes_of(struct remote_request *r)
{
	return ((struct driver *)r->remote)->notes;
}

static const char *text_at(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text == NULL ? "" : text;
}

static void makes_no_sense(struct remote_request *r, int status)
{
	remote_fail(r, STEP_INTERNAL_ERROR,
	    "%s answers with status %d and what makes no sense: see whether %s is a resource "
	    "manager's API",
	    r->who, status, r->rq.site->base_uri);
}

static bool is_removal(const struct step_request *rq)
{
	return !rq->is_operation &&
	       (strcmp(rq->action, "Uninstall") == 0 || strcmp(rq->action, "Delete") == 0);
}

static bool is_ending(const struct step_request *rq)
{
	return is_removal(rq) || (!rq->is_operation && strcmp(rq->action, "Stop") == 0);
}

/* ---- what it has brought ---------------------------------------------------------------------- */

/* It is ours: what we have said under this name, or been told before. */
static bool is_echo(const struct step_request *rq, const char *name, const char *value)
{
	const struct lm_kvs *const lists[] = {&rq->given, &rq->own, &rq->kept};

	for (size_t i = 0; i < LM_COUNT(lists); i++) {
		const char *told = lm_kvs_find(lists[i], name);

		if (told != NULL)
			return strcmp(told, value) == 0;
	}
	return false;
}

struct lm_kvs transition_outputs(
    struct lm_arena *a, const struct step_request *rq, const json_t *properties)
{
	struct lm_kvs all = remote_values(a, properties);
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++)
		if (!is_echo(rq, all.v[i].name, all.v[i].value))
			all.v[n++] = all.v[i];
	all.n = n;
	return all;
}

static void set_resource(struct remote_request *r, const char *value)
{
	*LM_PUSH(r->arena, &r->topology) = (struct lm_kv){RESOURCE, value};
}

/* Later steps are told what it calls the resource. */
static void keep_resource(struct remote_request *r, const char *id)
{
	json_t *o = json_pack("{s:s, s:s}", "id", id, "type", r->rq.descriptor);

	set_resource(r, remote_text(r->arena, o));
	json_decref(o);
	own(r)->instance = lm_arena_strdup(r->arena, id);
}

static void read_instance(struct remote_request *r, const struct web_answer *a, const json_t *o)
{
	if (a->status == 404) /* it has nothing to tell of it */
		remote_end(r, &(struct step_result){0});
	else if (a->status == 200 && json_is_object(o))
		remote_end(r, &(struct step_result){.outputs = transition_outputs(r->arena, &r->rq,
							json_object_get(o, "properties"))});
	else
		makes_no_sense(r, a->status);
}

/* ---- how far it is ---------------------------------------------------------------------------- */

static void next(struct remote_request *r, enum phase phase)
{
	own(r)->phase = phase;
	remote_again(r, 0);
}

/* Stop and Uninstall of what is not there succeed; but of that it says the same as of a missing script. */
static void failed(struct remote_request *r, const json_t *o)
{
	enum step_failure failure = remote_failure(text_at(o, "requestFailureCode"));
	const char *reason = remote_message(r->arena, o);

	if (failure == STEP_RESOURCE_NOT_FOUND && is_ending(&r->rq)) {
		own(r)->reason = reason;
		next(r, PHASE_VERIFY);
	} else {
		remote_fail(r, failure, "%s: %s", r->who, reason);
	}
}

static void verify(struct remote_request *r, const struct web_answer *a)
{
	if (a->status != 404) {
		remote_fail(r, STEP_INTERNAL_ERROR, "%s: %s", r->who, own(r)->reason);
		return;
	}
	if (is_removal(&r->rq))
		set_resource(r, NULL);
	remote_end(r, &(struct step_result){0});
}

static void completed(struct remote_request *r, const json_t *o)
{
	const char *id = text_at(o, "resourceId");

	if (is_removal(&r->rq)) {
		set_resource(r, NULL);
		remote_end(r, &(struct step_result){0});
		return;
	}
	if (*id != '\0')
		keep_resource(r, id);
	if (own(r)->instance == NULL)
		remote_end(r, &(struct step_result){0});
	else
		next(r, PHASE_FETCH);
}

/* True: it was one of the states that there are. */
static bool take_state(struct remote_request *r, const json_t *o)
{
	const char *state = text_at(o, "requestState");

	if (strcmp(state, "PENDING") == 0 || strcmp(state, "IN_PROGRESS") == 0)
		remote_again(r, remote_pause(POLL_MS, POLL_MAX_MS, own(r)->polls));
	else if (strcmp(state, "COMPLETED") == 0)
		completed(r, o);
	else if (strcmp(state, "FAILED") == 0)
		failed(r, o);
	else if (strcmp(state, "CANCELLED") == 0)
		remote_fail(r, r->is_cancelled ? STEP_CANCELLED : STEP_INTERNAL_ERROR,
		    "%s has cancelled it: %s", r->who, remote_message(r->arena, o));
	else
		return false;
	return true;
}

static void read_status(struct remote_request *r, const struct web_answer *a, const json_t *o)
{
	if (a->status == 404)
		remote_fail(r, STEP_INTERNAL_ERROR,
		    "%s knows nothing any more of request %s, which it had accepted: see there "
		    "what "
		    "has become of it, and retry",
		    r->who, own(r)->id);
	else if (a->status != 200 || !take_state(r, o))
		makes_no_sense(r, a->status);
}

/* ---- what it makes of a request --------------------------------------------------------------- */

static void on_noted(void *arg)
{
	struct remote_request *r = arg;
	struct asked *q = own(r);

	q->note = NULL;
	q->phase = PHASE_POLL;
	remote_again(r, POLL_MS);
}

static void read_accepted(struct remote_request *r, const struct web_answer *a, const json_t *o)
{
	const char *id = text_at(o, "requestId");
	bool is_accepted = (a->status == 200 || a->status == 202) && *id != '\0' &&
			   strlen(id) <= ID_MAX &&
			   strcmp(text_at(o, "requestState"), "FAILED") != 0;

	if (!is_accepted && a->status >= 500) {
		remote_fail(r, STEP_INTERNAL_ERROR, "%s answers with status %d: %s", r->who,
		    a->status, remote_message(r->arena, o));
	} else if (!is_accepted && json_is_object(o) &&
		   (a->status >= 400 || strcmp(text_at(o, "requestState"), "FAILED") == 0)) {
		failed(r, o);
	} else if (!is_accepted) {
		makes_no_sense(r, a->status);
	} else {
		remote_accepted(r);
		own(r)->id = lm_arena_strdup(r->arena, id);
		own(r)->phase = PHASE_NOTE;
		own(r)->note = note_write(notes_of(r), r->rq.step, id, on_noted, r);
	}
}

/* ---- finding ---------------------------------------------------------------------------------- */

/* It searches by a part of the name; we want the one, by its name or its property 'name'. */
static bool is_wanted(struct remote_request *r, const json_t *one)
{
	const json_t *name = json_object_get(json_object_get(one, "properties"), "name");

	return step_finds(&r->rq, text_at(one, "resourceType"), text_at(one, "resourceName"),
	    json_string_value(name));
}

static void read_found(struct remote_request *r, const struct web_answer *a, const json_t *all)
{
	const json_t *found = NULL;
	size_t i = 0, n = 0;
	json_t *one;

	if (a->status != 404 && (a->status != 200 || !json_is_array(all))) {
		makes_no_sense(r, a->status);
		return;
	}
	json_array_foreach((json_t *)(uintptr_t)all, i, one)
	{
		if (!is_wanted(r, one))
			continue;
		found = one;
		n++;
	}
	if (n != 1) {
		remote_fail(r, STEP_RESOURCE_NOT_FOUND, "%s finds %s '%s' at '%s'", r->who,
		    n == 0 ? "no" : "more than one", r->rq.resource_name, r->rq.site->location);
		return;
	}
	const char *id = text_at(found, "resourceId");
	if (*id == '\0') {
		makes_no_sense(r, a->status);
		return;
	}
	struct lm_kvs values = remote_values(r->arena, json_object_get(found, "properties"));
	LM_VEC(struct lm_kv) outputs = {0};
	for (i = 0; i < values.n; i++)
		if (strcmp(values.v[i].name, "id") != 0)
			*LM_PUSH(r->arena, &outputs) = values.v[i];
	*LM_PUSH(r->arena, &outputs) = (struct lm_kv){"id", lm_arena_strdup(r->arena, id)};
	keep_resource(r, id);
	remote_end(r, &(struct step_result){.outputs = {outputs.v, outputs.n}});
}

/* ---- all of it -------------------------------------------------------------------------------- */

/* What was sent may be under way there: who asks again may have it done twice. */
static void unanswered(struct remote_request *r, const char *why, bool may_be_taken)
{
	if (own(r)->phase == PHASE_TELL && may_be_taken)
		remote_fail(r, STEP_INTERNAL_ERROR,
		    "%s was asked, but has not said whether it does it: %s; see there what has "
		    "become of it, and retry",
		    r->who, why);
	else
		remote_refused(r, "%s: %s", r->rq.site->base_uri, why);
}

static void heard(struct remote_request *r, const struct web_answer *a, const json_t *o)
{
	if (own(r)->phase == PHASE_TELL)
		read_accepted(r, a, o);
	else if (own(r)->phase == PHASE_POLL)
		read_status(r, a, o);
	else if (own(r)->phase == PHASE_FETCH)
		read_instance(r, a, o);
	else if (own(r)->phase == PHASE_VERIFY)
		verify(r, a);
	else
		read_found(r, a, o);
}

void transition_read(struct remote_request *r, const struct web_answer *a)
{
	if (a->why != NULL) {
		unanswered(r, a->why, a->was_sent);
		return;
	}
	json_t *o = json_loadb(a->body, a->n, 0, NULL);
	if (remote_is_passing(a->status)) {
		unanswered(r,
		    lm_arena_printf(
			r->arena, "status %d: %s", a->status, remote_message(r->arena, o)),
		    a->status == 504);
	} else {
		remote_heard(r);
		heard(r, a, o);
	}
	json_decref(o);
}

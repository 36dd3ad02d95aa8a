/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Alertmanager posts to a webhook (version 4): alerts whose labels say what they want of us.
 *
 *	lm_intent: heal | scaleOut | scaleIn, assembly: NAME, component: NAME (heal) or cluster: NAME
 *
 * Alerts without lm_intent are others' business, and so is that one is over.  An alert is told again
 * for as long as it lasts: it is acted upon once.  What cannot be done now, but perhaps in a moment,
 * makes the answer a 503, so that all of them are told again soon.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/writer.h"

enum { ALERTS_MAX = 1000, REASON_MAX = 160, BY_MAX = 80 };
/* Refusals say the names that a body has, which may be all of it, with every character escaped. */
enum { ANSWER_MAX = 8 * HTTP_BODY_MAX };

/* What an alert is called, cut where that is too long. */
struct caption {
	char reason[REASON_MAX], by[BY_MAX];
};

struct verdict {
	struct lm_json *json;
	size_t accepted, repeated, refused, bad;
	bool try_again;
};

static const char *label(const json_t *alert, const char *name)
{
	return json_string_value(json_object_get(json_object_get(alert, "labels"), name));
}

static bool read_kind(const char *text, enum intent_kind *out)
{
	static const struct {
		const char *text;
		enum intent_kind kind;
	} kinds[] = {
	    {"heal", INTENT_HEAL}, {"scaleOut", INTENT_SCALE_OUT}, {"scaleIn", INTENT_SCALE_IN}};

	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strcmp(kinds[i].text, text) == 0) {
			*out = kinds[i].kind;
			return true;
		}
	return false;
}

static struct lm_err *read_alert(const json_t *a, struct alert *out, struct caption *said)
{
	const char *summary =
	    json_string_value(json_object_get(json_object_get(a, "annotations"), "summary"));
	const char *name = label(a, "alertname");

	*out = (struct alert){
	    .assembly = label(a, "assembly"), .reason = said->reason, .by = said->by};
	if (!read_kind(label(a, "lm_intent"), &out->kind))
		return lm_err_new(
		    LM_ERR_INVALID, "label lm_intent must be heal, scaleOut or scaleIn");
	if (out->kind == INTENT_HEAL)
		out->component = label(a, "component");
	else
		out->cluster = label(a, "cluster");
	if (out->assembly == NULL || (out->component == NULL && out->cluster == NULL))
		return lm_err_new(LM_ERR_INVALID, "labels assembly and %s must say what is meant",
		    out->kind == INTENT_HEAL ? "component" : "cluster");
	snprintf(said->by, sizeof said->by, "alert%s%s", name == NULL ? "" : " ",
	    name == NULL ? "" : name);
	snprintf(said->reason, sizeof said->reason, "%s%s%s", said->by, summary == NULL ? "" : ": ",
	    summary == NULL ? "" : summary);
	return NULL;
}

static void tell(struct verdict *v, size_t index, const char *member, const char *text)
{
	lm_json_open(v->json, NULL, '{');
	lm_json_int(v->json, "index", (int64_t)index);
	lm_json_str(v->json, member, text);
	lm_json_close(v->json, '}');
}

/* The same for as long as the alert lasts; free(); NULL: it does not say since when it does. */
static char *identity(const json_t *a)
{
	const char *since = json_string_value(json_object_get(a, "startsAt"));
	char *labels = json_dumps(json_object_get(a, "labels"), JSON_COMPACT | JSON_SORT_KEYS);
	char *text = NULL;

	if (labels == NULL || (since != NULL && asprintf(&text, "%s %s", since, labels) < 0))
		abort();
	free(labels);
	return text;
}

/* A heal that is refused is under way, or of no use; a scale may only have come at a bad moment. */
static bool may_pass(const struct alert *a, const struct lm_err *e)
{
	return lm_err_kind(e) == LM_ERR_UNAVAILABLE ||
	       (lm_err_kind(e) == LM_ERR_CONFLICT && a->kind != INTENT_HEAL);
}

/* NULL: done, and remembered. */
static struct lm_err *act(
    struct api *api, const struct alert *alert, const char *id, struct verdict *v, char *process)
{
	struct lm_err *e = manager_alert(api->manager, alert, process);

	if (e == NULL && id != NULL)
		seen_add(api->alerts, id);
	if (e == NULL)
		return NULL;
	v->refused++;
	v->try_again |= may_pass(alert, e);
	return e;
}

static void take_new(
    struct api *api, const json_t *a, const char *id, size_t index, struct verdict *v)
{
	char process[LM_ID_SIZE];
	struct caption said;
	struct alert alert;

	struct lm_err *e = read_alert(a, &alert, &said);
	v->bad += e != NULL;
	if (e == NULL)
		e = act(api, &alert, id, v, process);
	if (e != NULL) {
		lm_log(LM_LOG_INFO, "alert.refused", "assembly=%s %s",
		    alert.assembly == NULL ? "" : alert.assembly, lm_err_text(e));
		tell(v, index, "message", lm_err_text(e));
		lm_err_free(e);
		return;
	}
	lm_log(LM_LOG_INFO, "alert.accepted", "assembly=%s process=%s %s", alert.assembly, process,
	    said.reason);
	v->accepted++;
	tell(v, index, "processId", process);
}

static void take_alert(struct api *api, const json_t *a, size_t index, struct verdict *v)
{
	const char *status = json_string_value(json_object_get(a, "status"));

	if (label(a, "lm_intent") == NULL || (status != NULL && strcmp(status, "resolved") == 0))
		return;
	char *id = identity(a);
	if (id != NULL && seen_has(api->alerts, id))
		v->repeated++;
	else
		take_new(api, a, id, index, v);
	free(id);
}

static void take_all(struct api *api, struct http_request *r, const json_t *alerts)
{
	struct lm_buf b;

	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	struct verdict v = {.json = &j};
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "alerts", '[');
	for (size_t i = 0; i < json_array_size(alerts); i++)
		take_alert(api, json_array_get(alerts, i), i, &v);
	lm_json_close(&j, ']');
	lm_json_int(&j, "accepted", (int64_t)v.accepted);
	lm_json_int(&j, "repeated", (int64_t)v.repeated);
	lm_json_int(&j, "refused", (int64_t)v.refused);
	lm_json_int(&j, "bad", (int64_t)v.bad);
	lm_json_close(&j, '}');
	if (v.try_again)
		http_put_header(r, "Retry-After", "1");
	http_answer(r,
	    &(struct http_answer){.status = v.try_again ? 503
					    : v.bad > 0 ? 400
							: 200},
	    &b);
	lm_buf_fini(&b);
}

void api_post_alerts(struct api *api, struct http_request *r, const char *param)
{
	struct writer w;
	json_error_t why;
	(void)param;

	if (!writer_read(api->token_key, r, &w))
		return;
	if (!w.is_trusted) {
		http_answer_error(
		    r, 403, "a component's token is not for alerts: 'lm token --writer NAME'");
		return;
	}
	json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, &why);
	const json_t *alerts = json_object_get(body, "alerts");
	if (body == NULL)
		http_answer_error(r, 400, "the body is not JSON: line %d column %d: %s", why.line,
		    why.column, document_complaint(&why));
	else if (!json_is_array(alerts) || json_array_size(alerts) > ALERTS_MAX)
		http_answer_error(r, 400,
		    "\"alerts\" must be an array of at most %d alerts, as "
		    "Alertmanager posts it",
		    ALERTS_MAX);
	else
		take_all(api, r, alerts);
	json_decref(body);
}

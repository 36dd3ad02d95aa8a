/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Alertmanager posts to a webhook (version 4): alerts whose labels say what they want of us.
 *
 *	lm_intent: heal | scaleOut | scaleIn, assembly: NAME, component: NAME (heal) or cluster: NAME
 *
 * Alerts without lm_intent are others' business, and so is that one is over.
 */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "lm/server/api.h"
#include "lm/server/writer.h"

enum { ANSWER_MAX = 128 * 1024, ALERTS_MAX = 1000, REASON_MAX = 160 };

struct verdict {
	struct lm_json *json;
	size_t accepted, refused, bad;
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

static struct lm_err *read_alert(const json_t *a, struct alert *out, char reason[REASON_MAX])
{
	const char *summary =
	    json_string_value(json_object_get(json_object_get(a, "annotations"), "summary"));
	const char *name = label(a, "alertname");

	*out = (struct alert){.assembly = label(a, "assembly"), .reason = reason};
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
	snprintf(reason, REASON_MAX, "alert %s%s%s", name == NULL ? "" : name,
	    summary == NULL ? "" : ": ", summary == NULL ? "" : summary);
	return NULL;
}

static void tell(struct verdict *v, size_t index, const char *member, const char *text)
{
	lm_json_open(v->json, NULL, '{');
	lm_json_int(v->json, "index", (int64_t)index);
	lm_json_str(v->json, member, text);
	lm_json_close(v->json, '}');
}

static void take_alert(struct api *api, const json_t *a, size_t index, struct verdict *v)
{
	const char *status = json_string_value(json_object_get(a, "status"));
	char process[LM_ID_SIZE], reason[REASON_MAX];
	struct alert alert;

	if (label(a, "lm_intent") == NULL || (status != NULL && strcmp(status, "resolved") == 0))
		return;
	struct lm_err *e = read_alert(a, &alert, reason);
	v->bad += e != NULL;
	if (e == NULL) {
		e = manager_alert(api->manager, &alert, process);
		v->refused += e != NULL;
	}
	if (e != NULL) {
		lm_log(LM_LOG_INFO, "alert.refused", "assembly=%s %s",
		    alert.assembly == NULL ? "" : alert.assembly, lm_err_text(e));
		tell(v, index, "message", lm_err_text(e));
		lm_err_free(e);
		return;
	}
	lm_log(LM_LOG_INFO, "alert.accepted", "assembly=%s process=%s %s", alert.assembly, process,
	    reason);
	v->accepted++;
	tell(v, index, "processId", process);
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
	lm_json_int(&j, "refused", (int64_t)v.refused);
	lm_json_int(&j, "bad", (int64_t)v.bad);
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = v.bad > 0 ? 400 : 200}, &b);
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
		    why.column, why.text);
	else if (!json_is_array(alerts) || json_array_size(alerts) > ALERTS_MAX)
		http_answer_error(r, 400,
		    "\"alerts\" must be an array of at most %d alerts, as "
		    "Alertmanager posts it",
		    ALERTS_MAX);
	else
		take_all(api, r, alerts);
	json_decref(body);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "lm/server/intents.h"
#include "lm/server/meter/traffic.h"
#include "lm/server/route.h"

enum { PLAN_MAX = 64 * 1024 * 1024, WARNINGS_MAX = 1024 * 1024 };
enum { ANSWER_WAIT_MS = 10000 };
/* What operators wait at most for those who report, in a turn. */
enum { REPORT_NS = 2 * 1000 * 1000 };

void api_answer_text(struct http_request *r, const char *type, struct lm_buf *b)
{
	if (b->cut)
		http_answer_error(r, 500, "the answer would be larger than %zu bytes", b->max);
	else
		http_answer(r, &(struct http_answer){.status = 200, .type = type}, b);
}

void api_note(const struct http_request *r, const char *event, const char *name)
{
	lm_log(LM_LOG_INFO, event, "name=\"%s\" by=%s trace=%s", name,
	    r->who[0] != '\0' ? r->who : "-", r->trace);
}

void api_answer_err(struct http_request *r, int status, struct lm_err *e)
{
	if (status == 0)
		status = lm_err_http_status(lm_err_kind(e));
	if (status >= 500)
		lm_log(LM_LOG_ERROR, "http.failed", "%s %s trace=%s: %s", r->method, r->path,
		    r->trace, lm_err_text(e));
	http_answer_error(r, status, "%s", lm_err_text(e));
	lm_err_free(e);
}

/* ---- intents and plans ------------------------------------------------------------------------ */

static bool read_intent(
    struct http_request *r, const char *name, struct lm_arena *a, struct intent *out)
{
	enum intent_kind kind;

	if (!intent_kind_parse(name, &kind)) {
		http_answer_error(
		    r, 404, "there is no intent '%s'; there are: %s", name, intent_names());
		return false;
	}
	struct lm_err *e = intent_read(kind, r->body, r->body_n, a, out);
	out->trace = r->trace;
	out->by = r->who[0] != '\0' ? r->who : NULL;
	if (e != NULL)
		api_answer_err(r, 0, e);
	return e == NULL;
}

/* What an intent names and nobody has is the body's mistake, not the address's. */
static int intent_status(const struct lm_err *e)
{
	return lm_err_kind(e) == LM_ERR_NOT_FOUND ? 400 : 0;
}

static const char *subject_of(const struct intent *i)
{
	return i->assembly_name != NULL ? i->assembly_name
	       : i->assembly_id != NULL ? i->assembly_id
					: i->process;
}

void api_post_intent(struct api *api, struct http_request *r, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char process[LM_ID_SIZE];
	struct intent it;

	if (name == NULL) /* of a route of its own */
		name = strrchr(r->path, '/') + 1;
	if (!read_intent(r, name, a, &it))
		return;
	struct lm_err *e = manager_intent(api->manager, &it, process);
	if (e != NULL) {
		api_answer_err(r, intent_status(e), e);
		return;
	}
	lm_log(LM_LOG_INFO, "intent.accepted", "intent=%s subject=%s process=%s by=%s trace=%s",
	    name, subject_of(&it), process, r->who[0] != '\0' ? r->who : "-", r->trace);
	api_begun(api, r, process, &it);
}

/* {"processId":...}, and what the intent gives in vain. */
static char *accepted_body(struct api *api, const char *process, const struct intent *intent)
{
	struct lm_buf b;

	lm_buf_init(&b, WARNINGS_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "processId", process);
	engine_warn(manager_engine(api->manager), intent, &j);
	lm_json_close(&j, '}');
	char *text = lm_strdup(b.p);
	lm_buf_fini(&b);
	return text;
}

void api_begun(
    struct api *api, struct http_request *r, const char *process, const struct intent *intent)
{
	struct api_intent *begun = LM_PUSH(NULL, &api->begun);

	begun->request = r;
	begun->at_ms = manager_now_ms(api->manager);
	begun->body = intent == NULL ? NULL : accepted_body(api, process, intent);
	snprintf(begun->process, sizeof begun->process, "%s", process);
}

static void answer_begun(const struct api_intent *i)
{
	char location[64];
	struct lm_buf b;

	if (i->body == NULL) {
		http_answer(i->request, &(struct http_answer){.status = 204}, NULL);
		return;
	}
	snprintf(location, sizeof location, "/api/processes/%s", i->process);
	lm_buf_init(&b, WARNINGS_MAX);
	lm_buf_puts(&b, i->body);
	http_put_header(i->request, "Location", location);
	http_answer(i->request, &(struct http_answer){.status = 201}, &b);
	lm_buf_fini(&b);
}

static void answer_unknown(const struct api_intent *i, const char *why)
{
	if (i->process[0] != '\0')
		http_answer_error(i->request, 503,
		    "unknown outcome: process %s begins when the journal can be written again, "
		    "unless the manager ends before; see /api/processes (%s)",
		    i->process, why);
	else
		http_answer_error(i->request, 503,
		    "unknown outcome: it is done when the journal can be written again, unless the "
		    "manager ends before (%s)",
		    why);
}

/* A request sleeps until it is answered, so it is there however long that takes. */
void api_settled(struct api *api)
{
	struct manager_trouble trouble = manager_trouble(api->manager);
	int64_t now_ms = manager_now_ms(api->manager);
	size_t left = 0;

	for (size_t i = 0; i < api->begun.n; i++) {
		const struct api_intent *b = &api->begun.v[i];

		if (trouble.why != NULL && now_ms - b->at_ms < ANSWER_WAIT_MS) {
			api->begun.v[left++] = *b;
			continue;
		}
		if (trouble.why == NULL)
			answer_begun(b);
		else
			answer_unknown(b, trouble.why);
		free(b->body);
	}
	api->begun.n = left;
}

void api_fini(struct api *api)
{
	seen_free(api->alerts);
	pages_free(api->pages);
	traffic_free(api->traffic);
	for (size_t i = 0; i < api->begun.n; i++)
		free(api->begun.v[i].body);
	lm_vec_free(&api->begun);
}

void api_post_plan(struct api *api, struct http_request *r, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	static const char *const forms[] = {
	    [PLAN_AS_TEXT] = "text", [PLAN_AS_JSON] = "json", [PLAN_AS_DOT] = "dot"};
	const char *format = http_query(r, "format");
	enum plan_form form = PLAN_AS_TEXT;
	struct intent it;
	struct lm_buf b;

	while (form < LM_COUNT(forms) && strcmp(forms[form], format == NULL ? "json" : format) != 0)
		form++;
	if (form == LM_COUNT(forms)) {
		http_answer_error(r, 400, "'format' must be json, text or dot");
		return;
	}
	if (!read_intent(r, name, a, &it))
		return;
	lm_buf_init(&b, PLAN_MAX);
	struct lm_err *e = engine_plan(manager_engine(api->manager), &it, form, &b);
	if (e != NULL)
		api_answer_err(r, intent_status(e), e);
	else
		api_answer_text(r, form == PLAN_AS_JSON ? NULL : "text/plain; charset=utf-8", &b);
	lm_buf_fini(&b);
}

/* ---- events ------------------------------------------------------------------------------------ */

void api_get_events(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	events_answer(api->events, r);
}

/* ---- whom a request is for -------------------------------------------------------------------- */

static void dispatch(struct api *api, struct http_request *r)
{
	struct route_match m;

	if (api_find_route(api, r, &m)) /* it was admitted, so there is one */
		m.route->fn(api, r, strstr(m.route->pattern, "{}") != NULL ? m.param : NULL);
}

void api_answered(void *arg, const struct http_request *r, int status)
{
	const struct api *api = arg;

	traffic_count(api->traffic, r->label, status, uv_hrtime() - r->began_ns);
}

/* ---- whose turn it is ------------------------------------------------------------------------- */

bool api_is_report(const struct http_request *r)
{
	if (r->scope == HTTP_METRICS)
		return strcmp(r->path, "/api/alerts") != 0;
	if (strncmp(r->path, "/api/send/", 10) == 0)
		return true;
	return strcmp(r->method, "POST") == 0 && strncmp(r->path, "/api/metrics", 12) == 0;
}

static void report(struct api *api, struct http_request *r)
{
	uint64_t began = uv_hrtime();

	dispatch(api, r);
	api->report_ns += uv_hrtime() - began;
}

/*
 * What changes nothing can be answered as it comes, as long as all that it speaks of is durable: the
 * answer does not wait for the turn.
 */
static bool can_answer_now(const struct api *api, const struct http_request *r)
{
	return strcmp(r->method, "GET") == 0 && api->asked.first == NULL &&
	       manager_revision(api->manager) != 0;
}

static void push(struct api_queue *q, struct http_request *r)
{
	r->next = NULL;
	if (q->first == NULL)
		q->first = r;
	else
		q->last->next = r;
	q->last = r;
}

static struct http_request *pop(struct api_queue *q)
{
	struct http_request *r = q->first; /* an answered request may go at any time */

	if (r != NULL)
		q->first = r->next;
	return r;
}

void api_request(void *arg, struct http_request *r)
{
	struct api *api = arg;

	if (!r->is_bulk && can_answer_now(api, r))
		dispatch(api, r);
	else if (!r->is_bulk)
		push(&api->asked, r);
	else if (api->reported.first != NULL || api->report_ns >= REPORT_NS)
		push(&api->reported, r);
	else
		report(api, r);
}

bool api_has_requests(const struct api *api)
{
	return api->asked.first != NULL || api->reported.first != NULL;
}

void api_turn(struct api *api)
{
	struct http_request *r;

	api->report_ns = 0;
	while ((r = pop(&api->asked)) != NULL)
		dispatch(api, r);
	while (api->report_ns < REPORT_NS && (r = pop(&api->reported)) != NULL)
		report(api, r);
}

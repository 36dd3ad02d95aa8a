/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/tokens.h"

#include <stdio.h>
#include <string.h>

static void make(struct auth *a, const struct grant_of *g, bool is_refresh, char out[JWT_SIZE])
{
	const struct account *terms = g->client != NULL ? g->client : g->who;
	unsigned validity_s = is_refresh ? terms->refresh_s : terms->access_s;
	struct account fresh; /* for a number that nobody had before */
	struct jwt t = {
	    .roles = g->who->roles,
	    .is_refresh = is_refresh,
	    .issued_s = auth_now_s(),
	    .expires_s = auth_now_s() + validity_s,
	};

	account_stamp(&fresh);
	memcpy(t.id, fresh.stamp, sizeof t.id);
	memcpy(t.line, g->place != NULL ? g->place->line : t.id, sizeof t.line);
	t.begun_s = t.issued_s;
	if (is_refresh && g->place != NULL) {
		t.turn = g->place->turn;
		t.begun_s = g->place->begun_s;
		t.expires_s = g->place->expires_s; /* a line does not last for ever */
	}
	memcpy(t.stamp, g->who->stamp, sizeof t.stamp);
	memcpy(t.subject, g->who->name, sizeof t.subject);
	if (g->client != NULL)
		memcpy(t.client, g->client->name, sizeof t.client);
	jwt_make(a->key, &t, out);
}

void tokens_answer(struct auth *a, struct http_request *r, const struct grant_of *g)
{
	const struct account *terms = g->client != NULL ? g->client : g->who;
	char token[JWT_SIZE];
	struct lm_buf b;

	lm_buf_init(&b, 4 * JWT_SIZE);
	struct lm_json j = lm_json_on(&b);
	make(a, g, false, token);
	lm_json_open(&j, NULL, '{');
	if (g->is_ui)
		lm_json_str(&j, "token", token);
	else
		lm_json_str(&j, "access_token", token);
	lm_json_str(&j, "token_type", "bearer");
	if (g->may_refresh) {
		make(a, g, true, token);
		lm_json_str(&j, "refresh_token", token);
	}
	lm_json_int(&j, "expires_in", terms->access_s - 1);
	lm_json_str(&j, "scope", "all");
	lm_json_close(&j, '}');
	http_put_header(r, "Cache-Control", "no-store");
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	password_forget(token, sizeof token);
	lm_buf_fini(&b);
}

void tokens_answer_error(struct http_request *r, int status, const char *code, const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "error", code);
	lm_json_str(&j, "error_description", text);
	lm_json_str(&j, "url", r->path);
	lm_json_str(&j, "localizedMessage", text);
	lm_json_raw(&j, "details", "{}");
	lm_json_close(&j, '}');
	http_put_header(r, "Cache-Control", "no-store");
	http_put_header(r, "X-TraceCtx-TransactionId", r->trace);
	http_answer(r, &(struct http_answer){.status = status}, &b);
	lm_buf_fini(&b);
}

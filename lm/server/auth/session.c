/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging in: a request, the one or two who must prove who they are (a user, and the client he comes
 * by), their turn in the line, and a token.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/auth/auth_priv.h"
#include "lm/server/auth/basic.h"
#include "lm/server/auth/refresh.h"
#include "lm/server/auth/tokens.h"
#include "lm/server/document/document.h"

struct party {
	bool is_asked, is_right;
	bool is_known; /* the hash is his */
	char name[ACCOUNT_NAME_SIZE], secret[PASSWORD_MAX + 1];
	char hash[PASSWORD_HASH_SIZE], stamp[STAMP_SIZE];
};

enum { USER, CLIENT, PARTIES };

struct session {
	struct slow_task task; /* first, see session_of() */
	struct auth *auth;
	struct http_request *request;
	unsigned grant; /* 0: /ui/api/login */
	char peer[HTTP_PEER_SIZE];
	char *refresh; /* the token of a refresh; NULL: none */
	struct party parties[PARTIES];
};

static struct session *session_of(struct slow_task *t)
{
	return (struct session *)(void *)t;
}

static void end(struct session *s)
{
	password_forget(s->parties, sizeof s->parties);
	free(s->refresh);
	free(s);
}

static struct session *session_new(struct auth *a, struct http_request *r, unsigned grant)
{
	struct session *s = lm_alloc(sizeof *s);

	s->auth = a;
	s->request = r;
	s->grant = grant;
	http_peer(r, s->peer);
	return s;
}

/* ---- in the line ------------------------------------------------------------------------------ */

/* A line a second, however fast somebody tries. */
static void note_slowed(struct session *s)
{
	struct auth *a = s->auth;
	int64_t now_ms = auth_now_ms(a);

	a->slowed++;
	if (now_ms < a->slowed_next_ms)
		return;
	lm_log(LM_LOG_WARN, "auth.slowed", "attempts=%u last_from=%s", a->slowed, s->peer);
	a->slowed = 0;
	a->slowed_next_ms = now_ms + 1000;
}

static void answer_wait(struct session *s, int64_t wait_ms)
{
	char seconds[24];

	note_slowed(s);
	snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
	http_put_header(s->request, "Retry-After", seconds);
	http_answer_error(s->request, 429,
	    "too many attempts with a wrong name or password: try again in %s s", seconds);
}

/* Looks up what to compare with; false: he has to wait. */
static bool begin_party(struct session *s, struct party *p, bool is_client)
{
	int64_t wait_ms = limiter_wait_ms(s->auth->limiter, s->peer, p->name, auth_now_ms(s->auth));

	if (wait_ms > 0) {
		answer_wait(s, wait_ms);
		return false;
	}
	const struct account *who = users_find(auth_users(s->auth), p->name);
	p->is_known = who != NULL && who->is_client == is_client && !who->is_suspended;
	if (p->is_known) {
		memcpy(p->hash, who->hash, sizeof p->hash);
		memcpy(p->stamp, who->stamp, sizeof p->stamp);
	}
	return true;
}

static bool on_begin(struct slow_task *t)
{
	struct session *s = session_of(t);

	for (int i = 0; i < PARTIES; i++) {
		if (!s->parties[i].is_asked || begin_party(s, &s->parties[i], i == CLIENT))
			continue;
		end(s);
		return false;
	}
	return true;
}

/* Whoever is not known, or suspended, takes as long as who is. */
static void on_work(struct slow_task *t)
{
	struct session *s = session_of(t);

	for (int i = 0; i < PARTIES; i++) {
		struct party *p = &s->parties[i];

		if (p->is_asked)
			p->is_right = password_verify(p->is_known ? p->hash : NULL, p->secret);
	}
}

static void on_drop(struct slow_task *t)
{
	end(session_of(t));
}

/* ---- the outcome ------------------------------------------------------------------------------ */

/* What was typed as a name may have been a password: only names that there are get into the log. */
static void note_failure(struct session *s, const struct party *p)
{
	limiter_failed(s->auth->limiter, s->peer, p->name, auth_now_ms(s->auth));
	lm_log(LM_LOG_WARN, "auth.refused", "name=%s from=%s", p->is_known ? p->name : "(unknown)",
	    s->peer);
}

/*
 * His account, if he has proved who he is and nothing has changed since he began to.  Borrowed from
 * the accounts as answer() has found them.
 */
static const struct account *holder(struct session *s, const struct party *p)
{
	const struct account *who = p->is_right ? users_find(s->auth->users, p->name) : NULL;

	if (who == NULL || who->is_suspended || strcmp(who->stamp, p->stamp) != 0) {
		note_failure(s, p);
		return NULL;
	}
	limiter_passed(s->auth->limiter, s->peer, p->name, auth_now_ms(s->auth));
	return who;
}

static void answer_client_failed(struct http_request *r)
{
	http_put_header(r, "WWW-Authenticate", "Basic realm=\"lm\"");
	tokens_answer_error(r, 401, "invalid_client",
	    "the client or its secret is wrong ('lm client list' on the manager's machine)");
}

static void give(struct session *s, const struct account *who, const struct account *client)
{
	struct grant_of g = {.who = who, .client = client, .is_ui = s->grant == 0};

	lm_log(LM_LOG_INFO, "auth.login", "name=%s client=%s from=%s", who->name,
	    client != NULL ? client->name : "-", s->peer);
	g.may_refresh = s->grant == 0 ||
			(s->grant == GRANT_PASSWORD && (client->grants & GRANT_REFRESH_TOKEN) != 0);
	tokens_answer(s->auth, s->request, &g);
}

static void answer(struct session *s)
{
	struct party *user = &s->parties[USER], *client = &s->parties[CLIENT];

	(void)auth_users(s->auth); /* once: both accounts are of one reading */
	const struct account *through = client->is_asked ? holder(s, client) : NULL;
	if (client->is_asked && through == NULL) {
		answer_client_failed(s->request);
		return;
	}
	if (through != NULL && (through->grants & s->grant) == 0) {
		tokens_answer_error(s->request, 400, "unauthorized_client",
		    "this client may not use that grant_type: see 'lm client list'");
		return;
	}
	if (s->refresh != NULL) {
		refresh_begin(s->auth, s->request, s->refresh, client->name, s->peer);
		return;
	}
	const struct account *who = user->is_asked ? holder(s, user) : through;
	if (who != NULL)
		give(s, who, through);
	else
		tokens_answer_error(s->request, s->grant == 0 ? 401 : 400, "invalid_grant",
		    "the name or the password is wrong");
}

static void on_done(struct slow_task *t)
{
	struct session *s = session_of(t);

	answer(s);
	end(s);
}

static const struct slow_ops session_ops = {on_begin, on_work, on_done, on_drop};

static void join(struct session *s)
{
	s->task.ops = &session_ops;
	if (slow_join(s->auth->slow, &s->task))
		return;
	http_answer_busy(s->request);
	end(s);
}

/* ---- what was asked --------------------------------------------------------------------------- */

/* False: it was answered.  A name that cannot be is asked for like any other: it is not known. */
static bool read_party(
    struct http_request *r, struct party *p, const char *name, const char *secret)
{
	if (name == NULL || secret == NULL) {
		tokens_answer_error(r, 400, "invalid_request", "a name and a password are needed");
		return false;
	}
	if (snprintf(p->name, sizeof p->name, "%s", name) >= (int)sizeof p->name ||
	    snprintf(p->secret, sizeof p->secret, "%s", secret) >= (int)sizeof p->secret) {
		tokens_answer_error(
		    r, 400, "invalid_request", "the name or the password is too long");
		return false;
	}
	p->is_asked = true;
	return true;
}

void auth_login(struct auth *a, struct http_request *r)
{
	json_t *body = document_read(r);
	struct session *s = session_new(a, r, 0);
	const json_t *secret = json_object_get(body, "password");

	if (secret == NULL)
		secret = json_object_get(body, "api_key");
	password_forget(r->body, r->body_n);
	if (body == NULL) {
		end(s);
	} else if (!read_party(r, &s->parties[USER],
		       json_string_value(json_object_get(body, "username")),
		       json_string_value(secret))) {
		end(s);
	} else {
		join(s);
	}
	json_decref(body);
}

/* By the header, or fields of the body.  False: it was answered. */
static bool read_client(struct http_request *r, struct party *p, bool is_needed)
{
	char text[ACCOUNT_NAME_SIZE + PASSWORD_MAX + 2];
	const char *header = http_header(r, "Authorization"), *id = http_form(r, "client_id");
	bool ok = true;

	if (header != NULL && strncasecmp(header, "Basic", 5) == 0) {
		char *secret = basic_read(header, text, sizeof text);

		if (secret == NULL) {
			answer_client_failed(r);
			return false;
		}
		ok = read_party(r, p, text, secret);
		password_forget(text, sizeof text);
	} else if (id != NULL && http_form(r, "client_secret") != NULL) {
		ok = read_party(r, p, id, http_form(r, "client_secret"));
	} else if (is_needed) {
		answer_client_failed(r);
		ok = false;
	}
	return ok;
}

static bool read_token_request(struct session *s, struct http_request *r)
{
	const char *token = http_form(r, "refresh_token");

	if (!read_client(r, &s->parties[CLIENT], s->grant != GRANT_REFRESH_TOKEN))
		return false;
	if (s->grant == GRANT_PASSWORD)
		return read_party(
		    r, &s->parties[USER], http_form(r, "username"), http_form(r, "password"));
	if (s->grant != GRANT_REFRESH_TOKEN)
		return true;
	if (token == NULL) {
		tokens_answer_error(r, 400, "invalid_request", "'refresh_token' is missing");
		return false;
	}
	s->refresh = lm_strdup(token);
	return true;
}

void auth_token(struct auth *a, struct http_request *r)
{
	const char *name = http_form(r, "grant_type");
	unsigned grant = 0;

	if (name == NULL || !grant_parse(name, &grant)) {
		tokens_answer_error(r, 400, "unsupported_grant_type",
		    "'grant_type' is client_credentials, password or refresh_token, in a body of "
		    "the type application/x-www-form-urlencoded");
		return;
	}
	struct session *s = session_new(a, r, grant);
	bool ok = read_token_request(s, r);
	password_forget(r->body, r->body_n);
	if (!ok) {
		end(s);
	} else if (s->parties[CLIENT].is_asked) {
		join(s);
	} else {
		refresh_begin(a, r, s->refresh, "", s->peer); /* it is all in the token */
		end(s);
	}
}

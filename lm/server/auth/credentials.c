/* SPDX-License-Identifier: Apache-2.0 */
/* /api/credentials: clients, as the reference system has them. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/auth/auth_priv.h"
#include "lm/server/document/document.h"

enum {
	PATIENCE_MS = 2000, /* on the thread: 'lm client' may be at it */
	LIST_MAX = 16 * 1024 * 1024,
};
enum change_kind { CHANGE_MAKE, CHANGE_ALTER, CHANGE_REMOVE };

struct change {
	struct slow_task task; /* first, see change_of() */
	enum change_kind kind;
	struct auth *auth;
	struct http_request *request;
	char *state_dir;        /* for the thread, which may outlast 'auth' */
	struct account account; /* as it shall be */
	struct lm_err *e;
	bool has_secret, has_grants, has_roles, has_access, has_refresh;
	char secret[PASSWORD_MAX + 1];
};

static struct change *change_of(struct slow_task *t)
{
	return (struct change *)(void *)t;
}

static void end(struct change *c)
{
	password_forget(c->secret, sizeof c->secret);
	lm_err_free(c->e);
	free(c->state_dir);
	free(c);
}

/* ---- the body --------------------------------------------------------------------------------- */

typedef bool word_fn(const char *name, unsigned *bits);

static struct lm_err *read_words(
    const json_t *body, const char *key, word_fn *parse, bool *is_given, unsigned *bits)
{
	const json_t *list = json_object_get(body, key), *word = NULL;
	size_t i = 0;

	*is_given = list != NULL;
	if (list != NULL && !json_is_array(list))
		return lm_err_new(LM_ERR_INVALID, "'%s' is a list of texts", key);
	json_array_foreach(list, i, word)
	{
		const char *name = json_string_value(word);

		if (name == NULL || !parse(name, bits))
			return lm_err_new(LM_ERR_INVALID, "'%s' knows no '%.40s'; there are: %s",
			    key, name != NULL ? name : "",
			    parse == role_parse ? role_names()
						: "client_credentials, password, refresh_token");
	}
	return NULL;
}

static struct lm_err *read_seconds(
    const json_t *body, const char *key, bool *is_given, unsigned *out)
{
	const json_t *j = json_object_get(body, key);
	json_int_t n = json_integer_value(j);

	*is_given = j != NULL;
	if (j == NULL)
		return NULL;
	if (n < 1 || n > VALIDITY_MAX_S)
		return lm_err_new(
		    LM_ERR_INVALID, "'%s' is from 1 to %d seconds", key, VALIDITY_MAX_S);
	*out = (unsigned)n;
	return NULL;
}

static struct lm_err *read_secret(const json_t *body, struct change *c)
{
	const char *secret = json_string_value(json_object_get(body, "clientSecret"));

	c->has_secret = secret != NULL;
	if (secret == NULL)
		return c->kind == CHANGE_MAKE
			   ? lm_err_new(LM_ERR_INVALID, "'clientSecret' is missing")
			   : NULL;
	struct lm_err *e = password_check(secret);
	if (e == NULL)
		snprintf(c->secret, sizeof c->secret, "%s", secret);
	return e;
}

static struct lm_err *read_body(const json_t *body, const char *name, struct change *c)
{
	struct account *a = &c->account;
	const char *id = json_string_value(json_object_get(body, "clientId"));

	if (name == NULL && id == NULL)
		return lm_err_new(LM_ERR_INVALID, "'clientId' is missing");
	if (name != NULL && id != NULL && strcmp(name, id) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "'clientId' is '%.40s' in the body and '%.40s' "
		    "in the path: a client keeps its name",
		    id, name);
	if (snprintf(a->name, sizeof a->name, "%s", name != NULL ? name : id) >=
	    (int)sizeof a->name)
		return lm_err_new(LM_ERR_INVALID, "'clientId' is too long");
	struct lm_err *e = read_secret(body, c);
	if (e == NULL)
		e = read_words(
		    body, "authorisedGrantTypes", grant_parse, &c->has_grants, &a->grants);
	if (e == NULL)
		e = read_words(body, "roles", role_parse, &c->has_roles, &a->roles);
	if (e == NULL)
		e = read_seconds(body, "accessTokenValidity", &c->has_access, &a->access_s);
	if (e == NULL)
		e = read_seconds(body, "refreshTokenValidity", &c->has_refresh, &a->refresh_s);
	return e;
}

/* ---- in the line ------------------------------------------------------------------------------ */

static bool on_begin(struct slow_task *t)
{
	(void)t;
	return true;
}

static struct lm_err *edit(struct users *, void *arg);

static void on_work(struct slow_task *t)
{
	struct change *c = change_of(t);

	if (c->has_secret)
		c->e = password_hash(c->secret, c->account.hash);
	if (c->e == NULL)
		c->e = users_edit(c->state_dir, PATIENCE_MS, edit, c);
}

static void on_drop(struct slow_task *t)
{
	end(change_of(t));
}

/* ---- the change ------------------------------------------------------------------------------- */

static const char *const change_text[] = {
    [CHANGE_MAKE] = "added", [CHANGE_ALTER] = "changed", [CHANGE_REMOVE] = "removed"};

static struct lm_err *no_such(const char *name)
{
	return lm_err_new(LM_ERR_NOT_FOUND, "there is no client '%s'", name);
}

static struct lm_err *edit(struct users *u, void *arg)
{
	struct change *c = arg;
	struct account *a = &c->account;

	if (c->kind == CHANGE_MAKE) {
		account_stamp(a);
		return users_add(u, a);
	}
	struct account *was = users_change(u, a->name);
	if (was == NULL || !was->is_client)
		return no_such(a->name);
	if (c->kind == CHANGE_REMOVE) {
		(void)users_remove(u, a->name);
		return NULL;
	}
	if (c->has_secret) {
		memcpy(was->hash, a->hash, sizeof was->hash);
		account_stamp(was);
	}
	if (c->has_grants)
		was->grants = a->grants;
	if (c->has_roles)
		was->roles = a->roles;
	if (c->has_access)
		was->access_s = a->access_s;
	if (c->has_refresh)
		was->refresh_s = a->refresh_s;
	*a = *was;
	return NULL;
}

/* Never a secret. */
static void print_client(struct lm_json *j, const struct account *a)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "clientId", a->name);
	words_print(j, "authorisedGrantTypes", a->grants, grant_name);
	lm_json_int(j, "accessTokenValidity", a->access_s);
	lm_json_int(j, "refreshTokenValidity", a->refresh_s);
	words_print(j, "roles", a->roles, role_name);
	lm_json_close(j, '}');
}

static void answer(struct change *c)
{
	const struct account *a = &c->account;
	bool is_new = c->kind == CHANGE_MAKE;
	char location[ACCOUNT_NAME_SIZE + 32];
	struct lm_buf b;

	if (c->kind == CHANGE_REMOVE) {
		http_answer(c->request, &(struct http_answer){.status = 204}, NULL);
		return;
	}
	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	print_client(&j, a);
	if (is_new) {
		snprintf(location, sizeof location, "/api/credentials/%s", a->name);
		http_put_header(c->request, "Location", location);
	}
	http_answer(c->request, &(struct http_answer){.status = is_new ? 201 : 200}, &b);
	lm_buf_fini(&b);
}

static void on_done(struct slow_task *t)
{
	struct change *c = change_of(t);

	if (c->e == NULL) {
		lm_log(LM_LOG_INFO, "auth.credentials", "client=%s change=%s by=%s trace=%s",
		    c->account.name, change_text[c->kind],
		    c->request->who[0] != '\0' ? c->request->who : "-", c->request->trace);
		(void)auth_users(c->auth); /* what has changed is noted beside it */
		answer(c);
	} else {
		http_answer_error(
		    c->request, lm_err_http_status(lm_err_kind(c->e)), "%s", lm_err_text(c->e));
	}
	end(c);
}

static const struct slow_ops change_ops = {on_begin, on_work, on_done, on_drop};

static struct change *change_new(struct auth *a, struct http_request *r, enum change_kind kind)
{
	struct change *c = lm_alloc(sizeof *c);

	c->task.ops = &change_ops;
	c->auth = a;
	c->state_dir = lm_strdup(a->state_dir);
	c->request = r;
	c->kind = kind;
	c->account.is_client = true;
	c->account.access_s = ACCESS_S;
	c->account.refresh_s = REFRESH_S;
	return c;
}

static void join(struct change *c)
{
	if (slow_join(c->auth->slow, &c->task))
		return;
	http_answer_busy(c->request);
	end(c);
}

void auth_credentials(struct auth *a, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);

	password_forget(r->body, r->body_n);
	if (body == NULL)
		return;
	struct change *c = change_new(a, r, name == NULL ? CHANGE_MAKE : CHANGE_ALTER);
	c->e = read_body(body, name, c);
	json_decref(body);
	if (c->e == NULL) {
		join(c);
		return;
	}
	http_answer_error(r, 400, "%s", lm_err_text(c->e));
	end(c);
}

void auth_remove_client(struct auth *a, struct http_request *r, const char *name)
{
	struct change *c = change_new(a, r, CHANGE_REMOVE);

	if (snprintf(c->account.name, sizeof c->account.name, "%s", name) <
	    (int)sizeof c->account.name) {
		join(c);
		return;
	}
	http_answer_error(r, 404, "there is no client '%.80s'", name);
	end(c);
}

/* ---- questions -------------------------------------------------------------------------------- */

void auth_show_client(struct auth *a, struct http_request *r, const char *name)
{
	const struct account *who = users_find(auth_users(a), name);
	struct lm_buf b;

	if (who == NULL || !who->is_client) {
		http_answer_error(r, 404, "there is no client '%.80s'", name);
		return;
	}
	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	print_client(&j, who);
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
}

void auth_list_clients(struct auth *a, struct http_request *r)
{
	const struct users *all = auth_users(a);
	struct lm_buf b;

	lm_buf_init(&b, LIST_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < users_count(all); i++)
		if (users_at(all, i)->is_client)
			print_client(&j, users_at(all, i));
	lm_json_close(&j, ']');
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
}

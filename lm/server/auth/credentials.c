/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/credentials, PUT /api/credentials/{id}: clients, as the reference system has them. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "lm/server/auth/auth_priv.h"
#include "lm/server/document/document.h"

struct change {
	struct slow_task task; /* first, see change_of() */
	struct auth *auth;
	struct http_request *request;
	struct account account; /* as it shall be */
	struct lm_err *e;
	bool is_new, has_secret, has_grants, has_roles, has_access, has_refresh;
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
		return c->is_new ? lm_err_new(LM_ERR_INVALID, "'clientSecret' is missing") : NULL;
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

static void on_work(struct slow_task *t)
{
	struct change *c = change_of(t);

	if (c->has_secret)
		c->e = password_hash(c->secret, c->account.hash);
}

static void on_drop(struct slow_task *t)
{
	end(change_of(t));
}

/* ---- the change ------------------------------------------------------------------------------- */

static struct lm_err *edit(struct users *u, void *arg)
{
	struct change *c = arg;
	struct account *a = &c->account;

	if (c->is_new) {
		account_stamp(a);
		return users_add(u, a);
	}
	struct account *was = users_change(u, a->name);
	if (was == NULL || !was->is_client)
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no client '%s'", a->name);
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

static void answer(struct change *c)
{
	const struct account *a = &c->account;
	char location[ACCOUNT_NAME_SIZE + 32];
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "clientId", a->name);
	account_print_words(&j, "authorisedGrantTypes", a->grants, grant_name);
	lm_json_int(&j, "accessTokenValidity", a->access_s);
	lm_json_int(&j, "refreshTokenValidity", a->refresh_s);
	account_print_words(&j, "roles", a->roles, role_name);
	lm_json_close(&j, '}');
	if (c->is_new) {
		snprintf(location, sizeof location, "/api/credentials/%s", a->name);
		http_put_header(c->request, "Location", location);
	}
	http_answer(c->request, &(struct http_answer){.status = c->is_new ? 201 : 200}, &b);
	lm_buf_fini(&b);
}

static void on_done(struct slow_task *t)
{
	struct change *c = change_of(t);

	if (c->e == NULL)
		c->e = users_edit(c->auth->state_dir, 0, edit, c);
	if (c->e == NULL) {
		lm_log(LM_LOG_INFO, "auth.credentials", "client=%s by=%s", c->account.name,
		    c->request->who);
		answer(c);
	} else {
		http_answer_error(
		    c->request, lm_err_http_status(lm_err_kind(c->e)), "%s", lm_err_text(c->e));
	}
	end(c);
}

static const struct slow_ops change_ops = {on_begin, on_work, on_done, on_drop};

void auth_credentials(struct auth *a, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);
	struct change *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	password_forget(r->body, r->body_n);
	if (body == NULL) {
		end(c);
		return;
	}
	c->task.ops = &change_ops;
	c->auth = a;
	c->request = r;
	c->is_new = name == NULL;
	c->account.is_client = true;
	c->account.access_s = ACCESS_S;
	c->account.refresh_s = REFRESH_S;
	c->e = read_body(body, name, c);
	json_decref(body);
	if (c->e != NULL)
		http_answer_error(r, 400, "%s", lm_err_text(c->e));
	else if (slow_join(a->slow, &c->task))
		return;
	else
		http_answer_busy(r);
	end(c);
}

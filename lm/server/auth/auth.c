/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/auth.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/auth/audit.h"
#include "lm/server/auth/auth_priv.h"
#include "lm/server/auth/refresh.h"

int64_t auth_now_s(void)
{
	return time(NULL);
}

int64_t auth_now_ms(const struct auth *a)
{
	(void)a;
	return (int64_t)(uv_hrtime() / 1000000);
}

/* ---- who there is ----------------------------------------------------------------------------- */

const struct users *auth_users(struct auth *a)
{
	struct users_seen now = users_look(a->state_dir);
	struct users *fresh = NULL;

	if (memcmp(&now, &a->seen, sizeof now) == 0)
		return a->users;
	a->seen = now; /* a file that is no good is told of once */
	struct lm_err *e = users_load(a->state_dir, &fresh);
	if (e != NULL) {
		lm_log(LM_LOG_ERROR, "auth.users", "those of before stay as they were: %s",
		    lm_err_text(e));
		lm_err_free(e);
		return a->users;
	}
	audit_accounts(a->users, fresh);
	users_free(a->users);
	a->users = fresh;
	return a->users;
}

/* A client that goes takes with it who came by it. */
static bool is_client_there(const struct auth *a, const char *name)
{
	const struct account *client = users_find(a->users, name);

	return name[0] == '\0' || (client != NULL && client->is_client && !client->is_suspended);
}

const struct account *auth_account(struct auth *a, const struct jwt *t)
{
	const struct account *who = users_find(auth_users(a), t->subject);

	if (who == NULL || who->is_suspended || strcmp(who->stamp, t->stamp) != 0)
		return NULL;
	return is_client_there(a, t->client) ? who : NULL;
}

const struct account *auth_holder(
    struct auth *a, const char *token, bool is_refresh, struct jwt *t, const char **why)
{
	enum jwt_verdict v = jwt_read(a->key, token, auth_now_s(), t);

	*why = "this token is not one of this manager's: log in for another";
	if (v == JWT_FOREIGN || t->is_refresh != is_refresh)
		return NULL;
	if (v == JWT_EXPIRED) {
		*why = "this token has expired: log in again";
		return NULL;
	}
	const struct account *who = auth_account(a, t);
	if (who == NULL)
		*why = "this token has been taken back: log in again";
	return who;
}

/* ---- whether he may --------------------------------------------------------------------------- */

/*
 * A page in a browser can have a name of its own lead to this machine, and then ask as if it were
 * ours: where nobody is asked who he is, the manager goes by its address or localhost only.
 */
static bool is_called_by_address(const char *host)
{
	size_t n = host != NULL ? strcspn(host, ":") : 0;

	return host == NULL || host[0] == '[' || strspn(host, "0123456789.") == n ||
	       (n == 9 && strncasecmp(host, "localhost", n) == 0);
}

static bool admit_everybody(struct http_request *r)
{
	if (is_called_by_address(http_header(r, "Host"))) {
		r->grants = ~0u;
		return true;
	}
	http_answer_error(r, 403,
	    "a manager with --insecure goes by an IP address or localhost only: use it, or start "
	    "the manager without --insecure");
	return false;
}

static bool refuse(struct http_request *r, const char *why)
{
	http_put_header(r, "WWW-Authenticate", "Bearer realm=\"lm\"");
	http_answer_error(r, 401, "%s ('lm login', or POST /oauth/token)", why);
	return false;
}

bool auth_admit(struct auth *a, struct http_request *r, enum privilege need)
{
	const char *token = NULL, *why = NULL;
	struct jwt t;

	if (need == PRIVILEGE_OPEN || need == PRIVILEGE_REPORT)
		return true;
	if (a->conf.insecure)
		return admit_everybody(r);
	if ((token = http_bearer(r)) == NULL)
		return refuse(r, "log in first, and send 'Authorization: Bearer TOKEN'");
	const struct account *who = auth_holder(a, token, false, &t, &why);
	if (who == NULL)
		return refuse(r, why);
	snprintf(r->who, sizeof r->who, "%s", who->name);
	r->grants = roles_grants(who->roles);
	if ((r->grants >> need & 1) != 0)
		return true;
	http_answer_error(
	    r, 403, "%s may not do this: it takes the role %s", who->name, roles_with(need));
	return false;
}

bool auth_still(struct auth *a, struct http_request *r, enum privilege need)
{
	const char *token = http_bearer(r);
	struct jwt t;

	if (a->conf.insecure)
		return true;
	if (token == NULL || jwt_read(a->key, token, auth_now_s(), &t) == JWT_FOREIGN)
		return false;
	const struct account *who = auth_account(a, &t);
	return who != NULL && (roles_grants(who->roles) >> need & 1) != 0;
}

/* ---- who am I? -------------------------------------------------------------------------------- */

static const char *privilege_word(unsigned i)
{
	return i < PRIVILEGES ? privilege_name((enum privilege)i) : NULL;
}

void auth_whoami(struct auth *a, struct http_request *r)
{
	const struct account *who = users_find(a->users, r->who);
	const unsigned shown =
	    ~(1u << PRIVILEGE_OPEN | 1u << PRIVILEGE_REPORT | 1u << PRIVILEGE_KNOWN);
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "username", who != NULL ? who->name : NULL);
	words_print(&j, "roles", who != NULL ? who->roles : 0, role_name);
	words_print(&j, "privileges", r->grants & shown, privilege_word);
	lm_json_bool(&j, "insecure", a->conf.insecure);
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
}

/* ---- life ------------------------------------------------------------------------------------- */

static struct lm_err *open_key(struct auth *a)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/" AUTH_KEY_NAME, a->state_dir) >= (int)sizeof path)
		return lm_err_new(LM_ERR_INVALID, "the name %s is too long", a->state_dir);
	return token_key_open(path, true, &a->key);
}

static void say_who_may(const struct auth *a)
{
	if (a->conf.insecure)
		lm_log(LM_LOG_WARN, "auth.off",
		    "--insecure: everybody on this machine may do everything");
	else if (users_count(a->users) == 0)
		lm_log(LM_LOG_WARN, "auth.nobody",
		    "nobody can log in yet; for the first operator: lm user add NAME --role "
		    "SLMAdmin --state %s",
		    a->state_dir);
}

struct lm_err *auth_open(const struct auth_conf *conf, struct auth **out)
{
	struct auth *a = lm_alloc(sizeof *a);

	a->conf = *conf;
	a->state_dir = lm_strdup(conf->state_dir);
	a->limiter = limiter_new();
	a->slow = slow_new(conf->loop);
	a->seen = users_look(a->state_dir);
	struct lm_err *e = open_key(a);
	if (e == NULL)
		e = users_load(a->state_dir, &a->users);
	if (e == NULL)
		e = refresh_open(a);
	if (e != NULL) {
		auth_free(a);
		return e;
	}
	say_who_may(a);
	*out = a;
	return NULL;
}

void auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	slow_free(a->slow);
	limiter_free(a->limiter);
	users_free(a->users);
	rotation_free(a->rotation);
	token_key_free(a->key);
	free(a->state_dir);
	free(a);
}

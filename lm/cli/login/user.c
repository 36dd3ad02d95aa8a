/* SPDX-License-Identifier: Apache-2.0 */
/* lm user, lm client: who may log in.  They work on the state folder, as the manager's owner. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "lm/cli/cli.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/login/secret.h"
#include "lm/cli/look.h"
#include "lm/server/auth/privilege.h"
#include "lm/server/auth/users_file.h"

enum { PATIENCE_MS = 5000, PRINT_MAX = 16 << 20 };

/* What shall become of whom. */
struct task {
	const struct args *args;
	const char *name;
	bool is_client;
	unsigned roles, grants;
	char hash[PASSWORD_HASH_SIZE];
};

static const char *kind_of(const struct task *t)
{
	return t->is_client ? "client" : "user";
}

static struct lm_err *find(struct users *u, const struct task *t, struct account **out)
{
	struct account *a = users_change(u, t->name);

	if (a == NULL || a->is_client != t->is_client)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "there is no %s '%s': 'lm %s list' tells who "
		    "there is",
		    kind_of(t), t->name, kind_of(t));
	*out = a;
	return NULL;
}

/* ---- the changes ------------------------------------------------------------------------------ */

static struct lm_err *edit_add(struct users *u, void *arg)
{
	const struct task *t = arg;
	struct account a = {
	    .is_client = t->is_client,
	    .roles = t->roles,
	    .grants = t->grants,
	    .access_s = ACCESS_S,
	    .refresh_s = REFRESH_S,
	};

	snprintf(a.name, sizeof a.name, "%s", t->name);
	memcpy(a.hash, t->hash, sizeof a.hash);
	account_stamp(&a);
	return users_add(u, &a);
}

static struct lm_err *edit_secret(struct users *u, void *arg)
{
	const struct task *t = arg;
	struct account *a = NULL;

	struct lm_err *e = find(u, t, &a);
	if (e != NULL)
		return e;
	memcpy(a->hash, t->hash, sizeof a->hash);
	account_stamp(a);
	return NULL;
}

static struct lm_err *edit_remove(struct users *u, void *arg)
{
	const struct task *t = arg;
	struct account *a = NULL;

	struct lm_err *e = find(u, t, &a);
	if (e == NULL)
		(void)users_remove(u, t->name);
	return e;
}

static struct lm_err *suspend(struct users *u, void *arg, bool on)
{
	struct account *a = NULL;

	struct lm_err *e = find(u, arg, &a);
	if (e == NULL)
		a->is_suspended = on;
	return e;
}

static struct lm_err *edit_suspend(struct users *u, void *arg)
{
	return suspend(u, arg, true);
}

static struct lm_err *edit_resume(struct users *u, void *arg)
{
	return suspend(u, arg, false);
}

/* ---- words ------------------------------------------------------------------------------------ */

static struct lm_err *read_roles(const struct args *a, struct task *t)
{
	for (size_t i = 0; i < a->roles.n; i++)
		if (!role_parse(a->roles.v[i], &t->roles))
			return lm_err_new(LM_ERR_INVALID, "there is no role '%s'; there are: %s",
			    a->roles.v[i], role_names());
	for (size_t i = 0; i < a->grants.n; i++)
		if (!grant_parse(a->grants.v[i], &t->grants))
			return lm_err_new(LM_ERR_INVALID,
			    "there is no grant '%s'; there are: client_credentials, password, "
			    "refresh_token",
			    a->grants.v[i]);
	if (a->grants.n == 0)
		t->grants = GRANT_CLIENT_CREDENTIALS;
	return NULL;
}

/* A made one is printed, once: it is nowhere else. */
static struct lm_err *take_secret(struct task *t, char secret[SECRET_SIZE])
{
	struct lm_err *e = NULL;

	if (t->args->generate)
		password_make(secret);
	else
		e = secret_read(t->is_client ? "Secret" : "Password", true, secret);
	if (e == NULL)
		e = password_check(secret);
	return e != NULL ? e : password_hash(secret, t->hash);
}

static const struct verb {
	const char *name, *done;
	users_edit_fn *edit;
	bool takes_secret, makes;
} verbs[] = {
    {"add", "added", edit_add, true, true},
    {"passwd", "changed; what was logged in is logged out", edit_secret, true, false},
    {"remove", "removed", edit_remove, false, false},
    {"suspend", "suspended", edit_suspend, false, false},
    {"resume", "may log in again", edit_resume, false, false},
};

/* Before the first start there is no folder yet. */
static struct lm_err *make_folder(const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return NULL;
	return lm_err_errno(errno, "cannot make the state folder %s", path);
}

static int change(struct task *t, const struct verb *v)
{
	char secret[SECRET_SIZE] = "";

	struct lm_err *e = v->makes ? read_roles(t->args, t) : NULL;
	if (e == NULL && v->makes)
		e = make_folder(t->args->state_dir);
	if (e == NULL && v->takes_secret)
		e = take_secret(t, secret);
	if (e == NULL)
		e = users_edit(t->args->state_dir, PATIENCE_MS, v->edit, t);
	if (e == NULL && v->takes_secret && t->args->generate)
		puts(secret);
	secret_forget(secret);
	if (e != NULL)
		return cli_fail(e);
	fprintf(stderr, "%s %s %s\n", kind_of(t), t->name, v->done);
	return CLI_OK;
}

/* ---- list ------------------------------------------------------------------------------------- */

static json_t *words_of(unsigned bits, const char *(*name)(unsigned))
{
	json_t *all = json_array();

	for (unsigned i = 0; name(i) != NULL; i++)
		if ((bits >> i & 1) != 0)
			json_array_append_new(all, json_string(name(i)));
	return all;
}

/* Users, or clients, in the order of their names. */
static json_t *document_of(const struct users *u, bool clients)
{
	json_t *all = json_array();

	for (size_t i = 0; i < users_count(u); i++) {
		const struct account *a = users_at(u, i);

		if (a->is_client != clients)
			continue;
		json_t *one = json_pack("{s:s, s:s, s:o}", "name", a->name, "state",
		    a->is_suspended ? "suspended" : "active", "roles",
		    words_of(a->roles, role_name));
		if (clients)
			json_object_set_new(one, "grants", words_of(a->grants, grant_name));
		json_array_append_new(all, one);
	}
	return all;
}

/* A kind of thing that no manager is asked for. */
static const struct column columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"STATE", "state", COLUMN_TEXT, false},
    {"ROLES", "roles", COLUMN_TEXT, false},
    {"GRANTS", "grants", COLUMN_TEXT, false},
};
static const struct kind users_kind = {
    .id = "name", .is_sorted = true, .columns = columns, .n_columns = LM_COUNT(columns) - 1};
static const struct kind clients_kind = {
    .id = "name", .is_sorted = true, .columns = columns, .n_columns = LM_COUNT(columns)};

static void print(const struct args *a, const json_t *all, bool clients)
{
	const struct kind *k = clients ? &clients_kind : &users_kind;
	struct render r = render_stdout();
	enum form form = form_of(a);
	struct lm_buf b;

	lm_buf_init(&b, PRINT_MAX);
	if (form_is_data(form))
		form_print_data(form, all, &b);
	else if (form == FORM_NAME)
		kind_print_names(k, all, &b);
	else
		kind_print_table(k, &r, all, false, &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
}

static int list(const struct args *a, bool clients)
{
	LM_AUTO(users) u = NULL;

	struct lm_err *e = users_load(a->state_dir, &u);
	if (e != NULL)
		return cli_fail(e);
	json_t *all = document_of(u, clients);
	if (json_array_size(all) > 0 || form_is_data(form_of(a)))
		print(a, all, clients);
	else
		fprintf(stderr, "There are no %ss: 'lm %s add NAME --role ROLE' adds one.\n",
		    a->command->name, a->command->name);
	json_decref(all);
	return CLI_OK;
}

int user_run(const struct args *a)
{
	struct task t = {.args = a, .is_client = strcmp(a->command->name, "client") == 0};

	if (strcmp(a->words[0], "list") == 0)
		return a->n_words == 1 ? list(a, t.is_client)
				       : cli_usage(a, "'%s' is too much", a->words[1]);
	for (size_t i = 0; i < LM_COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, a->words[0]) != 0)
			continue;
		if (a->n_words < 2)
			return cli_usage(a, "whom? A name is missing after '%s'", a->words[0]);
		t.name = a->words[1];
		return change(&t, &verbs[i]);
	}
	return cli_usage(a, "'%s' is not what can be done with a %s", a->words[0], kind_of(&t));
}

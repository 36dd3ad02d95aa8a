/* SPDX-License-Identifier: Apache-2.0 */
/* lm login, logout, whoami. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/login/secret.h"
#include "lm/cli/login/tokens.h"
#include "lm/cli/look.h"

enum { TEXT_MAX = 16 * 1024, NAME_BYTES = 128 };

/* A name without a newline, as a terminal gives it. */
static struct lm_err *ask_name(char out[NAME_BYTES])
{
	if (!isatty(STDIN_FILENO))
		return lm_err_new(LM_ERR_INVALID, "who? lm login NAME, with the password on "
						  "standard input");
	fputs("Name: ", stderr);
	if (fgets(out, NAME_BYTES, stdin) == NULL || out[0] == '\n')
		return lm_err_new(LM_ERR_INVALID, "given up");
	out[strcspn(out, "\n")] = '\0';
	return NULL;
}

static struct lm_err *login(const struct args *a, const char *name, const char *secret)
{
	LM_AUTO(client) c = client_new(a->server);
	struct client_message m = {.method = "POST", .type = "application/json"};
	struct lm_buf body;

	lm_buf_init(&body, TEXT_MAX);
	if (a->is_client) {
		m.type = "application/x-www-form-urlencoded";
		client_path(c, &body, "grant_type=client_credentials&client_id=%&client_secret=%",
		    name, secret, NULL);
	} else {
		struct lm_json j = lm_json_on(&body);

		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "username", name);
		lm_json_str(&j, "password", secret);
		lm_json_close(&j, '}');
	}
	m.body = body.p;
	struct lm_err *e = client_login(c, a->is_client ? "/oauth/token" : "/api/login", &m);
	explicit_bzero(body.p, body.n);
	lm_buf_fini(&body);
	return e;
}

int login_run(const struct args *a)
{
	char name[NAME_BYTES], secret[SECRET_SIZE];
	struct lm_err *e = NULL;

	if (a->n_words > 0)
		snprintf(name, sizeof name, "%s", a->words[0]);
	else
		e = ask_name(name);
	if (e == NULL)
		e = secret_read(a->is_client ? "Secret" : "Password", false, secret);
	if (e != NULL)
		return cli_fail(e);
	e = login(a, name, secret);
	secret_forget(secret);
	if (e != NULL)
		return cli_fail(e);
	fprintf(stderr, "%s is logged in at %s\n", name, a->server);
	return CLI_OK;
}

int logout_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	bool was_there = false;

	struct lm_err *e = client_logout(c, &was_there);
	if (e != NULL)
		return cli_fail(e);
	fputs(was_there ? "logged out\n" : "nobody was logged in\n", stderr);
	return CLI_OK;
}

static void print_words(const json_t *list, struct lm_buf *out)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		lm_buf_printf(
		    out, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(list, i)));
	lm_buf_puts(out, json_array_size(list) == 0 ? "none\n" : "\n");
}

static const char *print_me(
    const struct look *l, const struct render *r, const json_t *me, struct lm_buf *out)
{
	const char *name = json_string_value(json_object_get(me, "username"));
	(void)l;
	(void)r;

	if (name != NULL)
		lm_buf_printf(out, "name:       %s\nroles:      ", name);
	else
		lm_buf_puts(out, "name:       nobody, and nobody is asked (--insecure)\n");
	if (name != NULL)
		print_words(json_object_get(me, "roles"), out);
	lm_buf_puts(out, "privileges: ");
	print_words(json_object_get(me, "privileges"), out);
	return NULL;
}

int whoami_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);

	return look_run(
	    &(struct look){.args = a, .client = c, .path = "/api/whoami", .print = print_me});
}

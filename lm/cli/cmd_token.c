/* SPDX-License-Identifier: Apache-2.0 */
/* lm token: the right to report metrics, for somebody the manager does not start itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/server/intake/token.h"

enum { DEPTH_MAX = 128, PATH_BYTES = 512 };

static bool is_id(const char *text)
{
	return strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36;
}

/* The metric key of a component, which is its id, somewhere below an assembly. */
static const char *find_key(const json_t *assembly, const char *name, unsigned depth)
{
	const json_t *children = json_object_get(assembly, "children");
	const char *mine = json_string_value(json_object_get(assembly, "name"));
	const char *key = json_string_value(json_object_get(assembly, "metricKey"));

	if (mine != NULL && key != NULL && strcmp(mine, name) == 0)
		return key;
	key = NULL;
	for (size_t i = 0; key == NULL && depth < DEPTH_MAX && i < json_array_size(children); i++)
		key = find_key(json_array_get(children, i), name, depth + 1);
	return key;
}

/* The manager knows the ids: voice__gateway__kamailio is in the assembly voice. */
static struct lm_err *ask_for_id(
    const struct args *a, struct lm_arena *arena, const char *name, const char **out)
{
	LM_AUTO(client) c = client_new(a->server);
	const char *sub = strstr(name, "__");
	json_t *assembly = NULL;
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, "/api/topology/assemblies/%",
	    lm_arena_strndup(arena, name, sub == NULL ? strlen(name) : (size_t)(sub - name)), NULL);
	struct lm_err *e = client_get_json(c, path.p, &assembly);
	lm_buf_fini(&path);
	if (e != NULL)
		return e;
	*out = lm_arena_strdup(arena, find_key(assembly, name, 0));
	json_decref(assembly);
	return *out != NULL
		   ? NULL
		   : lm_err_new(LM_ERR_NOT_FOUND,
			 "there is no component '%s': 'lm get assemblies' and 'lm describe' "
			 "tell the full names",
			 name);
}

static struct lm_err *print_token(const struct args *a, const char *subject)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(token_key) key = NULL;
	char token[TOKEN_SIZE];

	struct lm_err *e =
	    token_key_open(lm_arena_printf(arena, "%s/" TOKEN_KEY_NAME, a->state_dir), false, &key);
	if (e != NULL)
		return lm_err_wrap(
		    e, "a manager makes the key at its first start (--state says where)");
	token_make(key, subject, token);
	puts(token);
	return NULL;
}

int token_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *subject = a->component;
	struct lm_err *e = NULL;

	if ((a->writer != NULL) == (a->component != NULL))
		return cli_usage(a, "whose? --writer NAME, or --component NAME");
	if (a->writer != NULL)
		subject = lm_arena_printf(arena, TOKEN_WRITER "%s", a->writer);
	else if (!is_id(a->component))
		e = ask_for_id(a, arena, a->component, &subject);
	if (e == NULL &&
	    (!token_subject_is_valid(subject) || (a->writer != NULL && *a->writer == '\0')))
		return cli_usage(a,
		    "a writer's name is of letters, digits, '-', '_' and '.', at most %zu of them",
		    TOKEN_SUBJECT_MAX - strlen(TOKEN_WRITER));
	if (e == NULL)
		e = print_token(a, subject);
	return e == NULL ? CLI_OK : cli_fail(e);
}

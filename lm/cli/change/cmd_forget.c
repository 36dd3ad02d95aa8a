/* SPDX-License-Identifier: Apache-2.0 */
/* lm forget: assemblies leave the manager's books, and what they made stays where it is. */
#include <stdio.h>
#include <string.h>

#include "lm/cli/change/ask.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/render/render.h"

enum { ANSWER_MAX = 1 << 20, PATH_BYTES = 8192, DEPTH_MAX = 64 };

static struct lm_err *ask_assembly(struct client *c, const char *name, json_t **out)
{
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, "/api/topology/assemblies/%", name, NULL);
	struct lm_err *e = client_get_json(c, path.p, out);
	lm_buf_fini(&path);
	return e;
}

/* Components of which something is there. */
static size_t standing(const json_t *node, size_t depth)
{
	const json_t *children = json_object_get(node, "children");
	bool is_component = strcmp(render_text(node, "type"), "Component") == 0;
	size_t n = is_component && *render_text(node, "state") != '\0';

	for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(children); i++)
		n += standing(json_array_get(children, i), depth + 1);
	return n;
}

/* Who agrees must know to what; of a name that nobody has, nothing at all is done. */
static struct lm_err *show(const struct args *a, struct client *c, size_t *n_standing)
{
	for (size_t i = 0; i < a->n_words; i++) {
		json_t *document = NULL;

		struct lm_err *e = ask_assembly(c, a->words[i], &document);
		if (e != NULL)
			return lm_err_wrap(e, "%s", a->words[i]);
		size_t n = standing(document, 0);
		printf("%s: %s, %zu component%s stay%s as %s\n", a->words[i],
		    render_text(document, "descriptorName"), n, n == 1 ? "" : "s",
		    n == 1 ? "s" : "", n == 1 ? "it is" : "they are");
		*n_standing += n;
		json_decref(document);
	}
	fflush(stdout);
	return NULL;
}

static struct lm_err *forget(struct client *c, const char *name)
{
	struct client_message m = {.method = "DELETE"};
	struct lm_buf path, answer;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&answer, ANSWER_MAX);
	client_path(c, &path, "/api/topology/assemblies/%", name, NULL);
	struct lm_err *e = client_send(c, path.p, &m, &answer);
	if (e == NULL)
		printf("%s: forgotten\n", name);
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e != NULL ? lm_err_wrap(e, "%s", name) : NULL;
}

/* CLI_OK: go on. */
static int agree(const struct args *a)
{
	enum ask answer = a->yes ? ASK_YES : ask_yes("Forget what the manager knows of this?");

	if (answer == ASK_NOBODY)
		return cli_usage(a, "nobody can be asked here whether to do this: add --yes");
	if (answer == ASK_NO)
		fputs("Nothing was done.\n", stderr);
	return answer == ASK_YES ? CLI_OK : CLI_FAILED;
}

int forget_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	size_t n_standing = 0;

	struct lm_err *e = show(a, c, &n_standing);
	if (e != NULL)
		return cli_fail(e);
	int status = agree(a);
	if (status != CLI_OK)
		return status;
	for (size_t i = 0; i < a->n_words; i++) {
		e = forget(c, a->words[i]);
		status = e != NULL ? cli_fail(e) : status;
	}
	if (status == CLI_OK && n_standing > 0)
		fputs("'lm doctor' finds what is left, 'lm doctor --repair' removes it, 'lm adopt' "
		      "takes it over.\n",
		    stderr);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lm apply, create, adopt: assemblies that are described in a file.  An apply shows what it would do
 * and asks.
 */
#include <stdio.h>
#include <string.h>

#include "lm/cli/change/apply.h"
#include "lm/cli/change/ask.h"
#include "lm/cli/change/request.h"
#include "lm/cli/change/wait.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/proposal.h"

enum { TEXT_MAX = 256 * 1024 * 1024, PATH_BYTES = 8192 };

static const struct {
	const char *verb, *intent;
} readers[] = {
    {"create", "createAssembly"},
    {"apply", "createOrUpgradeAssembly"},
    {"adopt", "adoptAssembly"},
};

const char *apply_intent(const char *command)
{
	for (size_t i = 0; i < LM_COUNT(readers); i++)
		if (strcmp(readers[i].verb, command) == 0)
			return readers[i].intent;
	return NULL;
}

/* ---- what would be done ----------------------------------------------------------------------- */

static struct lm_err *ask_plan(struct client *c, const struct request *r, json_t **out)
{
	struct lm_buf path, text;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&text, TEXT_MAX);
	lm_buf_printf(&path, "/api/plan/%s?format=json", r->intent);
	struct lm_err *e = client_post(c, path.p, r->body, &text);
	if (e == NULL) {
		*out = json_loadb(text.p, text.n, 0, NULL);
		if (*out == NULL)
			e = lm_err_new(LM_ERR_IO, "the manager's plan is not JSON");
	}
	lm_buf_fini(&path);
	lm_buf_fini(&text);
	return e;
}

/* NULL: it is not there. */
static struct lm_err *ask_present(struct client *c, const struct request *r, json_t **out)
{
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, "/api/topology/assemblies/%", r->subject, NULL);
	struct lm_err *e = client_get_json(c, path.p, out);
	lm_buf_fini(&path);
	if (e != NULL && lm_err_kind(e) == LM_ERR_NOT_FOUND) {
		lm_err_free(e);
		return NULL;
	}
	return e;
}

/* Adds what it would do to a text for people; 'changes' is set when that is something. */
static struct lm_err *propose(
    struct client *c, const struct request *r, struct lm_buf *out, bool *changes)
{
	struct render render = render_stdout();
	json_t *plan = NULL, *there = NULL, *body = json_loads(r->body, 0, NULL);

	struct lm_err *e = ask_plan(c, r, &plan);
	if (e == NULL)
		e = ask_present(c, r, &there);
	if (e == NULL)
		*changes |= render_proposal(&render, &(struct proposal){body, there, plan}, out);
	json_decref(plan);
	json_decref(there);
	json_decref(body);
	return e != NULL ? lm_err_wrap(e, "%s", r->subject) : NULL;
}

/* ---- an apply --------------------------------------------------------------------------------- */

/*
 * The documents from 'first' on that can be planned by now; one may need what stands before it in the
 * same file.  The error is that of the very first.
 */
static struct lm_err *propose_round(struct client *c, const struct requests *all, size_t first,
    struct lm_buf *out, size_t *end, bool *changes)
{
	for (size_t i = first; i < all->all.n; i++) {
		struct lm_err *e = propose(c, &all->all.v[i], out, changes);

		if (e != NULL && i == first)
			return e;
		*end = e == NULL ? i + 1 : i;
		if (e != NULL) {
			lm_buf_printf(out, "%s: planned when what stands before it is done\n",
			    all->all.v[i].subject);
			lm_err_free(e);
			return NULL;
		}
	}
	return NULL;
}

/* CLI_OK: go on. */
static int agree(const struct args *a, bool changes)
{
	if (a->yes || !changes)
		return CLI_OK;
	switch (ask_yes("Do this?")) {
	case ASK_YES:
		return CLI_OK;
	case ASK_NO:
		fputs("Nothing was done.\n", stderr);
		return CLI_FAILED;
	case ASK_NOBODY:
		break;
	}
	return cli_usage(a, "nobody can be asked here whether to do this: add --yes");
}

static int apply_round(
    const struct args *a, struct client *c, const struct requests *all, size_t first, size_t *end)
{
	bool changes = false;
	struct lm_buf text;

	lm_buf_init(&text, TEXT_MAX);
	struct lm_err *e = propose_round(c, all, first, &text, end, &changes);
	if (e == NULL && !form_is_data(form_of(a))) {
		fputs(text.p, stdout);
		fputs(changes ? "\n" : "", stdout);
		fflush(stdout);
	}
	lm_buf_fini(&text);
	int status = e != NULL ? cli_fail(e) : agree(a, changes);
	for (size_t i = first; status == CLI_OK && i < *end; i++)
		status = wait_request(a, c, &all->all.v[i]);
	return status;
}

int apply_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct requests requests = {0};
	bool asks = strcmp(a->command->name, "apply") == 0;
	int status = CLI_OK;

	if (a->file == NULL)
		return cli_usage(a, "which file? Add -f FILE");
	struct request_file file = {apply_intent(a->command->name), a->file, a->queue};
	struct lm_err *e = requests_from_file(arena, &file, &requests);
	if (e != NULL)
		return cli_fail(e);
	LM_AUTO(client) c = client_new(a->server);
	for (size_t i = 0, end = 0; status == CLI_OK && i < requests.all.n; i = end) {
		end = i + 1;
		status = asks ? apply_round(a, c, &requests, i, &end)
			      : wait_request(a, c, &requests.all.v[i]);
	}
	return status;
}

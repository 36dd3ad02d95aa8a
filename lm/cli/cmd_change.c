/* SPDX-License-Identifier: Apache-2.0 */
/* lm apply, state, scale, heal, delete; lm plan: all that says what shall become different. */
#include <stdio.h>
#include <string.h>

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/request.h"
#include "lm/cli/wait.h"

enum { PLAN_MAX = 256 * 1024 * 1024 };

int apply_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct requests requests = {0};
	int status = CLI_OK;

	if (a->file == NULL)
		return cli_usage(a, "which file? Add -f FILE");
	struct lm_err *e = requests_from_file(arena, a->file, &requests);
	if (e != NULL)
		return cli_fail(e);
	LM_AUTO(client) c = client_new(a->server);
	for (size_t i = 0; status == CLI_OK && i < requests.all.n; i++)
		status = wait_request(a, c, &requests.all.v[i]);
	return status;
}

int change_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct request r;

	struct lm_err *e = request_from_words(arena, a->command->name, a->words, a->n_words, &r);
	if (e != NULL) {
		int status = cli_usage(a, "%s", lm_err_text(e));

		lm_err_free(e);
		return status;
	}
	LM_AUTO(client) c = client_new(a->server);
	return wait_request(a, c, &r);
}

static struct lm_err *planned(const struct args *a, struct lm_arena *arena, struct requests *out)
{
	struct request r;

	if (strcmp(a->words[0], "create") == 0 || strcmp(a->words[0], "apply") == 0) {
		if (a->file == NULL)
			return lm_err_new(LM_ERR_INVALID, "which file? Add -f FILE");
		return requests_from_file(arena, a->file, out);
	}
	struct lm_err *e = request_from_words(arena, a->words[0], a->words + 1, a->n_words - 1, &r);
	if (e == NULL)
		*LM_PUSH(arena, &out->all) = r;
	return e;
}

static struct lm_err *print_plan(const struct args *a, struct client *c, const struct request *r)
{
	bool json = cli_wants_json(a);
	struct lm_buf path, plan;

	lm_buf_init(&path, 256);
	lm_buf_init(&plan, PLAN_MAX);
	lm_buf_printf(&path, "/api/plan/%s?format=%s", r->intent, json ? "json" : "text");
	struct lm_err *e = client_post(c, path.p, r->body, &plan);
	if (e == NULL && !json && plan.n == 0)
		printf("%s: nothing to do\n", r->assembly);
	else if (e == NULL)
		printf("%s%s", plan.p, plan.n > 0 && plan.p[plan.n - 1] == '\n' ? "" : "\n");
	else
		e = lm_err_wrap(e, "%s", r->assembly);
	lm_buf_fini(&path);
	lm_buf_fini(&plan);
	return e;
}

int plan_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct requests requests = {0};

	struct lm_err *e = planned(a, arena, &requests);
	if (e != NULL)
		return cli_fail(e);
	LM_AUTO(client) c = client_new(a->server);
	for (size_t i = 0; e == NULL && i < requests.all.n; i++)
		e = print_plan(a, c, &requests.all.v[i]);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* lm upgrade, state, scale, ...; lm plan: words that say what shall become different. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lm/cli/change/apply.h"
#include "lm/cli/change/process_id.h"
#include "lm/cli/change/request.h"
#include "lm/cli/change/wait.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"

enum { PLAN_MAX = 256 * 1024 * 1024, WORDS_MAX = 8 };

/* A verb and what stands behind it, as the manager knows it: ids of processes are made whole. */
static struct lm_err *request_of(struct lm_arena *arena, const struct args *a, struct client *c,
    const char *const *words, size_t n, struct request *out)
{
	const char *whole = NULL;
	struct request_words w = {words[0], words + 1, n - 1,
	    {a->descriptor, a->intended, a->properties.v, a->properties.n, a->queue, a->to}};

	if (n == 2 && request_is_of_process(words[0])) {
		struct lm_err *e = process_id_find(arena, c, words[1], &whole);

		if (e != NULL)
			return e;
		w.v = &whole;
	}
	return request_from_words(arena, &w, out);
}

int change_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(client) c = client_new(a->server);
	const char *words[WORDS_MAX] = {a->command->name};
	struct request r;

	assert(a->n_words < WORDS_MAX);
	memcpy(words + 1, a->words, a->n_words * sizeof words[0]);
	struct lm_err *e = request_of(arena, a, c, words, a->n_words + 1, &r);
	if (e != NULL && lm_err_kind(e) == LM_ERR_INVALID) {
		int status = cli_usage(a, "%s", lm_err_text(e));

		lm_err_free(e);
		return status;
	}
	return e != NULL ? cli_fail(e) : wait_request(a, c, &r);
}

static struct lm_err *planned(
    const struct args *a, struct lm_arena *arena, struct client *c, struct requests *out)
{
	const char *intent = apply_intent(a->words[0]);
	struct request r;

	if (intent != NULL && a->file == NULL)
		return lm_err_new(LM_ERR_INVALID, "which file? Add -f FILE");
	if (intent != NULL)
		return requests_from_file(
		    arena, &(struct request_file){intent, a->file, a->queue}, out);
	struct lm_err *e = request_of(arena, a, c, a->words, a->n_words, &r);
	if (e == NULL)
		*LM_PUSH(arena, &out->all) = r;
	return e;
}

static struct lm_err *print_plan(const struct args *a, struct client *c, const struct request *r)
{
	bool is_yaml = form_of(a) == FORM_YAML;
	const char *form = is_yaml ? "json" : a->output != NULL ? a->output : "text";
	struct lm_buf path, plan;

	lm_buf_init(&path, 256);
	lm_buf_init(&plan, PLAN_MAX);
	lm_buf_printf(&path, "/api/plan/%s?format=%s", r->intent, form);
	struct lm_err *e = client_post(c, path.p, r->body, &plan);
	if (e == NULL && is_yaml) {
		json_t *steps = json_loadb(plan.p, plan.n, 0, NULL);

		lm_buf_clear(&plan);
		lm_buf_puts(&plan, "---\n"); /* each document of the file has its own */
		form_print_data(FORM_YAML, steps, &plan);
		json_decref(steps);
	}
	bool is_text = strcmp(form, "text") == 0;
	if (e == NULL && is_text && (plan.n == 0 || strncmp(plan.p, "warning", 7) == 0))
		printf("%s: nothing to do\n%s", r->subject, plan.p);
	else if (e == NULL)
		printf("%s%s", plan.p, plan.n > 0 && plan.p[plan.n - 1] == '\n' ? "" : "\n");
	else
		e = lm_err_wrap(e, "%s", r->subject);
	lm_buf_fini(&path);
	lm_buf_fini(&plan);
	return e;
}

int plan_run(const struct args *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct requests requests = {0};

	LM_AUTO(client) c = client_new(a->server);
	struct lm_err *e = planned(a, arena, c, &requests);
	if (e != NULL)
		return cli_fail(e);
	for (size_t i = 0; e == NULL && i < requests.all.n; i++)
		e = print_plan(a, c, &requests.all.v[i]);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

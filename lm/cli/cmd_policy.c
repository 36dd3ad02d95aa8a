/* SPDX-License-Identifier: Apache-2.0 */
/* lm policy: what the policies see and do, live. */
#include <stdio.h>
#include <time.h>

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/render.h"
#include "lm/cli/render/screen.h"

enum { TEXT_MAX = 256 * 1024 * 1024, PATH_BYTES = 8192 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_a_second(void)
{
	nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
}

/* What is asked, and how its answer is shown. */
struct looking {
	const struct args *args;
	struct client *client;
	struct lm_buf path;
	struct render render;
	struct screen screen;
	struct lm_buf text, drawn; /* for people; as it goes out */
};

static void show(struct looking *l)
{
	lm_buf_clear(&l->drawn);
	screen_draw(&l->screen, l->text.p, &l->drawn);
	fwrite(l->drawn.p, 1, l->drawn.n, stdout);
	fflush(stdout);
}

/* The document: as it is on a line, or as YAML. */
static struct lm_err *show_data(struct looking *l)
{
	enum form form = form_of(l->args);
	json_t *document = NULL;

	lm_buf_clear(&l->text);
	struct lm_err *e = form == FORM_JSON ? client_get(l->client, l->path.p, &l->text)
					     : client_get_json(l->client, l->path.p, &document);
	if (e == NULL && form == FORM_YAML)
		form_print_data(form, document, &l->text);
	if (e == NULL)
		printf("%s%s", l->text.p, form == FORM_JSON ? "\n" : l->args->watch ? "---\n" : "");
	fflush(stdout);
	json_decref(document);
	return e;
}

static struct lm_err *show_text(struct looking *l)
{
	json_t *document = NULL;
	struct lm_err *e = client_get_json(l->client, l->path.p, &document);

	if (e != NULL)
		return e;
	const json_t *all = json_object_get(document, "policies");
	lm_buf_clear(&l->text);
	if (l->args->n_words > 0)
		render_policies(&l->render, all, now_ms(), l->screen.columns, &l->text);
	else if (json_array_size(all) > 0)
		render_policy_overview(&l->render, all, &l->text);
	show(l);
	if (json_array_size(all) == 0 && !l->args->watch)
		fputs("There are no policies.\n", stderr);
	json_decref(document);
	return NULL;
}

/* A manager that is started anew is waited for; anything else it says is the end. */
static struct lm_err *watch(struct looking *l, bool json)
{
	for (;;) {
		sleep_a_second();
		l->screen.columns = screen_stdout().columns;
		l->screen.rows = screen_stdout().rows;
		struct lm_err *e = json ? show_data(l) : show_text(l);

		if (e != NULL && lm_err_kind(e) != LM_ERR_UNAVAILABLE)
			return e;
		if (e != NULL && !json && l->screen.live) {
			lm_buf_clear(&l->text);
			render_paint(&l->render, RENDER_BAD, lm_err_text(e), &l->text);
			lm_buf_puts(&l->text, "\n");
			show(l);
		}
		lm_err_free(e);
	}
}

int policy_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	struct looking l = {
	    .args = a, .client = c, .render = render_stdout(), .screen = screen_stdout()};
	bool json = form_is_data(form_of(a));

	lm_buf_init(&l.path, PATH_BYTES);
	lm_buf_init(&l.text, TEXT_MAX);
	lm_buf_init(&l.drawn, TEXT_MAX);
	if (a->n_words > 0)
		client_path(c, &l.path, "/api/policies/%", a->words[0], NULL);
	else
		lm_buf_puts(&l.path, "/api/policies");
	/* What is shown once may be longer than the terminal. */
	l.screen.live = l.screen.live && a->watch;
	struct lm_err *e = json ? show_data(&l) : show_text(&l);
	if (e == NULL && a->watch)
		e = watch(&l, json);
	lm_buf_fini(&l.path);
	lm_buf_fini(&l.text);
	lm_buf_fini(&l.drawn);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

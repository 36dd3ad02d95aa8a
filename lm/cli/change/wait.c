/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/change/wait.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lm/cli/look.h"
#include "lm/cli/render/progress.h"
#include "lm/cli/render/render.h"
#include "lm/cli/render/screen.h"

enum { TEXT_MAX = 1 << 20, RETRY_MS = 500 };

struct waiting {
	const struct args *args;
	struct client *client;
	const struct request *request;
	struct progress *progress;
	struct render render;
	int64_t deadline_ms;
	const char *process;
	bool is_live, is_late, has_lost;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void show(struct lm_buf *b)
{
	fwrite(b->p, 1, b->n, stdout);
	fflush(stdout);
	lm_buf_clear(b);
}

/* ---- following -------------------------------------------------------------------------------- */

/* A process as the manager describes it; NULL: it does not. */
static json_t *ask_process(struct waiting *w, const char *process)
{
	LM_AUTO(client) own = client_new(w->args->server);
	json_t *document = NULL;
	struct lm_buf path;

	lm_buf_init(&path, 4096);
	client_path(own, &path, "/api/processes/%", process, NULL);
	lm_err_free(client_get_json(own, path.p, &document));
	lm_buf_fini(&path);
	return document;
}

/* On a terminal what a failing script has printed is shown at once, below its step. */
static void show_log(struct waiting *w, const char *step, struct lm_buf *out)
{
	json_t *document = ask_process(w, w->process);
	const json_t *steps = json_object_get(document, "executionPlan");

	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *one = json_array_get(steps, i);

		if (strcmp(render_text(one, "id"), step) == 0)
			progress_log(w->progress, render_text(one, "log"), out);
	}
	json_decref(document);
}

static bool on_line(void *arg, const char *line)
{
	struct waiting *w = arg;
	json_t *event = json_loads(line, 0, NULL);
	struct lm_buf b;

	w->has_lost = false;
	lm_buf_init(&b, TEXT_MAX);
	if (event != NULL)
		progress_event(w->progress, event, now_ms(), &b);
	const char *failed = w->is_live ? progress_failed_step(w->progress) : NULL;
	if (failed != NULL)
		show_log(w, failed, &b);
	if (form_is_data(form_of(w->args)))
		lm_buf_clear(&b);
	show(&b);
	json_decref(event);
	lm_buf_fini(&b);
	return progress_end(w->progress) == PROGRESS_GOES_ON;
}

static bool on_tick(void *arg)
{
	struct waiting *w = arg;
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	progress_draw(w->progress, now_ms(), &b);
	show(&b);
	lm_buf_fini(&b);
	w->is_late = now_ms() >= w->deadline_ms;
	return !w->is_late;
}

/* The manager may be restarted meanwhile: it carries on, and so do we. */
static void note_loss(struct waiting *w, struct lm_err *e)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	progress_erase(w->progress, &b);
	show(&b);
	lm_buf_fini(&b);
	if (!w->has_lost)
		fprintf(stderr, "lm: the manager has gone, waiting for it to come back\n");
	w->has_lost = true;
	lm_err_free(e);
	struct timespec pause = {0, RETRY_MS * 1000000L};
	nanosleep(&pause, NULL);
}

static void follow(struct waiting *w, int64_t after)
{
	struct client_follow fns = {on_line, on_tick, w};
	struct lm_buf path;

	lm_buf_init(&path, 256);
	while (progress_end(w->progress) == PROGRESS_GOES_ON && !w->is_late) {
		int64_t seen = progress_last_event(w->progress);

		lm_buf_clear(&path);
		lm_buf_printf(&path, "/api/events?follow=true&samples=false&after=%lld",
		    (long long)(seen > after ? seen : after));
		struct lm_err *e = client_follow(w->client, path.p, &fns);
		if (progress_end(w->progress) == PROGRESS_GOES_ON && !w->is_late)
			note_loss(w, e);
		else
			lm_err_free(e);
		w->is_late = w->is_late || now_ms() >= w->deadline_ms;
	}
	lm_buf_clear(&path);
	progress_erase(w->progress, &path);
	show(&path);
	lm_buf_fini(&path);
}

/* ---- why it failed ---------------------------------------------------------------------------- */

static void explain_failure(struct waiting *w)
{
	json_t *document = ask_process(w, w->process);
	const char *name = render_text(document, "assemblyName");
	struct lm_buf text;

	lm_buf_init(&text, TEXT_MAX);
	if (!w->is_live)
		render_failed_steps(&w->render, document, &text);
	if (document != NULL)
		fprintf(stderr,
		    "%s%sSee 'lm logs %s' and 'lm describe process %s'.\n"
		    "'lm retry %s' goes on with it, 'lm rollback %s' takes it back.\n",
		    text.p, text.n > 0 ? "\n" : "", name, w->process, w->process, w->process);
	json_decref(document);
	lm_buf_fini(&text);
}

/* ---- one intent ------------------------------------------------------------------------------- */

static int print_process(struct waiting *w)
{
	enum form form = form_of(w->args);
	struct lm_buf path, body;
	json_t *document = NULL;

	lm_buf_init(&path, 4096);
	lm_buf_init(&body, 64 * TEXT_MAX);
	client_path(w->client, &path, "/api/processes/%?shallow=true", w->process, NULL);
	struct lm_err *e = client_get_json(w->client, path.p, &document);
	if (e == NULL) {
		form_print_data(form, document, &body);
		fputs(body.p, stdout);
	}
	json_decref(document);
	lm_buf_fini(&path);
	lm_buf_fini(&body);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

static int wait_process(struct waiting *w, int64_t after)
{
	struct screen screen = screen_stdout();
	bool is_data = form_is_data(form_of(w->args));
	int status = CLI_OK;

	w->is_live = screen.live && !is_data;
	struct progress_conf conf = {
	    w->process, w->render, w->is_live, screen.columns, screen.rows};
	w->progress = progress_new(&conf);
	if (w->is_live) {
		json_t *document = ask_process(w, w->process);

		progress_plan(w->progress, document);
		json_decref(document);
	}
	follow(w, after);
	enum progress_end end = progress_end(w->progress);
	progress_free(w->progress);
	if (end == PROGRESS_GOES_ON)
		return cli_fail(lm_err_new(LM_ERR_TIMEOUT,
		    "still going on after %ld s: see 'lm describe process %s'", w->args->timeout_s,
		    w->process));
	if (is_data)
		status = print_process(w);
	bool cancels = strcmp(w->request->intent, "cancel") == 0;
	if (end == (cancels ? PROGRESS_CANCELLED : PROGRESS_COMPLETED))
		return status;
	if (!is_data && end == PROGRESS_FAILED)
		explain_failure(w);
	return CLI_FAILED;
}

/* From where to read events, so that none of the process is missed. */
static struct lm_err *last_event(struct client *c, int64_t *out)
{
	json_t *status = NULL;

	struct lm_err *e = client_get_json(c, "/api/status", &status);
	if (e == NULL)
		*out = json_integer_value(json_object_get(status, "lastEvent"));
	json_decref(status);
	return e;
}

/* An apply has told of them before it asked. */
static void tell_warnings(const struct args *a, const struct request *r, const json_t *all)
{
	if (strcmp(a->command->name, "apply") == 0)
		return;
	for (size_t i = 0; i < json_array_size(all); i++)
		fprintf(
		    stderr, "lm: %s: %s\n", r->subject, json_string_value(json_array_get(all, i)));
}

static struct lm_err *send_intent(
    const struct args *a, struct client *c, const struct request *r, struct lm_buf *process)
{
	struct lm_buf path, answer;

	lm_buf_init(&path, 256);
	lm_buf_init(&answer, TEXT_MAX);
	lm_buf_printf(&path, "/api/intent/%s", r->intent);
	struct lm_err *e = client_post(c, path.p, r->body, &answer);
	if (e == NULL) {
		json_t *j = json_loadb(answer.p, answer.n, 0, NULL);

		lm_buf_puts(process, render_text(j, "processId"));
		tell_warnings(a, r, json_object_get(j, "warnings"));
		json_decref(j);
		if (process->n == 0)
			e = lm_err_new(LM_ERR_IO, "the manager did not name the process it began");
	}
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e;
}

int wait_request(const struct args *a, struct client *c, const struct request *r)
{
	struct waiting w = {.args = a, .client = c, .request = r, .render = render_stdout()};
	struct lm_buf process;
	int64_t after = 0;
	int status = CLI_OK;

	w.deadline_ms = now_ms() + a->timeout_s * 1000;
	lm_buf_init(&process, 256);
	struct lm_err *e = last_event(c, &after);
	if (e == NULL)
		e = send_intent(a, c, r, &process);
	w.process = process.p;
	if (e != NULL)
		status = cli_fail(lm_err_wrap(e, "%s", r->subject));
	else if (a->no_wait && form_is_data(form_of(a)))
		status = print_process(&w);
	else if (a->no_wait)
		printf("%s: accepted as process %s\n", r->subject, process.p);
	else
		status = wait_process(&w, after);
	lm_buf_fini(&process);
	return status;
}

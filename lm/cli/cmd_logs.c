/* SPDX-License-Identifier: Apache-2.0 */
/* lm logs: what the scripts of an assembly printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/render.h"

enum { LINE_BYTES = 1 << 20, PATH_BYTES = 8192 };

static void print_step(const struct render *r, const json_t *step, struct lm_buf *out)
{
	const char *state = render_text(step, "state"), *message = render_text(step, "message");
	int64_t from = render_parse_time(render_text(step, "startedAt"));
	int64_t to = render_parse_time(render_text(step, "endedAt"));

	lm_buf_clear(out);
	lm_buf_printf(out, "%s %s", render_text(step, "subject"), render_text(step, "action"));
	char *head = lm_buf_detach(out);
	render_paint(r, RENDER_BOLD, head, out);
	free(head);
	lm_buf_puts(out, "  ");
	render_paint(r, render_hue_of(state), state, out);
	if (to > from && from > 0) {
		lm_buf_puts(out, "  ");
		render_duration(to - from, out);
	}
	lm_buf_printf(out, "%s%s\n", *message != '\0' ? "  " : "", message);
	fputs(out->p, stdout);
	for (const char *p = render_text(step, "log"); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		printf("    %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

struct logs {
	const struct args *args;
	struct client *client;
	struct render render;
	struct lm_arena *arena;
	struct lm_map *shown; /* ids of steps */
	struct lm_buf line;
};

/* 'process' NULL: all that the command line asks for. */
static struct lm_err *ask(struct logs *l, const char *process, json_t **out)
{
	const struct args *a = l->args;
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	process = process != NULL ? process : a->process;
	client_path(l->client, &path, "/api/logs/%", a->words[0], NULL);
	if (a->n_words > 1)
		client_path(l->client, &path, "?component=%", a->words[1], NULL);
	if (process != NULL) {
		lm_buf_puts(&path, a->n_words > 1 ? "&" : "?");
		client_path(l->client, &path, "process=%", process, NULL);
	}
	struct lm_err *e = client_get_json(l->client, path.p, out);
	lm_buf_fini(&path);
	return e;
}

/* One step; for programs that follow a line, or a document, each. */
static void show_step(struct logs *l, const json_t *step)
{
	enum form form = form_of(l->args);
	const char *id = render_text(step, "id");

	if (lm_map_find(l->shown, id) != NULL)
		return;
	lm_map_put(l->shown, lm_arena_strdup(l->arena, id), l);
	if (!form_is_data(form)) {
		print_step(&l->render, step, &l->line);
		return;
	}
	char *text = json_dumps(step, JSON_COMPACT);
	if (form == FORM_JSON)
		puts(text != NULL ? text : "");
	free(text);
	lm_buf_clear(&l->line);
	if (form == FORM_YAML)
		form_print_data(form, step, &l->line);
	if (form == FORM_YAML)
		printf("---\n%s", l->line.p);
}

/* False: nothing has been printed by any of them. */
static bool show_all(struct logs *l, const json_t *steps)
{
	enum form form = form_of(l->args);

	if (form_is_data(form) && !l->args->follow) {
		lm_buf_clear(&l->line);
		form_print_data(form, steps, &l->line);
		fputs(l->line.p, stdout);
		return true;
	}
	for (size_t i = 0; i < json_array_size(steps); i++)
		show_step(l, json_array_get(steps, i));
	fflush(stdout);
	return json_array_size(steps) > 0;
}

/* A step that has ended is in the journal, with what it printed. */
static bool on_event(void *arg, const char *line)
{
	struct logs *l = arg;
	json_t *event = json_loads(line, 0, NULL), *steps = NULL;
	const char *process = render_text(event, "processId");
	bool is_end = strcmp(render_text(event, "type"), "StepEvent") == 0 &&
		      strcmp(render_text(event, "state"), "Started") != 0;
	bool is_ours = strcmp(render_text(event, "rootAssemblyName"), l->args->words[0]) == 0 &&
		       (l->args->process == NULL || strcmp(l->args->process, process) == 0);

	if (is_end && is_ours) {
		lm_err_free(ask(l, process, &steps));
		show_all(l, steps);
		json_decref(steps);
	}
	json_decref(event);
	return ferror(stdout) == 0;
}

static struct lm_err *follow(struct logs *l, int64_t after)
{
	LM_AUTO(client) events = client_new(l->args->server);
	struct client_follow fns = {on_event, NULL, l};
	char path[128];

	snprintf(path, sizeof path, "/api/events?follow=true&samples=false&after=%lld",
	    (long long)after);
	return client_follow(events, path, &fns);
}

static struct lm_err *print_logs(struct logs *l)
{
	json_t *status = NULL, *steps = NULL;
	struct lm_err *e =
	    l->args->follow ? client_get_json(l->client, "/api/status", &status) : NULL;
	int64_t after = json_integer_value(json_object_get(status, "lastEvent"));

	if (e == NULL)
		e = ask(l, NULL, &steps);
	if (e == NULL && !show_all(l, steps))
		fputs("No step of these has printed anything.\n", stderr);
	json_decref(status);
	json_decref(steps);
	return e == NULL && l->args->follow ? follow(l, after) : e;
}

int logs_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(lm_map) shown = lm_map_new();
	struct logs l = {a, c, render_stdout(), arena, shown, {0}};

	lm_buf_init(&l.line, 128 * LINE_BYTES);
	struct lm_err *e = print_logs(&l);
	lm_buf_fini(&l.line);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

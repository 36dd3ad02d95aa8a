/* SPDX-License-Identifier: Apache-2.0 */
/* lm events, logs: what has happened. */
#include <stdio.h>
#include <string.h>

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/render/render.h"

enum { LINE_BYTES = 1 << 20, PATH_BYTES = 8192 };

struct printing {
	bool json;
	struct render render;
};

static bool on_line(void *arg, const char *line)
{
	struct printing *p = arg;
	struct lm_buf b;

	if (p->json)
		return puts(line) >= 0 && fflush(stdout) == 0;
	json_t *event = json_loads(line, 0, NULL);
	lm_buf_init(&b, LINE_BYTES);
	render_event(&p->render, event, &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	json_decref(event);
	return fflush(stdout) == 0;
}

int events_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	struct printing p = {cli_wants_json(a), render_stdout()};
	struct client_follow fns = {on_line, NULL, &p};
	char path[128];

	snprintf(path, sizeof path, "/api/events?after=%ld%s", a->after,
	    a->follow ? "&follow=true" : "");
	struct lm_err *e = client_follow(c, path, &fns);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* ---- logs ------------------------------------------------------------------------------------- */

static void print_step(const struct render *r, const json_t *step, struct lm_buf *out)
{
	const char *state = render_text(step, "state"), *message = render_text(step, "message");
	int64_t from = json_integer_value(json_object_get(step, "startedAt"));
	int64_t to = json_integer_value(json_object_get(step, "endedAt"));

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

static void logs_path(const struct args *a, struct client *c, struct lm_buf *path)
{
	client_path(c, path, "/api/logs/%", a->words[0], NULL);
	if (a->n_words > 1)
		client_path(c, path, "?component=%", a->words[1], NULL);
	if (a->process != NULL) {
		lm_buf_puts(path, a->n_words > 1 ? "&" : "?");
		client_path(c, path, "process=%", a->process, NULL);
	}
}

int logs_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	struct render r = render_stdout();
	struct lm_buf b;
	json_t *steps = NULL;

	lm_buf_init(&b, 128 * LINE_BYTES);
	logs_path(a, c, &b);
	struct lm_err *e = client_get_json(c, b.p, &steps);
	if (e == NULL && cli_wants_json(a)) {
		json_dumpf(steps, stdout, JSON_INDENT(2));
		puts("");
	} else if (e == NULL) {
		for (size_t i = 0; i < json_array_size(steps); i++)
			print_step(&r, json_array_get(steps, i), &b);
		if (json_array_size(steps) == 0)
			puts("No step of these has printed anything.");
	}
	json_decref(steps);
	lm_buf_fini(&b);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

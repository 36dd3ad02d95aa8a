/* SPDX-License-Identifier: Apache-2.0 */
/* lm events: what has happened. */
#include <stdio.h>
#include <string.h>

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/render.h"

enum { LINE_BYTES = 1 << 20 };

struct printing {
	enum form form;
	struct render render;
};

static bool on_line(void *arg, const char *line)
{
	struct printing *p = arg;
	struct lm_buf b;

	if (p->form == FORM_JSON)
		return puts(line) >= 0 && fflush(stdout) == 0;
	json_t *event = json_loads(line, 0, NULL);
	lm_buf_init(&b, LINE_BYTES);
	if (p->form == FORM_YAML) {
		lm_buf_puts(&b, "---\n");
		form_print_data(FORM_YAML, event, &b);
	} else {
		render_event(&p->render, event, &b);
	}
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	json_decref(event);
	return fflush(stdout) == 0;
}

int events_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	struct printing p = {form_of(a), render_stdout()};
	struct client_follow fns = {on_line, NULL, &p};
	char path[128];

	snprintf(path, sizeof path, "/api/events?after=%ld%s", a->after,
	    a->follow ? "&follow=true" : "");
	struct lm_err *e = client_follow(c, path, &fns);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lm/cli/meant.h"
#include "lm/cli/render/screen.h"
#include "lm/cli/render/yaml.h"

enum { TEXT_MAX = 256 * 1024 * 1024 };

/* ---- forms ------------------------------------------------------------------------------------ */

enum form form_of(const struct args *a)
{
	static const struct {
		const char *name;
		enum form form;
	} forms[] = {
	    {"wide", FORM_WIDE}, {"json", FORM_JSON}, {"yaml", FORM_YAML}, {"name", FORM_NAME}};

	for (size_t i = 0; a->output != NULL && i < LM_COUNT(forms); i++)
		if (strcmp(forms[i].name, a->output) == 0)
			return forms[i].form;
	return FORM_TABLE;
}

bool form_is_data(enum form f)
{
	return f == FORM_JSON || f == FORM_YAML;
}

void form_print_data(enum form f, const json_t *document, struct lm_buf *out)
{
	if (f == FORM_YAML) {
		render_yaml(document, out);
		return;
	}
	char *text = json_dumps(document, JSON_ENCODE_ANY | JSON_INDENT(2));
	lm_buf_printf(out, "%s\n", text != NULL ? text : "null");
	free(text);
}

/* ---- once ------------------------------------------------------------------------------------- */

struct looking {
	const struct look *look;
	enum form form;
	struct screen screen;
	struct lm_buf text, before, drawn; /* now, the last time, as it goes out */
	const char *note;
};

/* What the manager says, as a text in the wanted form. */
static struct lm_err *fetch(struct looking *l)
{
	const struct look *k = l->look;
	struct render r = render_stdout();
	json_t *document = NULL;

	lm_buf_clear(&l->text);
	l->note = NULL;
	if (l->form == FORM_JSON) {
		struct lm_err *e = client_get(k->client, k->path, &l->text);
		lm_buf_puts(&l->text, "\n");
		return e;
	}
	struct lm_err *e = client_get_json(k->client, k->path, &document);
	if (e == NULL && l->form == FORM_YAML)
		form_print_data(FORM_YAML, document, &l->text);
	else if (e == NULL)
		l->note = k->print(k, &r, document, &l->text);
	json_decref(document);
	return e;
}

static void put_once(struct looking *l)
{
	fputs(l->text.p, stdout);
	fflush(stdout);
	/* A script that asks "is there anything?" reads nothing. */
	if (l->note != NULL)
		fprintf(stderr, "%s\n", l->note);
}

/* ---- again and again -------------------------------------------------------------------------- */

static void draw(struct looking *l)
{
	struct screen now = screen_stdout();

	l->screen.columns = now.columns;
	l->screen.rows = now.rows;
	if (l->note != NULL)
		lm_buf_printf(&l->text, "%s\n", l->note);
	lm_buf_clear(&l->drawn);
	screen_draw(&l->screen, l->text.p, &l->drawn);
	fwrite(l->drawn.p, 1, l->drawn.n, stdout);
	fflush(stdout);
}

/* Into a pipe or a file: what is as it was is not told again. */
static void put_change(struct looking *l)
{
	bool is_first = l->before.n == 0;

	if (strcmp(l->text.p, l->before.p) == 0)
		return;
	if (!is_first && l->form == FORM_YAML)
		fputs("---\n", stdout);
	fputs(l->text.p, stdout);
	fflush(stdout);
	lm_buf_clear(&l->before);
	lm_buf_puts(&l->before, l->text.p);
}

/* A manager that is started anew is waited for; anything else it says is the end. */
static struct lm_err *watch(struct looking *l)
{
	for (;;) {
		struct lm_err *e = fetch(l);

		if (e != NULL && lm_err_kind(e) != LM_ERR_UNAVAILABLE)
			return e;
		if (e != NULL && l->screen.live)
			lm_buf_printf(&l->text, "%s\n", lm_err_text(e));
		if (l->screen.live)
			draw(l);
		else if (e == NULL)
			put_change(l);
		lm_err_free(e);
		nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	}
}

int look_run(const struct look *k)
{
	struct looking l = {.look = k, .form = form_of(k->args), .screen = screen_stdout()};
	struct lm_err *e = NULL;

	lm_buf_init(&l.text, TEXT_MAX);
	lm_buf_init(&l.before, TEXT_MAX);
	lm_buf_init(&l.drawn, TEXT_MAX);
	l.screen.live = l.screen.live && !form_is_data(l.form);
	if (k->args->watch)
		e = watch(&l);
	else if ((e = fetch(&l)) == NULL)
		put_once(&l);
	lm_buf_fini(&l.text);
	lm_buf_fini(&l.before);
	lm_buf_fini(&l.drawn);
	if (e != NULL && k->name != NULL)
		e = meant(e, k->args->server, k->kind, k->name);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* lm get, describe: what there is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lm/cli/change/process_id.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/documents.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/look.h"
#include "lm/cli/meant.h"
#include "lm/cli/render/render.h"
#include "lm/cli/render/yaml.h"

enum { TEXT_MAX = 256 * 1024 * 1024, PATH_BYTES = 8192 };

/* ---- many ------------------------------------------------------------------------------------- */

/* One is shown as a list of one. */
static json_t *as_list(const struct kind *k, const json_t *document)
{
	json_t *one = json_array();

	if (json_is_array(document)) {
		json_decref(one);
		return kind_sort(k, document);
	}
	json_array_append(one, (json_t *)(uintptr_t)document);
	return one;
}

static const char *print_kind(
    const struct look *l, const struct render *r, const json_t *document, struct lm_buf *out)
{
	const struct kind *k = l->arg;
	enum form form = form_of(l->args);
	json_t *all = as_list(k, document);
	bool is_empty = json_array_size(all) == 0;

	if (form == FORM_NAME)
		kind_print_names(k, all, out);
	else if (!is_empty)
		kind_print_table(k, r, all, form == FORM_WIDE, out);
	json_decref(all);
	if (!is_empty)
		return NULL;
	return l->name == NULL ? k->empty : "There are none of an assembly of this name.";
}

static const char *print_metrics(
    const struct look *l, const struct render *r, const json_t *document, struct lm_buf *out)
{
	(void)l;
	return render_metrics(r, document, out) ? NULL : "No metric has arrived yet.";
}

/* Processes have ids, and assemblies have names, which stand for all of their processes. */
static void path_of(
    struct client *c, const struct kind *k, const char *word, bool describe, struct lm_buf *path)
{
	bool is_filter =
	    word != NULL && !describe && k->filter != NULL && !process_id_is_whole(word);

	lm_buf_puts(path, k->path);
	if (word != NULL)
		client_path(c, path, is_filter ? k->filter : "/%", word, NULL);
}

/* ---- one -------------------------------------------------------------------------------------- */

/* A descriptor is a text; all other kinds are objects. */
static struct lm_err *print_text(
    const struct args *a, struct client *c, const struct kind *k, const char *path)
{
	enum form form = form_of(a);
	struct lm_buf text, data;

	lm_buf_init(&text, TEXT_MAX);
	lm_buf_init(&data, TEXT_MAX);
	struct lm_err *e = client_get(c, path, &text);
	if (e != NULL)
		e = meant(e, a->server, k, a->words[a->n_words - 1]);
	if (e == NULL && form == FORM_JSON) {
		json_t *all = NULL;

		e = documents_read("the descriptor", text.p, text.n, &all, NULL);
		if (e == NULL)
			form_print_data(form, json_array_get(all, 0), &data);
		json_decref(all);
	}
	if (e == NULL)
		fputs(form == FORM_JSON ? data.p : text.p, stdout);
	lm_buf_fini(&text);
	lm_buf_fini(&data);
	return e;
}

/* An archive as it came, for a file or a pipe. */
static int get_archive(const struct args *a, const struct kind *k)
{
	LM_AUTO(client) c = client_new(a->server);
	struct lm_buf path, bytes;

	if (k->takes != KIND_FILE || a->n_words < 2)
		return cli_usage(a, "archives are of packages: 'lm get package NAME -o archive'");
	if (isatty(STDOUT_FILENO))
		return cli_usage(a, "an archive is nothing for a terminal: add '> FILE'");
	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&bytes, TEXT_MAX);
	lm_buf_puts(&path, k->path);
	client_path(c, &path, "/%/content", a->words[1], NULL);
	struct lm_err *e = client_get(c, path.p, &bytes);
	if (e != NULL)
		e = meant(e, a->server, k, a->words[1]);
	else if (fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n || fflush(stdout) != 0)
		e = lm_err_errno(errno, "cannot write the archive");
	lm_buf_fini(&path);
	lm_buf_fini(&bytes);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

static const char *print_described(
    const struct look *l, const struct render *r, const json_t *document, struct lm_buf *out)
{
	const struct kind *k = l->arg;

	if (form_of(l->args) == FORM_NAME)
		lm_buf_printf(out, "%s\n", render_text(document, k->id));
	else if (k->takes == KIND_INTENT)
		render_assembly(r, document, out);
	else if (k->takes == KIND_IS_READ)
		render_process(r, document, out);
	else
		render_yaml(document, out);
	return NULL;
}

/* ---- the commands ----------------------------------------------------------------------------- */

/* 'word' becomes the id that it is the beginning of; other kinds have names, which are whole. */
static int name_whole(
    struct client *c, struct lm_arena *arena, const struct kind *k, const char **word)
{
	if (k->filter == NULL)
		return CLI_OK;
	if (!process_id_is_whole(*word) && !process_id_is_part(*word))
		return cli_fail(lm_err_new(LM_ERR_NOT_FOUND,
		    "Cannot find %s with id %s: 'lm get %s %s' lists those of an assembly", k->name,
		    *word, k->plural, *word));
	struct lm_err *e = process_id_find(arena, c, *word, word);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

static int look_at(const struct args *a, const struct kind *k, const char *word, bool describe)
{
	LM_AUTO(client) c = client_new(a->server);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	int status = describe ? name_whole(c, arena, k, &word) : CLI_OK;
	struct look l = {.args = a, .client = c, .arg = k, .kind = k, .name = word};
	struct lm_buf path;

	if (status != CLI_OK)
		return status;
	lm_buf_init(&path, PATH_BYTES);
	path_of(c, k, word, describe, &path);
	l.path = path.p;
	l.print = describe ? print_described : print_kind;
	if (word != NULL && k->takes == KIND_TEXT) {
		struct lm_err *e = print_text(a, c, k, path.p);

		status = e != NULL ? cli_fail(e) : CLI_OK;
	} else {
		status = look_run(&l);
	}
	lm_buf_fini(&path);
	return status;
}

static int get_metrics(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	struct look l = {.args = a, .client = c, .print = print_metrics};
	struct lm_buf path;

	if (a->n_words < 2)
		return cli_usage(a, "the metrics of which assembly?");
	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, "/api/metrics/%", a->words[1], NULL);
	l.path = path.p;
	int status = look_run(&l);
	lm_buf_fini(&path);
	return status;
}

int get_run(const struct args *a)
{
	const struct kind *k = kind_find(a->words[0]);

	if (strcmp(a->words[0], "metrics") == 0)
		return get_metrics(a);
	if (k == NULL)
		return kind_unknown(a, a->words[0]);
	if (a->output != NULL && strcmp(a->output, "archive") == 0)
		return get_archive(a, k);
	return look_at(a, k, a->n_words > 1 ? a->words[1] : NULL, false);
}

/* 'lm describe NAME' is an assembly's. */
int describe_run(const struct args *a)
{
	const struct kind *k = kind_find(a->n_words > 1 ? a->words[0] : "assembly");

	return k == NULL ? kind_unknown(a, a->words[0])
			 : look_at(a, k, a->words[a->n_words - 1], true);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* lm create, update, delete KIND: what operators tell the manager, beside assemblies. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/cli/change/ask.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/documents.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/look.h"
#include "lm/cli/meant.h"

enum { ANSWER_MAX = 16 * 1024 * 1024, PATH_BYTES = 8192, VALUE_MAX = 256 * 1024 };

struct job {
	const struct args *args;
	struct client *client;
	const struct kind *kind;
	const char *name; /* NULL: the document says it */
	bool is_update;
};

/* ---- what goes up ----------------------------------------------------------------------------- */

/* NAME=VALUE, and NAME=@FILE for what shall not stand in the list of processes. */
static struct lm_err *value_of(const char *text, json_t **out)
{
	struct lm_buf b;

	if (*text != '@') {
		*out = json_string(text);
		return *out != NULL ? NULL : lm_err_new(LM_ERR_INVALID, "'%s' is no UTF-8", text);
	}
	lm_buf_init(&b, VALUE_MAX);
	struct lm_err *e = documents_load(text + 1, &b);
	/* The end of a single line is the editor's, not the secret's. */
	if (b.n > 0 && strchr(b.p, '\n') == b.p + b.n - 1)
		b.p[--b.n] = '\0';
	*out = e == NULL ? json_string(b.p) : NULL;
	if (e == NULL && *out == NULL)
		e = lm_err_new(LM_ERR_INVALID, "%s is no UTF-8", text + 1);
	lm_buf_fini(&b);
	return e;
}

/* "infrastructureSpecificProperties.url=http://...": objects on the way are made. */
static struct lm_err *set_member(json_t *object, const char *text)
{
	const char *equals = strchr(text, '=');
	json_t *value = NULL;
	char name[256];

	if (equals == NULL || equals == text)
		return lm_err_new(LM_ERR_INVALID, "a property is NAME=VALUE, not '%s'", text);
	struct lm_err *e = value_of(equals + 1, &value);
	while (e == NULL) {
		size_t n = strcspn(text, ".=");

		snprintf(name, sizeof name, "%.*s", (int)n, text);
		if (text[n] == '=')
			break;
		if (!json_is_object(json_object_get(object, name)))
			json_object_set_new(object, name, json_object());
		object = json_object_get(object, name);
		text += n + 1;
	}
	if (e == NULL)
		json_object_set_new(object, name, value);
	return e;
}

static struct lm_err *complete(const struct job *j, json_t *object)
{
	const struct arg_list *list = &j->args->properties;
	struct lm_err *e = NULL;

	if (!json_is_object(object))
		return lm_err_new(
		    LM_ERR_INVALID, "a %s is a mapping of names to values", j->kind->name);
	if (j->name != NULL)
		json_object_set_new(object, j->kind->id, json_string(j->name));
	for (size_t i = 0; e == NULL && i < list->n; i++)
		e = set_member(object, list->v[i]);
	return e;
}

/* ---- one of them ------------------------------------------------------------------------------ */

static const char *name_in(const struct job *j, const json_t *answer, const json_t *sent)
{
	const char *members[] = {j->kind->id, "descriptorName", "name"};

	for (size_t i = 0; i < LM_COUNT(members); i++) {
		const char *name = json_string_value(json_object_get(answer, members[i]));

		if (name == NULL)
			name = json_string_value(json_object_get(sent, members[i]));
		if (name != NULL)
			return name;
	}
	return j->name != NULL ? j->name : "";
}

static void print_warnings(const json_t *answer)
{
	const json_t *all = json_object_get(answer, "validationWarnings");

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		const char *text = json_is_string(one) ? json_string_value(one) : "";

		if (json_is_object(one))
			text = render_text(
			    one, json_object_get(one, "message") != NULL ? "message" : "text");
		fprintf(stderr, "warning: %s\n", text);
	}
}

/* What a resource manager has brought: what is new on standard output, what was not taken beside it. */
static void tell_brought(const json_t *all, const char *noun, struct lm_buf *out)
{
	const char *name;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)all, name, one)
	{
		if (!json_is_true(json_object_get(one, "success")))
			fprintf(stderr, "warning: %s %s is left out: %s\n", noun, name,
			    render_text(one, "reason"));
		else if (strcmp(render_text(one, "operation"), "ADD") == 0)
			lm_buf_printf(out, "%s %s: created\n", noun, name);
	}
}

static void tell(const struct job *j, const struct lm_buf *text, const json_t *sent)
{
	enum form form = form_of(j->args);
	json_t *answer = json_loadb(text->p, text->n, 0, NULL);
	const char *name = name_in(j, answer, sent);
	struct lm_buf b;

	lm_buf_init(&b, ANSWER_MAX);
	if (form_is_data(form)) {
		form_print_data(form, answer, &b);
	} else if (form == FORM_NAME) {
		lm_buf_printf(&b, "%s\n", name);
	} else {
		lm_buf_printf(
		    &b, "%s %s: %s\n", j->kind->name, name, j->is_update ? "updated" : "created");
		tell_brought(json_object_get(answer, "deploymentLocations"), "location", &b);
		tell_brought(json_object_get(answer, "resourceTypes"), "descriptor", &b);
	}
	fputs(b.p, stdout);
	print_warnings(answer);
	lm_buf_fini(&b);
	json_decref(answer);
}

/* 'sent' is what the message says, for its name. */
static struct lm_err *send(const struct job *j, struct client_message *m, const json_t *sent)
{
	const char *name = name_in(j, NULL, sent);
	struct lm_buf path, answer;
	struct lm_err *e = NULL;

	m->method = j->is_update ? "PUT" : "POST";
	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&answer, ANSWER_MAX);
	lm_buf_puts(&path, j->kind->path);
	if (j->is_update && *name == '\0')
		e = lm_err_new(LM_ERR_INVALID, "which %s? Add its name", j->kind->name);
	else if (j->is_update)
		client_path(j->client, &path, "/%", name, NULL);
	if (e == NULL)
		e = client_send(j->client, path.p, m, &answer);
	if (e == NULL)
		tell(j, &answer, sent);
	else if (*name != '\0')
		e = lm_err_wrap(
		    meant(e, j->args->server, j->kind, name), "%s %s", j->kind->name, name);
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e;
}

static struct lm_err *send_object(const struct job *j, json_t *object)
{
	struct lm_err *e = complete(j, object);

	if (e != NULL)
		return e;
	char *text = json_dumps(object, JSON_COMPACT);
	e = send(j, &(struct client_message){.type = "application/json", .body = text}, object);
	free(text);
	return e;
}

/* ---- where they come from --------------------------------------------------------------------- */

/* All documents of a file, one after another. */
static struct lm_err *send_file(const struct job *j)
{
	bool is_text = j->kind->takes == KIND_TEXT;
	json_t *all = NULL, *texts = NULL;
	struct lm_buf text;

	lm_buf_init(&text, DOCUMENTS_TEXT_MAX);
	struct lm_err *e = documents_load(j->args->file, &text);
	if (e == NULL)
		e = documents_read(j->args->file, text.p, text.n, &all, &texts);
	if (e == NULL && json_array_size(all) == 0)
		e = lm_err_new(LM_ERR_INVALID, "%s holds no document", j->args->file);
	if (e == NULL && json_array_size(all) > 1 && j->name != NULL)
		e = lm_err_new(LM_ERR_INVALID,
		    "%s holds several documents: leave the name '%s' out", j->args->file, j->name);
	for (size_t i = 0; e == NULL && i < json_array_size(all); i++) {
		struct client_message m = {.type = "application/yaml",
		    .body = json_string_value(json_array_get(texts, i))};

		e = is_text ? send(j, &m, json_array_get(all, i))
			    : send_object(j, json_array_get(all, i));
	}
	json_decref(all);
	json_decref(texts);
	lm_buf_fini(&text);
	return e;
}

/* From nothing but properties: a new one, or what is there with these changed. */
static struct lm_err *send_properties(const struct job *j)
{
	struct lm_err *e = NULL;
	json_t *object = NULL;
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	if (j->is_update) {
		lm_buf_puts(&path, j->kind->path);
		client_path(j->client, &path, "/%", j->name, NULL);
		e = client_get_json(j->client, path.p, &object);
		if (e != NULL)
			e = lm_err_wrap(meant(e, j->args->server, j->kind, j->name), "%s %s",
			    j->kind->name, j->name);
	} else {
		object = json_object();
	}
	if (e == NULL)
		e = send_object(j, object);
	json_decref(object);
	lm_buf_fini(&path);
	return e;
}

static struct lm_err *send_all(const struct job *j)
{
	const struct args *a = j->args;

	if (j->kind->takes == KIND_FILE)
		return send(j, &(struct client_message){.upload = a->file}, NULL);
	return a->file != NULL ? send_file(j) : send_properties(j);
}

/* NULL: the words fit. */
static const char *misfit(const struct job *j)
{
	const struct args *a = j->args;
	bool is_json = j->kind->takes == KIND_JSON;

	if (j->kind->takes == KIND_IS_READ)
		return "the manager makes these itself";
	if (!is_json && a->properties.n > 0)
		return "-p is for what has members: a file says it all here";
	if (!is_json && a->file == NULL)
		return "which file? Add -f FILE";
	if (is_json && a->file == NULL && a->properties.n == 0 && (j->is_update || j->name == NULL))
		return "what shall it be? Add -f FILE, or -p NAME=VALUE";
	if (is_json && a->file == NULL && j->is_update && j->name == NULL)
		return "which one? Add its name";
	if (j->name != NULL && !j->is_update && strcmp(j->kind->id, "id") == 0)
		return "its id comes from the manager: leave the name out";
	return NULL;
}

static int run(const struct args *a, bool is_update)
{
	const struct kind *k = kind_find(a->words[0]);

	if (k == NULL)
		return kind_unknown(a, a->words[0]);
	if (k->takes == KIND_INTENT && is_update)
		return cli_usage(a, "an assembly is changed by 'lm apply' or 'lm upgrade'");
	if (k->takes == KIND_INTENT && a->n_words > 1)
		return cli_usage(
		    a, "'%s' is too much: the documents of -f name assemblies", a->words[1]);
	if (k->takes == KIND_INTENT)
		return apply_run(a);
	LM_AUTO(client) c = client_new(a->server);
	struct job j = {a, c, k, a->n_words > 1 ? a->words[1] : NULL, is_update};
	const char *why = misfit(&j);
	if (why != NULL)
		return cli_usage(a, "%s", why);
	struct lm_err *e = send_all(&j);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* ---- the commands ----------------------------------------------------------------------------- */

int create_run(const struct args *a)
{
	return a->n_words == 0 ? apply_run(a) : run(a, false);
}

int update_run(const struct args *a)
{
	return run(a, true);
}

static struct lm_err *delete_one(
    const struct args *a, struct client *c, const struct kind *k, const char *name)
{
	struct client_message m = {.method = "DELETE"};
	struct lm_buf path, answer;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&answer, ANSWER_MAX);
	lm_buf_puts(&path, k->path);
	client_path(c, &path, "/%", name, NULL);
	struct lm_err *e = client_send(c, path.p, &m, &answer);
	if (e == NULL)
		printf("%s %s: deleted\n", k->name, name);
	else
		e = lm_err_wrap(meant(e, a->server, k, name), "%s %s", k->name, name);
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e;
}

/* Whoever sits at a terminal may have meant another one; a script has said what it wants. */
static bool agree(const struct args *a, const char *const *names, size_t n)
{
	char question[256];

	if (n == 1)
		snprintf(
		    question, sizeof question, "Delete '%.100s' and everything in it?", names[0]);
	else
		snprintf(question, sizeof question,
		    "Delete these %zu assemblies and everything in them?", n);
	if (a->yes || ask_yes(question) != ASK_NO)
		return true;
	fputs("Nothing was done.\n", stderr);
	return false;
}

static int delete_assemblies(const struct args *a, const char *const *names, size_t n)
{
	int status = CLI_OK;

	if (!agree(a, names, n))
		return CLI_FAILED;
	for (size_t i = 0; i < n; i++) {
		struct args one = *a;

		one.words = &names[i];
		one.n_words = 1;
		int ended = change_run(&one);
		status = ended != CLI_OK ? ended : status;
	}
	return status;
}

/* 'lm delete NAME' is an assembly's; several may be named behind a kind. */
int delete_run(const struct args *a)
{
	const struct kind *k = a->n_words > 1 ? kind_find(a->words[0]) : NULL;
	int status = CLI_OK;

	if (a->n_words == 1)
		return delete_assemblies(a, a->words, 1);
	if (k == NULL)
		return kind_unknown(a, a->words[0]);
	if (k->takes == KIND_IS_READ)
		return cli_usage(a, "a %s goes by itself: 'lm cancel' ends one", k->name);
	if (k->takes == KIND_INTENT)
		return delete_assemblies(a, a->words + 1, a->n_words - 1);
	for (size_t i = 1; i < a->n_words; i++) {
		LM_AUTO(client) c = client_new(a->server);
		struct lm_err *e = delete_one(a, c, k, a->words[i]);
		status = e != NULL ? cli_fail(e) : status;
	}
	return status;
}

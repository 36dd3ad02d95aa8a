/* SPDX-License-Identifier: Apache-2.0 */
/* lm doctor: the journal against what is outside, and what to do about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "lm/cli/change/ask.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/render.h"
#include "lm/server/examine.h"

enum { TEXT_MAX = 256 * 1024 * 1024, POLL_MS = 200, PATH_BYTES = 512 };

/* Exit statuses: who asks must not take "could not look" for "found something". */
enum { DOCTOR_HEALTHY = CLI_OK, DOCTOR_FINDINGS = CLI_FAILED, DOCTOR_BLIND = CLI_USAGE };

static int doctor_fail(struct lm_err *e)
{
	int status = cli_fail(e);

	return status == CLI_FAILED ? DOCTOR_BLIND : status;
}

/* ---- for people -------------------------------------------------------------------------------------- */

static enum render_hue hue_of(const char *code)
{
	return strcmp(code, "orphan") == 0 ? RENDER_BUSY : RENDER_BAD;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static size_t number(const json_t *j, const char *member)
{
	return (size_t)json_integer_value(json_object_get(j, member));
}

static void print_table(const struct render *r, const json_t *findings, struct lm_buf *out)
{
	static const char *const heads[] = {"FINDING", "SUBJECT", "WHAT IS WRONG"};
	struct render_table *t = render_table_begin(heads, LM_COUNT(heads));

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *f = json_array_get(findings, i);

		render_table_add(t, hue_of(render_text(f, "code")), render_text(f, "code"));
		render_table_add(t, RENDER_PLAIN, render_text(f, "subject"));
		render_table_add(t, RENDER_PLAIN, render_text(f, "explanation"));
	}
	render_table_wrap(t);
	render_table_end(t, r, out);
}

/* Each remedy once, with the number of findings that it is for. */
static void print_remedies(const json_t *findings, bool by_us, const char *head, struct lm_buf *out)
{
	json_t *remedies = json_object(), *count = NULL;
	const char *text = NULL;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *f = json_array_get(findings, i);
		const char *repair = render_text(f, "repair");

		if (json_is_true(json_object_get(f, "repairable")) == by_us && *repair != '\0')
			json_object_set_new(remedies, repair,
			    json_integer(
				json_integer_value(json_object_get(remedies, repair)) + 1));
	}
	if (json_object_size(remedies) > 0)
		lm_buf_printf(out, "\n%s\n", head);
	json_object_foreach(remedies, text, count)
	{
		lm_buf_printf(out, "  %lldx  %s\n", (long long)json_integer_value(count), text);
	}
	json_decref(remedies);
}

static void print_text(const struct render *r, const json_t *x, struct lm_buf *out)
{
	const json_t *findings = json_object_get(x, "findings");
	size_t n = json_array_size(findings), components = number(x, "components"),
	       resources = number(x, "resources");

	if (n > 0) {
		print_table(r, findings, out);
		print_remedies(findings, true, "'lm doctor --repair' would:", out);
		print_remedies(findings, false, "For you to do:", out);
		lm_buf_puts(out, "\n");
	}
	render_paint(r, n == 0 ? RENDER_GOOD : RENDER_BAD, n == 0 ? "healthy" : "not healthy", out);
	lm_buf_printf(out, ": %zu finding%s", n, plural(n));
	if (json_object_get(x, "resources") != NULL)
		lm_buf_printf(out, ", %zu component%s in the journal, %zu resource%s outside",
		    components, plural(components), resources, plural(resources));
	else
		lm_buf_printf(out, ", format %zu, %zu KiB, %zu event%s", number(x, "format"),
		    number(x, "bytes") / 1024, number(json_object_get(x, "records"), "event"),
		    plural(number(json_object_get(x, "records"), "event")));
	lm_buf_puts(out, "\n");
}

static void print_data(const struct args *a, const json_t *x)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	form_print_data(form_of(a), x, &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
}

static int show(const struct args *a, const json_t *x)
{
	struct render r = render_stdout();
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	if (form_is_data(form_of(a)))
		print_data(a, x);
	else
		print_text(&r, x, &b);
	fputs(b.p, stdout);
	fflush(stdout);
	lm_buf_fini(&b);
	return json_is_true(json_object_get(x, "healthy")) ? DOCTOR_HEALTHY : DOCTOR_FINDINGS;
}

/* ---- repair --------------------------------------------------------------------------------------------- */

static bool is_meant(const struct args *a, const json_t *f)
{
	static const char *const members[] = {"subject", "resourceId", "assembly"};

	for (size_t i = 0; i < a->n_words; i++)
		for (size_t k = 0; k < LM_COUNT(members); k++)
			if (strcmp(a->words[i], render_text(f, members[k])) == 0)
				return true;
	return a->n_words == 0;
}

/* Of those named (or all), how many can be repaired. */
static size_t repairable(const struct args *a, const json_t *x)
{
	const json_t *findings = json_object_get(x, "findings");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *f = json_array_get(findings, i);

		n += is_meant(a, f) && json_is_true(json_object_get(f, "repairable"));
	}
	return n;
}

static struct lm_err *ask_repair(const struct args *a, struct client *c, json_t **out)
{
	struct lm_buf body, answer;

	lm_buf_init(&body, TEXT_MAX);
	lm_buf_init(&answer, TEXT_MAX);
	struct lm_json j = lm_json_on(&body);
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "subjects", '[');
	for (size_t i = 0; i < a->n_words; i++)
		lm_json_str(&j, NULL, a->words[i]);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
	struct lm_err *e = client_post(c, "/api/doctor/repair", body.p, &answer);
	*out = e == NULL ? json_loadb(answer.p, answer.n, 0, NULL) : NULL;
	if (e == NULL && *out == NULL)
		e = lm_err_new(LM_ERR_IO, "the manager's answer is not JSON");
	lm_buf_fini(&body);
	lm_buf_fini(&answer);
	return e;
}

static void print_begun(const json_t *repairs)
{
	for (size_t i = 0; i < json_array_size(repairs); i++) {
		const json_t *one = json_array_get(repairs, i);
		const char *done = render_text(one, "done"), *subject = render_text(one, "subject");
		size_t n = number(one, "components");

		if (strcmp(done, "heal") == 0)
			printf("heal    %s: %zu component%s, process %s\n", subject, n, plural(n),
			    render_text(one, "processId"));
		else if (strcmp(done, "remove") == 0)
			printf("remove  %s\n", subject);
		else
			printf("refused %s: %s\n", subject, render_text(one, "reason"));
	}
	fflush(stdout);
}

/* Whether one repair has come to its end, well or not. */
static struct lm_err *has_ended(
    struct client *c, const json_t *one, const json_t *findings, bool *ended)
{
	const char *process = render_text(one, "processId");
	struct lm_buf path;
	json_t *p = NULL;

	*ended = true;
	for (size_t i = 0; *process == '\0' && i < json_array_size(findings); i++) {
		const json_t *f = json_array_get(findings, i);

		if (strcmp(render_text(f, "resourceId"), render_text(one, "resourceId")) == 0 &&
		    strstr(render_text(f, "explanation"), "it is being removed") != NULL)
			*ended = false;
	}
	if (*process == '\0')
		return NULL;
	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, "/api/processes/%?shallow=true", process, NULL);
	struct lm_err *e = client_get_json(c, path.p, &p);
	const char *status = render_text(p, "status");
	*ended = strcmp(status, "Pending") != 0 && strcmp(status, "In Progress") != 0;
	if (e == NULL && *ended && strcmp(status, "Completed") != 0)
		fprintf(stderr, "lm: healing %s ended as %s: %s\n", render_text(one, "subject"),
		    status, render_text(p, "statusReason"));
	json_decref(p);
	lm_buf_fini(&path);
	return e;
}

static struct lm_err *look(struct client *c, json_t **out)
{
	return client_get_json(c, "/api/doctor", out);
}

static bool is_over(int64_t until_s)
{
	struct timespec now, pause = {0, POLL_MS * 1000000L};

	nanosleep(&pause, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= until_s;
}

/* Until all repairs have ended; 'out' is what is found then. */
static struct lm_err *await(
    const struct args *a, struct client *c, const json_t *repairs, json_t **out)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t until_s = now.tv_sec + a->timeout_s;
	for (;;) {
		bool all = true, ended = true;
		struct lm_err *e = look(c, out);

		for (size_t i = 0; e == NULL && all && i < json_array_size(repairs); i++) {
			e = has_ended(c, json_array_get(repairs, i),
			    json_object_get(*out, "findings"), &ended);
			all = all && ended;
		}
		if (e != NULL || all)
			return e;
		json_decref(*out);
		*out = NULL;
		if (is_over(until_s))
			return lm_err_new(LM_ERR_TIMEOUT,
			    "still going on after %ld s: ask again with 'lm doctor'", a->timeout_s);
	}
}

static int repair(const struct args *a, struct client *c)
{
	json_t *begun = NULL, *x = NULL;
	int status = DOCTOR_FINDINGS;

	struct lm_err *e = ask_repair(a, c, &begun);
	const json_t *repairs = json_object_get(begun, "repairs");
	if (e == NULL && !form_is_data(form_of(a)))
		print_begun(repairs);
	if (e == NULL && a->no_wait && form_is_data(form_of(a)))
		print_data(a, begun);
	else if (e == NULL && !a->no_wait)
		e = await(a, c, repairs, &x);
	if (e != NULL)
		status = doctor_fail(e);
	else if (x != NULL)
		status = show(a, x);
	json_decref(begun);
	json_decref(x);
	return status;
}

/* What was found is shown first: who says yes must know to what. */
static int look_and_repair(const struct args *a, struct client *c, const json_t *x)
{
	size_t n = repairable(a, x);

	if (!form_is_data(form_of(a)) || n == 0) {
		int status = show(a, x);

		if (n == 0) {
			fprintf(stderr, status == DOCTOR_HEALTHY
					    ? "There is nothing to repair.\n"
					    : "Nothing of this is repaired here.\n");
			return status;
		}
		puts("");
	}
	char question[64];

	snprintf(question, sizeof question, "Repair %zu finding%s?", n, plural(n));
	enum ask answer = a->yes ? ASK_YES : ask_yes(question);
	if (answer == ASK_NOBODY)
		return cli_usage(a, "nobody can be asked here: add --yes to repair");
	return answer == ASK_YES ? repair(a, c) : DOCTOR_FINDINGS;
}

/* ---- the command ------------------------------------------------------------------------------------------ */

int doctor_run(const struct args *a)
{
	json_t *x = NULL;

	if (a->journal != NULL && (a->repair || a->n_words > 0))
		return cli_usage(a, "a journal is only looked at: --repair asks a manager");
	if (a->n_words > 0 && !a->repair)
		return cli_usage(a, "'%s' is for --repair", a->words[0]);
	struct lm_err *e = NULL;
	LM_AUTO(client) c = client_new(a->server);
	e = a->journal != NULL ? journal_examine(a->journal, &x) : look(c, &x);
	if (e != NULL)
		return doctor_fail(e);
	int status = a->repair ? look_and_repair(a, c, x) : show(a, x);
	json_decref(x);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"

/* A process: its plan as a table, and what its failed steps printed. */

enum { LOG_LINES = 20 };

/* ---- what failed ------------------------------------------------------------------------------- */

static const char *last_lines(const char *text, int lines)
{
	const char *p = text + strlen(text);

	while (p > text && p[-1] == '\n')
		p--;
	for (; p > text; p--)
		if (p[-1] == '\n' && --lines == 0)
			return p;
	return text;
}

static void print_log(const json_t *step, struct lm_buf *out)
{
	const char *log = render_text(step, "log");

	if (*log == '\0')
		return;
	lm_buf_printf(out, "\nThe last lines that %s of %s printed:\n", render_text(step, "action"),
	    render_text(step, "subject"));
	for (const char *p = last_lines(log, LOG_LINES); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		lm_buf_printf(out, "    %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

/* A step that was tried several times is told once. */
static bool is_last_failure(const json_t *steps, size_t i)
{
	const json_t *step = json_array_get(steps, i);

	if (strcmp(render_text(step, "state"), "Failed") != 0)
		return false;
	for (size_t k = i + 1; k < json_array_size(steps); k++) {
		const json_t *later = json_array_get(steps, k);

		if (strcmp(render_text(later, "subject"), render_text(step, "subject")) == 0 &&
		    strcmp(render_text(later, "action"), render_text(step, "action")) == 0 &&
		    strcmp(render_text(later, "state"), "Failed") == 0)
			return false;
	}
	return true;
}

void render_failed_steps(const struct render *r, const json_t *process, struct lm_buf *out)
{
	const json_t *steps = json_object_get(process, "executionPlan");
	(void)r;

	for (size_t i = 0; i < json_array_size(steps); i++)
		if (is_last_failure(steps, i))
			print_log(json_array_get(steps, i), out);
}

/* ---- the head ---------------------------------------------------------------------------------- */

static void print_span(const json_t *of, const char *from, const char *to, struct lm_buf *out)
{
	int64_t a = render_parse_time(render_text(of, from));
	int64_t b = render_parse_time(render_text(of, to));

	if (a > 0 && b >= a)
		render_duration(b - a, out);
}

/* "2026-11-20 22:42:59" */
static void print_moment(const char *iso, struct lm_buf *out)
{
	if (strlen(iso) >= 19)
		lm_buf_printf(out, "%.10s %.8s", iso, iso + 11);
}

static void print_progress(const json_t *process, struct lm_buf *out)
{
	const json_t *p = json_object_get(process, "progress");
	long long running = json_integer_value(json_object_get(p, "running"));
	long long failed = json_integer_value(json_object_get(p, "failed"));

	lm_buf_printf(out, "%lld of %lld steps done (%lld%%)",
	    (long long)json_integer_value(json_object_get(p, "done")),
	    (long long)json_integer_value(json_object_get(p, "steps")),
	    (long long)json_integer_value(json_object_get(p, "percent")));
	if (running > 0)
		lm_buf_printf(out, ", %lld under way", running);
	if (failed > 0)
		lm_buf_printf(out, ", %lld failed", failed);
	lm_buf_puts(out, "\n");
}

static void print_head(const struct render *r, const json_t *p, struct lm_buf *out)
{
	const char *status = render_text(p, "status"), *why = render_text(p, "statusReason");
	const char *reason = render_text(p, "reason"), *name = render_text(p, "assemblyName");
	const char *by = render_text(p, "requestedBy");
	int64_t attempt = json_integer_value(json_object_get(p, "attempt"));

	render_paint(r, RENDER_BOLD, name, out);
	lm_buf_printf(out, ": %s ", render_text(p, "intentType"));
	render_paint(r, render_hue_of(status), status, out);
	if (attempt > 1)
		lm_buf_printf(out, ", attempt %lld", (long long)attempt);
	if (*reason != '\0')
		lm_buf_printf(out, ", because %s", reason);
	lm_buf_puts(out, "\n");
	if (*why != '\0')
		lm_buf_printf(out, "%s\n", why);
	if (*by != '\0')
		lm_buf_printf(out, "asked for by %s\n", by);
	if (*render_text(p, "nextAttemptAt") != '\0') {
		lm_buf_puts(out, "next attempt at ");
		print_moment(render_text(p, "nextAttemptAt"), out);
		lm_buf_puts(out, "\n");
	}
	if (*render_text(p, "startTime") != '\0') {
		lm_buf_puts(out, "began ");
		print_moment(render_text(p, "startTime"), out);
	}
	if (*render_text(p, "endTime") != '\0') {
		lm_buf_puts(out, ", took ");
		print_span(p, "startTime", "endTime", out);
	}
	lm_buf_puts(out, *render_text(p, "startTime") != '\0' ? "\n" : "");
	print_progress(p, out);
}

/* ---- what it changes ---------------------------------------------------------------------------- */

/* A list of {"name": .., member: ..} as one object. */
static json_t *index_of(const json_t *instance, const char *list, const char *member)
{
	const json_t *all = json_object_get(instance, list);
	json_t *index = json_object();

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);

		json_object_set(index, render_text(one, "name"), json_object_get(one, member));
	}
	return index;
}

static void print_value(const json_t *v, const char *absent, struct lm_buf *out)
{
	if (json_is_integer(v))
		lm_buf_printf(out, "%lld", (long long)json_integer_value(v));
	else
		lm_buf_puts(out, json_is_string(v) ? json_string_value(v) : absent);
}

struct change {
	const char *name, *absent;
	const json_t *before, *after;
};

static void print_change(const struct change *c, struct lm_buf *out)
{
	if (c->before == c->after || json_equal(c->before, c->after))
		return;
	lm_buf_printf(out, "%s: ", c->name);
	print_value(c->before, c->absent, out);
	lm_buf_puts(out, " -> ");
	print_value(c->after, c->absent, out);
	lm_buf_puts(out, "\n");
}

/* What both objects have with another value, or only one of them. */
static void print_differences(json_t *before, json_t *after, const char *absent, struct lm_buf *out)
{
	const char *name = NULL;
	json_t *v = NULL;

	json_object_foreach(after, name, v)
	{
		print_change(&(struct change){name, absent, json_object_get(before, name), v}, out);
	}
	json_object_foreach(before, name, v)
	{
		if (json_object_get(after, name) == NULL)
			print_change(&(struct change){name, absent, v, NULL}, out);
	}
	json_decref(before);
	json_decref(after);
}

static void print_changes(const json_t *process, struct lm_buf *out)
{
	static const char *const texts[] = {"descriptorName", "intendedState"};
	const json_t *before = json_object_get(process, "previousInstance");
	const json_t *after = json_object_get(process, "desiredInstance");

	if (!json_is_object(before) || !json_is_object(after))
		return;
	for (size_t i = 0; i < LM_COUNT(texts); i++)
		print_change(&(struct change){texts[i], "-", json_object_get(before, texts[i]),
				 json_object_get(after, texts[i])},
		    out);
	print_differences(index_of(before, "properties", "value"),
	    index_of(after, "properties", "value"), "(default)", out);
	print_differences(index_of(before, "clusters", "quantity"),
	    index_of(after, "clusters", "quantity"), "none", out);
}

/* ---- the steps --------------------------------------------------------------------------------- */

/* Without the name of the assembly, which is the same everywhere. */
static const char *short_name(const json_t *process, const json_t *step)
{
	return render_within(render_text(process, "assemblyName"), render_text(step, "subject"));
}

static void add_time(struct render_table *t, const json_t *step)
{
	const char *iso = render_text(step, "startedAt");
	char text[16] = "";

	if (strlen(iso) >= 23)
		snprintf(text, sizeof text, "%.12s", iso + 11);
	render_table_add(t, RENDER_PLAIN, text);
}

static void add_step(struct render_table *t, const json_t *process, const json_t *step, bool tries)
{
	const char *state = render_text(step, "state"), *message = render_text(step, "message");
	int64_t attempt = json_integer_value(json_object_get(step, "attempt"));
	const char *because = render_text(step, "because");
	char number[24];
	struct lm_buf took;

	lm_buf_init(&took, 64);
	print_span(step, "startedAt", "endedAt", &took);
	snprintf(number, sizeof number, "%lld", (long long)attempt);
	render_table_add(t, render_hue_of(state), state);
	render_table_add(t, RENDER_PLAIN, render_text(step, "action"));
	render_table_add(t, RENDER_PLAIN, short_name(process, step));
	add_time(t, step);
	render_table_add(t, RENDER_PLAIN, took.p);
	if (tries)
		render_table_add(t, RENDER_PLAIN, number);
	render_table_add(t, RENDER_PLAIN, *message != '\0' ? message : because);
	lm_buf_fini(&took);
}

/* What changes a state without a call is nothing that anybody did. */
static bool is_shown(const json_t *step)
{
	return !json_is_true(json_object_get(step, "silent"));
}

void render_process(const struct render *r, const json_t *process, struct lm_buf *out)
{
	static const char *const heads[] = {
	    "STATE", "STEP", "COMPONENT", "BEGAN", "TOOK", "ATTEMPT", ""};
	const json_t *steps = json_object_get(process, "executionPlan");
	bool tries = json_integer_value(json_object_get(process, "attempt")) > 1;
	struct render_table *t = render_table_new(tries ? LM_COUNT(heads) : LM_COUNT(heads) - 1);

	print_head(r, process, out);
	print_changes(process, out);
	for (size_t i = 0; i < LM_COUNT(heads); i++)
		if (tries || strcmp(heads[i], "ATTEMPT") != 0)
			render_table_add(t, RENDER_FAINT, heads[i]);
	for (size_t i = 0; i < json_array_size(steps); i++)
		if (is_shown(json_array_get(steps, i)))
			add_step(t, process, json_array_get(steps, i), tries);
	if (json_array_size(steps) > 0) {
		lm_buf_puts(out, "\n");
		render_table_print(t, r, out);
	}
	render_table_free(t);
	render_failed_steps(r, process, out);
}

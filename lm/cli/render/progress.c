/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

enum { LIVE_MAX = 12, ACTION_WIDTH = 22, NAME_WIDTH = 32, LINE_BYTES = 1024 };

struct running {
	char *step, *action, *name;
	int64_t since_ms;
};

struct progress {
	struct progress_conf conf;
	char *process;
	LM_VEC(struct running) running;
	size_t n_steps; /* that have ended */
	size_t drawn;   /* lines on the screen that will be redrawn */
	bool has_begun; /* and it was seen when */
	int64_t begin_ms, last_event;
	enum progress_end end;
};

struct progress *progress_new(const struct progress_conf *conf)
{
	struct progress *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->conf = *conf;
	p->process = strdup(conf->process);
	if (p->process == NULL)
		abort();
	if (p->conf.columns == 0)
		p->conf.columns = 80;
	return p;
}

static void running_fini(struct running *r)
{
	free(r->step);
	free(r->action);
	free(r->name);
}

void progress_free(struct progress *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->running.n; i++)
		running_fini(&p->running.v[i]);
	lm_vec_free(&p->running);
	free(p->process);
	free(p);
}

enum progress_end progress_end(const struct progress *p)
{
	return p->end;
}

int64_t progress_last_event(const struct progress *p)
{
	return p->last_event;
}

/* ---- what runs -------------------------------------------------------------------------------- */

/* Without the name of the root assembly, which is the same everywhere. */
static const char *short_name(const json_t *event)
{
	const char *subject = render_text(event, "subject");
	const char *root = render_text(event, "rootAssemblyName");
	size_t n = strlen(root);

	if (n > 0 && strncmp(subject, root, n) == 0 && strncmp(subject + n, "__", 2) == 0)
		return subject + n + 2;
	return subject;
}

static void add_running(struct progress *p, const json_t *event, int64_t now_ms)
{
	const char *step = render_text(event, "step");

	for (size_t i = 0; i < p->running.n; i++)
		if (strcmp(p->running.v[i].step, step) == 0)
			return;
	struct running *r = LM_PUSH(NULL, &p->running);
	r->step = strdup(step);
	r->action = strdup(render_text(event, "action"));
	r->name = strdup(short_name(event));
	r->since_ms = now_ms;
	if (r->step == NULL || r->action == NULL || r->name == NULL)
		abort();
}

static void remove_running(struct progress *p, const char *step)
{
	for (size_t i = 0; i < p->running.n; i++) {
		if (strcmp(p->running.v[i].step, step) != 0)
			continue;
		running_fini(&p->running.v[i]);
		memmove(&p->running.v[i], &p->running.v[i + 1],
		    (p->running.n - i - 1) * sizeof *p->running.v);
		p->running.n--;
		return;
	}
}

/* ---- lines ------------------------------------------------------------------------------------ */

static void pad_to(struct lm_buf *out, const char *text, size_t width)
{
	size_t n = render_width(text);

	lm_buf_printf(out, "%s%*s ", text, (int)(n < width ? width - n : 0), "");
}

static void print_ended(struct progress *p, const json_t *event, struct lm_buf *out)
{
	bool failed = strcmp(render_text(event, "state"), "Failed") == 0;
	const char *message = render_text(event, "message");

	lm_buf_puts(out, "  ");
	render_paint(
	    &p->conf.render, failed ? RENDER_BAD : RENDER_GOOD, failed ? "failed" : "ok    ", out);
	lm_buf_puts(out, "  ");
	pad_to(out, short_name(event), NAME_WIDTH);
	pad_to(out, render_text(event, "action"), ACTION_WIDTH);
	lm_buf_puts(out, " ");
	render_duration(json_integer_value(json_object_get(event, "tookMs")), out);
	lm_buf_puts(out, "\n");
	if (failed && *message != '\0')
		lm_buf_printf(out, "          %s\n", message);
}

static void on_step(struct progress *p, const json_t *event, int64_t now_ms, struct lm_buf *out)
{
	if (strcmp(render_text(event, "state"), "Started") == 0) {
		add_running(p, event, now_ms);
		return;
	}
	remove_running(p, render_text(event, "step"));
	p->n_steps++;
	progress_erase(p, out);
	print_ended(p, event, out);
}

/* What exists is as it was wanted already. */
static bool changed_nothing(const struct progress *p, const json_t *event)
{
	const char *type = render_text(event, "intentType");

	return p->end == PROGRESS_COMPLETED && p->n_steps == 0 &&
	       (strcmp(type, "UpgradeAssembly") == 0 || strcmp(type, "ChangeAssemblyState") == 0);
}

static void print_why(struct progress *p, const json_t *event, struct lm_buf *out)
{
	bool is_pending = strcmp(render_text(event, "processState"), "Pending") == 0;
	const char *reason = render_text(event, "processStateReason");
	const char *next = render_text(event, "nextAttemptAt");

	if (strlen(next) >= 19)
		lm_buf_printf(out, " until %.8s: %s", next + 11, reason);
	else if (is_pending)
		lm_buf_puts(out, ": waits until another process of the assembly has ended");
	else if (*reason != '\0')
		lm_buf_printf(out, ": %s", reason);
	else if (changed_nothing(p, event))
		lm_buf_puts(out, ": nothing to do");
	lm_buf_puts(out, "\n");
}

static void on_process(struct progress *p, const json_t *event, struct lm_buf *out)
{
	const char *state = render_text(event, "processState");
	int64_t at = json_integer_value(json_object_get(event, "at_ms"));

	if (strcmp(state, "Completed") == 0)
		p->end = PROGRESS_COMPLETED;
	else if (strcmp(state, "Failed") == 0)
		p->end = PROGRESS_FAILED;
	else if (strcmp(state, "Cancelled") == 0)
		p->end = PROGRESS_CANCELLED;
	if (p->end == PROGRESS_GOES_ON && !p->has_begun) {
		p->has_begun = true;
		p->begin_ms = at;
	}
	progress_erase(p, out);
	render_paint(&p->conf.render, RENDER_BOLD, render_text(event, "assemblyName"), out);
	lm_buf_printf(out, ": %s ", render_text(event, "intentType"));
	render_paint(&p->conf.render, render_hue_of(state), state, out);
	int64_t attempt = json_integer_value(json_object_get(event, "attempt"));
	if (p->end == PROGRESS_GOES_ON && attempt > 1)
		lm_buf_printf(out, ", attempt %lld", (long long)attempt);
	if (p->end != PROGRESS_GOES_ON && p->has_begun) {
		lm_buf_puts(out, " after ");
		render_duration(at - p->begin_ms, out);
	}
	print_why(p, event, out);
}

void progress_event(struct progress *p, const json_t *event, int64_t now_ms, struct lm_buf *out)
{
	const char *type = render_text(event, "type");
	const json_t *seq = json_object_get(event, "seq");

	if (json_is_integer(seq))
		p->last_event = json_integer_value(seq);
	if (strcmp(render_text(event, "processId"), p->process) != 0)
		return;
	if (strcmp(type, "StepEvent") == 0)
		on_step(p, event, now_ms, out);
	else if (strcmp(type, "ProcessStateChangeEvent") == 0)
		on_process(p, event, out);
}

/* ---- the live part ---------------------------------------------------------------------------- */

void progress_erase(struct progress *p, struct lm_buf *out)
{
	for (; p->drawn > 0; p->drawn--)
		lm_buf_puts(out, "\033[1A\033[2K");
}

/* A line that is wider than the terminal would take two, and erasing would leave one behind. */
static void print_cut(const struct progress *p, const struct lm_buf *line, struct lm_buf *out)
{
	size_t width = 0, i = 0;

	for (; i < line->n; i++) {
		width += ((unsigned char)line->p[i] & 0xc0) != 0x80;
		if (width >= p->conf.columns)
			break;
	}
	lm_buf_add(out, line->p, i);
	lm_buf_puts(out, "\n");
}

void progress_draw(struct progress *p, int64_t now_ms, struct lm_buf *out)
{
	struct lm_buf line;

	if (!p->conf.is_live || p->end != PROGRESS_GOES_ON)
		return;
	progress_erase(p, out);
	lm_buf_init(&line, LINE_BYTES);
	for (size_t i = 0; i < p->running.n && i <= LIVE_MAX; i++) {
		const struct running *r = &p->running.v[i];

		lm_buf_clear(&line);
		if (i == LIVE_MAX) {
			lm_buf_printf(&line, "  and %zu more", p->running.n - LIVE_MAX);
		} else {
			lm_buf_puts(&line, "  ...     ");
			pad_to(&line, r->name, NAME_WIDTH);
			pad_to(&line, r->action, ACTION_WIDTH);
			lm_buf_puts(&line, " ");
			render_duration(now_ms - r->since_ms, &line);
		}
		print_cut(p, &line, out);
		p->drawn++;
	}
	lm_buf_fini(&line);
}

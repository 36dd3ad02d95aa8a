/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/cli/render/work.h"

enum {
	LIVE_MAX = 12,
	ACTION_WIDTH = 22,
	NAME_WIDTH = 32,
	LEAD_WIDTH = 10, /* what stands in front of a name */
	TIME_WIDTH = 10, /* "1 min 05 s" */
	LINE_BYTES = 4096,
	LOG_LINES = 8,
	ROWS_KEPT = 4, /* of the terminal, for what stands above, and the sum */
	SPIN_MS = 100,
};

struct progress {
	struct progress_conf conf;
	char *process;
	char *root;   /* the assembly's name; NULL: not known yet */
	char *failed; /* a step; NULL: none */
	bool is_told; /* and somebody has asked which */
	struct work work;
	size_t drawn;   /* lines on the screen that will be redrawn */
	bool has_begun; /* and it was seen when */
	int64_t begin_ms, last_event;
	int64_t seen_ms; /* the same by the caller's clock; 0: not yet */
	enum progress_end end;
};

struct progress *progress_new(const struct progress_conf *conf)
{
	struct progress *p = lm_alloc(sizeof *p);

	p->conf = *conf;
	p->process = lm_strdup(conf->process);
	work_init(&p->work);
	if (p->conf.columns == 0)
		p->conf.columns = 80;
	if (p->conf.rows == 0)
		p->conf.rows = 24;
	return p;
}

void progress_free(struct progress *p)
{
	if (p == NULL)
		return;
	work_fini(&p->work);
	free(p->process);
	free(p->root);
	free(p->failed);
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

const char *progress_failed_step(struct progress *p)
{
	bool was_told = p->is_told;

	p->is_told = true;
	return was_told ? NULL : p->failed;
}

void progress_plan(struct progress *p, const json_t *process)
{
	work_plan(&p->work, process);
}

/* ---- lines ------------------------------------------------------------------------------------ */

/* Without the name of the assembly, which is the same everywhere. */
static const char *short_name(const struct progress *p, const char *name)
{
	return render_within(p->root != NULL ? p->root : "", name);
}

static void pad_to(struct lm_buf *out, const char *text, size_t width)
{
	size_t n = render_width(text);

	lm_buf_printf(out, "%s%*s ", text, (int)(n < width ? width - n : 0), "");
}

static void print_lead(
    const struct progress *p, enum render_hue hue, const char *word, struct lm_buf *out)
{
	lm_buf_puts(out, "  ");
	render_paint(&p->conf.render, hue, word, out);
	lm_buf_printf(out, "%*s", (int)(LEAD_WIDTH - 2 - render_width(word)), "");
}

static bool has_failed(const json_t *event)
{
	return strcmp(render_text(event, "state"), "Failed") == 0;
}

/* A step that has ended. */
static void print_ended(const struct progress *p, const json_t *event, struct lm_buf *out)
{
	bool failed = has_failed(event);
	const char *message = render_text(event, "message");

	print_lead(p, failed ? RENDER_BAD : RENDER_GOOD, failed ? "failed" : "ok", out);
	pad_to(out, short_name(p, render_text(event, "subject")), NAME_WIDTH);
	pad_to(out, render_text(event, "action"), ACTION_WIDTH);
	lm_buf_puts(out, " ");
	render_duration(json_integer_value(json_object_get(event, "tookMs")), out);
	lm_buf_puts(out, "\n");
	if (failed && *message != '\0')
		lm_buf_printf(out, "%*s%s\n", LEAD_WIDTH, "", message);
}

/* Bytes at the end of a text that take so many columns. */
static const char *last_columns(const char *text, size_t width)
{
	size_t n = render_width(text);

	for (; n > width; n--)
		for (text++; (*text & 0xc0) == 0x80;)
			text++;
	return text;
}

/* How many columns there are for actions. */
static size_t room_for_actions(const struct progress *p)
{
	size_t used = LEAD_WIDTH + NAME_WIDTH + 1 + TIME_WIDTH + 2;

	return p->conf.columns > used + ACTION_WIDTH ? p->conf.columns - used : ACTION_WIDTH;
}

/* A time, and the actions that it is of; of many the latest. */
static void print_actions(
    const struct progress *p, const char *actions, int64_t ms, struct lm_buf *out)
{
	size_t room = room_for_actions(p);
	bool is_cut = render_width(actions) > room;
	const char *dots = p->conf.render.unicode ? "\xe2\x80\xa6" : "~";
	struct lm_buf time;

	lm_buf_init(&time, 64);
	if (ms >= 0)
		render_duration(ms, &time);
	lm_buf_printf(out, "%*s  %s%s", TIME_WIDTH, time.p, is_cut ? dots : "",
	    is_cut ? last_columns(actions, room - 1) : actions);
	lm_buf_fini(&time);
}

/* A component has done all that it had to. */
static void print_item(const struct progress *p, const struct item *it, struct lm_buf *out)
{
	print_lead(p, RENDER_GOOD, "ok", out);
	pad_to(out, short_name(p, it->name), NAME_WIDTH);
	print_actions(p, it->done.p, it->took_ms, out);
	lm_buf_puts(out, "\n");
}

/* On a terminal: one that has no step to come any more. */
static void settle(struct progress *p, struct item *it, struct lm_buf *out)
{
	progress_erase(p, out);
	if (it->done.n > 0)
		print_item(p, it, out);
	work_drop(&p->work, it);
}

static void settle_all(struct progress *p, struct lm_buf *out)
{
	struct item *it;

	for (size_t i = 0; (it = lm_map_next(p->work.items, &i)) != NULL;)
		settle(p, it, out);
}

static void end_live_step(struct progress *p, const json_t *event, struct lm_buf *out)
{
	struct item *it = work_end(&p->work, event);

	if (it == NULL)
		return;
	if (has_failed(event)) {
		progress_erase(p, out);
		print_ended(p, event, out);
		work_drop(&p->work, it);
	} else if (work_is_over(&p->work, it)) {
		settle(p, it, out);
	}
}

static void on_step(struct progress *p, const json_t *event, int64_t now_ms, struct lm_buf *out)
{
	if (p->root == NULL)
		p->root = lm_strdup(render_text(event, "rootAssemblyName"));
	if (strcmp(render_text(event, "state"), "Started") == 0) {
		if (p->conf.is_live)
			work_begin(&p->work, event, now_ms);
		return;
	}
	p->work.n_steps++;
	if (has_failed(event)) {
		free(p->failed);
		p->failed = lm_strdup(render_text(event, "step"));
		p->is_told = false;
	}
	if (p->conf.is_live)
		end_live_step(p, event, out);
	else
		print_ended(p, event, out);
}

void progress_log(struct progress *p, const char *log, struct lm_buf *out)
{
	const char *end = log + strlen(log), *from = NULL;
	int lines = 0;

	if (!p->conf.is_live || *log == '\0')
		return;
	while (end > log && end[-1] == '\n')
		end--;
	for (from = end; from > log; from--)
		if (from[-1] == '\n' && ++lines == LOG_LINES)
			break;
	progress_erase(p, out);
	while (from < end) {
		size_t n = strcspn(from, "\n");

		lm_buf_printf(out, "%*s", LEAD_WIDTH, "");
		render_paint(&p->conf.render, RENDER_FAINT,
		    p->conf.render.unicode ? "\xe2\x94\x82 " : "| ", out);
		lm_buf_add(out, from, n);
		lm_buf_puts(out, "\n");
		from += n + (from[n] == '\n');
	}
}

/* ---- the process ------------------------------------------------------------------------------ */

/* What exists is as it was wanted already. */
static bool changed_nothing(const struct progress *p, const json_t *event)
{
	const char *type = render_text(event, "intentType");

	return p->end == PROGRESS_COMPLETED && p->work.n_steps == 0 &&
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
	else if (p->conf.is_live && p->end == PROGRESS_COMPLETED && p->work.n_steps > 0)
		lm_buf_printf(
		    out, ", %zu step%s", p->work.n_steps, p->work.n_steps == 1 ? "" : "s");
	lm_buf_puts(out, "\n");
}

static void read_state(struct progress *p, const json_t *event)
{
	static const struct {
		const char *state;
		enum progress_end end;
	} ends[] = {{"Completed", PROGRESS_COMPLETED}, {"Failed", PROGRESS_FAILED},
	    {"Cancelled", PROGRESS_CANCELLED}};
	const char *state = render_text(event, "processState");

	for (size_t i = 0; i < LM_COUNT(ends); i++)
		if (strcmp(ends[i].state, state) == 0)
			p->end = ends[i].end;
}

static void on_process(struct progress *p, const json_t *event, int64_t now_ms, struct lm_buf *out)
{
	const char *state = render_text(event, "processState");
	int64_t at = json_integer_value(json_object_get(event, "at_ms"));

	read_state(p, event);
	if (p->end == PROGRESS_GOES_ON && !p->has_begun) {
		p->has_begun = true;
		p->begin_ms = at;
		p->seen_ms = now_ms;
	}
	progress_erase(p, out);
	if (p->end != PROGRESS_GOES_ON)
		settle_all(p, out);
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
		on_process(p, event, now_ms, out);
}

/* ---- the live part ---------------------------------------------------------------------------- */

void progress_erase(struct progress *p, struct lm_buf *out)
{
	if (p->drawn > 0)
		lm_buf_printf(out, "\033[%zuA\r\033[J", p->drawn);
	p->drawn = 0;
}

static const char *spinner(const struct progress *p, int64_t now_ms)
{
	static const char *const round[] = {"\xe2\xa0\x8b", "\xe2\xa0\x99", "\xe2\xa0\xb9",
	    "\xe2\xa0\xb8", "\xe2\xa0\xbc", "\xe2\xa0\xb4", "\xe2\xa0\xa6", "\xe2\xa0\xa7",
	    "\xe2\xa0\x87", "\xe2\xa0\x8f"};
	static const char *const plain[] = {"|", "/", "-", "\\"};
	size_t at = (size_t)(now_ms / SPIN_MS);

	return p->conf.render.unicode ? round[at % LM_COUNT(round)] : plain[at % LM_COUNT(plain)];
}

/* A component at work: the steps it has done, the one it is at, and how long that takes. */
static void put_item(
    const struct progress *p, const struct item *it, int64_t now_ms, struct lm_buf *line)
{
	struct lm_buf actions;

	lm_buf_init(&actions, LINE_BYTES);
	lm_buf_printf(&actions, "%s%s%s", it->done.p,
	    it->done.n > 0 && it->action != NULL ? " " : "", it->action != NULL ? it->action : "");
	lm_buf_printf(
	    line, "  %s%*s", it->step != NULL ? spinner(p, now_ms) : " ", LEAD_WIDTH - 3, "");
	pad_to(line, short_name(p, it->name), NAME_WIDTH);
	print_actions(p, actions.p, it->step != NULL ? now_ms - it->since_ms : -1, line);
	lm_buf_fini(&actions);
}

/* "  12 of 48 steps, 3 under way, 1.9 s" */
static void put_sum(const struct progress *p, int64_t now_ms, struct lm_buf *line)
{
	lm_buf_printf(line, "  %zu", p->work.n_steps);
	if (p->work.n_planned >= p->work.n_steps && p->work.n_planned > 0)
		lm_buf_printf(line, " of %zu", p->work.n_planned);
	lm_buf_printf(line, " steps done, %zu under way, ", p->work.n_running);
	render_duration(p->seen_ms > 0 ? now_ms - p->seen_ms : 0, line);
}

/* A line that is wider than the terminal would take two, and erasing would leave one behind. */
static void put_cut(
    struct progress *p, struct lm_buf *line, enum render_hue hue, struct lm_buf *out)
{
	size_t width = 0, i = 0;

	for (; i < line->n; i++) {
		width += ((unsigned char)line->p[i] & 0xc0) != 0x80;
		if (width >= p->conf.columns)
			break;
	}
	line->p[i] = '\0';
	render_paint(&p->conf.render, hue, line->p, out);
	lm_buf_puts(out, "\n");
	lm_buf_clear(line);
	p->drawn++;
}

static size_t lines_for_items(const struct progress *p)
{
	size_t rows = p->conf.rows > ROWS_KEPT ? p->conf.rows - ROWS_KEPT : 1;

	return rows < LIVE_MAX ? rows : LIVE_MAX;
}

void progress_draw(struct progress *p, int64_t now_ms, struct lm_buf *out)
{
	size_t most = lines_for_items(p), shown = 0, all = lm_map_count(p->work.items);
	const struct item *it;
	struct lm_buf line;

	if (!p->conf.is_live || p->end != PROGRESS_GOES_ON || all == 0)
		return;
	progress_erase(p, out);
	lm_buf_init(&line, LINE_BYTES);
	/* Those at work first: when there is no room for all, the others need not be seen. */
	for (int at_work = 1; at_work >= 0; at_work--) {
		for (size_t i = 0; shown < most && (it = lm_map_next(p->work.items, &i)) != NULL;) {
			if ((it->step != NULL) != at_work)
				continue;
			put_item(p, it, now_ms, &line);
			put_cut(p, &line, at_work ? RENDER_PLAIN : RENDER_FAINT, out);
			shown++;
		}
	}
	if (all > shown) {
		lm_buf_printf(&line, "%*sand %zu more", LEAD_WIDTH, "", all - shown);
		put_cut(p, &line, RENDER_FAINT, out);
	}
	put_sum(p, now_ms, &line);
	put_cut(p, &line, RENDER_BOLD, out);
	lm_buf_fini(&line);
}

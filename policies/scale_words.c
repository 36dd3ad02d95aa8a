/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/json.h"
#include "base/time.h"
#include "policies/scale.h"
#include "policies/words.h"

/* What a scale policy sees and does, for people. */

enum { LOADS_SHOWN = 4 }; /* of a run */

/* ---- sentences ------------------------------------------------------------------------------- */

/* "load ..., 107, 107, 106 " */
static void print_run(const struct scale *s, unsigned run, struct lm_buf *out)
{
	unsigned shown = run < LOADS_SHOWN ? run : LOADS_SHOWN;

	lm_buf_puts(out, s->mean.n > 1 ? "mean load " : "load ");
	if (run > shown)
		lm_buf_puts(out, "..., ");
	for (unsigned i = shown; i > 0; i--) {
		words_load(out, s->recent[(s->n_recent - i) % RECENT_KEPT].load);
		lm_buf_puts(out, i > 1 ? ", " : " ");
	}
}

static void print_breach(const struct scale *s, bool up, struct lm_buf *out)
{
	unsigned run = up ? s->above : s->below;

	print_run(s, run, out);
	if (up && !(s->load > s->out)) {
		lm_buf_puts(out, "on its way to ");
		words_load(out, s->ahead);
		lm_buf_puts(out, " in ");
		words_seconds(out, s->conf.predict_ahead_ms);
		lm_buf_puts(out, ", ");
	}
	lm_buf_puts(out, up ? "above " : "below ");
	words_load(out, up ? s->out : s->in);
	if (run > 1) {
		lm_buf_puts(out, " ");
		words_times(out, run);
	}
}

void scale_print_reason(const struct scale *s, const struct verdict *v, struct lm_buf *out)
{
	if (v->is_scheduled) {
		lm_hours_print(v->rule, out);
		lm_buf_printf(out, " wants %u", v->rule->least);
	} else {
		print_breach(s, v->action == POLICY_SCALE_OUT, out);
	}
	lm_buf_printf(out, ": from %u to %u", s->size, v->size);
	if (!v->is_scheduled && (s->conf.step == STEP_PROPORTIONAL || !isnan(s->conf.target))) {
		lm_buf_puts(out, ", for a load of ");
		words_load(out, v->load);
	}
}

static void print_members(struct lm_buf *out, unsigned n)
{
	lm_buf_printf(out, n == 1 ? "%u member" : "%u members", n);
}

static void print_regrets(const struct verdict *v, struct lm_buf *out)
{
	if (v->has_regrets)
		lm_buf_puts(out, ", since a scale-in has had to be taken back");
}

static void print_guard(const struct verdict *v, struct lm_buf *out)
{
	lm_buf_puts(out, "with ");
	print_members(out, v->size);
	lm_buf_puts(out, " the load would be ");
	words_load(out, v->load);
	lm_buf_puts(out, ", above ");
	words_load(out, v->limit);
	print_regrets(v, out);
}

static void print_called(const struct verdict *v, struct lm_buf *out)
{
	lm_buf_puts(out, "the load calls for ");
	print_members(out, v->size);
	if (v->has_regrets) {
		lm_buf_puts(out, " at ");
		words_load(out, v->limit);
	}
	print_regrets(v, out);
}

static void print_calm(const struct scale *s, struct lm_buf *out)
{
	if (isnan(s->out) && isnan(s->in)) {
		lm_buf_puts(out, "it has no threshold and no target");
		return;
	}
	lm_buf_puts(out, "the load is not");
	if (!isnan(s->out)) {
		lm_buf_puts(out, " above ");
		words_load(out, s->out);
	}
	if (!isnan(s->in)) {
		lm_buf_puts(out, isnan(s->out) ? " below " : " nor below ");
		words_load(out, s->in);
	}
}

static void print_counting(const struct scale *s, bool up, struct lm_buf *out)
{
	lm_buf_printf(out, "%u of %u samples ", up ? s->above : s->below,
	    up ? s->smoothing_out : s->smoothing_in);
	lm_buf_puts(out, up ? "above " : "below ");
	words_load(out, up ? s->out : s->in);
}

static void print_held(const struct scale *s, const struct verdict *v, struct lm_buf *out)
{
	switch (v->held) {
	case HELD_NOT:
		return;
	case HELD_UNWATCHED:
		lm_buf_puts(out, "not watching");
		return;
	case HELD_SILENT:
		lm_buf_puts(out, "no load yet");
		return;
	case HELD_CALM:
		print_calm(s, out);
		return;
	case HELD_COUNTING:
		print_counting(s, v->action == POLICY_SCALE_OUT, out);
		return;
	case HELD_REFILL:
		lm_buf_printf(out, "%u in service, below its minimum of %u", s->size, s->conf.min);
		return;
	case HELD_MAXIMUM:
		lm_buf_printf(out, "at its maximum of %u", v->size);
		return;
	case HELD_MINIMUM:
		lm_buf_printf(out, "at its minimum of %u", s->conf.min);
		return;
	case HELD_SCHEDULE:
		lm_hours_print(v->rule, out);
		lm_buf_printf(out, " wants %u", v->rule->least);
		return;
	case HELD_COOLDOWN:
		lm_buf_puts(out, "cool-down, ");
		words_seconds(out, v->left_ms);
		lm_buf_puts(out, " left");
		return;
	case HELD_CALLED:
		print_called(v, out);
		return;
	case HELD_STABILIZING:
		print_members(out, v->size);
		lm_buf_puts(out, v->size == 1 ? " was" : " were");
		lm_buf_puts(out, " called for within the last ");
		words_seconds(out, s->conf.stabilization_ms);
		return;
	case HELD_GUARD:
		print_guard(v, out);
		return;
	}
}

void scale_explain(const struct scale *s, struct lm_buf *out)
{
	if (!s->policy.enabled) {
		lm_buf_puts(out, "not watching");
	} else if (isnan(s->load)) {
		lm_buf_puts(out, "no load yet");
	} else {
		lm_buf_puts(out, s->mean.n > 1 ? "mean load " : "load ");
		words_load(out, s->load);
	}
	if (!isnan(s->out)) {
		lm_buf_puts(out, " (out > ");
		words_load(out, s->out);
		lm_buf_printf(out, ": %u/%u", s->above, s->smoothing_out);
	}
	if (!isnan(s->in)) {
		lm_buf_puts(out, isnan(s->out) ? " (in < " : ", in < ");
		words_load(out, s->in);
		lm_buf_printf(out, ": %u/%u", s->below, s->smoothing_in);
	}
	if (!isnan(s->out) || !isnan(s->in))
		lm_buf_puts(out, ")");
}

/* ---- the document ---------------------------------------------------------------------------- */

static void print_direction(const struct lm_json *at, const struct scale *s, bool up)
{
	struct lm_json j = *at;

	lm_json_open(&j, up ? "scaleOut" : "scaleIn", '{');
	lm_json_num(&j, "threshold", up ? s->out : s->in);
	lm_json_int(&j, "samples", up ? s->above : s->below);
	lm_json_int(&j, "smoothing", up ? s->smoothing_out : s->smoothing_in);
	lm_json_num(
	    &j, "cooldown", (double)(up ? s->conf.cooldown_out_ms : s->conf.cooldown_in_ms) / 1000);
	lm_json_close(&j, '}');
}

static void print_recent(struct lm_json *j, const struct scale *s)
{
	unsigned n = s->n_recent < RECENT_KEPT ? s->n_recent : RECENT_KEPT;

	lm_json_open(j, "samples", '[');
	for (unsigned i = n; i > 0; i--) {
		char at[LM_TIME_SIZE];

		lm_time_text(s->recent[(s->n_recent - i) % RECENT_KEPT].at_ms, at);
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "at", at);
		lm_json_num(j, "load", s->recent[(s->n_recent - i) % RECENT_KEPT].load);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void print_size(
    struct lm_json *j, const struct scale *s, const struct verdict *v, int64_t now_ms)
{
	lm_json_int(j, "size", s->size);
	lm_json_int(j, "min", s->conf.min);
	lm_json_int(j, "max", s->conf.max);
	lm_json_int(j, "increment", s->conf.increment);
	if (s->schedule != NULL)
		lm_json_int(j, "scheduled", v->rule == NULL ? 0 : v->rule->least);
	if (!isnan(s->conf.target))
		lm_json_num(j, "target", s->conf.target);
	lm_json_num(j, "guard", s->conf.unguarded ? NAN : scale_guard_limit(s, now_ms));
}

static void print_last(struct lm_json *j, const struct memory *m)
{
	char at[LM_TIME_SIZE];

	if (m->at_ms == 0)
		return;
	lm_time_text(m->at_ms, at);
	lm_json_open(j, "last", '{');
	lm_json_str(j, "at", at);
	lm_json_str(j, "action", policy_action_text(m->action));
	lm_json_int(j, "size", m->to);
	lm_json_str(j, "reason", m->reason);
	lm_json_close(j, '}');
}

void scale_print(const struct scale *s, int64_t now_ms, struct lm_buf *out)
{
	struct verdict v = scale_judge(s, now_ms);
	struct lm_json j = lm_json_on(out);
	struct lm_buf held;

	lm_buf_init(&held, 256);
	print_held(s, &v, &held);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "kind", "scale");
	lm_json_bool(&j, "enabled", s->policy.enabled);
	lm_json_num(&j, "load", s->load);
	if (s->forecast != NULL)
		lm_json_num(&j, "forecast", s->ahead);
	print_direction(&j, s, true);
	print_direction(&j, s, false);
	print_size(&j, s, &v, now_ms);
	print_recent(&j, s);
	lm_json_str(&j, "held", v.held == HELD_NOT ? NULL : held.p);
	print_last(&j, &s->memory);
	lm_json_close(&j, '}');
	lm_buf_fini(&held);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>

#include "policies/rule.h"
#include "policies/words.h"

void scale_reset(struct scale *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->latest[i] = NAN;
	s->load = NAN;
	s->above = s->below = 0;
}

/* Of the metrics that have spoken; one at least has. */
static double mean(const struct scale *s)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!isnan(s->latest[i])) {
			sum += s->latest[i];
			n++;
		}
	return sum / (double)n;
}

/* What the policy wants of so many members now; the same when it is at a limit. */
static unsigned size_wanted(const struct scale *s, bool up)
{
	const struct policy_scale *c = &s->conf;
	unsigned most = c->max == 0 ? UINT_MAX : c->max;

	if (up)
		return s->size >= most                 ? s->size
		       : c->increment < most - s->size ? s->size + c->increment
						       : most;
	return s->size <= c->min                 ? s->size
	       : c->increment < s->size - c->min ? s->size - c->increment
						 : c->min;
}

static void reason_write(const struct scale *s, bool up, struct lm_buf *b)
{
	unsigned n = up ? s->above : s->below;

	lm_buf_puts(b, s->n > 1 ? "mean load " : "load ");
	if (n > LOADS_KEPT)
		lm_buf_puts(b, "..., ");
	for (unsigned i = n > LOADS_KEPT ? n - LOADS_KEPT : 0; i < n; i++) {
		words_load(b, s->run[i % LOADS_KEPT]);
		lm_buf_puts(b, i + 1 < n ? ", " : " ");
	}
	lm_buf_puts(b, up ? "above " : "below ");
	words_load(b, up ? s->conf.out : s->conf.in);
	if (n > 1) {
		lm_buf_puts(b, " ");
		words_times(b, n);
	}
}

static void decide(struct scale *s, bool up, struct policy_decisions *out)
{
	unsigned size = size_wanted(s, up);
	struct lm_buf b;

	if (size == s->size)
		return;
	lm_buf_init(&b, sizeof((struct policy_decision *)0)->reason - 1);
	reason_write(s, up, &b);
	lm_buf_printf(&b, ": from %u to %u", s->size, size);
	policy_decide(&s->policy, up ? POLICY_SCALE_OUT : POLICY_SCALE_IN, size, b.p, out);
	lm_buf_fini(&b);
	s->above = s->below = 0;
}

void scale_sample(struct scale *s, size_t index, double load, struct policy_decisions *out)
{
	s->latest[index] = load;
	s->load = mean(s);
	if (s->load > s->conf.out) {
		s->below = 0;
		s->run[s->above++ % LOADS_KEPT] = s->load;
	} else if (s->load < s->conf.in) {
		s->above = 0;
		s->run[s->below++ % LOADS_KEPT] = s->load;
	} else {
		s->above = s->below = 0;
	}
	if (s->above >= s->conf.smoothing_out)
		decide(s, true, out);
	else if (s->below >= s->conf.smoothing_in)
		decide(s, false, out);
}

void scale_explain(const struct scale *s, struct lm_buf *out)
{
	if (!s->policy.enabled) {
		lm_buf_puts(out, "not watching");
	} else if (isnan(s->load)) {
		lm_buf_puts(out, "no load yet");
	} else {
		lm_buf_puts(out, s->n > 1 ? "mean load " : "load ");
		words_load(out, s->load);
	}
	lm_buf_puts(out, " (out > ");
	words_load(out, s->conf.out);
	lm_buf_printf(out, ": %u/%u, in < ", s->above, s->conf.smoothing_out);
	words_load(out, s->conf.in);
	lm_buf_printf(out, ": %u/%u)", s->below, s->conf.smoothing_in);
}

/* SPDX-License-Identifier: Apache-2.0 */
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

static void decide(struct policy *p, enum policy_action action, struct policy_decisions *out)
{
	struct scale *s = &p->scale;
	bool up = action == POLICY_SCALE_OUT;
	unsigned n = up ? s->above : s->below;
	struct lm_buf b;

	lm_buf_init(&b, sizeof((struct policy_decision *)0)->reason - 1);
	lm_buf_puts(&b, s->n > 1 ? "mean load " : "load ");
	if (n > LOADS_KEPT)
		lm_buf_puts(&b, "..., ");
	for (unsigned i = n > LOADS_KEPT ? n - LOADS_KEPT : 0; i < n; i++) {
		words_load(&b, s->run[i % LOADS_KEPT]);
		lm_buf_puts(&b, i + 1 < n ? ", " : " ");
	}
	lm_buf_puts(&b, up ? "above " : "below ");
	words_load(&b, up ? s->out : s->in);
	if (n > 1) {
		lm_buf_puts(&b, " ");
		words_times(&b, n);
	}
	policy_decide(p, action, b.p, out);
	lm_buf_fini(&b);
	s->above = s->below = 0;
}

void scale_sample(struct policy *p, size_t metric, double load, struct policy_decisions *out)
{
	struct scale *s = &p->scale;

	s->latest[metric] = load;
	s->load = mean(s);
	if (s->load > s->out) {
		s->below = 0;
		s->run[s->above++ % LOADS_KEPT] = s->load;
	} else if (s->load < s->in) {
		s->above = 0;
		s->run[s->below++ % LOADS_KEPT] = s->load;
	} else {
		s->above = s->below = 0;
	}
	if (s->above >= s->smoothing_out)
		decide(p, POLICY_SCALE_OUT, out);
	else if (s->below >= s->smoothing_in)
		decide(p, POLICY_SCALE_IN, out);
}

void scale_explain(const struct policy *p, struct lm_buf *out)
{
	const struct scale *s = &p->scale;

	if (!p->enabled) {
		lm_buf_puts(out, "not watching");
	} else if (isnan(s->load)) {
		lm_buf_puts(out, "no load yet");
	} else {
		lm_buf_puts(out, s->n > 1 ? "mean load " : "load ");
		words_load(out, s->load);
	}
	lm_buf_puts(out, " (out > ");
	words_load(out, s->out);
	lm_buf_printf(out, ": %u/%u, in < ", s->above, s->smoothing_out);
	words_load(out, s->in);
	lm_buf_printf(out, ": %u/%u)", s->below, s->smoothing_in);
}

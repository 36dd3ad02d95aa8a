/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/vec.h"
#include "policies/deadlines.h"
#include "policies/heal.h"
#include "policies/scale.h"
#include "policies/slab.h"

/* Series and policies come and go, are awake or not, and are looked at when they are due. */

struct policies {
	struct slab series, heals, scale_slab;
	LIST_HEAD(, scale) scales;
	struct budgets budgets;
	struct deadlines deadlines;
	uint32_t next_serial;
};

const char *policy_action_text(enum policy_action action)
{
	static const char *const text[] = {
	    [POLICY_SCALE_OUT] = "scale out",
	    [POLICY_SCALE_IN] = "scale in",
	    [POLICY_HEAL] = "heal",
	};

	return text[action];
}

void policy_decide(const struct policy *p, enum policy_action action, unsigned size,
    const char *reason, struct policy_decisions *out)
{
	struct policy_decision *d = LM_PUSH(NULL, out);

	d->owner = p->owner;
	d->action = action;
	d->size = size;
	snprintf(d->reason, sizeof d->reason, "%s", reason);
}

struct policies *policies_new(void)
{
	struct policies *ps = lm_alloc(sizeof *ps);

	slab_init(&ps->series, sizeof(struct series));
	slab_init(&ps->heals, sizeof(struct heal));
	slab_init(&ps->scale_slab, sizeof(struct scale));
	return ps;
}

/* ---- series and policies come and go ----------------------------------------------------------- */

struct series *policies_add_series(struct policies *ps, enum series_kind kind)
{
	struct series *s = slab_take(&ps->series);

	s->kind = kind;
	return s;
}

enum series_kind series_kind(const struct series *s)
{
	return s->kind;
}

void policies_drop_series(struct policies *ps, struct series *s)
{
	assert(s->kind == SERIES_LOAD ? s->links == NULL : s->heals == NULL);
	slab_give(&ps->series, s);
}

static struct policy *begin(
    struct policies *ps, struct policy *p, enum policy_kind kind, void *owner)
{
	p->owner = owner;
	p->kind = kind;
	p->serial = ps->next_serial++;
	return p;
}

struct policy *policies_add_scale(struct policies *ps, const struct policy_scale *set, void *owner)
{
	struct scale *s = slab_take(&ps->scale_slab);

	scale_init(s, set);
	LIST_INSERT_HEAD(&ps->scales, s, of_all);
	return begin(ps, &s->policy, POLICY_SCALING, owner);
}

struct policy *policies_add_heal(struct policies *ps, const struct policy_heal *set, void *owner)
{
	struct heal *h = slab_take(&ps->heals);

	heal_init(h, set);
	return begin(ps, &h->policy, POLICY_HEALING, owner);
}

void policies_change_scale(struct policies *ps, struct policy *p, const struct policy_scale *set)
{
	assert(p->kind == POLICY_SCALING);
	policies_enable(ps, p, false, 0);
	scale_change(as_scale(p), set);
}

void policies_change_heal(struct policies *ps, struct policy *p, const struct policy_heal *set)
{
	assert(p->kind == POLICY_HEALING);
	policies_enable(ps, p, false, 0);
	heal_fini(as_heal(p));
	heal_init(as_heal(p), set);
}

static void drop_scale(struct policies *ps, struct scale *s)
{
	LIST_REMOVE(s, of_all);
	scale_fini(s);
	slab_give(&ps->scale_slab, s);
}

void policies_drop(struct policies *ps, struct policy *p)
{
	if (p == NULL)
		return;
	deadlines_drop(&ps->deadlines, p);
	if (p->kind == POLICY_SCALING) {
		drop_scale(ps, as_scale(p));
		return;
	}
	heal_fini(as_heal(p));
	budget_free(as_heal(p)->heals);
	slab_give(&ps->heals, p);
}

void policies_free(struct policies *ps)
{
	if (ps == NULL)
		return;
	while (!LIST_EMPTY(&ps->scales))
		drop_scale(ps, LIST_FIRST(&ps->scales));
	while (!LIST_EMPTY(&ps->budgets))
		budget_free(LIST_FIRST(&ps->budgets));
	slab_fini(&ps->series);
	slab_fini(&ps->heals);
	slab_fini(&ps->scale_slab);
	deadlines_fini(&ps->deadlines);
	free(ps);
}

/* ---- what they are told ------------------------------------------------------------------------ */

/* Whether time alone can make it do something. */
static bool is_timed(const struct policy *p)
{
	return p->kind == POLICY_SCALING ? as_scale(p)->schedule != NULL
					 : as_heal(p)->period_ms > 0;
}

void policies_enable(struct policies *ps, struct policy *p, bool enabled, int64_t now_ms)
{
	if (p->enabled == enabled)
		return;
	p->enabled = enabled;
	if (p->kind == POLICY_SCALING)
		scale_reset(as_scale(p), now_ms);
	else
		heal_reset(as_heal(p), now_ms);
	if (enabled && is_timed(p))
		deadlines_put(&ps->deadlines, p);
	else
		deadlines_drop(&ps->deadlines, p);
}

bool policy_is_enabled(const struct policy *p)
{
	return p->enabled;
}

void policies_set_size(struct policies *ps, struct policy *p, unsigned size, int64_t now_ms)
{
	assert(p->kind == POLICY_SCALING);
	scale_set_size(as_scale(p), size, now_ms);
	if (p->enabled && is_timed(p)) {
		p->due_ms = now_ms;
		deadlines_put(&ps->deadlines, p);
	}
}

bool policies_count_heal(struct policies *ps, struct policy *p, int64_t now_ms)
{
	struct heal *h = as_heal(p);

	assert(p->kind == POLICY_HEALING);
	return h->maximum_heals == 0 ||
	       budget_spend(&ps->budgets, &h->heals, h->maximum_heals, h->heal_window_ms, now_ms);
}

size_t policies_heals(const struct policy *p, const int64_t **out_ms)
{
	assert(p->kind == POLICY_HEALING);
	return budget_times(as_heal(p)->heals, out_ms);
}

void policies_forget_heals(struct policies *ps, struct policy *p)
{
	(void)ps;
	assert(p->kind == POLICY_HEALING);
	budget_free(as_heal(p)->heals);
	as_heal(p)->heals = NULL;
}

int64_t policies_tick(struct policies *ps, int64_t now_ms, struct policy_decisions *out)
{
	struct policy *p;

	while ((p = deadlines_due(&ps->deadlines, now_ms)) != NULL) {
		if (p->kind == POLICY_SCALING)
			scale_tick(as_scale(p), now_ms, out);
		else
			heal_silence(as_heal(p), now_ms, out);
		deadlines_put(&ps->deadlines, p);
	}
	return deadlines_next(&ps->deadlines);
}

int64_t policies_next(const struct policies *ps)
{
	return deadlines_next(&ps->deadlines);
}

/* ---- what they have seen ----------------------------------------------------------------------- */

void policies_explain(const struct policies *ps, const struct policy *p, struct lm_buf *out)
{
	(void)ps;
	if (p->kind == POLICY_SCALING)
		scale_explain(as_scale(p), out);
	else
		heal_explain(as_heal(p), out);
}

void policies_print(
    const struct policies *ps, const struct policy *p, int64_t now_ms, struct lm_buf *out)
{
	(void)ps;
	if (p->kind == POLICY_SCALING)
		scale_print(as_scale(p), now_ms, out);
	else
		heal_print(as_heal(p), now_ms, out);
}

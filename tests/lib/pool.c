/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/pool.h"

#include <check.h>
#include <jansson.h>

#include "base/vec.h"

static char owner[] = "voice__scale";

void pool_init(struct pool *p)
{
	*p = (struct pool){.policies = policies_new(), .now_ms = POOL_NOON};
	p->gateway = policies_add_series(p->policies, SERIES_LOAD);
	lm_buf_init(&p->text, 65536);
	policy_scale_init(&p->set);
	p->set.series = &p->gateway;
	p->set.n_series = 1;
	p->set.min = 1;
	p->set.max = 10;
	p->set.out = 58;
	p->set.in = 32;
}

void pool_fini(struct pool *p)
{
	lm_vec_free(&p->decisions);
	lm_buf_fini(&p->text);
	policies_free(p->policies);
}

void pool_begin(struct pool *p, unsigned size)
{
	policies_drop(p->policies, p->policy);
	p->policy = policies_add_scale(p->policies, &p->set, owner);
	p->size = size;
	policies_set_size(p->policies, p->policy, size, p->now_ms);
	policies_enable(p->policies, p->policy, true, p->now_ms);
	policies_tick(p->policies, p->now_ms, &p->decisions);
}

void pool_loads(struct pool *p, size_t n, const double *loads)
{
	for (size_t i = 0; i < n; i++) {
		pool_pass(p, 5);
		policies_load(p->policies, p->gateway, loads[i], 0, p->now_ms, &p->decisions);
	}
}

void pool_pass(struct pool *p, int64_t seconds)
{
	int64_t end_ms = p->now_ms + seconds * 1000, next_ms;

	while ((next_ms = policies_next(p->policies)) <= end_ms) {
		p->now_ms = next_ms > p->now_ms ? next_ms : p->now_ms;
		ck_assert_int_gt(policies_tick(p->policies, p->now_ms, &p->decisions), p->now_ms);
	}
	p->now_ms = end_ms;
}

void pool_scale(struct pool *p, unsigned size, int64_t seconds)
{
	policies_enable(p->policies, p->policy, false, p->now_ms);
	p->now_ms += seconds * 1000;
	p->size = size;
	policies_set_size(p->policies, p->policy, size, p->now_ms);
	policies_enable(p->policies, p->policy, true, p->now_ms);
}

const char *pool_decided(struct pool *p)
{
	lm_buf_clear(&p->text);
	for (size_t i = 0; i < p->decisions.n; i++) {
		const struct policy_decision *d = &p->decisions.v[i];

		ck_assert_ptr_eq(d->owner, owner);
		ck_assert((d->action == POLICY_SCALE_OUT) == (d->size > p->size));
		lm_buf_printf(&p->text, "%s%s to %u: %s", i > 0 ? " | " : "",
		    policy_action_text(d->action), d->size, d->reason);
	}
	p->decisions.n = 0;
	return p->text.p;
}

unsigned pool_wanted(struct pool *p)
{
	unsigned size = p->decisions.n > 0 ? p->decisions.v[p->decisions.n - 1].size : 0;

	p->decisions.n = 0;
	return size;
}

const char *pool_printed(struct pool *p)
{
	lm_buf_clear(&p->text);
	policies_print(p->policies, p->policy, p->now_ms, &p->text);
	return p->text.p;
}

const char *pool_held(struct pool *p)
{
	json_t *document = json_loads(pool_printed(p), 0, NULL);
	const char *held = json_string_value(json_object_get(document, "held"));

	lm_buf_clear(&p->text);
	lm_buf_puts(&p->text, held == NULL ? "" : held);
	json_decref(document);
	return p->text.p;
}

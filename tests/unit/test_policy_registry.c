/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/vec.h"
#include "policies/policy.h"

static struct policies *policies;
static struct policy_decisions decisions;
static struct lm_buf text;

static void given_no_policies(void)
{
	policies = policies_new();
	lm_buf_init(&text, 4096);
}

static void teardown(void)
{
	lm_vec_free(&decisions);
	lm_buf_fini(&text);
	policies_free(policies);
}

static struct policy *add_scale(const char *name, struct series *series)
{
	struct policy_scale set;

	policy_scale_init(&set);
	set.series = &series;
	set.n_series = 1;
	set.out = 58;
	struct policy *p = policies_add_scale(policies, &set, (void *)name);
	policies_set_size(policies, p, 1, 0);
	return p;
}

static struct policy *add_heal(const char *name, struct series *series, int64_t period_ms)
{
	return policies_add_heal(policies,
	    &(struct policy_heal){.series = series, .smoothing = 1, .period_ms = period_ms},
	    (void *)name);
}

static void overload(struct series *series)
{
	ck_assert_int_eq(policies_load(policies, series, 107, 0, 0, &decisions), SAMPLE_TAKEN);
}

static const char *decided(void)
{
	lm_buf_clear(&text);
	for (size_t i = 0; i < decisions.n; i++)
		lm_buf_printf(&text, "%s%s", i > 0 ? " " : "", (const char *)decisions.v[i].owner);
	decisions.n = 0;
	return text.p;
}

START_TEST(a_policy_starts_disabled)
{
	struct series *load = policies_add_series(policies, SERIES_LOAD);

	ck_assert(!policy_is_enabled(add_scale("a", load)));
	overload(load);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(a_series_without_a_policy_takes_samples_all_the_same)
{
	overload(policies_add_series(policies, SERIES_LOAD));
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(policies_on_the_same_series_decide_in_the_order_in_which_they_were_added)
{
	struct series *load = policies_add_series(policies, SERIES_LOAD);
	struct policy *b = add_scale("b", load), *a = add_scale("a", load);

	policies_enable(policies, a, true, 0);
	policies_enable(policies, b, true, 0);
	overload(load);
	ck_assert_str_eq(decided(), "b a");
}
END_TEST

START_TEST(a_dropped_policy_leaves_the_others_on_its_series)
{
	static const char *const names[] = {"a", "b", "c"};
	struct series *load = policies_add_series(policies, SERIES_LOAD);
	struct series *integrity = policies_add_series(policies, SERIES_INTEGRITY);
	struct policy *scale[3], *heal[3];

	for (size_t i = 0; i < 3; i++) {
		scale[i] = add_scale(names[i], load);
		heal[i] = add_heal(names[i], integrity, 0);
		policies_enable(policies, scale[i], true, 0);
		policies_enable(policies, heal[i], true, 0);
	}
	policies_drop(policies, scale[1]);
	policies_drop(policies, heal[1]);
	overload(load);
	ck_assert_str_eq(decided(), "a c");
	policies_integrity(policies, integrity, false, 0, 0, &decisions);
	ck_assert_str_eq(decided(), "a c");
}
END_TEST

START_TEST(a_series_may_be_dropped_once_nobody_watches_it)
{
	struct series *load = policies_add_series(policies, SERIES_LOAD);
	struct policy *p = add_scale("a", load);

	policies_drop(policies, p);
	policies_drop_series(policies, load);
	load = policies_add_series(policies, SERIES_INTEGRITY);
	policies_integrity(policies, load, false, 0, 0, &decisions);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(to_drop_a_series_that_is_watched_is_a_bug_of_the_caller)
{
	struct series *load = policies_add_series(policies, SERIES_LOAD);

	add_scale("a", load);
	policies_drop_series(policies, load);
}
END_TEST

START_TEST(a_changed_policy_is_disabled_and_watches_the_series_it_names_now)
{
	struct series *load = policies_add_series(policies, SERIES_LOAD);
	struct series *other = policies_add_series(policies, SERIES_LOAD);
	struct policy *p = add_scale("a", load);
	struct policy_scale set;

	policies_enable(policies, p, true, 0);
	policy_scale_init(&set);
	set.series = &other;
	set.n_series = 1;
	set.out = 58;
	policies_change_scale(policies, p, &set);
	ck_assert(!policy_is_enabled(p));
	policies_enable(policies, p, true, 0);
	policies_drop_series(policies, load);
	overload(other);
	ck_assert_str_eq(decided(), "a");
}
END_TEST

START_TEST(silences_are_noticed_in_the_order_of_their_deadlines)
{
	static const struct {
		const char *name;
		int64_t period_ms;
	} rows[] = {{"d", 4000}, {"a", 1000}, {"c2", 3000}, {"b", 2000}, {"c1", 3000}};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		policies_enable(policies,
		    add_heal(rows[i].name, policies_add_series(policies, SERIES_INTEGRITY),
			rows[i].period_ms),
		    true, 0);
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 2000);
	policies_tick(policies, 8000, &decisions);
	ck_assert_str_eq(decided(), "a b c2 c1 d");
}
END_TEST

START_TEST(a_dropped_policy_is_not_waited_for)
{
	struct policy *p[3];

	for (size_t i = 0; i < 3; i++) {
		p[i] = add_heal(
		    "a", policies_add_series(policies, SERIES_INTEGRITY), 1000 * (int64_t)(i + 1));
		policies_enable(policies, p[i], true, 0);
	}
	policies_drop(policies, p[0]);
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 4000);
	policies_enable(policies, p[1], false, 0);
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 6000);
}
END_TEST

/*
 * A simple model next to the deadlines: servers that speak, fall silent, are enabled and disabled
 * at random.  At every tick the same ones decide, and it asks to be woken no later than the model.
 */
enum { SERVERS_MAX = 5000, ROUNDS = 20000 };

static struct server {
	struct series *series;
	struct policy *policy;
	bool enabled;
	int64_t period_ms, deadline_ms;
} servers[SERVERS_MAX];

static const struct crowd {
	size_t n;
	int64_t period_ms; /* 0: each has one of its own */
	bool is_exact;     /* they are few enough that nobody is woken in vain */
} crowds[] = {{300, 0, true}, {SERVERS_MAX, 10000, false}, {SERVERS_MAX, 0, false}};

static uint32_t random_below(uint64_t *state, uint32_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % n;
}

static void server_happens(struct server *s, uint32_t what, int64_t now_ms)
{
	if (what == 0) {
		policies_enable(policies, s->policy, !s->enabled, now_ms);
		s->enabled = !s->enabled;
		s->deadline_ms = now_ms + 2 * s->period_ms;
		return;
	}
	policies_integrity(policies, s->series, true, 0, now_ms, &decisions);
	if (s->enabled && now_ms + s->period_ms > s->deadline_ms)
		s->deadline_ms = now_ms + s->period_ms;
}

/* Returns the next deadline; counts who has missed one. */
static int64_t model_tick(size_t n, int64_t now_ms, size_t *out_silent)
{
	int64_t next_ms = INT64_MAX;

	*out_silent = 0;
	for (struct server *s = servers; s < servers + n; s++) {
		if (!s->enabled)
			continue;
		if (s->deadline_ms <= now_ms) {
			(*out_silent)++;
			s->deadline_ms += s->period_ms;
			if (s->deadline_ms <= now_ms)
				s->deadline_ms = now_ms + s->period_ms;
		}
		if (s->deadline_ms < next_ms)
			next_ms = s->deadline_ms;
	}
	return next_ms;
}

static void given_a_crowd(const struct crowd *c, uint64_t *seed)
{
	for (size_t i = 0; i < c->n; i++) {
		servers[i] = (struct server){
		    .series = policies_add_series(policies, SERIES_INTEGRITY),
		    .period_ms = c->period_ms > 0 ? c->period_ms : 100 + random_below(seed, 100000),
		};
		servers[i].policy = add_heal("", servers[i].series, servers[i].period_ms);
	}
	for (size_t i = 0; !c->is_exact && i < c->n; i++)
		server_happens(&servers[i], 0, 0);
}

START_TEST(among_many_servers_each_silence_is_noticed_once_and_in_time)
{
	const struct crowd *c = &crowds[_i];
	uint64_t seed = 7;
	int64_t now_ms = 0;
	size_t silent, noticed = 0;

	given_a_crowd(c, &seed);
	for (size_t i = 0; i < ROUNDS; i++) {
		server_happens(&servers[random_below(&seed, (uint32_t)c->n)],
		    random_below(&seed, c->is_exact ? 2 : 50), now_ms);
		now_ms += random_below(&seed, 30);
		int64_t want_ms = model_tick(c->n, now_ms, &silent);
		int64_t next_ms = policies_tick(policies, now_ms, &decisions);
		if (c->is_exact)
			ck_assert_int_eq(next_ms, want_ms);
		ck_assert_int_le(next_ms, want_ms);
		ck_assert_int_gt(next_ms, now_ms);
		ck_assert_uint_eq(decisions.n, silent);
		noticed += silent;
		decisions.n = 0;
	}
	ck_assert_uint_gt(noticed, 500);
}
END_TEST

START_TEST(whoever_speaks_in_time_is_never_missed_and_hardly_ever_looked_at)
{
	const struct crowd c = {SERVERS_MAX, 10000, false};
	uint64_t seed = 1;
	size_t woken = 0;

	given_a_crowd(&c, &seed);
	for (int64_t now_ms = 0; now_ms < 600000; now_ms += 5) {
		if (policies_next(policies) <= now_ms) {
			policies_tick(policies, now_ms, &decisions);
			woken++;
		}
		for (size_t i = 0; i < 5; i++) /* each one every 5 seconds */
			server_happens(&servers[(size_t)now_ms % 5000 + i], 1, now_ms);
	}
	ck_assert_uint_eq(decisions.n, 0);
	ck_assert_uint_lt(woken, 700);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/registry");
	TCase *tc = tcase_create("policies");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, given_no_policies, teardown);
	tcase_add_test(tc, a_policy_starts_disabled);
	tcase_add_test(tc, a_series_without_a_policy_takes_samples_all_the_same);
	tcase_add_test(
	    tc, policies_on_the_same_series_decide_in_the_order_in_which_they_were_added);
	tcase_add_test(tc, a_dropped_policy_leaves_the_others_on_its_series);
	tcase_add_test(tc, a_series_may_be_dropped_once_nobody_watches_it);
	tcase_add_test_raise_signal(tc, to_drop_a_series_that_is_watched_is_a_bug_of_the_caller, 6);
	tcase_add_test(tc, a_changed_policy_is_disabled_and_watches_the_series_it_names_now);
	tcase_add_test(tc, silences_are_noticed_in_the_order_of_their_deadlines);
	tcase_add_test(tc, a_dropped_policy_is_not_waited_for);
	tcase_add_loop_test(
	    tc, among_many_servers_each_silence_is_noticed_once_and_in_time, 0, LM_COUNT(crowds));
	tcase_add_test(tc, whoever_speaks_in_time_is_never_missed_and_hardly_ever_looked_at);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

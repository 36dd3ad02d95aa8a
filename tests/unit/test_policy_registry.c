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

static void set_scale(const char *name, const char *metric)
{
	policies_set_scale(policies, &(struct policy_scale){.name = name,
					 .metrics = &metric,
					 .n_metrics = 1,
					 .out = 58,
					 .in = 32,
					 .smoothing_out = 1,
					 .smoothing_in = 1});
}

static void set_heal(const char *name, const char *metric, int64_t period_ms)
{
	policies_set_heal(policies, &(struct policy_heal){name, metric, 1, period_ms});
}

static const char *decided(void)
{
	lm_buf_clear(&text);
	for (size_t i = 0; i < decisions.n; i++)
		lm_buf_printf(&text, "%s%s", i > 0 ? " " : "", decisions.v[i].policy);
	decisions.n = 0;
	return text.p;
}

START_TEST(a_sample_that_nobody_watches_is_a_strangers)
{
	set_scale("scale", "gw.h_load");
	ck_assert(!policies_load(policies, "gw.h_other", 107, 0, &decisions));
	ck_assert(!policies_integrity(policies, "other.h_load", false, 0, &decisions));
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(a_policy_starts_disabled)
{
	set_scale("scale", "gw.h_load");
	ck_assert(!policies_is_enabled(policies, "scale"));
	ck_assert(policies_load(policies, "gw.h_load", 107, 0, &decisions));
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(an_unknown_policy_is_not_enabled_and_has_nothing_to_explain)
{
	policies_enable(policies, "nobody", true, 0);
	policies_remove(policies, "nobody");
	ck_assert(!policies_is_enabled(policies, "nobody"));
	policies_explain(policies, "nobody", &text);
	ck_assert_str_eq(text.p, "");
}
END_TEST

START_TEST(policies_on_the_same_metric_decide_in_the_order_in_which_they_were_set)
{
	set_scale("b", "gw.h_load");
	set_scale("a", "gw.h_load");
	policies_enable(policies, "a", true, 0);
	policies_enable(policies, "b", true, 0);
	policies_load(policies, "gw.h_load", 107, 0, &decisions);
	ck_assert_str_eq(decided(), "b a");
}
END_TEST

START_TEST(a_removed_policy_leaves_the_others_on_its_metric)
{
	set_scale("a", "gw.h_load");
	set_scale("b", "gw.h_load");
	set_scale("c", "gw.h_load");
	policies_enable(policies, "a", true, 0);
	policies_enable(policies, "b", true, 0);
	policies_enable(policies, "c", true, 0);
	policies_remove(policies, "b");
	policies_load(policies, "gw.h_load", 107, 0, &decisions);
	ck_assert_str_eq(decided(), "a c");
}
END_TEST

START_TEST(with_its_last_policy_a_metric_becomes_a_strangers)
{
	set_scale("a", "gw.h_load");
	policies_remove(policies, "a");
	ck_assert(!policies_load(policies, "gw.h_load", 107, 0, &decisions));
}
END_TEST

START_TEST(setting_a_name_again_replaces_the_policy_and_disables_it)
{
	set_scale("a", "gw.h_load");
	policies_enable(policies, "a", true, 0);
	set_scale("a", "gw2.h_load");
	ck_assert(!policies_is_enabled(policies, "a"));
	ck_assert(!policies_load(policies, "gw.h_load", 107, 0, &decisions));
	ck_assert(policies_load(policies, "gw2.h_load", 107, 0, &decisions));
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(a_policy_may_become_one_of_the_other_kind)
{
	set_heal("a", "gw.m", 1000);
	policies_enable(policies, "a", true, 0);
	set_scale("a", "gw.m");
	policies_enable(policies, "a", true, 0);
	ck_assert_int_eq(policies_tick(policies, 100000, &decisions), INT64_MAX);
	policies_load(policies, "gw.m", 107, 0, &decisions);
	ck_assert_str_eq(decided(), "a");
}
END_TEST

START_TEST(what_a_policy_was_made_from_may_change_afterwards)
{
	char name[] = "a", metric[] = "gw.m";

	set_scale(name, metric);
	name[0] = metric[0] = 'x';
	policies_enable(policies, "a", true, 0);
	ck_assert(policies_load(policies, "gw.m", 107, 0, &decisions));
	ck_assert_str_eq(decided(), "a");
}
END_TEST

START_TEST(silences_are_noticed_in_the_order_of_their_deadlines)
{
	static const struct {
		const char *name;
		int64_t period_ms;
	} rows[] = {{"d", 4000}, {"a", 1000}, {"c2", 3000}, {"b", 2000}, {"c1", 3000}};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		set_heal(rows[i].name, rows[i].name, rows[i].period_ms);
		policies_enable(policies, rows[i].name, true, 0);
	}
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 2000);
	policies_tick(policies, 8000, &decisions);
	ck_assert_str_eq(decided(), "a b c2 c1 d");
}
END_TEST

START_TEST(a_removed_policy_is_not_waited_for)
{
	set_heal("a", "a", 1000);
	set_heal("b", "b", 2000);
	set_heal("c", "c", 3000);
	policies_enable(policies, "a", true, 0);
	policies_enable(policies, "b", true, 0);
	policies_enable(policies, "c", true, 0);
	policies_remove(policies, "a");
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 4000);
	policies_enable(policies, "b", false, 0);
	ck_assert_int_eq(policies_tick(policies, 0, &decisions), 6000);
}
END_TEST

/*
 * A simple model next to the heap: 300 servers, each speaking, falling silent, enabled and disabled
 * at random.  At every tick the same ones decide, and the next deadline is the model's.
 */
enum { SERVERS = 300, ROUNDS = 20000 };

static struct server {
	char name[16];
	bool enabled;
	int64_t period_ms, deadline_ms;
} servers[SERVERS];

static uint32_t random_below(uint64_t *state, uint32_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % n;
}

static void server_happens(struct server *s, uint32_t what, int64_t now_ms)
{
	if (what == 0) {
		policies_enable(policies, s->name, !s->enabled, now_ms);
		s->enabled = !s->enabled;
		s->deadline_ms = now_ms + 2 * s->period_ms;
		return;
	}
	policies_integrity(policies, s->name, true, now_ms, &decisions);
	if (s->enabled && now_ms + s->period_ms > s->deadline_ms)
		s->deadline_ms = now_ms + s->period_ms;
}

/* Returns the next deadline; counts who has missed one. */
static int64_t model_tick(int64_t now_ms, size_t *out_silent)
{
	int64_t next_ms = INT64_MAX;

	*out_silent = 0;
	for (struct server *s = servers; s < servers + SERVERS; s++) {
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

START_TEST(among_many_servers_each_silence_is_noticed_once_and_in_time)
{
	uint64_t seed = 7;
	int64_t now_ms = 0;
	size_t silent, noticed = 0;

	for (size_t i = 0; i < SERVERS; i++) {
		snprintf(servers[i].name, sizeof servers[i].name, "server-%zu", i);
		servers[i].period_ms = 100 + random_below(&seed, 100000);
		set_heal(servers[i].name, servers[i].name, servers[i].period_ms);
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		server_happens(
		    &servers[random_below(&seed, SERVERS)], random_below(&seed, 2), now_ms);
		now_ms += random_below(&seed, 30);
		int64_t next_ms = model_tick(now_ms, &silent);
		ck_assert_int_eq(policies_tick(policies, now_ms, &decisions), next_ms);
		ck_assert_uint_eq(decisions.n, silent);
		noticed += silent;
		decisions.n = 0;
	}
	ck_assert_uint_gt(noticed, 500);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/registry");
	TCase *tc = tcase_create("policies");

	tcase_add_checked_fixture(tc, given_no_policies, teardown);
	tcase_add_test(tc, a_sample_that_nobody_watches_is_a_strangers);
	tcase_add_test(tc, a_policy_starts_disabled);
	tcase_add_test(tc, an_unknown_policy_is_not_enabled_and_has_nothing_to_explain);
	tcase_add_test(tc, policies_on_the_same_metric_decide_in_the_order_in_which_they_were_set);
	tcase_add_test(tc, a_removed_policy_leaves_the_others_on_its_metric);
	tcase_add_test(tc, with_its_last_policy_a_metric_becomes_a_strangers);
	tcase_add_test(tc, setting_a_name_again_replaces_the_policy_and_disables_it);
	tcase_add_test(tc, a_policy_may_become_one_of_the_other_kind);
	tcase_add_test(tc, what_a_policy_was_made_from_may_change_afterwards);
	tcase_add_test(tc, silences_are_noticed_in_the_order_of_their_deadlines);
	tcase_add_test(tc, a_removed_policy_is_not_waited_for);
	tcase_add_test(tc, among_many_servers_each_silence_is_noticed_once_and_in_time);
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

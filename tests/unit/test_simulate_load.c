/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/simulate/load.h"

/* Monday, 5 January 2026, midnight. */
static const int64_t monday_ms = INT64_C(1767571200000);

static struct load of_profile(const char *text, int64_t length_ms)
{
	struct load l = {0};
	struct lm_err *e =
	    load_of_profile(text, &(struct load_conf){monday_ms, 1000, length_ms}, &l);

	ck_assert_msg(e == NULL, "%s: %s", text, e != NULL ? lm_err_text(e) : "");
	return l;
}

static void assert_at(const char *text, int64_t second, double expected)
{
	struct load l = of_profile(text, (second + 1) * 1000);

	ck_assert_uint_eq(l.n, (size_t)second + 1);
	ck_assert_msg(fabs((double)l.v[second] - expected) < 0.01, "%s at %lld is %g, not %g", text,
	    (long long)second, (double)l.v[second], expected);
	load_fini(&l);
}

/* ---- profiles ------------------------------------------------------------------------------------ */

static const struct {
	const char *text;
	int64_t second;
	double expected;
} shapes[] = {
    {"constant", 5, 100}, {"constant:53", 5, 53}, {"constant:load=53", 0, 53},
    {"step:from=53,to=106,at=10", 9, 53}, {"step:from=53,to=106,at=10", 10, 106},
    {"step:53,106,10,until=20", 19, 106}, {"step:53,106,10,until=20", 20, 53},
    {"ramp:from=100,to=200,at=10,over=100", 10, 100},
    {"ramp:from=100,to=200,at=10,over=100", 60, 150},
    {"ramp:from=100,to=200,at=10,over=100", 500, 200},
    {"ramp:from=100,to=200,at=10,over=0", 10, 200},
    {"spike:load=80,at=10,rise=4,hold=6,fall=10", 9, 0},
    {"spike:load=80,at=10,rise=4,hold=6,fall=10", 11, 20},
    {"spike:load=80,at=10,rise=4,hold=6,fall=10", 19, 80},
    {"spike:load=80,at=10,rise=4,hold=6,fall=10", 25, 40},
    {"spike:load=80,at=10,rise=4,hold=6,fall=10", 40, 0},
    {"constant:53+spike:load=80,at=10,rise=0,hold=5", 12, 133},
    {"day:low=20,peak=400", 0, 20}, /* midnight */
    {"day:low=20,peak=400", 10 * 3600 + 1800, 400},
    {"day:low=20,peak=400,weekend=25", (5 * 24 + 10) * 3600 + 1800, 100}, /* Saturday */
};

START_TEST(a_profile_has_the_shape_it_is_called_after)
{
	assert_at(shapes[_i].text, shapes[_i].second, shapes[_i].expected);
}
END_TEST

START_TEST(a_business_day_has_two_peaks_and_a_noon)
{
	struct load l = of_profile("day:low=0,peak=100", 0);

	ck_assert_uint_eq(l.n, 86400);
	ck_assert(l.v[8 * 3600] < l.v[10 * 3600]);
	ck_assert(l.v[12 * 3600 + 1800] < 0.7F * l.v[10 * 3600 + 1800]);
	ck_assert(l.v[15 * 3600] > 90);
	ck_assert(l.v[23 * 3600] < 5);
	load_fini(&l);
}
END_TEST

static const struct {
	const char *text, *why;
} refused[] = {
    {"dya", "there is no profile 'dya'; did you mean 'day'?"},
    {"", "there is no profile ''"},
    {"day:peek=3", "there is no day 'peek'; did you mean 'peak'?"},
    {"day:peak=high", "'peak' is a number of percent, not 'high'"},
    {"day:peak=-1", "'peak' is a number of percent, not '-1'"},
    {"day:peak=nan", "'peak' is a number of percent, not 'nan'"},
    {"step:at=soon", "'at' is a time, like 90, 15min, 2h or 10:30, not 'soon'"},
    {"constant:1,2", "'2' is too much for 'constant'"},
    {"noise:5", "'noise:5' alone is no load: add one, like day+noise:5"},
    {"day+noise+noise+noise+noise+noise", "more than 4 noises"},
};

START_TEST(a_profile_that_is_not_understood_says_why)
{
	struct load l = {0};
	struct lm_err *e =
	    load_of_profile(refused[_i].text, &(struct load_conf){monday_ms, 1000, 0}, &l);

	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), refused[_i].why) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

START_TEST(neither_no_time_nor_too_much_of_it)
{
	struct load l = {0};
	struct lm_err *e = load_of_profile("day", &(struct load_conf){monday_ms, 60000, 30000}, &l);

	ck_assert_str_eq(lm_err_text(e), "30 s is too short: the metric is published every 60 s");
	lm_err_free(e);
	e = load_of_profile(
	    "day", &(struct load_conf){monday_ms, 1000, INT64_C(400) * 86400000}, &l);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_LIMIT);
	lm_err_free(e);
}
END_TEST

/* ---- what chance adds ------------------------------------------------------------------------------ */

static void draw(const char *text, uint64_t seed, size_t cluster, double *out, size_t n)
{
	struct load l = of_profile(text, (int64_t)n * 1000);
	struct offer o;

	offer_init(&o, &l, seed, cluster);
	for (size_t i = 0; i < n; i++)
		out[i] = offer_next(&o);
	load_fini(&l);
}

START_TEST(noise_stays_within_its_bounds_and_wanders)
{
	enum { N = 5000 };
	static double v[N];
	double low = 1e9, high = 0;

	draw("constant:200+noise:10,every=7", 1, 0, v, N);
	for (size_t i = 0; i < N; i++) {
		low = fmin(low, v[i]);
		high = fmax(high, v[i]);
		ck_assert(i == 0 || fabs(v[i] - v[i - 1]) < 40.0 / 7 + 0.01);
	}
	ck_assert(low >= 180 && low < 185);
	ck_assert(high <= 220 && high > 215);
}
END_TEST

START_TEST(the_same_seed_and_cluster_get_the_same_load)
{
	enum { N = 100 };
	double a[N], b[N];

	draw("constant:200+noise:10+vary:20", 7, 3, a, N);
	draw("constant:200+noise:10+vary:20", 7, 3, b, N);
	ck_assert_mem_eq(a, b, sizeof a);
	draw("constant:200+noise:10", 7, 4, b, N);
	ck_assert_mem_ne(a, b, sizeof a);
	draw("constant:200+noise:10", 8, 3, b, N);
	ck_assert_mem_ne(a, b, sizeof a);
}
END_TEST

START_TEST(clusters_differ_in_size_by_what_vary_says)
{
	double v = 0, low = 1e9, high = 0;

	for (size_t i = 0; i < 200; i++) {
		draw("constant:100+vary:20", 1, i, &v, 1);
		low = fmin(low, v);
		high = fmax(high, v);
	}
	ck_assert(low >= 80 && low < 82);
	ck_assert(high <= 120 && high > 118);
}
END_TEST

/* ---- recordings ------------------------------------------------------------------------------------- */

static struct lm_err *record(const char *text, struct load *out)
{
	return load_of_recording(&(struct recording){"r.csv", "h_load"}, text, strlen(text),
	    &(struct load_conf){monday_ms, 1000, 0}, out);
}

static const struct {
	const char *text;
	size_t n;
	double first, last;
} recordings[] = {
    {"time,load\n0,100\n1,150\n2,200\n", 3, 100, 200},
    {"time,load\r\n0,100\r\n2.5,200\r\n", 3, 100, 100}, /* holds until the next one */
    {"load,Time\n100,0\n150,4\n", 5, 100, 150},
    {"time,load,servers\n0,50,2\n1,60,3\n", 2, 100, 180},
    {"time,load,servers\n0,50,0\n", 1, 50, 50}, /* as a gateway counts without any */
    {"time,value,calls,servers,capacity\n0,53,8,1,15\n1,53,16,2,15\n", 2, 53.333, 106.667},
    {"time,component,metric,value,servers\n"
     "2026-01-05T08:00:00.000Z,gw,h_load,40,1\n"
     "2026-01-05T08:00:00.100Z,gw,h_integrity,OK,\n"
     "2026-01-05T08:00:01.000Z,gw,h_load,40,2\n",
	2, 40, 80},
    {"# a remark\n\ntime,load\n0,\"100\"\n", 1, 100, 100},
};

START_TEST(a_recording_tells_what_was_offered)
{
	struct load l = {0};
	struct lm_err *e = record(recordings[_i].text, &l);

	ck_assert_msg(e == NULL, "%s", e != NULL ? lm_err_text(e) : "");
	ck_assert_uint_eq(l.n, recordings[_i].n);
	ck_assert(fabs((double)l.v[0] - recordings[_i].first) < 0.01);
	ck_assert(fabs((double)l.v[l.n - 1] - recordings[_i].last) < 0.01);
	load_fini(&l);
}
END_TEST

START_TEST(a_recording_keeps_its_own_time_of_day)
{
	struct load l = {0};

	ck_assert_ptr_null(record("time,load\n2026-01-05T08:30:00Z,1\n", &l));
	ck_assert_int_eq(l.begin_ms, monday_ms + (8 * 60 + 30) * 60000);
	load_fini(&l);
	ck_assert_ptr_null(record("time,load\n1767601800,1\n", &l));
	ck_assert_int_eq(l.begin_ms, monday_ms + (8 * 60 + 30) * 60000);
	load_fini(&l);
	ck_assert_ptr_null(record("time,load\n10,1\n", &l));
	ck_assert_int_eq(l.begin_ms, monday_ms + 10000);
	load_fini(&l);
}
END_TEST

START_TEST(a_silence_in_a_recording_is_told)
{
	struct load l = {0};

	ck_assert_ptr_null(record("time,load\n0,1\n10,1\n400,2\n", &l));
	ck_assert_uint_eq(l.n, 401);
	ck_assert_int_eq(l.silent_ms, 390000);
	ck_assert(l.v[399] == 1 && l.v[400] == 2);
	load_fini(&l);
}
END_TEST

static const struct {
	const char *text, *why;
} bad_recordings[] = {
    {"", "r.csv holds no samples"},
    {"time,load\n", "r.csv holds no samples"},
    {"time,metric,value\n0,other,1\n", "r.csv holds no samples of 'h_load'"},
    {"when,load\n0,1\n", "r.csv:1: the first line must name the columns, 'time' among them"},
    {"time,level\n0,1\n", "r.csv:1: there is neither a column 'load' nor 'calls' and 'capacity'"},
    {"time,load\n0,1\n1,much\n", "r.csv:3:3: this must be a number from 0 to 1e9, not 'much'"},
    {"time,load\n0,-1\n", "r.csv:2:3: this must be a number from 0 to 1e9, not '-1'"},
    {"time,load\n0,nan\n", "r.csv:2:3: this must be a number from 0 to 1e9, not 'nan'"},
    {"time,load\nnoon,1\n",
	"r.csv:2:1: this must be a time: seconds, or like 2026-11-20T22:42:59Z, not 'noon'"},
    {"time,load\n,1\n", "r.csv:2: there is no time"},
    {"time,load\n1,\n", "r.csv:2: there is no load"},
    {"time,load\n1\n", "r.csv:2: there are fewer values than columns in the first line"},
    {"time,load\n5,1\n4,1\n",
	"r.csv:3:1: this must not be before the time of the row above, not '4'"},
    {"time,load\n0,\"1\n", "r.csv:2: a quote does not end where a value does"},
    {"time,calls,capacity\n0,1,0\n",
	"r.csv:2:5: the calls that a server carries are more than 0, not '0'"},
    {"time,metric,value\n0,h_load,50\n",
	"r.csv:2: a load of each server says nothing without 'servers', or 'calls' and 'capacity'"},
    {"time,component,load\n0,a,1\n1,b,1\n",
	"r.csv:3:3: rows of 'a' and of 'b': keep those of one of them"},
};

START_TEST(a_bad_recording_says_where)
{
	struct load l = {0};
	struct lm_err *e = record(bad_recordings[_i].text, &l);

	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), bad_recordings[_i].why);
	lm_err_free(e);
}
END_TEST

START_TEST(the_profiles_are_listed_with_their_defaults)
{
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	load_profiles_print(&b);
	ck_assert_ptr_nonnull(
	    strstr(b.p, "  step:from=50,to=150,at=10min,until=0s\n      from one load"));
	ck_assert_ptr_nonnull(strstr(b.p, "  noise:percent=5,every=30s\n"));
	lm_buf_fini(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulate/load");
	TCase *tc = tcase_create("loads");

	tcase_add_loop_test(tc, a_profile_has_the_shape_it_is_called_after, 0, LM_COUNT(shapes));
	tcase_add_test(tc, a_business_day_has_two_peaks_and_a_noon);
	tcase_add_loop_test(tc, a_profile_that_is_not_understood_says_why, 0, LM_COUNT(refused));
	tcase_add_test(tc, neither_no_time_nor_too_much_of_it);
	tcase_add_test(tc, noise_stays_within_its_bounds_and_wanders);
	tcase_add_test(tc, the_same_seed_and_cluster_get_the_same_load);
	tcase_add_test(tc, clusters_differ_in_size_by_what_vary_says);
	tcase_add_loop_test(tc, a_recording_tells_what_was_offered, 0, LM_COUNT(recordings));
	tcase_add_test(tc, a_recording_keeps_its_own_time_of_day);
	tcase_add_test(tc, a_silence_in_a_recording_is_told);
	tcase_add_loop_test(tc, a_bad_recording_says_where, 0, LM_COUNT(bad_recordings));
	tcase_add_test(tc, the_profiles_are_listed_with_their_defaults);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

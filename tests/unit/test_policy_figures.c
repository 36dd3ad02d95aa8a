/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "base/attr.h"
#include "policies/crest.h"
#include "policies/forecast.h"
#include "policies/mean.h"

/* What the policies calculate with, beside the plainest way to do the same. */

static uint64_t seed;

static double chance(double from, double to)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return from + (to - from) * (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

/* ---- the mean of many series ------------------------------------------------------------------ */

enum { MANY = 13 };

static double plain_mean(const double *latest, size_t n)
{
	double sum = 0;
	unsigned spoke = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(latest[i])) {
			sum += latest[i];
			spoke++;
		}
	return sum / spoke;
}

START_TEST(the_mean_is_of_those_that_have_spoken)
{
	for (size_t n = 1; n <= MANY; n++) {
		double latest[MANY];
		struct mean m;

		mean_init(&m, n);
		for (size_t i = 0; i < n; i++)
			latest[i] = NAN;
		for (size_t round = 0; round < 200; round++) {
			size_t i = (size_t)chance(0, (double)n);

			latest[i] = chance(0, 200);
			ck_assert_double_eq_tol(
			    mean_put(&m, i, latest[i]), plain_mean(latest, n), 1e-9);
		}
		mean_clear(&m);
		ck_assert_double_eq(mean_put(&m, 0, 7), 7);
		mean_fini(&m);
	}
}
END_TEST

START_TEST(an_enormous_value_leaves_nothing_behind)
{
	struct mean m;

	mean_init(&m, 3);
	mean_put(&m, 0, 50);
	mean_put(&m, 1, 1e100);
	mean_put(&m, 2, 50);
	ck_assert_double_eq(mean_put(&m, 1, 50), 50);
	mean_fini(&m);
}
END_TEST

/* ---- the line of least squares ------------------------------------------------------------------- */

enum { POINTS = 400 };

static const int64_t noon_ms = INT64_C(1794830400000);

static double plain_forecast(
    const int64_t *at_ms, const double *load, size_t n, int64_t since_ms, int64_t to_ms)
{
	double count = 0, t = 0, x = 0, tt = 0, tx = 0;

	for (size_t i = 0; i < n; i++) {
		double s = (double)(at_ms[i] - noon_ms) / 1000;

		if (at_ms[i] < since_ms)
			continue;
		count += 1;
		t += s;
		x += load[i];
		tt += s * s;
		tx += s * load[i];
	}
	double slope = (count * tx - t * x) / (count * tt - t * t);
	return x / count + slope * ((double)(to_ms - noon_ms) / 1000 - t / count);
}

/* What leaves the window leaves it by slots: the line is that of some window between the two. */
START_TEST(the_forecast_is_that_of_the_window)
{
	static int64_t at_ms[POINTS];
	static double load[POINTS];
	const int64_t window_ms = 31000; /* slots of 1001 ms */
	struct forecast f;
	int64_t now = noon_ms;

	forecast_init(&f, window_ms);
	for (size_t i = 0; i < POINTS; i++) {
		now += (int64_t)chance(1, 900);
		at_ms[i] = now;
		load[i] = 50 + 20 * sin((double)i / 30) + chance(-1, 1);
		forecast_add(&f, load[i], now);
		double got = forecast_at(&f, now + 10000);
		if (now < noon_ms + window_ms)
			continue;
		int64_t first_slot = now / f.slot_ms - FORECAST_SLOTS + 1;
		double want =
		    plain_forecast(at_ms, load, i + 1, first_slot * f.slot_ms, now + 10000);
		ck_assert_double_eq_tol(got, want, 1e-6);
		ck_assert_int_le(first_slot * f.slot_ms, now - window_ms);
	}
}
END_TEST

START_TEST(samples_of_one_moment_have_no_slope)
{
	struct forecast f;

	forecast_init(&f, 10000);
	for (size_t i = 0; i < 100; i++)
		forecast_add(&f, chance(0, 100), noon_ms);
	ck_assert(isnan(forecast_at(&f, noon_ms + 10000)));
}
END_TEST

START_TEST(after_a_long_silence_the_old_samples_are_gone)
{
	struct forecast f;

	forecast_init(&f, 10000);
	for (int64_t i = 0; i <= 10; i++)
		forecast_add(&f, (double)i, noon_ms + i * 1000);
	ck_assert_double_eq_tol(forecast_at(&f, noon_ms + 20000), 20, 1e-6);
	forecast_add(&f, 50, noon_ms + 60000);
	ck_assert(isnan(forecast_at(&f, noon_ms + 70000)));
}
END_TEST

START_TEST(a_sample_that_is_older_than_the_window_is_left_out)
{
	struct forecast f;

	forecast_init(&f, 10000);
	for (int64_t i = 0; i <= 10; i++)
		forecast_add(&f, 50, noon_ms + i * 1000);
	forecast_add(&f, 1e9, noon_ms - 20000);
	ck_assert_double_eq_tol(forecast_at(&f, noon_ms + 20000), 50, 1e-6);
}
END_TEST

/* ---- the largest size of late ---------------------------------------------------------------------- */

/* Exactly, as long as there is room; else never less, and never what is out of sight altogether. */
START_TEST(the_crest_is_the_largest_since)
{
	enum { WINDOW = 50 };
	static unsigned sizes[4000];

	for (unsigned range = 4; range <= 400; range *= 10) {
		struct crest c = {0};

		for (unsigned i = 0; i < LM_COUNT(sizes); i++) {
			unsigned largest = 0;

			sizes[i] = (unsigned)chance(1, range);
			crest_put(&c, sizes[i], i);
			for (unsigned k = i < WINDOW ? 0 : i - WINDOW; k <= i; k++)
				largest = sizes[k] > largest ? sizes[k] : largest;
			if (range <= CREST_MARKS)
				ck_assert_uint_eq(crest_since(&c, (int64_t)i - WINDOW), largest);
			else
				ck_assert_uint_ge(crest_since(&c, (int64_t)i - WINDOW), largest);
			ck_assert_uint_le(crest_since(&c, (int64_t)i - WINDOW), range);
		}
	}
}
END_TEST

START_TEST(of_what_was_before_nothing_is_known)
{
	struct crest c = {0};

	ck_assert_uint_eq(crest_since(&c, 0), 0);
	crest_put(&c, 7, 100);
	ck_assert_uint_eq(crest_since(&c, 100), 7);
	ck_assert_uint_eq(crest_since(&c, 101), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/figures");
	TCase *mean = tcase_create("mean"), *forecast = tcase_create("forecast");
	TCase *crest = tcase_create("crest");

	tcase_add_test(mean, the_mean_is_of_those_that_have_spoken);
	tcase_add_test(mean, an_enormous_value_leaves_nothing_behind);
	suite_add_tcase(s, mean);
	tcase_add_test(forecast, the_forecast_is_that_of_the_window);
	tcase_add_test(forecast, samples_of_one_moment_have_no_slope);
	tcase_add_test(forecast, after_a_long_silence_the_old_samples_are_gone);
	tcase_add_test(forecast, a_sample_that_is_older_than_the_window_is_left_out);
	suite_add_tcase(s, forecast);
	tcase_add_test(crest, the_crest_is_the_largest_since);
	tcase_add_test(crest, of_what_was_before_nothing_is_known);
	suite_add_tcase(s, crest);
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

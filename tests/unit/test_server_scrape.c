/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/buf.h"
#include "lm/server/scrape/scrape.h"

/*
 * The scraper against a server that answers what each test says, to the letter, on the same loop. The
 * periods are shorter than those of descriptors, so that nobody waits for seconds.
 */
enum { PERIOD_MS = 100, SAMPLES_MAX = 256 };

static uv_loop_t loop;
static uv_tcp_t server;
static uv_timer_t patience;
static struct scraper *scraper;
static char base[64];
static bool is_over;

static struct {
	const char *answer; /* to every request; NULL: none */
	size_t answer_n;    /* 0: to its end */
	size_t requests, connections;
	struct lm_buf request; /* the latest */
	bool closes;           /* after the answer */
} world;

static struct {
	struct lm_buf text; /* "name metric value; " each */
	size_t n;
	int64_t at_ms; /* of the latest */
	enum intake_fate fate;
} samples;

/* ---- the server ----------------------------------------------------------------------------------- */

struct client {
	uv_tcp_t tcp;
	uv_write_t write;
	struct lm_buf in;
};

static void free_client(uv_handle_t *h)
{
	struct client *c = h->data;

	lm_buf_fini(&c->in);
	free(c);
}

static void on_written(uv_write_t *w, int status)
{
	struct client *c = w->data;

	if ((status != 0 || world.closes) && !uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, free_client);
}

static void answer(struct client *c)
{
	world.requests++;
	lm_buf_clear(&world.request);
	lm_buf_puts(&world.request, c->in.p);
	lm_buf_clear(&c->in);
	if (world.answer == NULL)
		return;
	uv_buf_t b = uv_buf_init((char *)(uintptr_t)world.answer,
	    (unsigned)(world.answer_n != 0 ? world.answer_n : strlen(world.answer)));
	c->write.data = c;
	uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written);
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	static char room[4096];
	(void)h;
	(void)wanted;

	*out = uv_buf_init(room, sizeof room);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct client *c = s->data;

	if (n < 0) {
		if (!uv_is_closing((uv_handle_t *)s))
			uv_close((uv_handle_t *)s, free_client);
		return;
	}
	lm_buf_add(&c->in, b->base, (size_t)n);
	if (strstr(c->in.p, "\r\n\r\n") != NULL)
		answer(c);
}

static void on_connection(uv_stream_t *s, int status)
{
	struct client *c = calloc(1, sizeof *c);

	ck_assert(c != NULL && status == 0);
	uv_tcp_init(&loop, &c->tcp);
	c->tcp.data = c;
	lm_buf_init(&c->in, 64 * 1024);
	uv_accept(s, (uv_stream_t *)&c->tcp);
	uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
	world.connections++;
}

static void listen_somewhere(void)
{
	struct sockaddr_in a;
	int n = sizeof a;

	uv_tcp_init(&loop, &server);
	uv_ip4_addr("127.0.0.1", 0, &a);
	ck_assert_int_eq(uv_tcp_bind(&server, (struct sockaddr *)&a, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&server, 128, on_connection), 0);
	uv_tcp_getsockname(&server, (struct sockaddr *)&a, &n);
	snprintf(base, sizeof base, "http://127.0.0.1:%d", ntohs(a.sin_port));
}

/* ---- beginning and end ----------------------------------------------------------------------------- */

static enum intake_fate take(void *arg, const struct sample *s)
{
	(void)arg;
	samples.n++;
	samples.at_ms = s->at_ms;
	if (s->kind == SAMPLE_LOAD)
		lm_buf_printf(&samples.text, "%s %s %g; ", s->metric_key, s->metric_name, s->load);
	else
		lm_buf_printf(&samples.text, "%s %s %s; ", s->metric_key, s->metric_name,
		    s->ok ? "OK" : "BROKEN");
	return samples.fate;
}

static int64_t now_ms(void *arg)
{
	(void)arg;
	return 1700000000000;
}

static void on_alarm(uv_timer_t *t)
{
	(void)t;
	is_over = true;
}

static void begin(void)
{
	memset(&world, 0, sizeof world);
	memset(&samples, 0, sizeof samples);
	lm_buf_init(&world.request, 64 * 1024);
	lm_buf_init(&samples.text, 64 * 1024);
	uv_loop_init(&loop);
	uv_timer_init(&loop, &patience);
	listen_somewhere();
	scraper =
	    scraper_new(&(struct scraper_conf){.loop = &loop, .take = take, .now_ms = now_ms});
}

static void close_client(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (h->type == UV_TCP && h != (uv_handle_t *)&server && !uv_is_closing(h))
		uv_close(h, free_client);
}

static void end(void)
{
	scraper_free(scraper);
	uv_close((uv_handle_t *)&server, NULL);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_walk(&loop, close_client, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	lm_buf_fini(&world.request);
	lm_buf_fini(&samples.text);
}

/* ---- words of the sentences --------------------------------------------------------------------------- */

static struct scrape_target load(const char *component, const char *url, const char *series)
{
	return (struct scrape_target){.component = component,
	    .name = component,
	    .metric = "load",
	    .url = url,
	    .series = series,
	    .full_scale = 100,
	    .is_load = true,
	    .period_ms = PERIOD_MS};
}

static void given(const char *root, const struct scrape_target *t)
{
	scraper_set(scraper, root, &t, t == NULL ? 0 : 1);
}

static const char *url(const char *path)
{
	static char text[4][128];
	static unsigned next;
	char *t = text[next++ % 4];

	snprintf(t, sizeof text[0], "%s%s", base, path);
	return t;
}

static const char *shown(const char *root)
{
	static struct lm_buf b;

	lm_buf_fini(&b);
	lm_buf_init(&b, 64 * 1024);
	struct lm_json j = lm_json_on(&b);
	scraper_print(scraper, root, NULL, &j);
	return b.p;
}

/* Until it is true; not for ever. */
#define await(condition)                                                            \
	do {                                                                        \
		is_over = false;                                                    \
		uv_timer_start(&patience, on_alarm, 20000, 0);                      \
		while (!(condition) && !is_over)                                    \
			uv_run(&loop, UV_RUN_ONCE);                                 \
		uv_timer_stop(&patience);                                           \
		ck_assert_msg(!is_over, "in vain: %s; %s", #condition, shown("m")); \
	} while (0)

#define OK(type) "HTTP/1.1 200 OK\r\nContent-Type: " type "\r\n"
#define TEXT(length, body) \
	OK("text/plain; version=0.0.4") "Content-Length: " #length "\r\n\r\n" body

static void fails(const char *what)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls");
	uint64_t before = scraper_counts(scraper).failed;

	given("m", &t);
	await(scraper_counts(scraper).failed > before);
	ck_assert_msg(strstr(shown("m"), what) != NULL, "%s", shown("m"));
	ck_assert_uint_eq(samples.n, 0);
	given("m", NULL);
}

/* ---- what makes a sample ------------------------------------------------------------------------------- */

START_TEST(a_series_becomes_a_load)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls");

	world.answer = TEXT(9, "calls 53\n");
	t.full_scale = 200;
	given("m", &t);
	await(samples.n >= 2);
	ck_assert_ptr_nonnull(strstr(samples.text.p, "m__gw load 26.5; m__gw load 26.5; "));
	ck_assert_ptr_nonnull(strstr(world.request.p, "GET /metrics HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(world.request.p, "Accept: text/plain;version=0.0.4"));
}
END_TEST

START_TEST(a_connection_is_kept)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls");

	world.answer = TEXT(9, "calls 53\n");
	given("m", &t);
	await(samples.n >= 5);
	ck_assert_uint_eq(world.connections, 1);
}
END_TEST

START_TEST(a_zero_is_broken)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "up");

	t.is_load = false;
	world.answer = TEXT(5, "up 1\n");
	given("m", &t);
	await(samples.n >= 1);
	ck_assert_str_eq(samples.text.p, "m__gw load OK; ");
	world.answer = TEXT(21, "up{a=\"1\"} 1\nup{} 0.0\n");
	await(strstr(samples.text.p, "m__gw load BROKEN; ") != NULL);
}
END_TEST

START_TEST(a_time_goes_with_the_sample)
{
	struct scrape_target t = load("m__gw", url("/federate?match[]=calls"), "calls");

	world.answer = TEXT(23, "calls 53 1700000000123\n");
	given("m", &t);
	await(samples.n >= 1);
	ck_assert_int_eq(samples.at_ms, 1700000000123);
	ck_assert_ptr_nonnull(strstr(world.request.p, "GET /federate?match[]=calls HTTP/1.1"));
}
END_TEST

START_TEST(several_metrics_of_one_address_are_fetched_once)
{
	struct scrape_target a = load("m__gw", url("/metrics"), "calls{pool='a'}"),
			     b = load("m__gw", url("/metrics"), "calls{pool='b'}"),
			     other = load("n__gw", url("/metrics"), "calls");
	const struct scrape_target *both[] = {&a, &b};

	b.metric = "other";
	a.period_ms = b.period_ms = other.period_ms = 60000;
	world.answer = TEXT(36, "calls{pool=\"a\"} 1\ncalls{pool=\"b\"} 2\n");
	scraper_set(scraper, "m", both, 2);
	given("n", &other);
	ck_assert_uint_eq(scraper_counts(scraper).addresses, 1);
	ck_assert_uint_eq(scraper_counts(scraper).metrics, 3);
	await(samples.n >= 3);
	ck_assert_uint_eq(world.requests, 1);
	ck_assert_str_eq(samples.text.p, "m__gw load 1; m__gw other 2; n__gw load 3; ");
}
END_TEST

/* ---- what makes none ------------------------------------------------------------------------------------- */

START_TEST(nobody_there_is_a_failure)
{
	struct scrape_target t = load("m__gw", "http://127.0.0.1:1/metrics", "calls");

	given("m", &t);
	await(scraper_counts(scraper).failed >= 1);
	ck_assert_ptr_nonnull(strstr(shown("m"), "\"failures\":1"));
	ck_assert_ptr_nonnull(strstr(shown("m"), "\"trouble\":\"Failed to connect"));
}
END_TEST

START_TEST(another_status_is_a_failure)
{
	world.answer = "HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\ncalls 53\n";
	fails("the answer has status 500");
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	world.answer =
	    "HTTP/1.1 302 There\r\nLocation: /there\r\nContent-Length: 9\r\n\r\ncalls 53\n";
	fails("status 302, and redirects are not followed");
	ck_assert_ptr_null(strstr(world.request.p, "/there"));
}
END_TEST

START_TEST(half_an_answer_is_a_failure)
{
	world.closes = true;
	world.answer = TEXT(1000, "calls 53\n");
	fails("\"trouble\":");
}
END_TEST

START_TEST(no_answer_in_time_is_a_failure)
{
	fails("no answer in time");
}
END_TEST

START_TEST(an_answer_without_an_end_is_a_failure)
{
	world.answer = TEXT(1000, "calls 53\n");
	fails("the answer did not end in time");
}
END_TEST

START_TEST(another_text_is_a_failure)
{
	world.answer = TEXT(15, "<html></html>\r\n");
	fails("line 1: the name of a series is missing");
}
END_TEST

START_TEST(what_is_no_http_is_a_failure)
{
	world.closes = true;
	world.answer = "SSH-2.0-OpenSSH_9.2\r\n\r\n";
	fails("\"trouble\":");
}
END_TEST

/* With its length told, and without. */
START_TEST(a_body_beyond_the_limit_is_a_failure)
{
	static const char *const heads[] = {
	    OK("text/plain") "Content-Length: 1048577\r\n\r\n", OK("text/plain") "\r\n"};
	struct lm_buf b;

	lm_buf_init(&b, 4 << 20);
	world.closes = true;
	for (size_t i = 0; i < LM_COUNT(heads); i++) {
		struct scrape_target t = load("m__gw", url("/metrics"), "calls");

		lm_buf_clear(&b);
		lm_buf_puts(&b, heads[i]);
		for (int k = 0; k < SCRAPE_BODY_MAX + 1; k += 16)
			lm_buf_puts(&b, "calls 53        ");
		world.answer = b.p;
		world.answer_n = b.n;
		t.period_ms = 5000; /* the time limit must not come first */
		given("m", &t);
		await(scraper_counts(scraper).failed > i);
		ck_assert_ptr_nonnull(strstr(shown("m"), "the answer has more than 1048576 bytes"));
		given("m", NULL);
	}
	lm_buf_fini(&b);
}
END_TEST

START_TEST(a_series_that_is_not_there_is_a_failure_of_that_metric_alone)
{
	struct scrape_target a = load("m__gw", url("/metrics"), "calls"),
			     b = load("m__gw", url("/metrics"), "cals"),
			     c = load("m__gw", url("/metrics"), "odd");
	const struct scrape_target *all[] = {&a, &b, &c};

	b.metric = "other";
	c.metric = "third";
	world.answer = TEXT(17, "calls 53\nodd NaN\n");
	scraper_set(scraper, "m", all, 3);
	await(samples.n >= 1);
	ck_assert_str_eq(samples.text.p, "m__gw load 53; ");
	ck_assert_ptr_nonnull(strstr(shown("m"), "\"trouble\":\"the series is not there\""));
	ck_assert_ptr_nonnull(
	    strstr(shown("m"), "\"trouble\":\"the value is not a number that could be used\""));
}
END_TEST

START_TEST(a_sample_that_does_not_count_is_a_failure)
{
	struct scrape_target t = load("m__gw", url("/federate"), "calls");

	world.answer = TEXT(23, "calls 53 1700000000123\n");
	samples.fate = INTAKE_DUPLICATE;
	given("m", &t);
	await(samples.n >= 1);
	ck_assert_ptr_nonnull(
	    strstr(shown("m"), "\"samples\":0,\"failures\":1,"
			       "\"trouble\":\"its time is that of the sample before\""));
}
END_TEST

START_TEST(what_cannot_be_fetched_is_said_and_not_tried)
{
	static const struct {
		const char *url, *series;
		double full_scale;
		const char *why;
	} bad[] = {
	    {"", "calls", 100, "url: "},
	    {"https://127.0.0.1/", "calls", 100, "url: "},
	    {"file:///etc/passwd", "calls", 100, "url: "},
	    {"http://:9090/", "calls", 100, "url: "},
	    {"http://me:secret@127.0.0.1/", "calls", 100, "no user and password"},
	    {"http://127.0.0.1/", "calls{", 100, "series: "},
	    {"http://127.0.0.1/", "", 100, "series: "},
	    {"http://127.0.0.1/", "calls", 0, "full-scale"},
	};

	for (size_t i = 0; i < LM_COUNT(bad); i++) {
		struct scrape_target t = load("m__gw", bad[i].url, bad[i].series);

		t.full_scale = bad[i].full_scale;
		given("m", &t);
		ck_assert_msg(strstr(shown("m"), bad[i].why) != NULL, "%s", shown("m"));
		ck_assert_uint_eq(scraper_counts(scraper).addresses, 0);
	}
}
END_TEST

START_TEST(a_failure_is_over_when_it_is_well_again)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls");

	world.answer = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
	given("m", &t);
	await(scraper_counts(scraper).failed >= 1);
	world.answer = TEXT(9, "calls 53\n");
	await(samples.n >= 1);
	ck_assert_ptr_null(strstr(shown("m"), "trouble"));
	ck_assert_ptr_nonnull(strstr(shown("m"), "\"at\":\"2023-11-14T22:13:20.000Z\""));
}
END_TEST

/* ---- who is fetched ---------------------------------------------------------------------------------------- */

START_TEST(who_is_not_listed_any_more_is_left_in_peace)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls");

	given("m", &t);
	await(world.requests >= 1); /* and one is under way */
	given("m", NULL);
	ck_assert_uint_eq(scraper_counts(scraper).addresses, 0);
	ck_assert_uint_eq(scraper_counts(scraper).metrics, 0);
	ck_assert_uint_eq(scraper_counts(scraper).under_way, 0);
	ck_assert_str_eq(shown("m"), "[]");
}
END_TEST

START_TEST(what_stays_goes_on_as_it_was)
{
	struct scrape_target t = load("m__gw", url("/metrics"), "calls"),
			     more = load("m__gw", url("/other"), "calls");
	const struct scrape_target *both[] = {&t, &more};

	world.answer = TEXT(9, "calls 53\n");
	given("m", &t);
	await(samples.n >= 3);
	more.metric = "other";
	scraper_set(scraper, "m", both, 2);
	ck_assert_ptr_null(strstr(shown("m"), "\"metricName\":\"load\",\"samples\":0"));
	ck_assert_ptr_nonnull(strstr(shown("m"), "\"at\":\"2023"));
	await(strstr(samples.text.p, "m__gw other 53; ") != NULL);
}
END_TEST

START_TEST(no_more_than_so_many_go_on_at_once)
{
	enum { N = 3 * SCRAPES_AT_ONCE };
	static struct scrape_target t[N];
	const struct scrape_target *all[N];
	static char urls[N][128], names[N][16];
	size_t most = 0;

	for (int i = 0; i < N; i++) {
		snprintf(urls[i], sizeof urls[i], "%s/%d", base, i);
		snprintf(names[i], sizeof names[i], "m__%d", i);
		t[i] = load(names[i], urls[i], "calls");
		t[i].period_ms = 10000;
		all[i] = &t[i];
	}
	world.answer = TEXT(9, "calls 53\n");
	scraper_set(scraper, "m", all, N);
	while (samples.n < N) {
		await(true);
		uv_run(&loop, UV_RUN_ONCE);
		size_t now = scraper_counts(scraper).under_way;
		most = now > most ? now : most;
	}
	ck_assert_uint_le(most, SCRAPES_AT_ONCE);
	ck_assert_uint_eq(scraper_counts(scraper).failed, 0);
}
END_TEST

START_TEST(who_is_still_waiting_when_it_is_due_again_is_told_so)
{
	enum { N = SCRAPES_AT_ONCE + 1 };
	static struct scrape_target t[N];
	const struct scrape_target *all[N];
	static char urls[N][128];

	for (int i = 0; i < N; i++) {
		snprintf(urls[i], sizeof urls[i], "%s/%d", base, i);
		t[i] = load("m__gw", urls[i], "calls");
		t[i].period_ms = i < SCRAPES_AT_ONCE ? 60000 : PERIOD_MS;
		all[i] = &t[i];
	}
	/* nobody answers: they all last for the whole two seconds, but the last one is due before */
	scraper_set(scraper, "m", all, SCRAPES_AT_ONCE);
	await(scraper_counts(scraper).under_way == SCRAPES_AT_ONCE);
	given("n", all[N - 1]);
	await(strstr(shown("n"), "more addresses than can be fetched in time") != NULL);
}
END_TEST

START_TEST(no_more_metrics_are_taken_on_than_the_limit)
{
	static struct scrape_target t[SCRAPE_METRICS_MAX + 1];
	static const struct scrape_target *all[SCRAPE_METRICS_MAX + 1];
	static char names[SCRAPE_METRICS_MAX + 1][16];

	for (int i = 0; i <= SCRAPE_METRICS_MAX; i++) {
		snprintf(names[i], sizeof names[i], "m__%d", i);
		t[i] = load(names[i], "http://127.0.0.1:1/", "calls");
		t[i].period_ms = 60000;
		all[i] = &t[i];
	}
	scraper_set(scraper, "m", all, SCRAPE_METRICS_MAX);
	given("n", all[SCRAPE_METRICS_MAX]);
	ck_assert_ptr_nonnull(strstr(shown("n"), "more metrics are to be fetched"));
	scraper_set(
	    scraper, "m", all, SCRAPE_METRICS_MAX); /* the same again are not twice as many */
	ck_assert_ptr_null(strstr(shown("m"), "more metrics are to be fetched"));
	given("m", NULL);
	given("n", all[SCRAPE_METRICS_MAX]);
	ck_assert_ptr_null(strstr(shown("n"), "more metrics are to be fetched"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server/scrape");
	TCase *good = tcase_create("samples"), *bad = tcase_create("failures"),
	      *who = tcase_create("targets");

	tcase_add_checked_fixture(good, begin, end);
	tcase_add_test(good, a_series_becomes_a_load);
	tcase_add_test(good, a_connection_is_kept);
	tcase_add_test(good, a_zero_is_broken);
	tcase_add_test(good, a_time_goes_with_the_sample);
	tcase_add_test(good, several_metrics_of_one_address_are_fetched_once);
	suite_add_tcase(s, good);
	tcase_add_checked_fixture(bad, begin, end);
	tcase_add_test(bad, nobody_there_is_a_failure);
	tcase_add_test(bad, another_status_is_a_failure);
	tcase_add_test(bad, a_redirect_is_not_followed);
	tcase_add_test(bad, half_an_answer_is_a_failure);
	tcase_add_test(bad, no_answer_in_time_is_a_failure);
	tcase_add_test(bad, an_answer_without_an_end_is_a_failure);
	tcase_add_test(bad, another_text_is_a_failure);
	tcase_add_test(bad, what_is_no_http_is_a_failure);
	tcase_add_test(bad, a_body_beyond_the_limit_is_a_failure);
	tcase_add_test(bad, a_series_that_is_not_there_is_a_failure_of_that_metric_alone);
	tcase_add_test(bad, a_sample_that_does_not_count_is_a_failure);
	tcase_add_test(bad, what_cannot_be_fetched_is_said_and_not_tried);
	tcase_add_test(bad, a_failure_is_over_when_it_is_well_again);
	suite_add_tcase(s, bad);
	tcase_add_checked_fixture(who, begin, end);
	tcase_add_test(who, who_is_not_listed_any_more_is_left_in_peace);
	tcase_add_test(who, what_stays_goes_on_as_it_was);
	tcase_add_test(who, no_more_than_so_many_go_on_at_once);
	tcase_add_test(who, who_is_still_waiting_when_it_is_due_again_is_told_so);
	tcase_add_test(who, no_more_metrics_are_taken_on_than_the_limit);
	tcase_set_timeout(who, 60);
	suite_add_tcase(s, who);

	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

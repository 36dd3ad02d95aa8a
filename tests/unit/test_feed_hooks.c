/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lm/server/feed/hooks.h"
#include "lm/server/feed/sign.h"
#include "lm/server/http.h"

/*
 * Webhooks over a journal in memory, with a receiver on the same loop that answers as it is told to
 * and writes down what it gets.
 */
#define SECRET "a secret of the receiver"

static uv_loop_t loop;
static struct http_listener *receiver;
static struct store *store;
static struct hooks *hooks;
static char folder[] = "/tmp/lm-hooks-XXXXXX";
static int64_t last;
static int statuses[8]; /* of the next answers; 0: 200 */
static size_t n_answers;
static struct lm_buf got; /* "1 2 3 " */
static struct {
	char sign[128], at[64], type[64], body[1024];
} message;
static char stopped[600];
static bool is_silent; /* the receiver */

static int64_t now_ms(void *arg)
{
	(void)arg;
	return (int64_t)(uv_hrtime() / 1000000);
}

static void on_stopped(void *arg, const char *name, const char *why)
{
	(void)arg;
	snprintf(stopped, sizeof stopped, "%s: %s", name, why);
}

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	lm_buf_printf(&got, "%s ", http_header(r, "X-LM-Event-Id"));
	snprintf(message.sign, sizeof message.sign, "%s", http_header(r, "X-LM-Signature"));
	snprintf(message.at, sizeof message.at, "%s", http_header(r, "X-LM-Timestamp"));
	snprintf(message.type, sizeof message.type, "%s", http_header(r, "X-LM-Event-Type"));
	snprintf(message.body, sizeof message.body, "%.*s", (int)r->body_n, r->body);
	if (is_silent)
		return;
	int status = n_answers < LM_COUNT(statuses) ? statuses[n_answers] : 0;
	n_answers++;
	if (status == 302)
		http_put_header(r, "Location", "/elsewhere");
	http_answer(r, &(struct http_answer){.status = status == 0 ? 200 : status}, NULL);
}

static void open_hooks(void)
{
	ck_assert_ptr_null(hooks_open(&(struct hooks_conf){.loop = &loop,
					  .state_dir = folder,
					  .store = store,
					  .now_ms = now_ms,
					  .stopped = on_stopped},
	    &hooks));
	hooks_start(hooks);
}

static void setup(void)
{
	struct http_conf conf = {
	    .loop = &loop, .address = "127.0.0.1", .scope = HTTP_API, .request = on_request};

	uv_loop_init(&loop);
	snprintf(folder, sizeof folder, "/tmp/lm-hooks-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_ptr_null(http_listen(&conf, &receiver));
	store = store_memory_new();
	lm_buf_init(&got, 1 << 20);
	memset(statuses, 0, sizeof statuses);
	n_answers = 0;
	last = 0;
	stopped[0] = '\0';
	is_silent = false;
	open_hooks();
}

static void teardown(void)
{
	char command[64];

	hooks_close(hooks);
	http_close(receiver);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	store->ops->close(store);
	lm_buf_fini(&got);
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void happens(const char *type)
{
	char key[24], body[256];

	snprintf(key, sizeof key, "%lld", (long long)++last);
	snprintf(body, sizeof body,
	    "{\"seq\":%s,\"at\":\"T\",\"type\":\"%s\",\"processState\":\"Completed\"}", key, type);
	struct record r = {RECORD_EVENT, key, "voice", body, 0};
	ck_assert_ptr_null(store->ops->commit(store, &r, 1));
	hooks_published(hooks, last, body);
}

static struct lm_err *say(const char *name, const char *text)
{
	json_t *o = json_loads(text, 0, NULL);
	const char *saved;

	ck_assert_ptr_nonnull(o);
	struct lm_err *e = hooks_put(hooks, name, o, &saved);
	json_decref(o);
	return e;
}

/* With some of {"types":...} behind the rest. */
static void given_hook(const char *name, const char *more)
{
	char text[512];

	snprintf(text, sizeof text,
	    "{\"name\":\"%s\",\"url\":\"http://%s/in\",\"secret\":\"" SECRET "\"%s}", name,
	    http_address(receiver), more);
	ck_assert_ptr_null(say(NULL, text));
}

static void turn(void)
{
	http_run(receiver);
	uv_run(&loop, UV_RUN_ONCE);
}

static void receives(const char *ids)
{
	while (strcmp(got.p, ids) != 0) {
		ck_assert_msg(strncmp(got.p, ids, got.n) == 0, "it got '%s', not '%s'", got.p, ids);
		turn();
	}
}

static const char *shown(const char *name)
{
	static char text[4096];
	struct lm_buf b;

	lm_buf_init(&b, sizeof text - 1);
	struct lm_json j = lm_json_on(&b);
	ck_assert(hooks_print(hooks, name, &j));
	snprintf(text, sizeof text, "%s", b.p);
	lm_buf_fini(&b);
	return text;
}

static void shows(const char *part)
{
	while (strstr(shown("pager"), part) == NULL)
		turn();
}

START_TEST(a_signature_is_the_hmac_of_time_and_body)
{
	char out[SIGN_SIZE];

	/* printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'key' */
	sign_message("key", "1700000000", "{\"a\":1}", 7, out);
	ck_assert_str_eq(
	    out, "sha256=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03");
}
END_TEST

START_TEST(events_are_sent_in_order_and_signed)
{
	char out[SIGN_SIZE];

	happens("ProcessStateChangeEvent"); /* before its time */
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	happens("StepEvent"); /* not among those it is sent */
	happens("ProcessStateChangeEvent");
	receives("2 4 ");
	ck_assert_str_eq(message.type, "ProcessStateChangeEvent");
	ck_assert_ptr_nonnull(strstr(message.body, "\"eventId\":\"4\""));
	sign_message(SECRET, message.at, message.body, strlen(message.body), out);
	ck_assert_str_eq(message.sign, out);
}
END_TEST

START_TEST(only_the_types_that_it_wants_are_sent)
{
	given_hook("pager", ",\"types\":[\"DeathEvent\"]");
	for (int i = 0; i < 600; i++)
		happens("StepEvent");
	happens("DeathEvent");
	happens("ProcessStateChangeEvent");
	receives("601 ");
	shows("\"behind\":0");
}
END_TEST

START_TEST(what_is_not_taken_is_sent_again_and_nothing_overtakes_it)
{
	statuses[0] = 500;
	statuses[1] = 302;
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	happens("ProcessStateChangeEvent");
	shows("\"state\":\"retrying\"");
	ck_assert_ptr_nonnull(strstr(shown("pager"), "the receiver answers 500"));
	shows("redirects are not followed");
	receives("1 1 1 2 ");
	shows("\"delivered\":2,\"failedAttempts\":2");
	shows("\"state\":\"idle\"");
}
END_TEST

START_TEST(after_a_restart_it_goes_on_where_it_stood)
{
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	happens("ProcessStateChangeEvent");
	receives("1 2 ");
	shows("\"behind\":0");
	hooks_close(hooks);
	hooks = NULL;
	lm_buf_clear(&got);
	for (int i = 0; i < 2; i++) {
		last++;
		char key[24];
		snprintf(key, sizeof key, "%lld", (long long)last);
		struct record r = {RECORD_EVENT, key, "voice",
		    "{\"type\":\"ProcessStateChangeEvent\",\"processState\":\"Failed\"}", 0};
		ck_assert_ptr_null(store->ops->commit(store, &r, 1));
	}
	open_hooks();
	receives("3 4 ");
}
END_TEST

START_TEST(an_event_that_was_on_its_way_is_sent_again_after_a_restart)
{
	is_silent = true;
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	receives("1 ");
	hooks_close(hooks);
	is_silent = false;
	open_hooks();
	receives("1 1 ");
}
END_TEST

START_TEST(a_receiver_that_is_gone_is_stopped_until_an_operator_changes_it)
{
	statuses[0] = 410;
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	shows("\"state\":\"stopped\"");
	ck_assert_ptr_nonnull(strstr(stopped, "pager: the receiver answers 410 to event 1"));
	happens("ProcessStateChangeEvent");
	hooks_close(hooks);
	open_hooks();
	shows("\"state\":\"stopped\"");
	ck_assert_ptr_null(say("pager", "{}"));
	receives("1 1 2 ");
}
END_TEST

START_TEST(who_takes_nothing_for_too_long_is_given_up)
{
	for (size_t i = 0; i < LM_COUNT(statuses); i++)
		statuses[i] = 503;
	given_hook("pager", ",\"giveUpAfterSeconds\":1");
	happens("ProcessStateChangeEvent");
	shows("\"state\":\"stopped\"");
	ck_assert_ptr_nonnull(strstr(stopped, "the receiver answers 503"));
	ck_assert_int_eq(strncmp(got.p, "1 1 ", 4), 0); /* at once, and when patience ended */
}
END_TEST

START_TEST(a_secret_is_told_to_nobody)
{
	struct lm_buf b;

	given_hook("pager", "");
	lm_buf_init(&b, 4096);
	struct lm_json j = lm_json_on(&b);
	hooks_print_all(hooks, &j);
	ck_assert_ptr_nonnull(strstr(b.p, "\"name\":\"pager\""));
	ck_assert_ptr_null(strstr(b.p, "secret"));
	lm_buf_fini(&b);
}
END_TEST

START_TEST(a_hook_of_an_old_name_begins_anew)
{
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	receives("1 ");
	shows("\"behind\":0");
	ck_assert_ptr_null(hooks_remove(hooks, "pager"));
	happens("ProcessStateChangeEvent");
	given_hook("pager", "");
	happens("ProcessStateChangeEvent");
	receives("1 3 ");
}
END_TEST

/* The manager died between the removal of the old one and the next writing of places. */
START_TEST(where_another_of_its_name_stood_is_no_place_of_its_own)
{
	char path[64];

	for (int i = 0; i < 3; i++)
		happens("ProcessStateChangeEvent");
	given_hook("pager", "");
	hooks_close(hooks);
	snprintf(path, sizeof path, "%s/webhooks.json", folder);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("{\"pager\":{\"at\":1,\"failingSince\":1,\"stopped\":true}}", f);
	fclose(f);
	open_hooks();
	happens("ProcessStateChangeEvent");
	receives("4 ");
}
END_TEST

START_TEST(words_of_a_command_line_will_do)
{
	given_hook("pager", ",\"types\":\"StepEvent,DeathEvent\",\"giveUpAfterSeconds\":\"60\"");
	ck_assert_ptr_nonnull(strstr(
	    shown("pager"), "\"types\":[\"StepEvent\",\"DeathEvent\"],\"giveUpAfterSeconds\":60"));
}
END_TEST

START_TEST(what_is_wrong_with_a_hook_is_said)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"[]", "must be a JSON object"},
	    {"{}", "\"name\""},
	    {"{\"name\":\"a/b\"}", "\"name\""},
	    {"{\"name\":7}", "\"name\" must be a text"},
	    {"{\"name\":\"a\"}", "\"url\""},
	    {"{\"name\":\"a\",\"url\":\"ftp://h/\",\"secret\":\"0123456789abcdef\"}", "\"url\""},
	    {"{\"name\":\"a\",\"url\":\"http://u:p@h/\",\"secret\":\"0123456789abcdef\"}",
		"no user and password"},
	    {"{\"name\":\"a\",\"url\":\"http://h/\"}", "\"secret\" must have from 16"},
	    {"{\"name\":\"a\",\"url\":\"http://h/\",\"secret\":\"short\"}", "\"secret\""},
	    {"{\"name\":\"a\",\"url\":\"http://h/"
	     "\",\"secret\":\"0123456789abcdef\",\"types\":[\"x\"]}",
		"'x' is not a type"},
	    {"{\"name\":\"a\",\"url\":\"http://h/\",\"secret\":\"0123456789abcdef\",\"types\":[]}",
		"\"types\" must be"},
	    {"{\"name\":\"a\",\"url\":\"http://h/"
	     "\",\"secret\":\"0123456789abcdef\",\"types\":\"StepEvent,\"}",
		"'' is not a type"},
	    {"{\"name\":\"a\",\"url\":\"http://h/"
	     "\",\"secret\":\"0123456789abcdef\",\"giveUpAfterSeconds\":\"1d\"}",
		"giveUpAfterSeconds"},
	    {"{\"name\":\"a\",\"url\":\"http://h/\",\"secret\":\"0123456789abcdef\","
	     "\"giveUpAfterSeconds\":0}",
		"giveUpAfterSeconds"},
	};

	for (size_t i = 0; i < LM_COUNT(bad); i++) {
		LM_AUTO(lm_err) e = say(NULL, bad[i].text);

		ck_assert_msg(e != NULL && strstr(lm_err_text(e), bad[i].why) != NULL, "%s: %s",
		    bad[i].text, e == NULL ? "taken" : lm_err_text(e));
	}
}
END_TEST

START_TEST(there_is_a_bound_and_no_name_twice)
{
	char name[16];

	for (int i = 0; i < HOOKS_MAX; i++) {
		snprintf(name, sizeof name, "h%d", i);
		given_hook(name, "");
	}
	LM_AUTO(lm_err) twice =
	    say(NULL, "{\"name\":\"h0\",\"url\":\"http://h/\",\"secret\":\"0123456789abcdef\"}");
	LM_AUTO(lm_err) many =
	    say(NULL, "{\"name\":\"x\",\"url\":\"http://h/\",\"secret\":\"0123456789abcdef\"}");
	LM_AUTO(lm_err) other = say("h1", "{\"name\":\"h2\"}");
	LM_AUTO(lm_err) none = say("nobody", "{}");
	ck_assert_int_eq(lm_err_kind(twice), LM_ERR_CONFLICT);
	ck_assert_int_eq(lm_err_kind(many), LM_ERR_CONFLICT);
	ck_assert_int_eq(lm_err_kind(other), LM_ERR_INVALID);
	ck_assert_int_eq(lm_err_kind(none), LM_ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("feed/hooks");
	TCase *tc = tcase_create("hooks");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_signature_is_the_hmac_of_time_and_body);
	tcase_add_test(tc, events_are_sent_in_order_and_signed);
	tcase_add_test(tc, only_the_types_that_it_wants_are_sent);
	tcase_add_test(tc, what_is_not_taken_is_sent_again_and_nothing_overtakes_it);
	tcase_add_test(tc, after_a_restart_it_goes_on_where_it_stood);
	tcase_add_test(tc, an_event_that_was_on_its_way_is_sent_again_after_a_restart);
	tcase_add_test(tc, a_receiver_that_is_gone_is_stopped_until_an_operator_changes_it);
	tcase_add_test(tc, who_takes_nothing_for_too_long_is_given_up);
	tcase_add_test(tc, a_secret_is_told_to_nobody);
	tcase_add_test(tc, a_hook_of_an_old_name_begins_anew);
	tcase_add_test(tc, where_another_of_its_name_stood_is_no_place_of_its_own);
	tcase_add_test(tc, words_of_a_command_line_will_do);
	tcase_add_test(tc, what_is_wrong_with_a_hook_is_said);
	tcase_add_test(tc, there_is_a_bound_and_no_name_twice);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}

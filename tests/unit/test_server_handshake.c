/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lm/server/http/certificate.h"
#include "tests/lib/talk.h"

/* Who stops in the middle of a handshake of TLS costs nothing while he says nothing. */

enum { HELLO = 0x16, CLIENT_HELLO = 1 };

static char folder[] = "/tmp/lm-handshake-XXXXXX";
static struct certificate *certificate;

static void remove_file(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

static void setup(void)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);
	char cert[64], key[64];

	snprintf(folder, sizeof folder, "/tmp/lm-handshake-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(cert, sizeof cert, "%s/tls.crt", folder);
	snprintf(key, sizeof key, "%s/tls.key", folder);
	ck_assert_ptr_null(certificate_open(
	    &(struct certificate_conf){
		.cert_file = cert, .key_file = key, .is_own = true, .address = "127.0.0.1"},
	    &certificate));
	talk_begin();
	close_client();
	http_close(talk.listener);
	conf.certificate = certificate;
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	connect_client();
}

static void teardown(void)
{
	talk_end();
	certificate_free(certificate);
	remove_file("tls.crt");
	remove_file("tls.key");
	rmdir(folder);
}

/* The loop has nothing to do any more, and would wait. */
static void comes_to_rest(void)
{
	int turns = 0;

	do {
		talk_turn();
	} while (++turns < TURNS_MAX && (uv_backend_timeout(&talk.loop) == 0 || turns < 10));
	ck_assert_int_lt(turns, TURNS_MAX);
	ck_assert(!talk.is_cut);
	ck_assert_uint_eq(http_connections(talk.listener), 1);
}

static void says_bytes(const unsigned char *p, size_t n)
{
	ck_assert_int_eq(send(talk.client, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

START_TEST(who_says_nothing_is_waited_for)
{
	comes_to_rest();
}
END_TEST

START_TEST(so_is_who_says_the_beginning_byte_by_byte)
{
	static const unsigned char begin[] = {HELLO, 3, 1, 2, 0, CLIENT_HELLO, 0, 1, 252, 3, 3};

	for (size_t i = 0; i < sizeof begin; i++) {
		says_bytes(begin + i, 1);
		comes_to_rest();
	}
}
END_TEST

START_TEST(what_is_no_handshake_is_cut_off)
{
	comes_to_rest();
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	is_cut_off();
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(closing_does_not_wait_for_who_has_stopped)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	comes_to_rest();
	http_close(talk.listener);
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	is_cut_off();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http/handshake");
	TCase *tc = tcase_create("handshake");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, who_says_nothing_is_waited_for);
	tcase_add_test(tc, so_is_who_says_the_beginning_byte_by_byte);
	tcase_add_test(tc, what_is_no_handshake_is_cut_off);
	tcase_add_test(tc, closing_does_not_wait_for_who_has_stopped);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

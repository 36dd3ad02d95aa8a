/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lm/server/auth/jwt.h"
#include "lm/server/auth/privilege.h"

enum { FORM = sodium_base64_VARIANT_URLSAFE_NO_PADDING, NOW = 1000000 };
#define ALG_NONE "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" /* {"alg":"none","typ":"JWT"} */

static char folder[] = "/tmp/lm-jwt-XXXXXX";
static struct token_key *key, *others;
static char token[JWT_SIZE];

static struct token_key *open_key(const char *name)
{
	char path[64];
	struct token_key *k = NULL;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	ck_assert_ptr_null(token_key_open(path, true, &k));
	unlink(path);
	return k;
}

static void setup(void)
{
	struct jwt t = {.issued_s = NOW, .expires_s = NOW + 1200, .stamp = "a", .id = "b"};

	snprintf(folder, sizeof folder, "/tmp/lm-jwt-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	key = open_key("ours");
	others = open_key("theirs");
	snprintf(t.subject, sizeof t.subject, "jack");
	ck_assert(role_parse("SLMAdmin", &t.roles) && role_parse("Portal", &t.roles));
	jwt_make(key, &t, token);
}

static void teardown(void)
{
	token_key_free(key);
	token_key_free(others);
	rmdir(folder);
}

static json_t *claims_of(const char *text)
{
	unsigned char bytes[JWT_SIZE];
	const char *first = strchr(text, '.') + 1, *end = NULL;
	size_t n = 0;

	ck_assert_int_eq(sodium_base642bin(
			     bytes, sizeof bytes, first, strcspn(first, "."), NULL, &n, &end, FORM),
	    0);
	return json_loadb((const char *)bytes, n, 0, NULL);
}

START_TEST(a_token_says_what_lmctl_and_others_read_in_it)
{
	json_t *claims = claims_of(token);

	ck_assert_str_eq(json_string_value(json_object_get(claims, "username")), "jack");
	ck_assert_str_eq(json_string_value(json_object_get(claims, "sub")), "jack");
	ck_assert(json_is_integer(json_object_get(claims, "exp")));
	ck_assert_int_eq(json_integer_value(json_object_get(claims, "exp")), NOW + 1200);
	ck_assert_int_eq(json_integer_value(json_object_get(claims, "iat")), NOW);
	ck_assert_uint_eq(json_array_size(json_object_get(claims, "roles")), 2);
	json_decref(claims);
}
END_TEST

START_TEST(it_is_read_again)
{
	struct jwt t;

	ck_assert_int_eq(jwt_read(key, token, NOW + 1199, &t), JWT_GOOD);
	ck_assert_str_eq(t.subject, "jack");
	ck_assert_str_eq(t.client, "");
	ck_assert_str_eq(t.stamp, "a");
	ck_assert(!t.is_refresh);
	ck_assert_int_eq(t.issued_s, NOW);
}
END_TEST

START_TEST(it_ends)
{
	struct jwt t;

	ck_assert_int_eq(jwt_read(key, token, NOW + 1200, &t), JWT_EXPIRED);
}
END_TEST

START_TEST(another_managers_is_foreign)
{
	struct jwt t;

	ck_assert_int_eq(jwt_read(others, token, NOW, &t), JWT_FOREIGN);
}
END_TEST

START_TEST(no_letter_of_it_can_be_changed)
{
	struct jwt t;
	size_t n = strlen(token);

	for (size_t i = 0; i < n; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(jwt_read(key, token, NOW, &t) == JWT_FOREIGN, "letter %zu", i);
		token[i] = was;
	}
	ck_assert_int_eq(jwt_read(key, token, NOW, &t), JWT_GOOD);
}
END_TEST

START_TEST(a_token_that_names_no_algorithm_is_foreign)
{
	char none[JWT_SIZE + 64];
	struct jwt t;
	const char *claims = strchr(token, '.');
	int n = (int)(strrchr(token, '.') - claims);

	snprintf(none, sizeof none, ALG_NONE "%s", claims);
	ck_assert_int_eq(jwt_read(key, none, NOW, &t), JWT_FOREIGN);
	snprintf(none, sizeof none, ALG_NONE "%.*s.", n, claims);
	ck_assert_int_eq(jwt_read(key, none, NOW, &t), JWT_FOREIGN);
}
END_TEST

static const char *const junk[] = {"", ".", "..", "...", "a.b.c",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "\xff\xfe.\x80.x"};

START_TEST(what_is_no_token_is_foreign)
{
	struct jwt t;

	ck_assert_int_eq(jwt_read(key, junk[_i], NOW, &t), JWT_FOREIGN);
}
END_TEST

START_TEST(one_that_is_too_long_is_foreign)
{
	char longer[2 * JWT_SIZE];
	struct jwt t;

	memset(longer, 'A', sizeof longer);
	memcpy(longer, token, strrchr(token, '.') - token);
	longer[sizeof longer - 1] = '\0';
	ck_assert_int_eq(jwt_read(key, longer, NOW, &t), JWT_FOREIGN);
}
END_TEST

START_TEST(the_longest_names_and_all_roles_fit)
{
	struct jwt t = {
	    .issued_s = INT64_MAX / 2, .expires_s = INT64_MAX / 2 + 1, .is_refresh = true};
	struct jwt back;

	memset(t.subject, 'x', sizeof t.subject - 1);
	memset(t.client, 'y', sizeof t.client - 1);
	memset(t.stamp, 's', sizeof t.stamp - 1);
	memset(t.id, 'j', sizeof t.id - 1);
	for (unsigned i = 0; role_name(i) != NULL; i++)
		t.roles |= 1u << i;
	jwt_make(key, &t, token);
	ck_assert_int_eq(jwt_read(key, token, 0, &back), JWT_GOOD);
	ck_assert_str_eq(back.subject, t.subject);
	ck_assert_str_eq(back.client, t.client);
	ck_assert_uint_eq(back.roles, t.roles);
	ck_assert(back.is_refresh);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/auth/jwt");
	TCase *tc = tcase_create("who has logged in");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_token_says_what_lmctl_and_others_read_in_it);
	tcase_add_test(tc, it_is_read_again);
	tcase_add_test(tc, it_ends);
	tcase_add_test(tc, another_managers_is_foreign);
	tcase_add_test(tc, no_letter_of_it_can_be_changed);
	tcase_add_test(tc, a_token_that_names_no_algorithm_is_foreign);
	tcase_add_loop_test(tc, what_is_no_token_is_foreign, 0, LM_COUNT(junk));
	tcase_add_test(tc, one_that_is_too_long_is_foreign);
	tcase_add_test(tc, the_longest_names_and_all_roles_fit);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "lm/server/openapi/openapi.h"

/* The document of the API against the table of its routes. */
static struct lm_buf text;
static json_t *document;
static const struct route *routes;
static size_t n_routes;

static void setup(void)
{
	json_error_t e;

	routes = routes_all(&n_routes);
	lm_buf_init(&text, 16 << 20);
	openapi_write(routes, n_routes, &text);
	document = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &e);
	ck_assert_msg(document != NULL, "line %d column %d: %s", e.line, e.column, e.text);
}

static void teardown(void)
{
	json_decref(document);
	lm_buf_fini(&text);
}

static json_t *operation_of(const struct route *r)
{
	const char *hole = strstr(r->pattern, "{}");
	char path[256], method[16];
	size_t n = 0;

	if (hole == NULL)
		snprintf(path, sizeof path, "%s", r->pattern);
	else
		snprintf(path, sizeof path, "%.*s{key}%s", (int)(hole - r->pattern), r->pattern,
		    hole + 2);
	for (; r->method[n] != '\0'; n++)
		method[n] = (char)tolower((unsigned char)r->method[n]);
	method[n] = '\0';
	return json_object_get(json_object_get(json_object_get(document, "paths"), path), method);
}

static const char *string_at(json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

START_TEST(every_route_stands_in_the_document)
{
	for (size_t i = 0; i < n_routes; i++) {
		json_t *op = operation_of(&routes[i]);

		ck_assert_msg(op != NULL, "%s %s is missing", routes[i].method, routes[i].pattern);
		ck_assert_str_eq(string_at(op, "summary"), routes[i].summary);
		ck_assert_str_eq(string_at(op, "x-privilege"), privilege_name(routes[i].need));
	}
}
END_TEST

START_TEST(nothing_else_stands_there)
{
	size_t n = 0;
	const char *path, *method;
	json_t *item, *op;

	json_object_foreach(json_object_get(document, "paths"), path, item)
	    json_object_foreach(item, method, op) n++;
	ck_assert_uint_eq(n, n_routes);
}
END_TEST

START_TEST(no_two_operations_have_one_id)
{
	json_t *ids = json_object();

	for (size_t i = 0; i < n_routes; i++) {
		const char *id = string_at(operation_of(&routes[i]), "operationId");

		ck_assert_msg(json_object_get(ids, id) == NULL, "twice: %s", id);
		json_object_set_new(ids, id, json_true());
	}
	json_decref(ids);
}
END_TEST

START_TEST(a_route_takes_the_bodies_that_the_document_says)
{
	static const char *const types[] = {"application/json", "application/yaml",
	    "application/x-www-form-urlencoded", "multipart/form-data"};

	for (size_t i = 0; i < n_routes; i++) {
		json_t *body = json_object_get(operation_of(&routes[i]), "requestBody");
		json_t *content = json_object_get(body, "content");

		for (size_t k = 0; k < LM_COUNT(types); k++)
			ck_assert_msg((json_object_get(content, types[k]) != NULL) ==
					  ((routes[i].body >> k & 1) != 0),
			    "%s %s and %s", routes[i].method, routes[i].pattern, types[k]);
	}
}
END_TEST

START_TEST(who_may_ask_without_a_token_may_in_the_document)
{
	for (size_t i = 0; i < n_routes; i++) {
		size_t n = json_array_size(json_object_get(operation_of(&routes[i]), "security"));
		bool is_login = routes[i].body == BODY_FORM;

		ck_assert_msg((n == 0) == (routes[i].need == PRIVILEGE_OPEN && !is_login), "%s %s",
		    routes[i].method, routes[i].pattern);
	}
}
END_TEST

static void check_refs(json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_array(v))
		json_array_foreach(v, i, item) check_refs(item);
	if (!json_is_object(v))
		return;
	const char *ref = string_at(v, "$ref");
	if (ref != NULL) {
		char group[32], name[64];

		ck_assert_int_eq(sscanf(ref, "#/components/%31[a-z]/%63s", group, name), 2);
		json_t *to = json_object_get(
		    json_object_get(json_object_get(document, "components"), group), name);
		ck_assert_msg(to != NULL, "nothing at %s", ref);
	}
	json_object_foreach(v, key, item) check_refs(item);
}

START_TEST(what_is_referred_to_is_there)
{
	check_refs(document);
}
END_TEST

START_TEST(what_is_said_of_a_route_is_said_of_one_that_there_is)
{
	size_t n;
	const struct detail *details = openapi_details(&n);

	for (size_t i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < n_routes; k++)
			found = found || (strcmp(details[i].method, routes[k].method) == 0 &&
					     strcmp(details[i].pattern, routes[k].pattern) == 0);
		ck_assert_msg(found, "no route %s %s", details[i].method, details[i].pattern);
	}
}
END_TEST

START_TEST(what_is_asked_for_in_the_path_and_behind_it_is_named)
{
	const struct route r = {"GET", "/api/processes", 0, PRIVILEGE_READ, 0, NULL, ""};
	json_t *parameters = json_object_get(operation_of(&r), "parameters");
	bool found = false;
	json_t *p;
	size_t i;

	json_array_foreach(parameters, i, p) if (strcmp(string_at(p, "name"), "limit") == 0)
	{
		found = true;
		ck_assert_str_eq(string_at(p, "in"), "query");
		ck_assert_str_eq(string_at(json_object_get(p, "schema"), "type"), "integer");
	}
	ck_assert(found);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/openapi");
	TCase *tc = tcase_create("document");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_route_stands_in_the_document);
	tcase_add_test(tc, nothing_else_stands_there);
	tcase_add_test(tc, no_two_operations_have_one_id);
	tcase_add_test(tc, a_route_takes_the_bodies_that_the_document_says);
	tcase_add_test(tc, who_may_ask_without_a_token_may_in_the_document);
	tcase_add_test(tc, what_is_referred_to_is_there);
	tcase_add_test(tc, what_is_said_of_a_route_is_said_of_one_that_there_is);
	tcase_add_test(tc, what_is_asked_for_in_the_path_and_behind_it_is_named);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

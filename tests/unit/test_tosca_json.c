/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as a second front end onto the same descriptors: its trees, and the proof that a descriptor
 * means the same in both languages.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>

#include "tosca/graph/graph.h"
#include "tosca/link/check.h"
#include "tosca/text/json.h"
#include "tosca/text/source.h"

static struct lm_arena *arena;
static struct diags *diags;

static void setup(void)
{
	arena = lm_arena_new();
	diags = diags_new(200);
}

static void teardown(void)
{
	diags_free(diags);
	lm_arena_free(arena);
}

static struct documents read_as(const char *file, const char *text)
{
	struct tree_room room = {.texts = arena, .nodes = arena};

	return tree_read(&room, file, text, strlen(text), diags);
}

static const struct source *source;

static const struct node *read_one(const char *text)
{
	struct documents docs = read_as("x.json", text);

	ck_assert_uint_eq(docs.n, 1);
	source = docs.source;
	return docs.v[0].root;
}

static const char *first_code(void)
{
	return diags_count(diags) > 0 ? diags_at(diags, 0)->code : "none";
}

/* ---- trees --------------------------------------------------------------------------------- */

START_TEST(all_kinds_of_values_are_read)
{
	const struct node *root =
	    read_one(" {\"a\": [1, -2.5e+3, true, null, \"null\", {}, []]}\n");
	const struct node *list = node_find(root, "a");
	static const char *const texts[] = {"1", "-2.5e+3", "true", "null", "null"};

	ck_assert_uint_eq(list->n, 7);
	for (size_t i = 0; i < LM_COUNT(texts); i++) {
		ck_assert_str_eq(list->items[i].text, texts[i]);
		ck_assert_int_eq(list->items[i].plain, i < 4);
	}
	ck_assert(node_is_null(&list->items[3]));
	ck_assert(!node_is_null(&list->items[4]));
	ck_assert_int_eq(list->items[5].kind, NODE_MAPPING);
	ck_assert_int_eq(list->items[6].kind, NODE_SEQUENCE);
	ck_assert_uint_eq(diags_count(diags), 0);
}
END_TEST

START_TEST(every_node_stands_for_its_very_bytes)
{
	static const char text[] = "{\"ä\": 12,\n \"b\\u0041\": \"x\\n\"}";
	const struct node *root = read_one(text);
	const struct node *nodes[] = {
	    &root->pairs[0].key, &root->pairs[0].value, &root->pairs[1].key, &root->pairs[1].value};
	static const char *const parts[] = {"\"ä\"", "12", "\"b\\u0041\"", "\"x\\n\""};

	for (size_t i = 0; i < LM_COUNT(parts); i++) {
		ck_assert_uint_eq(nodes[i]->end - nodes[i]->begin, strlen(parts[i]));
		ck_assert_mem_eq(source->text + nodes[i]->begin, parts[i], strlen(parts[i]));
	}
	ck_assert_str_eq(root->pairs[1].key.text, "bA");
}
END_TEST

START_TEST(escapes_stand_for_characters)
{
	static const struct {
		const char *text, *value;
	} rows[] = {{"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t"},
	    {"[\"\\u00e9\\u20AC\"]", "\u00e9\u20ac"}, {"[\"\\ud83d\\ude00\"]", "\U0001F600"},
	    {"[\"\u00e9\"]", "\u00e9"}};

	ck_assert_str_eq(read_one(rows[_i].text)->text, rows[_i].value);
	ck_assert_str_eq(first_code(), "none");
}
END_TEST

START_TEST(a_list_at_the_top_is_several_documents)
{
	static const char text[] = "[{\"a\": 1},\n {\"b\": 2}]";
	struct documents docs = read_as("x.json", text);

	ck_assert_uint_eq(docs.n, 2);
	ck_assert_mem_eq(text + docs.v[1].begin, "{\"b\": 2}", docs.v[1].n);
	ck_assert_uint_eq(docs.v[1].n, strlen("{\"b\": 2}"));
}
END_TEST

START_TEST(the_name_of_the_file_and_its_first_character_choose_the_language)
{
	static const struct {
		const char *file, *text;
		bool json;
	} rows[] = {{"a.json", "{a: 1}", true}, {"a.yml", "{a: 1}", false},
	    {"a.yaml", "{a: 1}", false}, {"a.json", "a: 1", false}, {".json", "{a: 1}", false},
	    {"a.json", " \n[a]", true}};

	read_as(rows[_i].file, rows[_i].text);
	ck_assert_int_eq(diags_errors(diags) > 0, rows[_i].json);
}
END_TEST

/* ---- what is refused ----------------------------------------------------------------------- */

START_TEST(what_is_not_json_is_a_diagnostic)
{
	static const struct {
		const char *text, *code;
	} rows[] = {{"{", "LM0122"}, {"[1", "LM0122"}, {"{\"a\": [}", "LM0122"}, {"[1,]", "LM0131"},
	    {"[1 2]", "LM0131"}, {"[,1]", "LM0131"}, {"{\"a\":1,,\"b\":2}", "LM0131"},
	    {"['a']", "LM0132"}, {"{'a': 1}", "LM0132"}, {"[1] // one", "LM0133"},
	    {"[/* one */ 1]", "LM0133"}, {"[1] /* open", "LM0133"}, {"{a: 1}", "LM0134"},
	    {"[01]", "LM0135"}, {"[+1]", "LM0135"}, {"[.5]", "LM0135"}, {"[1.]", "LM0135"},
	    {"[1e]", "LM0135"}, {"[-]", "LM0135"}, {"[True]", "LM0135"}, {"[NaN]", "LM0135"},
	    {"[\"\\x\"]", "LM0136"}, {"[\"\\u12\"]", "LM0136"}, {"[\"\\udc00\"]", "LM0136"},
	    {"[\"\\ud800\\u0041\"]", "LM0136"}, {"[\"\t\"]", "LM0136"}, {"[\"\\", "LM0136"},
	    {"[\"a\n\"]", "LM0121"}, {"[\"a", "LM0121"}, {"{\"a\" 1}", "LM0123"},
	    {"{\"a\"}", "LM0123"}, {"{\"a\":}", "LM0130"}, {"{:1}", "LM0130"}, {"[:]", "LM0130"},
	    {"{} {}", "LM0124"}, {"[\"\\u0000\"]", "LM0119"}, {"{\"a\":1,\"a\":2}", "LM0108"},
	    {"[\"\xff\"    ]", "LM0113"}, {"[\"\x01\"    ]", "LM0114"}, {"", "LM0102"}};

	read_as("x.json", rows[_i].text);
	ck_assert_msg(
	    strcmp(first_code(), rows[_i].code) == 0, "%s: %s", rows[_i].text, first_code());
}
END_TEST

START_TEST(all_that_is_wrong_is_said_in_one_run)
{
	const struct node *root =
	    read_one("{a: 'x', // first\n \"b\": [1 2,], \"b\": True, \"c\": 3}");

	ck_assert_uint_eq(diags_errors(diags), 7);
	ck_assert_str_eq(node_text(node_find(root, "a")), "x");
	ck_assert_uint_eq(node_find(root, "b")->n, 2);
	ck_assert_str_eq(node_text(node_find(root, "c")), "3");
}
END_TEST

START_TEST(sixty_four_levels_are_read_and_a_hundred_thousand_are_refused)
{
	char text[2 * 64 + 1] = "";
	char *deep = lm_arena_alloc(arena, 100001);

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	read_as("x.json", text);
	ck_assert_str_eq(first_code(), "none");
	read_as("x.json", memset(deep, '[', 100000));
	ck_assert_uint_eq(diags_count(diags), 1);
	ck_assert_str_eq(first_code(), "LM0115");
}
END_TEST

START_TEST(a_caller_may_allow_fewer_bytes_and_nodes)
{
	struct tree_room room = {.texts = arena, .nodes = arena, .text_max = 8};

	tree_read(&room, "x.json", "[1, 2, 3]", 9, diags);
	ck_assert_str_eq(first_code(), "LM0105");
	room = (struct tree_room){.texts = arena, .nodes = arena, .nodes_max = 3};
	tree_read(&room, "x.json", "[1, 2, 3]", 9, diags);
	ck_assert_str_eq(diags_at(diags, 1)->code, "LM0116");
}
END_TEST

/* ---- one meaning in two languages ---------------------------------------------------------- */

static void write_text(struct lm_buf *out, const char *p)
{
	lm_buf_puts(out, "\"");
	for (; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20)
			lm_buf_printf(out, "\\u%04x", (unsigned)*p);
		else
			lm_buf_printf(out, strchr("\"\\", *p) != NULL ? "\\%c" : "%c", *p);
	}
	lm_buf_puts(out, "\"");
}

static void write_node(struct lm_buf *out, const struct node *node)
{
	bool mapping = node->kind == NODE_MAPPING;

	if (node->kind == NODE_SCALAR) {
		if (node_is_null(node))
			lm_buf_puts(out, "null");
		else
			write_text(out, node->text);
		return;
	}
	lm_buf_puts(out, mapping ? "{" : "[");
	for (size_t i = 0; i < node->n; i++) {
		lm_buf_puts(out, i > 0 ? ",\n" : "\n");
		if (mapping) {
			write_text(out, node->pairs[i].key.text);
			lm_buf_puts(out, ": ");
		}
		write_node(out, mapping ? &node->pairs[i].value : &node->items[i]);
	}
	lm_buf_puts(out, mapping ? "}" : "]");
}

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = lm_arena_alloc(arena, 1 << 20);

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* All that the compiler says of a text, and all graphs that it makes of it; no places. */
static void compile(const char *file, const char *text, struct lm_buf *out)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) all = diags_new(1000);

	catalog_put(c, file, text, strlen(text));
	catalog_check(c);
	catalog_report(c, NULL, all);
	for (size_t i = 0; i < catalog_count(c); i++) {
		struct graph_request request = {
		    .descriptor = descriptor_name(catalog_at(c, i)), .instance = "voice"};
		struct graph *g = graph_build(c, &request, all);

		if (g != NULL)
			graph_print_json(g, out);
		lm_buf_puts(out, "\n");
		graph_free(g);
	}
	for (size_t i = 0; i < diags_count(all); i++) {
		const struct diag *d = diags_at(all, i);

		lm_buf_printf(
		    out, "%s %s (%s)\n", d->code, d->message, d->help != NULL ? d->help : "");
	}
}

/* False: this text cannot be put into JSON, because it cannot be read as YAML without a remark. */
static bool compare(const char *path)
{
	LM_AUTO(diags) own = diags_new(10);
	struct tree_room room = {.texts = arena, .nodes = arena};
	const char *text = file_text(path);
	struct documents docs = tree_read(&room, "x.yml", text, strlen(text), own);
	struct lm_buf json, from_yaml, from_json;

	if (diags_count(own) > 0)
		return false;
	lm_buf_init(&json, 1 << 22);
	lm_buf_init(&from_yaml, 1 << 24);
	lm_buf_init(&from_json, 1 << 24);
	lm_buf_puts(&json, "[");
	for (size_t i = 0; i < docs.n; i++) {
		lm_buf_puts(&json, i > 0 ? ", " : "");
		write_node(&json, docs.v[i].root);
	}
	lm_buf_puts(&json, "]");
	compile("x.yml", text, &from_yaml);
	compile("x.json", json.p, &from_json);
	/* LM01: of the text, such as a value glued to its colon, which JSON cannot have. */
	bool alike = strcmp(from_yaml.p, from_json.p) == 0, textual = strstr(from_yaml.p, "LM01");
	ck_assert_msg(
	    alike || textual, "%s:\n--- YAML\n%s\n--- JSON\n%s", path, from_yaml.p, from_json.p);
	lm_buf_fini(&json);
	lm_buf_fini(&from_yaml);
	lm_buf_fini(&from_json);
	return !textual;
}

/* Every golden case, with all its mistakes, and the services and packages that come with lm. */
START_TEST(a_descriptor_means_the_same_in_json_and_in_yaml)
{
	static const char *const patterns[] = {"tests/golden/*/*.yml", "services/*/*.yml",
	    "services/*.yml", "vnfs/*/*.yml", "vnfs/*/*/*.yml"};
	size_t compared = 0;
	glob_t found = {0};

	for (size_t i = 0; i < LM_COUNT(patterns); i++)
		glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (strstr(found.gl_pathv[i], "too-large") ==
		    NULL) /* which takes a minute to draw */
			compared += compare(found.gl_pathv[i]);
	globfree(&found);
	ck_assert_uint_gt(compared, 100);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/json");
	TCase *tc = tcase_create("a text of JSON");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, all_kinds_of_values_are_read);
	tcase_add_test(tc, every_node_stands_for_its_very_bytes);
	tcase_add_loop_test(tc, escapes_stand_for_characters, 0, 4);
	tcase_add_test(tc, a_list_at_the_top_is_several_documents);
	tcase_add_loop_test(
	    tc, the_name_of_the_file_and_its_first_character_choose_the_language, 0, 6);
	tcase_add_loop_test(tc, what_is_not_json_is_a_diagnostic, 0, 40);
	tcase_add_test(tc, all_that_is_wrong_is_said_in_one_run);
	tcase_add_test(tc, sixty_four_levels_are_read_and_a_hundred_thousand_are_refused);
	tcase_add_test(tc, a_caller_may_allow_fewer_bytes_and_nodes);
	tcase_add_test(tc, a_descriptor_means_the_same_in_json_and_in_yaml);
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a descriptor means, beyond what is wrong with it: the order in which a property gets its
 * value, names with dots, and that the catalog gives back what it was given.
 */
#include <check.h>

#include "tosca/graph/graph.h"
#include "tosca/link/check.h"
#include "tosca/model/front_end.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

static struct lm_arena *arena;
static struct diags *diags;

static void setup(void)
{
	arena = lm_arena_new();
	diags = diags_new(20);
}

static void teardown(void)
{
	diags_free(diags);
	lm_arena_free(arena);
}

static struct graph *build(const char *text, const struct lm_kv *intent)
{
	LM_AUTO(catalog) c = catalog_new();
	struct lm_kv kv = intent != NULL ? *intent : (struct lm_kv){0};
	const struct graph_request request = {.descriptor = "assembly::a::1.0",
	    .instance = "i",
	    .properties = {&kv, intent != NULL ? 1 : 0}};

	catalog_put(c, "a.yml", text, strlen(text));
	catalog_check(c);
	struct graph *g = graph_build(c, &request, diags);
	ck_assert_ptr_nonnull(g);
	return g;
}

static const char *reported(void *arg, int node, const char *property)
{
	(void)node;
	return strcmp(property, "p") == 0 ? arg : NULL;
}

/* ---- the order of values ------------------------------------------------------------------- */

static const struct value_row {
	const char *attributes; /* of property p */
	const char *given;      /* mapped to it, or in the intent; NULL: nothing */
	const char *output;     /* reported by the instance; NULL: nothing */
	const char *value;      /* what it is then; NULL: unset */
} values[] = {
    /* nothing, and each source alone */
    {"", NULL, NULL, NULL},
    {"default: d", NULL, NULL, "d"},
    {"value: v", NULL, NULL, "v"},
    {"value: '${other}'", NULL, NULL, "o"},
    {"", "g", NULL, "g"},
    {"", NULL, "r", "r"},
    /* read-only: own value, reported, default; never what is given */
    {"read-only: true", "g", NULL, NULL},
    {"read-only: true, default: d", "g", NULL, "d"},
    {"read-only: true, default: d", "g", "r", "r"},
    {"read-only: true, value: v", "g", NULL, "v"},
    {"read-only: true, value: '${other}', default: d", "g", NULL, "o"},
    {"read-only: true, value: '${unset}', default: d", "g", NULL, "d"},
    {"read-only: true, value: '${unset}', default: d", "g", "r", "r"},
    /* a literal value, always */
    {"value: v, default: d", "g", NULL, "v"},
    {"value: '', default: d", "g", NULL, ""},
    /* given, own value, default */
    {"value: '${other}', default: d", "g", NULL, "g"},
    {"value: '${other}', default: d", NULL, NULL, "o"},
    {"value: '${unset}', default: d", NULL, NULL, "d"},
    {"default: d", "g", NULL, "g"},
    {"default: '${other}'", NULL, NULL, "o"},
    /* what is reported wins over what is given, protected or not */
    {"default: d", "g", "r", "r"},
    {"value: '${other}'", "g", "r", "r"},
    {"type: read_only, default: d", NULL, "r", "r"},
    /* texts that YAML might take for something else */
    {"default: 10", NULL, NULL, "10"},
    {"default: false", NULL, NULL, "false"},
    {"default: '~'", NULL, NULL, "~"},
    {"default: ~", NULL, NULL, NULL},
    {"default: ", NULL, NULL, NULL},
    {"required: true, volatile: true, default: d", "g", NULL, "g"},
};

START_TEST(the_property_of_a_resource_gets_its_value_in_order)
{
	const struct value_row *row = &values[_i];
	const char *map =
	    row->given == NULL ? "" : lm_arena_printf(arena, "p: {value: %s}", row->given);
	const char *text = lm_arena_printf(arena,
	    "name: assembly::a::1.0\n"
	    "composition: {r: {type: 'resource::r::1.0', properties: {%s}}}\n"
	    "---\n"
	    "name: resource::r::1.0\n"
	    "properties: {p: {%s}, other: {default: o}, unset: }\n",
	    map, row->attributes);
	LM_AUTO(graph) g = build(text, NULL);
	const struct graph_facts facts = {
	    .output = reported, .arg = (void *)(uintptr_t)row->output};

	ck_assert_pstr_eq(
	    graph_property_value(g, graph_find_node(g, "i__r"), "p", &facts, arena), row->value);
}
END_TEST

START_TEST(the_property_of_the_root_gets_the_intents_in_its_place)
{
	const struct value_row *row = &values[_i];
	const struct lm_kv intent = {"p", row->given};
	const char *text = lm_arena_printf(arena,
	    "name: assembly::a::1.0\n"
	    "properties: {p: {%s}, other: {default: o}, unset: }\n",
	    row->attributes);

	if (row->output != NULL || (row->value == NULL && strstr(row->attributes, "required")))
		return;
	LM_AUTO(graph) g = build(text, row->given != NULL ? &intent : NULL);
	ck_assert_pstr_eq(graph_property_value(g, 0, "p", NULL, arena), row->value);
}
END_TEST

START_TEST(a_mapping_that_is_unset_leaves_the_default)
{
	LM_AUTO(graph)
	g = build("name: assembly::a::1.0\n"
		  "properties: {nothing: }\n"
		  "composition: {r: {type: 'resource::r::1.0', properties: {p: {value: "
		  "'${nothing}'}, q: }}}\n"
		  "---\n"
		  "name: resource::r::1.0\n"
		  "properties: {p: {default: d}, q: {default: e}}\n",
	    NULL);

	ck_assert_str_eq(graph_property_value(g, 1, "p", NULL, arena), "d");
	ck_assert_str_eq(graph_property_value(g, 1, "q", NULL, arena), "e");
}
END_TEST

START_TEST(a_name_with_dots_is_split_at_the_first)
{
	LM_AUTO(graph)
	g = build("name: assembly::a::1.0\n"
		  "properties: {ip: {value: '${amf.sbi.ip}'}, mcc: {value: '${amf.plmn.mcc.x}'}}\n"
		  "composition: {amf: {type: 'resource::amf::1.0'}}\n"
		  "---\n"
		  "name: resource::amf::1.0\n"
		  "properties: {sbi.ip: {default: 10.0.0.1}, plmn.mcc.x: {default: 262}}\n",
	    NULL);

	ck_assert_str_eq(graph_property_value(g, 0, "ip", NULL, arena), "10.0.0.1");
	ck_assert_str_eq(graph_property_value(g, 0, "mcc", NULL, arena), "262");
}
END_TEST

/* ---- what is given back -------------------------------------------------------------------- */

START_TEST(a_document_is_given_back_as_it_was_written)
{
	static const char first[] = "name: assembly::a::1.0   # ours\n"
				    "colour: red\n"
				    "designerLayout:\n"
				    "  elements: {  assembly::a::1.0: {x: 1,   y: 2}}\n"
				    "properties: {p: {colour: 'blue'}}\n";
	static const char second[] = "# a resource\n"
				     "\"name\": 'resource::r::1.0'\n"
				     "meta-type: vdu\n";
	const char *text = lm_arena_printf(arena, "%s---\n%s", first, second);
	LM_AUTO(catalog) c = catalog_new();
	size_t n;

	ck_assert_uint_eq(catalog_put(c, "a.yml", text, strlen(text)), 2);
	catalog_check(c);
	const char *got = descriptor_text(catalog_find(c, "assembly::a::1.0"), &n);
	ck_assert_str_eq(lm_arena_strndup(arena, got, n), first);
	got = descriptor_text(catalog_find(c, "resource::r::1.0"), &n);
	/* The line that divides documents belongs to the second. */
	ck_assert_str_eq(
	    lm_arena_strndup(arena, got, n), lm_arena_printf(arena, "---\n%s", second));
	/* And what was given back says the same when it is put again. */
	got = descriptor_text(catalog_find(c, "assembly::a::1.0"), &n);
	const char *copy = lm_arena_strndup(arena, got, n);
	ck_assert_uint_eq(catalog_put(c, "a.yml", copy, n), 1);
	got = descriptor_text(catalog_find(c, "assembly::a::1.0"), &n);
	ck_assert_str_eq(lm_arena_strndup(arena, got, n), first);
}
END_TEST

/* ---- languages ------------------------------------------------------------------------------ */

START_TEST(the_first_language_that_claims_a_document_reads_it)
{
	static const struct {
		const char *text, *language;
	} rows[] = {
	    {"name: assembly::a::1.0", "descriptors"},
	    {"{\"name\": \"assembly::a::1.0\"}", "descriptors"},
	    {"tosca_definitions_version: tosca_2_0", "other languages"},
	    {"heat_template_version: 2018-03-02\nname: x", "other languages"},
	    {"apiVersion: v1\nname: resource::a::1.0", "descriptors"},
	    {"[a, list]", "descriptors"},
	    {"text", "descriptors"},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		const struct tree_room room = {.texts = arena, .nodes = arena};
		struct documents docs =
		    tree_read(&room, "x", rows[i].text, strlen(rows[i].text), diags);

		ck_assert_uint_eq(docs.n, 1);
		ck_assert_str_eq(front_end_of(&docs.v[0])->name, rows[i].language);
	}
}
END_TEST

START_TEST(a_descriptor_stays_small)
{
	/* A million of them must fit: what most do not have stands behind a pointer. */
	ck_assert_uint_le(sizeof(struct component), 80);
	ck_assert_uint_le(sizeof(struct property), 112);
	ck_assert_uint_le(sizeof(struct mapping), 56);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tosca/language");
	TCase *t = tcase_create("the language");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, the_property_of_a_resource_gets_its_value_in_order, 0, LM_COUNT(values));
	tcase_add_loop_test(
	    t, the_property_of_the_root_gets_the_intents_in_its_place, 0, LM_COUNT(values));
	tcase_add_test(t, a_mapping_that_is_unset_leaves_the_default);
	tcase_add_test(t, a_name_with_dots_is_split_at_the_first);
	tcase_add_test(t, a_document_is_given_back_as_it_was_written);
	tcase_add_test(t, the_first_language_that_claims_a_document_reads_it);
	tcase_add_test(t, a_descriptor_stays_small);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/attr.h"
#include "tosca/editor/editor.h"
#include "tosca/editor/outline.h"
#include "tosca/editor/words.h"
#include "tosca/link/check.h"
#include "tosca/model/keys.h"
#include "tosca/model/lifecycle.h"
#include "tosca/text/source.h"

/* In all texts '|' is the cursor. */

#define GATE                                                        \
	"name: resource::gate::1.0\n"                               \
	"description: A gateway\n"                                  \
	"properties:\n"                                             \
	"  address: {read-only: true}\n"                            \
	"  secret: {default: x}\n"                                  \
	"  fixed: {value: '1'}\n"                                   \
	"private-properties:\n"                                     \
	"  inner: {}\n"                                             \
	"capabilities: {pool: {type: sip}}\n"                       \
	"operations: {add: {properties: {ip: {required: true}}}}\n" \
	"metrics: {load: {type: metric::load}}\n"

#define VOICE                                 \
	"name: assembly::voice::1.0\n"        \
	"properties:\n"                       \
	"  way: {value: '${gate.address}'}\n" \
	"composition:\n"                      \
	"  gate:\n"                           \
	"    type: resource::gate::1.0\n"     \
	"  pool:\n"                           \
	"    type: resource::gate::1.0\n"     \
	"    cluster: {maximum-nodes: 2}\n"

static struct catalog *catalog;
static struct lm_arena *arena;

static void setup(void)
{
	catalog = catalog_new();
	arena = lm_arena_new();
	catalog_put(catalog, "gate.yml", GATE, strlen(GATE));
}

static void teardown(void)
{
	catalog_free(catalog);
	lm_arena_free(arena);
}

/* The text without its cursor is put into the catalog, as an editor would. */
static struct editor_query query(const char *marked)
{
	const char *bar = strchr(marked, '|');
	ck_assert_ptr_nonnull(bar);
	size_t offset = (size_t)(bar - marked);
	char *text = lm_arena_printf(arena, "%.*s%s", (int)offset, marked, bar + 1);

	catalog_put(catalog, "voice.yml", text, strlen(text));
	catalog_check(catalog);
	return (struct editor_query){catalog, "voice.yml", text, strlen(text), offset};
}

/* ---- completion ---------------------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *offered; /* what is inserted, with blanks between */
} completions[] = {
    /* inside of ${...} */
    {VOICE "  # ${|", ""},
    {VOICE "references:\n  base:\n    properties: {name: {value: '${|'}}",
	"gate pool base instance way}"},
    {VOICE "  x: {properties: {a: {value: '${ga|}'}}}", "gate"},
    {VOICE "  x: {properties: {a: {value: ${gate.|}}}}", "address secret fixed"},
    {VOICE "  x: {properties: {a: {value: ${gate.s|", "address} secret}"},
    {VOICE "  x: {properties: {a: {value: ${pool[*].add|}", "address"},
    {VOICE "  x:\n    quantity: ${w|", "way}"},
    {VOICE "  x:\n    properties:\n      a:\n        value: ${instance.|}", "name id index"},
    {VOICE "  x:\n    properties:\n      a:\n        value: ${nowhere.|}", ""},
    {VOICE "  x:\n    properties:\n      a:\n        value: >\n          b ${gate.|}",
	"address secret fixed"},
    /* names of descriptors */
    {VOICE "  x:\n    type: |", "resource::gate::1.0"},
    {VOICE "  x:\n    type: gat|", "resource::gate::1.0"},
    {VOICE "  x:\n    type: zzz|", ""},
    {VOICE "  x: {type: |}", "resource::gate::1.0"},
    /* keys */
    {"name: assembly::x::1\n|", "description: properties: capabilities: requirements: composition: "
				"references: relationships: operations: metrics: policies:"},
    {"name: resource::x::1\nprop|", "properties: private-properties:"},
    {"name: resource::x::1\nlifecycle:\n  St|", "Install: Start: Stop: Uninstall:"},
    {"name: resource::x::1\nlifecycle:\n  - Sta|", "Install Start Uninstall"},
    {"name: resource::x::1\nlifecycle:\n- Sto|", "Stop"},
    {"name: resource::x::1\nproperties:\n  a:\n    read|", "read-only:"},
    {"name: resource::x::1\nproperties:\n  a:\n    required: |", "true false"},
    {"name: resource::x::1\nproperties:\n  a: {type: k|}", "key resourceKeyId"},
    {VOICE "    |\n", "properties: description: meta-type: quantity:"},
    {VOICE "  x:\n    type: resource::gate::1.0\n    properties:\n      |\n",
	"secret: deploymentLocation: resourceManager:"},
    {VOICE "  x:\n    type: resource::gate::1.0\n    properties: {|}\n",
	"secret: deploymentLocation: resourceManager:"},
    {VOICE "  x:\n    type: resource::gate::1.0\n    properties:\n      sec|: {value: 1}\n",
	"secret"},
    {VOICE "  x:\n    cluster:\n      min|", "minimum-nodes: maximum-nodes:"},
    /* relationships */
    {VOICE "relationships:\n  r:\n    source-s|",
	"source-capabilities: source-state: source-state-modifier:"},
    {VOICE "relationships:\n  r:\n    source-state: In|", "Installed Inactive"},
    {VOICE "relationships:\n  r:\n    source-capabilities: [|]", "gate pool"},
    {VOICE "relationships:\n  r:\n    source-capabilities:\n      - gate.|", "pool"},
    {VOICE "relationships:\n  r:\n    source-capabilities: [pool]\n    lifecycle:\n      Create: "
	   "[source.|]",
	"add"},
    {VOICE "relationships:\n  r:\n    source-capabilities: [pool]\n    lifecycle:\n      Create:\n "
	   "       - so|",
	"source"},
    {VOICE "relationships:\n  r:\n    source-capabilities: [pool.pool]\n    lifecycle: {Create: "
	   "[source.add]}\n    properties:\n      |",
	"ip:"},
    {VOICE "relationships:\n  r:\n    target-requirements: [gate]\n    properties: {a: "
	   "'${target.a|}'}",
	"address name"},
    /* promotions and policies */
    {VOICE "operations:\n  a:\n    source-operation: gate.|", "add"},
    {VOICE "operations:\n  a:\n    sou|", "source-operation:"},
    {VOICE "metrics:\n  m: {source-metric: gate.|}", "load"},
    {VOICE "policies:\n  p:\n    target: |", "pool"},
    {VOICE "policies:\n  p:\n    metric: pool.|", "load"},
    {VOICE "policies:\n  p:\n    type: |", "policy::heal policy::scale"},
    {VOICE "policies:\n  p:\n    properties:\n      scaleO|",
	"scaleOut_threshold: scaleIn_threshold: scaleOut_smoothing: scaleIn_smoothing: "
	"scaleOut_cooldown: scaleIn_cooldown: scaleIn_stabilization:"},
    {VOICE "policies:\n  p:\n    properties:\n      scaling_step: {value: |}",
	"increment proportional"},
    {VOICE "policies:\n  p:\n    properties:\n      scaleIn_guard: |", "true false"},
    {VOICE "policies:\n  p:\n    properties:\n      predict_ahead: 3\n      pre|",
	"predict_window:"},
    {"name: resource::x::1\npolicies:\n  p:\n    properties:\n      |",
	"smoothing: maximum_heals: heal_window:"},
    {"name: resource::x::1\nmetrics:\n  m:\n    scrape: {|}", "url: series: full-scale:"},
    {VOICE "  x:\n    cluster:\n      spares-state: |", "Inactive Installed"},
    /* JSON */
    {"{\"name\": \"assembly::x::1\", \"composition\": {\"a\": {\"type\": \"|\"}}}",
	"resource::gate::1.0"},
    {"{\"name\": \"assembly::x::1\", \"composition\": {\"a\": {\"ty|\"",
	"type: meta-type: quantity:"},
    /* nothing is offered where names are invented */
    {"name: ass|", ""},
    {VOICE "  ne|", ""},
};

START_TEST(what_is_offered_fits_the_place)
{
	struct editor_query q = query(completions[_i].text);
	struct editor_items items = editor_complete(&q, arena);
	struct lm_buf got;

	lm_buf_init(&got, 4096);
	for (size_t i = 0; i < items.n; i++)
		lm_buf_printf(&got, "%s%s", i > 0 ? " " : "", items.v[i].insert);
	ck_assert_msg(strcmp(got.p, completions[_i].offered) == 0, "%s\noffers '%s'\n     not '%s'",
	    completions[_i].text, got.p, completions[_i].offered);
	lm_buf_fini(&got);
}
END_TEST

START_TEST(what_is_offered_replaces_the_word_around_the_cursor)
{
	struct editor_query q = query(VOICE "  x: {properties: {a: {value: ${gate.ad|dr}}}}");
	struct editor_items items = editor_complete(&q, arena);

	ck_assert_uint_eq(items.n, 1);
	ck_assert_uint_eq(items.end - items.begin, 4);
	ck_assert_int_eq(memcmp(q.text + items.begin, "addr", 4), 0);
}
END_TEST

/* ---- definition ---------------------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *at; /* what is marked, behind the line it stands in; NULL: nowhere */
} definitions[] = {
    {VOICE "  x: {quantity: '${w|ay}'}", "way@voice.yml:3"},
    {VOICE "  x: {properties: {a: {value: '${ga|te.address}'}}}", "gate@voice.yml:5"},
    {VOICE "  x: {properties: {a: {value: '${gate.addr|ess}'}}}", "address@gate.yml:4"},
    {VOICE "  x: {properties: {a: {value: '${pool[1].addr|ess}'}}}", "address@gate.yml:4"},
    {VOICE "  x: {properties: {a: {value: '${gate.noth|ing}'}}}", NULL},
    {VOICE "  x: {properties: {a: {value: '${instance.na|me}'}}}", NULL},
    {VOICE "  x: {type: resource::g|ate::1}", "resource::gate::1.0@gate.yml:1"},
    {VOICE "references: {x: {type: 'resource::g|ate::^1.0'}}", "resource::gate::1.0@gate.yml:1"},
    {VOICE "  x: {type: resource::n|one::1}", NULL},
    {VOICE "  x: {type: resource::gate::1.0, properties: {sec|ret: {value: 1}}}",
	"secret@gate.yml:5"},
    {VOICE "operations: {a: {source-operation: gate.a|dd}}", "add@gate.yml:10"},
    {VOICE "metrics: {a: {source-metric: gate.lo|ad}}", "load@gate.yml:11"},
    {VOICE "policies: {a: {target: po|ol}}", "pool@voice.yml:7"},
    {VOICE "relationships: {r: {source-capabilities: [gate.po|ol]}}", "pool@gate.yml:9"},
    {VOICE "  x: {type: resource::gate::1.0, quan|tity: 1}", NULL},
};

START_TEST(what_a_name_means_is_found_where_it_is_defined)
{
	struct editor_query q = query(definitions[_i].text);
	struct editor_range r;
	struct lm_buf got;

	bool found = editor_define(&q, &r);
	if (definitions[_i].at == NULL) {
		ck_assert_msg(!found, "%s", definitions[_i].text);
		return;
	}
	ck_assert_msg(found, "%s", definitions[_i].text);
	const struct source *s = r.source;
	if (s == NULL)
		s = source_new(arena, "voice.yml", q.text, q.n);
	struct source_range range = {s, r.begin, r.end};
	lm_buf_init(&got, 4096);
	lm_buf_printf(&got, "%.*s@%s:%u", (int)(r.end - r.begin), s->text + r.begin, s->file,
	    source_place(&range).line);
	ck_assert_str_eq(got.p, definitions[_i].at);
	lm_buf_fini(&got);
}
END_TEST

/* ---- hover --------------------------------------------------------------------------------- */

static const struct {
	const char *text, *says; /* says NULL: nothing */
} hovers[] = {
    {VOICE "  x: {quantity: '${w|ay}'}", "`${gate.address}`"},
    {VOICE "  x: {quantity: '${w|ay}'}", "set at run time by `resource::gate::1.0`"},
    {VOICE "  x: {type: resource::gate::1.0, properties: {sec|ret: {value: '${way}'}}}",
	"Value: `${way}`, otherwise `x`"},
    {VOICE "  x: {quantity: '${gate.fix|ed}'}", "always `1`"},
    {VOICE "  x: {quantity: '${gate.sec|ret}'}", "by default `x`"},
    {VOICE "  x: {type: resource::g|ate::1.0}", "A gateway"},
    {VOICE "policies: {a: {target: po|ol}}", "at most `2`"},
    {VOICE "operations: {a: {source-operation: gate.a|dd}}", "`ip` | string, required"},
    {"name: resource::x::1\nlifecycle: [Recon|figure]", "volatile"},
    {"name: resource::x::1\nproperties:\n  a|: {default: 5}",
	"from the intent or the assembly around it, otherwise `5`"},
    /* Too broken to be read: as it is written. */
    {"name: assembly::x::\nproperties:\n  a|: {default: 5}", "default: `5`"},
    {VOICE "  x: {type: resource::none::1|}", NULL},
    {"# |", NULL},
};

START_TEST(what_stands_there_is_explained)
{
	struct editor_query q = query(hovers[_i].text);
	struct editor_range about;
	struct lm_buf got;

	lm_buf_init(&got, 65536);
	bool found = editor_hover(&q, &got, &about);
	ck_assert_msg(found == (hovers[_i].says != NULL), "%s: %s", hovers[_i].text, got.p);
	if (found)
		ck_assert_msg(
		    strstr(got.p, hovers[_i].says) != NULL, "%s\nsays %s", hovers[_i].text, got.p);
	lm_buf_fini(&got);
}
END_TEST

START_TEST(values_that_wait_for_each_other_are_told_to_the_end)
{
	struct editor_query q = query("name: assembly::x::1\nproperties:\n  a|: {value: '${b}'}\n"
				      "  b: {value: '${a} ${a} ${b}'}\n");
	struct editor_range about;
	struct lm_buf got;

	lm_buf_init(&got, 65536);
	ck_assert(editor_hover(&q, &got, &about));
	ck_assert_uint_lt(got.n, 4096);
	lm_buf_fini(&got);
}
END_TEST

/* ---- words --------------------------------------------------------------------------------- */

START_TEST(there_is_a_line_about_every_word_the_readers_know)
{
	const char *const *const lists[] = {keys_document, keys_property, keys_capability,
	    keys_component, keys_reference, keys_cluster, keys_relationship,
	    keys_relationship_lifecycle, keys_operation, keys_promoted_operation, keys_metric,
	    keys_policy, keys_policy_properties, keys_lifecycle_entry, words_property_type,
	    words_state, words_modifier, words_metric_type, words_policy_type};

	for (size_t i = 0; i < LM_COUNT(lists); i++)
		for (size_t k = 0; lists[i][k] != NULL; k++)
			ck_assert_msg(words_about(lists[i], lists[i][k]) != NULL,
			    "list %zu: nothing about '%s'", i, lists[i][k]);
	for (size_t i = 0; i < TRANSITION_N; i++)
		ck_assert_ptr_nonnull(words_about_transition(transition_text((enum transition)i)));
}
END_TEST

/* ---- texts that are being written ---------------------------------------------------------- */

static void ask_everything(const char *text, size_t n, size_t offset)
{
	struct editor_query q = {catalog, "voice.yml", text, n, offset};
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct editor_range r;
	struct lm_buf out;
	size_t count;

	lm_buf_init(&out, 65536);
	struct editor_items items = editor_complete(&q, a);
	ck_assert_uint_le(items.begin, items.end);
	ck_assert_uint_le(items.end, n);
	if (editor_define(&q, &r) && r.source == NULL)
		ck_assert_uint_le(r.end, n);
	if (editor_hover(&q, &out, &r))
		ck_assert_uint_le(r.end, n);
	struct editor_symbol *s = editor_symbols(a, text, n, &count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_le(s[i].begin, s[i].name_begin);
		ck_assert_uint_le(s[i].name_end, s[i].end);
		ck_assert_uint_le(s[i].end, n);
	}
	lm_buf_fini(&out);
}

START_TEST(every_beginning_of_a_text_can_be_asked_about_everywhere)
{
	static const char text[] =
	    VOICE "relationships:\n  r: {source-capabilities: [\"gate.pool\", 'x']}\n"
		  "lifecycle:\n- Start\n---\n{\"name\": [1, {\"a\": \"b\"}]}\n";
	size_t n = sizeof text - 1;

	for (size_t i = 0; i <= n; i++) {
		char *copy = lm_arena_strndup(arena, text, i);

		catalog_put(catalog, "voice.yml", copy, i);
		ask_everything(copy, i, i);
		ask_everything(text, n, i);
	}
}
END_TEST

START_TEST(no_bytes_are_too_odd)
{
	static const char signs[] = "{}[]:,-\"'|>#$. \n\ta\\&*!?%@`\r\xc3";
	uint32_t state = 1;

	for (size_t round = 0; round < 3000; round++) {
		char text[64];
		size_t n = round % sizeof text;

		for (size_t i = 0; i < n; i++) {
			state = state * 1664525u + 1013904223u;
			text[i] = signs[(state >> 16) % (sizeof signs - 1)];
		}
		ask_everything(text, n, n == 0 ? 0 : state % (n + 1));
	}
}
END_TEST

START_TEST(brackets_may_be_deeper_than_anybody_can_read)
{
	enum { DEPTH = 20000 };
	char *text = lm_arena_alloc(arena, 2 * DEPTH);

	memset(text, '[', DEPTH);
	memset(text + DEPTH, ']', DEPTH);
	ask_everything(text, 2 * DEPTH, DEPTH);
	for (size_t i = 0; i < DEPTH; i++)
		memcpy(text + 2 * i, "- ", 2);
	ask_everything(text, 2 * DEPTH, DEPTH);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tosca editor");
	TCase *t = tcase_create("editor");
	SRunner *r = srunner_create(s);

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_is_offered_fits_the_place, 0, LM_COUNT(completions));
	tcase_add_test(t, what_is_offered_replaces_the_word_around_the_cursor);
	tcase_add_loop_test(
	    t, what_a_name_means_is_found_where_it_is_defined, 0, LM_COUNT(definitions));
	tcase_add_loop_test(t, what_stands_there_is_explained, 0, LM_COUNT(hovers));
	tcase_add_test(t, values_that_wait_for_each_other_are_told_to_the_end);
	tcase_add_test(t, there_is_a_line_about_every_word_the_readers_know);
	tcase_add_test(t, every_beginning_of_a_text_can_be_asked_about_everywhere);
	tcase_add_test(t, no_bytes_are_too_odd);
	tcase_add_test(t, brackets_may_be_deeper_than_anybody_can_read);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}

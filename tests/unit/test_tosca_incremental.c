/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdint.h>

#include "tosca/graph/graph.h"
#include "tosca/link/link.h"

/*
 * After any history of edits the catalog says exactly what a new one says that gets the same texts
 * in the same order of files and layers; what was tried and undone leaves no trace.  Edits are drawn from a seed, which is part of every message: to see
 * one again, run that seed alone (CK_RUN_CASE, and SEED=<n> below), with fewer STEPS.
 */
enum { FILES = 10, STEPS = 60, SEEDS = 80, TEXT_MAX_SIZE = 16 * 1024 };

static uint64_t state;

static unsigned draw(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static bool chance(unsigned percent)
{
	return draw(100) < percent;
}

/* ---- texts --------------------------------------------------------------------------------- */

/* Near each other, so that suggestions change; few, so that names are often taken. */
static const char *const plains[] = {
    "node", "nodes", "noda", "gateway", "gatewa", "pool", "voice", "voices"};
static const char *const versions[] = {"1", "1.0", "1.1", "2.0"};
static const char *const names[] = {"in", "out", "inn", "size", "address", "adress"};

#define ONE_OF(list) (list)[draw(LM_COUNT(list))]

static void put_type(struct lm_buf *b, bool reference)
{
	static const char *const ranges[] = {"^1.0", "*", ">=1.1", "~1.0"};

	lm_buf_printf(b, "%s::%s::%s", chance(45) ? "resource" : "assembly", ONE_OF(plains),
	    reference && chance(60) ? ONE_OF(ranges) : ONE_OF(versions));
}

static void put_value(struct lm_buf *b)
{
	static const char *const scopes[] = {"a.", "b.", "r.", "c.", "", "instance."};

	if (chance(25))
		lm_buf_printf(b, "v%u", draw(3));
	else
		lm_buf_printf(b, "${%s%s}", ONE_OF(scopes), ONE_OF(names));
}

static void put_properties(struct lm_buf *b)
{
	lm_buf_puts(b, "properties:\n");
	for (size_t i = 0; i < LM_COUNT(names); i++) {
		if (chance(50))
			continue;
		lm_buf_printf(b, "  %s: {", names[i]);
		if (chance(30))
			lm_buf_puts(b, "read-only: true, ");
		else if (chance(20))
			lm_buf_puts(b, "required: true, ");
		if (chance(40)) {
			lm_buf_printf(b, "%s: '", chance(50) ? "value" : "default");
			put_value(b);
			lm_buf_puts(b, "', ");
		}
		lm_buf_puts(b, "type: string}\n");
	}
}

static void put_promotions(struct lm_buf *b, bool assembly)
{
	static const char *const operations[] = {"join", "leave", "jion"};
	static const char *const metrics[] = {"load", "health", "laod"};
	static const char *const from[] = {"a", "b", "c"};
	static const char *const types[] = {"load", "integrity"};

	if (chance(50))
		lm_buf_printf(b, "capabilities: {%s: {type: t}}\n", chance(50) ? "node" : "nod");
	if (chance(60)) {
		const char *operation = ONE_OF(operations);

		if (assembly)
			lm_buf_printf(b, "operations: {%s: {source-operation: %s.%s}}\n", operation,
			    ONE_OF(from), ONE_OF(operations));
		else
			lm_buf_printf(b, "operations: {%s: {properties: {%s: {required: %s}}}}\n",
			    operation, ONE_OF(names), chance(50) ? "true" : "false");
	}
	if (chance(60)) {
		const char *metric = ONE_OF(metrics);

		if (assembly)
			lm_buf_printf(b, "metrics: {%s: {source: %s.%s}}\n", metric, ONE_OF(from),
			    ONE_OF(metrics));
		else
			lm_buf_printf(
			    b, "metrics: {%s: {type: 'metric::%s'}}\n", metric, ONE_OF(types));
	}
}

static void put_component(struct lm_buf *b, const char *name, bool reference)
{
	lm_buf_printf(b, "  %s: {type: '", name);
	put_type(b, reference);
	lm_buf_puts(b, "'");
	if (!reference && chance(30))
		lm_buf_printf(
		    b, ", cluster: {minimum-nodes: %u, maximum-nodes: %u}", draw(3), 1 + draw(4));
	lm_buf_puts(b, ", properties: {");
	for (size_t i = 0; i < LM_COUNT(names); i++) {
		if (chance(65))
			continue;
		lm_buf_printf(b, "%s: {value: '", names[i]);
		put_value(b);
		lm_buf_puts(b, "'}, ");
	}
	if (reference)
		lm_buf_puts(b, "name: {value: x}");
	lm_buf_puts(b, "}}\n");
}

static void put_assembly(struct lm_buf *b)
{
	lm_buf_puts(b, "composition:\n");
	put_component(b, "a", false);
	if (chance(60))
		put_component(b, "b", false);
	if (chance(50)) {
		lm_buf_puts(b, "references:\n");
		put_component(b, "r", true);
	}
	if (chance(50))
		lm_buf_printf(b,
		    "relationships:\n  link:\n    source-capabilities: [%s.node]\n"
		    "    target-requirements: [b.node]\n    source-state: Active\n"
		    "    target-state: Active\n    properties: {%s: {value: '${source.%s}'}}\n"
		    "    lifecycle: {Create: [source.join], Cease: [target.leave]}\n",
		    chance(50) ? "a" : "r", ONE_OF(names), ONE_OF(names));
	if (chance(40))
		lm_buf_printf(b,
		    "policies:\n  - {name: grow, type: 'policy::scale', metric: a.load, target: "
		    "a,\n"
		    "     properties: {scaleOut_threshold: {value: %u}, scaleIn_threshold: {value: "
		    "%u}}}\n",
		    40 + draw(50), draw(60));
}

static void put_document(struct lm_buf *b)
{
	bool assembly = chance(60);

	lm_buf_printf(b, "%s%sname: %s::%s::%s\n", chance(30) ? "# a comment\n" : "",
	    chance(20) ? "description: text\n" : "", assembly ? "assembly" : "resource",
	    ONE_OF(plains), ONE_OF(versions));
	put_properties(b);
	if (assembly)
		put_assembly(b);
	put_promotions(b, assembly);
	if (chance(6))
		lm_buf_puts(b, "properties: [\n");
	else if (chance(6))
		lm_buf_puts(b, "capabilities: {odd: [1]}\n");
}

/*
 * Few names and assemblies only: what contains itself, and values that wait for each other through
 * several of them.
 */
static void put_knot(struct lm_buf *b)
{
	static const char *const values[] = {"${in}", "${a.out}", "${b.out}", "x", "${size}"};

	lm_buf_printf(
	    b, "%sname: assembly::%s::1\n", chance(30) ? "# a comment\n" : "", plains[draw(6)]);
	lm_buf_printf(b,
	    "properties: {in: {}, size: {default: '%s'}, out: {read-only: true, value: '%s'}}\n",
	    ONE_OF(values), ONE_OF(values));
	lm_buf_puts(b, "composition:\n");
	if (chance(5))
		lm_buf_puts(b, "  c: {type: nothing}\n");
	for (const char *name = "a"; name != NULL; name = *name == 'a' && chance(60) ? "b" : NULL)
		lm_buf_printf(b,
		    "  %s: {type: '%s::%s::1', properties: {in: {value: '%s'}, size: {value: "
		    "'%s'}}}\n",
		    name, chance(15) ? "resource" : "assembly", plains[draw(6)], ONE_OF(values),
		    ONE_OF(values));
}

/* ---- the history --------------------------------------------------------------------------- */

struct file {
	char name[32];
	char *text;
	unsigned layer;
};

static struct catalog *catalog;
static struct file order[FILES]; /* as the catalog has to keep it */
static char *said[FILES];        /* what each file said when the catalog was last asked, by digit */
static size_t n_files;
static unsigned seed, step;

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < n_files && strcmp(order[i].name, name) != 0)
		i++;
	return i;
}

static void put(const char *name, const char *text)
{
	size_t i = find(name);

	unsigned layer = seed % 4 < 2 ? 0 : draw(3);

	catalog_layer(catalog, layer);
	catalog_put(catalog, name, text, strlen(text));
	if (i == n_files) {
		while (i > 0 && order[i - 1].layer < layer)
			i--;
		memmove(&order[i + 1], &order[i], (n_files - i) * sizeof order[0]);
		snprintf(order[i].name, sizeof order[0].name, "%s", name);
		order[i].layer = layer;
		n_files++;
	} else {
		free(order[i].text);
	}
	order[i].text = strdup(text);
}

static void take_away(const char *name)
{
	size_t i = find(name);

	ck_assert_int_eq(catalog_remove(catalog, name), i < n_files);
	if (i == n_files)
		return;
	free(order[i].text);
	n_files--;
	memmove(&order[i], &order[i + 1], (n_files - i) * sizeof order[0]);
}

/* The same text, further down: places change, and nothing else. */
static void shift(size_t i)
{
	struct lm_buf b;
	char name[32];

	lm_buf_init(&b, TEXT_MAX_SIZE);
	lm_buf_printf(&b, "# shifted\n%s", order[i].text);
	snprintf(name, sizeof name, "%s", order[i].name);
	put(name, b.p);
	lm_buf_fini(&b);
}

static void edit(void)
{
	char name[32];
	struct lm_buf b;

	snprintf(name, sizeof name, "f%u.yml", draw(FILES));
	if (chance(12)) {
		take_away(name);
		return;
	}
	if (n_files > 0 && chance(15)) {
		shift(draw((unsigned)n_files));
		return;
	}
	void (*put_any)(struct lm_buf *) = seed % 2 == 0 ? put_document : put_knot;
	lm_buf_init(&b, TEXT_MAX_SIZE);
	put_any(&b);
	while (chance(30)) {
		lm_buf_puts(&b, "---\n");
		put_any(&b);
	}
	put(name, b.p);
	lm_buf_fini(&b);
}

/* Edits that come to nothing. */
static void try_something(void)
{
	struct file before[FILES];
	size_t n_before = n_files;

	memcpy(before, order, sizeof before);
	for (size_t i = 0; i < n_files; i++)
		order[i].text = strdup(order[i].text);
	catalog_begin(catalog);
	for (unsigned n = draw(4); n > 0; n--) {
		edit();
		if (chance(60))
			catalog_check(catalog);
	}
	catalog_undo(catalog);
	while (n_files > 0)
		free(order[--n_files].text);
	memcpy(order, before, sizeof before);
	n_files = n_before;
}

static void edit_in_trials(void)
{
	if (chance(40))
		try_something();
	bool in_trial = chance(40);
	if (in_trial)
		catalog_begin(catalog);
	edit();
	if (in_trial && chance(30))
		edit();
	if (in_trial)
		catalog_keep(catalog);
}

/* ---- the comparison ------------------------------------------------------------------------ */

static char *say(const struct catalog *c, const char *file)
{
	LM_AUTO(diags) d = diags_new(10000);
	struct lm_buf b;

	lm_buf_init(&b, 1 << 22);
	catalog_report(c, file, d);
	diags_print_json(d, &b);
	char *text = lm_buf_detach(&b);
	lm_buf_fini(&b);
	return text;
}

static struct catalog *compile_anew(void)
{
	struct catalog *c = catalog_new();

	for (size_t i = 0; i < n_files; i++) {
		catalog_layer(c, order[i].layer);
		catalog_put(c, order[i].name, order[i].text, strlen(order[i].text));
	}
	catalog_check(c);
	return c;
}

/* Where two texts begin to differ, and a little before; the end of both when they do not. */
static size_t shown_from(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] != '\0' && a[i] == b[i])
		i++;
	return a[i] == b[i] || i < 100 ? 0 : i - 100;
}

static void compare(void)
{
	LM_AUTO(catalog) anew = compile_anew();

	catalog_check(catalog);
	ck_assert_msg(catalog_count(catalog) == catalog_count(anew),
	    "seed %u, step %u: %zu descriptors, not %zu", seed, step, catalog_count(catalog),
	    catalog_count(anew));
	for (size_t i = 0; i < catalog_count(anew); i++) {
		const struct descriptor *a = catalog_at(catalog, i), *b = catalog_at(anew, i);

		ck_assert_msg(strcmp(descriptor_name(a), descriptor_name(b)) == 0,
		    "seed %u, step %u: %s stands for %s", seed, step, descriptor_name(a),
		    descriptor_name(b));
		ck_assert_msg(a->check == b->check, "seed %u, step %u: the verdict of %s", seed,
		    step, descriptor_name(a));
	}
	ck_assert_uint_eq(catalog_file_count(catalog), n_files);
	for (size_t i = 0; i < n_files; i++) {
		ck_assert_str_eq(catalog_file_at(catalog, i), order[i].name);
		char *a = say(catalog, order[i].name), *b = say(anew, order[i].name);
		size_t from = shown_from(a, b);
		ck_assert_msg(strcmp(a, b) == 0,
		    "seed %u, step %u: %s\nsays %.400s\nand not %.400s", seed, step, order[i].name,
		    a + from, b + from);
		free(a);
		free(b);
	}
}

static size_t digit_of(const char *file)
{
	return (size_t)(file[1] - '0');
}

static void hear(void *arg, const char *file)
{
	(void)arg;
	free(said[digit_of(file)]);
	said[digit_of(file)] = say(catalog, file);
}

/* Nobody needs to look at a file that was not named. */
static void compare_with_what_was_heard(void)
{
	catalog_take_changed(catalog, hear, NULL);
	for (size_t i = 0; i < n_files; i++) {
		char *now = say(catalog, order[i].name);
		const char *heard = said[digit_of(order[i].name)];

		ck_assert_msg(heard != NULL && strcmp(heard, now) == 0,
		    "seed %u, step %u: %s is not said to have changed: %.400s\nand not %.400s",
		    seed, step, order[i].name, now, heard != NULL ? heard : "");
		free(now);
	}
	ck_assert_uint_eq(catalog_take_changed(catalog, hear, NULL), 0);
}

/* Whoever builds a graph without a check has one made on the way. */
static void build_something(void)
{
	LM_AUTO(diags) d = diags_new(100);
	size_t n = catalog_count(catalog);

	if (n == 0)
		return;
	struct graph_request request = {
	    .descriptor = descriptor_name(catalog_at(catalog, draw((unsigned)n))), .instance = "x"};
	graph_free(graph_build(catalog, &request, d));
}

static void live(unsigned with_seed)
{
	seed = with_seed;
	state = seed * 0x9e3779b97f4a7c15u + 1;
	catalog = catalog_new();
	n_files = 0;
	for (step = 0; step < STEPS; step++) {
		edit_in_trials();
		if (chance(20))
			free(say(catalog, NULL));
		if (chance(10))
			build_something();
		if (chance(60))
			compare();
		if (chance(70))
			compare_with_what_was_heard();
	}
	while (n_files > 0) {
		take_away(order[0].name);
		if (chance(50))
			compare();
		compare_with_what_was_heard();
	}
	catalog_free(catalog);
	for (size_t i = 0; i < FILES; i++) {
		free(said[i]);
		said[i] = NULL;
	}
}

START_TEST(after_any_edits_the_catalog_says_what_a_new_one_says)
{
	const char *alone = getenv("SEED");

	live(alone != NULL ? (unsigned)strtoul(alone, NULL, 10) : (unsigned)_i);
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------- */

/* Of the sanitizers, with which tests are built; without them there is no test. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* The same ten files, whatever was there before. */
static size_t bytes_of_ten_files(void)
{
	while (n_files > 0)
		take_away(order[0].name);
	state = 1;
	for (unsigned i = 0; i < FILES; i++) {
		struct lm_buf b;
		char name[32];

		snprintf(name, sizeof name, "f%u.yml", i);
		lm_buf_init(&b, TEXT_MAX_SIZE);
		put_document(&b);
		put(name, b.p);
		lm_buf_fini(&b);
	}
	catalog_check(catalog);
	return __sanitizer_get_current_allocated_bytes();
}

/* Names that were never there before, known ones and others. */
static void edit_with_new_names(unsigned i)
{
	char text[300];

	snprintf(text, sizeof text,
	    "name: assembly::new%u::1\n"
	    "composition: {a: {type: 'resource::other%u::1'}, b: {type: 'assembly::voice%u::1'}}\n"
	    "references: {r: {type: 'assembly::third%u::^1.0'}}\n",
	    i, i, i, i);
	put("f0.yml", text);
}

static void edit_often(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		seed = i;
		edit();
		if (i % 2 == 0)
			edit_with_new_names(i);
		if (i % 3 == 0)
			catalog_check(catalog);
	}
}

START_TEST(ten_thousand_edits_leave_nothing_behind)
{
	enum { SLACK = 16 * 1024 }; /* tables that have grown to what once stood in them */

	if (__sanitizer_get_current_allocated_bytes == NULL)
		return;
	catalog = catalog_new();
	n_files = 0;
	state = 7;
	edit_often(300);
	size_t before = bytes_of_ten_files();
	state = 8;
	edit_often(10000);
	size_t after = bytes_of_ten_files();
	ck_assert_msg(after <= before + SLACK, "%zu bytes became %zu", before, after);
	while (n_files > 0)
		take_away(order[0].name);
	catalog_free(catalog);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/incremental");
	TCase *tc = tcase_create("histories of edits");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, after_any_edits_the_catalog_says_what_a_new_one_says, 0, SEEDS);
	tcase_add_test(tc, ten_thousand_edits_leave_nothing_behind);
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

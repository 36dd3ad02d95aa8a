/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recompile [-j FILE] [DOCUMENTS]   10,000 unless said otherwise
 *
 * What one changed document costs in a catalog of many: catalog_put(), catalog_check() and
 * catalog_report() of its file; beside the least it can cost, reading that one text alone.  See
 * tests/bench/README.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "tosca/link/link.h"
#include "tosca/text/tree.h"

#define GOAL_MS 10.0

enum { DOCUMENTS = 10000, ROUNDS = 200, TEXT_MAX_SIZE = 64 * 1024 };

/*
 * Of ten documents two are resources, five are assemblies of the first level, two of the second and
 * one of the third.  All assemblies of the first level use resource 0; resource 1 is used by the
 * first ten of them and by nobody else.
 */
struct sizes {
	unsigned resources, low, middle, high;
};

static struct sizes sizes_of(unsigned documents)
{
	unsigned tenth = documents / 10;

	return (struct sizes){2 * tenth, documents - 5 * tenth, 2 * tenth, tenth};
}

/* ---- texts --------------------------------------------------------------------------------- */

/* 'version' of a text changes what is written, 'more' what others may use. */
static void write_resource(struct lm_buf *out, unsigned i, unsigned version, unsigned more)
{
	lm_buf_printf(out,
	    "name: resource::unit%u::1.0\n"
	    "description: text %u of a resource\n"
	    "properties:\n"
	    "  address: {type: string}\n"
	    "  network: {type: string, default: lan}\n"
	    "  peer: {type: string}\n"
	    "  endpoint: {read-only: true}\n",
	    i, version);
	for (unsigned k = 0; k < more; k++)
		lm_buf_printf(out, "  more%u: {default: '%u'}\n", k, version);
	lm_buf_puts(out, "capabilities: {serving: {type: sip}}\n"
			 "requirements: {served: {type: sip}}\n"
			 "lifecycle: [Install, Configure, Start, Stop, Uninstall]\n"
			 "metrics: {load: {type: 'metric::load'}}\n"
			 "operations:\n"
			 "  Attach: {properties: {other: {type: string}}}\n"
			 "  Detach: {}\n");
}

static void write_head(struct lm_buf *out, const char *kind, unsigned i, unsigned version)
{
	lm_buf_printf(out,
	    "name: assembly::%s%u::1.0\n"
	    "description: text %u of an assembly\n"
	    "properties:\n"
	    "  network: {default: lan}\n"
	    "  endpoint: {read-only: true, value: '${first.endpoint}'}\n"
	    "composition:\n",
	    kind, i, version);
}

static void write_part(struct lm_buf *out, const char *name, const char *type, unsigned i)
{
	lm_buf_printf(out,
	    "  %s:\n"
	    "    type: %s%u::1.0\n"
	    "    properties: {network: {value: '${network}'}}\n",
	    name, type, i);
}

static void write_assembly(struct lm_buf *out, const struct sizes *s, unsigned i, unsigned version)
{
	if (i < s->low) {
		write_head(out, "low", i, version);
		write_part(out, "first", "resource::unit", 0);
		write_part(
		    out, "second", "resource::unit", i < 10 ? 1 : 2 + i % (s->resources - 2));
		lm_buf_puts(out,
		    "relationships:\n"
		    "  link:\n"
		    "    source-capabilities: [first.serving]\n"
		    "    target-requirements: [second.served]\n"
		    "    source-state: Active\n"
		    "    target-state: Active\n"
		    "    lifecycle: {Create: [source.Attach], Cease: [source.Detach]}\n");
		return;
	}
	i -= s->low;
	bool middle = i < s->middle;
	unsigned below = middle ? s->low : s->middle;
	i -= middle ? 0 : s->middle;
	write_head(out, middle ? "middle" : "high", i, version);
	write_part(out, "first", middle ? "assembly::low" : "assembly::middle", i * 2 % below);
	write_part(
	    out, "second", middle ? "assembly::low" : "assembly::middle", (i * 2 + 1) % below);
}

/* ---- measuring ----------------------------------------------------------------------------- */

struct row {
	const char *name;
	unsigned document; /* resources first */
	unsigned more;     /* properties that come and go */
	bool goal;
	double floor_ms, median_ms, worst_ms;
};

/* Processor time: what others do on the machine is not ours. */
static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void write_document(
    struct lm_buf *out, const struct sizes *s, unsigned document, unsigned version, unsigned more)
{
	lm_buf_clear(out);
	if (document < s->resources)
		write_resource(out, document, version, more);
	else
		write_assembly(out, s, document - s->resources, version);
}

static const char *file_of(unsigned document, char *out, size_t size)
{
	snprintf(out, size, "catalog/%u.yml", document);
	return out;
}

static double read_once(const struct lm_buf *text)
{
	double begin = now_ms();
	LM_AUTO(diags) diags = diags_new(10);
	LM_AUTO(lm_arena) texts = lm_arena_new();
	LM_AUTO(lm_arena) nodes = lm_arena_new();
	struct tree_room room = {.texts = texts, .nodes = nodes};

	tree_read(&room, "floor.yml", text->p, text->n, diags);
	return now_ms() - begin;
}

static double recompile_once(struct catalog *c, const char *file, const struct lm_buf *text)
{
	double begin = now_ms();
	LM_AUTO(diags) diags = diags_new(1000);

	catalog_put(c, file, text->p, text->n);
	catalog_check(c);
	catalog_report(c, file, diags);
	double took = now_ms() - begin;
	if (diags_count(diags) > 0) {
		fprintf(stderr, "recompile: %s: %s\n", file, diags_at(diags, 0)->message);
		exit(2);
	}
	return took;
}

static int by_size(const void *a, const void *b)
{
	double da = *(const double *)a, db = *(const double *)b;

	return (da > db) - (da < db);
}

static void measure(struct catalog *c, const struct sizes *s, struct row *row)
{
	double floors[ROUNDS], times[ROUNDS];
	struct lm_buf text;
	char file[64];

	lm_buf_init(&text, TEXT_MAX_SIZE);
	for (unsigned i = 0; i < ROUNDS; i++) {
		write_document(&text, s, row->document, i + 1, row->more * (i % 2));
		floors[i] = read_once(&text);
		times[i] = recompile_once(c, file_of(row->document, file, sizeof file), &text);
	}
	lm_buf_fini(&text);
	qsort(floors, ROUNDS, sizeof floors[0], by_size);
	qsort(times, ROUNDS, sizeof times[0], by_size);
	row->floor_ms = floors[ROUNDS / 2];
	row->median_ms = times[ROUNDS / 2];
	row->worst_ms = times[ROUNDS - 1];
}

/* The first time, all of them; in milliseconds. */
static double fill(struct catalog *c, const struct sizes *s)
{
	unsigned n = s->resources + s->low + s->middle + s->high;
	struct lm_buf text;
	double took = 0;
	char file[64];

	lm_buf_init(&text, TEXT_MAX_SIZE);
	for (unsigned i = 0; i < n; i++) {
		write_document(&text, s, i, 0, 0);
		double begin = now_ms();
		catalog_put(c, file_of(i, file, sizeof file), text.p, text.n);
		took += now_ms() - begin;
	}
	double begin = now_ms();
	catalog_check(c);
	took += now_ms() - begin;
	lm_buf_fini(&text);
	return took;
}

/* ---- telling ------------------------------------------------------------------------------- */

static bool is_met(const struct row *r)
{
	return !r->goal || r->worst_ms < GOAL_MS;
}

static void print_row(const struct row *r)
{
	char goal[16] = "-";

	if (r->goal)
		snprintf(goal, sizeof goal, "%.0f", GOAL_MS);
	printf("%-44s %9.3f %9.3f %9.3f %7.1f %5s  %s\n", r->name, r->floor_ms, r->median_ms,
	    r->worst_ms, r->median_ms / r->floor_ms, goal,
	    !r->goal    ? ""
	    : is_met(r) ? "met"
			: "MISSED");
}

static int save(const char *file, const struct row *rows, size_t n, unsigned documents, double all)
{
	json_t *root = json_pack("{s:i, s:f, s:o}", "documents", (int)documents, "first_ms", all,
	    "changes", json_array());

	for (size_t i = 0; i < n; i++)
		json_array_append_new(json_object_get(root, "changes"),
		    json_pack("{s:s, s:f, s:f, s:f, s:b}", "name", rows[i].name, "floor_ms",
			rows[i].floor_ms, "median_ms", rows[i].median_ms, "worst_ms",
			rows[i].worst_ms, "met", is_met(&rows[i])));
	int failed = json_dump_file(root, file, JSON_INDENT(2));
	json_decref(root);
	if (failed != 0)
		fprintf(stderr, "recompile: cannot write %s\n", file);
	return failed != 0;
}

int main(int argc, char **argv)
{
	const char *json = argc > 2 && strcmp(argv[1], "-j") == 0 ? argv[2] : NULL;
	const char *count = json != NULL ? argv[3] : argv[1];
	unsigned documents = count == NULL ? DOCUMENTS : (unsigned)strtoul(count, NULL, 10);

	if (documents < 100 || documents > 1000000) {
		fprintf(stderr, "usage: recompile [-j FILE] [DOCUMENTS, 100 to 1000000]\n");
		return 2;
	}
	struct sizes s = sizes_of(documents);
	unsigned first = s.resources, high = documents - 1;
	struct row rows[] = {
	    {.name = "an assembly that nobody uses", .document = high, .goal = true},
	    {.name = "an assembly of the lowest level", .document = first + 5, .goal = true},
	    {.name = "a resource used by 10, description", .document = 1, .goal = true},
	    {.name = "a resource used by 10, one property", .document = 1, .more = 1, .goal = true},
	    {.name = "the resource used by all, description", .document = 0, .goal = true},
	    {.name = "the resource used by all, one property", .document = 0, .more = 1},
	};
	LM_AUTO(catalog) c = catalog_new();
	double all = fill(c, &s);
	bool met = true;

	printf("%u documents, for the first time: %.0f ms\n", documents, all);
	printf("%-44s %9s %9s %9s %7s %5s\n", "one changed document, ms", "floor", "median",
	    "worst", "ratio", "goal");
	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		measure(c, &s, &rows[i]);
		print_row(&rows[i]);
		met = met && is_met(&rows[i]);
	}
	if (json != NULL && save(json, rows, LM_COUNT(rows), documents, all) != 0)
		return 1;
	return met ? 0 : 1;
}

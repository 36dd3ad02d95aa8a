/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile [-j FILE] [COMPONENTS ...]   the table: 10 to 1,000,000 components unless said otherwise
 * compile --once COMPONENTS            one compilation, for a profiler
 * compile --text COMPONENTS            what is compiled
 * compile --peak scan|compile COMPONENTS
 *
 * How long the compiler takes, and how much memory, beside the least that reading YAML can cost: a
 * scan of the same bytes by libyaml, in the same run, in turns.  See tests/bench/README.md.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/vec.h"
#include "tests/lib/bench_text.h"
#include "tosca/graph/graph.h"
#include "tosca/link/check.h"

#define RATIO_MAX  2.0 /* compile over scan */
#define GROWTH_MAX 1.2 /* per component: at a million over a thousand */
#define PEAK_MAX   2048.0

enum {
	RUNS_MAX = 301,
	RUNS_MIN = 3,
	COMPONENTS_A_SIZE =
	    1000000, /* so many are compiled for one row, as far as RUNS_... allow */
	COMPONENTS_MAX = 1000000,
};

/* ---- what is measured ---------------------------------------------------------------------- */

/* Of the processor's time: there is nothing to wait for, and others may be at work here. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "compile: %s\n", what);
	exit(1);
}

/* The floor: every event is made and thrown away.  A name of its own, for the profiler. */
static __attribute__((noinline)) void scan_events(const struct lm_buf *text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		die("no parser");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text->p, text->n);
	while (more) {
		if (!yaml_parser_parse(&parser, &event))
			die("the text is not YAML");
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static void complain(const struct diags *diags)
{
	struct lm_buf out;

	lm_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < 5 && i < diags_count(diags); i++)
		diag_print(diags_at(diags, i), &out, false);
	fputs(out.p, stderr);
	lm_buf_fini(&out);
	die("the text does not compile without complaints");
}

/* Put, check, build; 'n' is what must come out.  Freeing is part of it, as it is of the scan. */
static void compile(const struct lm_buf *text, size_t n)
{
	static const struct graph_request request = {
	    .descriptor = "assembly::bench::1.0", .instance = "bench"};
	LM_AUTO(catalog) catalog = catalog_new();
	LM_AUTO(diags) diags = diags_new(100);

	catalog_put(catalog, "bench.yml", text->p, text->n);
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
	LM_AUTO(graph) graph = graph_build(catalog, &request, diags);
	if (diags_count(diags) > 0)
		complain(diags);
	if (graph->n_nodes != n + 1 || graph->n_relationships != n / 2 || graph->n_deps != n - 1)
		die("the graph is not what the text says");
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Peak of this process in bytes; of this program alone, unlike getrusage()'s. */
static double peak_now(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	double kb = 0;

	while (f != NULL && kb <= 0 && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtod(line + 6, NULL);
	if (f != NULL)
		fclose(f);
	return kb * 1024;
}

static void print_peak(const char *what, size_t n)
{
	struct lm_buf text;

	bench_text_flat(&text, n);
	if (strcmp(what, "scan") == 0)
		scan_events(&text);
	else
		compile(&text, n);
	printf("%.0f\n", peak_now());
	lm_buf_fini(&text);
}

/* In a process of its own: what this one has used before must not count. */
static double peak_of(const char *program, const char *what, size_t n)
{
	char command[4096];
	double peak = -1;

	snprintf(command, sizeof command, "exec '%s' --peak %s %zu", program, what, n);
	FILE *child = popen(command, "re");
	if (child == NULL || fscanf(child, "%lf", &peak) != 1 || pclose(child) != 0)
		die("the peak could not be measured");
	return peak;
}

/* ---- one size ------------------------------------------------------------------------------ */

struct row {
	size_t components, bytes, runs;
	double scan_s, compile_s; /* medians */
	double peak;              /* bytes a component, beyond what the scan needs with the text */
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_size);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static struct row measure(const char *program, size_t n)
{
	double scans[RUNS_MAX], compiles[RUNS_MAX];
	struct row row = {.components = n, .runs = COMPONENTS_A_SIZE / n};
	struct lm_buf text;

	if (row.runs > RUNS_MAX)
		row.runs = RUNS_MAX;
	if (row.runs < RUNS_MIN)
		row.runs = RUNS_MIN;
	row.peak = (peak_of(program, "compile", n) - peak_of(program, "scan", n)) / (double)n;
	bench_text_flat(&text, n);
	row.bytes = text.n;
	for (size_t i = 0; i < row.runs; i++) {
		double began = seconds();

		scan_events(&text);
		double scanned = seconds();
		compile(&text, n);
		scans[i] = scanned - began;
		compiles[i] = seconds() - scanned;
	}
	lm_buf_fini(&text);
	row.scan_s = median(scans, row.runs);
	row.compile_s = median(compiles, row.runs);
	return row;
}

/* ---- the table ----------------------------------------------------------------------------- */

struct rows {
	struct row *v;
	size_t n, cap;
};

/* One figure beside its goal, as in the report of the service's bench. */
static bool add_figure(
    json_t *figures, double value, double floor, double goal, const char *fmt, ...) LM_PRINTF(5, 6);

static bool add_figure(
    json_t *figures, double value, double floor, double goal, const char *fmt, ...)
{
	bool met = value <= goal;
	char name[100];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof name, fmt, ap);
	va_end(ap);
	json_array_append_new(
	    figures, json_pack("{s:s, s:f, s:o, s:f, s:b}", "name", name, "median", value, "floor",
			 floor > 0 ? json_real(floor) : json_null(), "goal", goal, "met", met));
	if (!met)
		printf("MISSED: %s is %.2f, the goal is %.2f\n", name, value, goal);
	return met;
}

static double per_component(const struct rows *rows, size_t components)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].components == components)
			return rows->v[i].compile_s / (double)components;
	return 0;
}

/* The growth is of the compiler and of the machine's caches; the scan beside it tells which. */
static bool add_figures(const struct rows *rows, json_t *figures)
{
	double small = per_component(rows, 1000), large = per_component(rows, COMPONENTS_MAX);
	bool met = true;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];

		met &= add_figure(figures, r->compile_s / r->scan_s, r->scan_s, RATIO_MAX,
		    "compile.%zu.ratio", r->components);
		/* Of a few components, the program's own pages would be told. */
		if (r->components >= 1000)
			met &= add_figure(
			    figures, r->peak, 0, PEAK_MAX, "compile.%zu.peak_bytes", r->components);
	}
	if (small > 0 && large > 0)
		met &= add_figure(figures, large / small, 0, GROWTH_MAX, "compile.growth");
	return met;
}

static void print_row(const struct row *r)
{
	printf("%10zu %12zu %5zu %12.3f %12.3f %7.2f %10.2f %10.0f\n", r->components, r->bytes,
	    r->runs, r->scan_s * 1e3, r->compile_s * 1e3, r->compile_s / r->scan_s,
	    r->compile_s * 1e6 / (double)r->components, r->peak);
	fflush(stdout);
}

static int bench(const char *program, const char *report, size_t *sizes, size_t n)
{
	struct rows rows = {0};
	json_t *figures = json_array();

	printf("%10s %12s %5s %12s %12s %7s %10s %10s\n", "components", "bytes", "runs", "scan ms",
	    "compile ms", "ratio", "us each", "peak each");
	for (size_t i = 0; i < n; i++) {
		struct row row = measure(program, sizes[i]);

		*LM_PUSH(NULL, &rows) = row;
		print_row(&row);
	}
	bool met = add_figures(&rows, figures);
	json_t *all = json_pack("{s:o, s:b}", "figures", figures, "met", met);
	if (report != NULL && json_dump_file(all, report, JSON_INDENT(1)) != 0)
		die("the report could not be written");
	json_decref(all);
	lm_vec_free(&rows);
	return met ? 0 : 1;
}

/* ---- the command line ---------------------------------------------------------------------- */

static size_t size_of(const char *text)
{
	size_t n = strtoul(text, NULL, 10);

	if (n < 2 || n > COMPONENTS_MAX)
		die("components: 2 to 1000000");
	return n;
}

int main(int argc, char **argv)
{
	static const char *const all[] = {"10", "100", "1000", "10000", "100000", "1000000"};
	const char *option = argc > 2 ? argv[1] : "", *report = NULL;
	char program[4000] = {0};
	size_t sizes[20], n = 0;
	struct lm_buf text;

	if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
		die("/proc/self/exe cannot be read");
	if (strcmp(option, "--peak") == 0 && argc == 4) {
		print_peak(argv[2], size_of(argv[3]));
		return 0;
	}
	if (strcmp(option, "--once") == 0 || strcmp(option, "--text") == 0) {
		bench_text_flat(&text, size_of(argv[2]));
		if (strcmp(option, "--text") == 0)
			fwrite(text.p, 1, text.n, stdout);
		else
			scan_events(&text), compile(&text, size_of(argv[2]));
		lm_buf_fini(&text);
		return 0;
	}
	for (int i = 1; i < argc && n < LM_COUNT(sizes); i++) {
		if (strcmp(argv[i], "-j") == 0 && i + 1 < argc)
			report = argv[++i];
		else
			sizes[n++] = size_of(argv[i]);
	}
	for (size_t i = 0; n == 0 || (i > 0 && i < LM_COUNT(all)); i++)
		sizes[n++] = size_of(all[i]);
	return bench(program, report, sizes, n);
}

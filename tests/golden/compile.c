/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile --packages file|folder|archive ...     (unpacks archives when there is a .store)
 * compile [--limits bytes nodes] [--diag-json | --dot | --mermaid | --json | --order | --order-dot | --order-json] [descriptor [-i instance] [name=value ...] [cluster@1,3+2,4 ...]] file ...
 *
 * Compiles the files and prints what the compiler says; with a descriptor first, builds its graph
 * from the intent given and prints that too.  For tests: exit status 0 without errors, 1 with,
 * 2 when a file cannot be read.
 */
#include <stdbool.h>
#include <unistd.h>

#include "lm/packages/packages.h"
#include "tosca/graph/graph_order.h"
#include "tosca/link/check.h"

enum { FILE_MAX = 32 * 1024 * 1024, OUT_MAX = 1 << 30, ARGS_MAX = 64 };

struct job {
	struct catalog *catalog;
	struct diags *diags;
	struct lm_arena *arena;
	struct graph_request request;
	const char *form; /* "--json", ... */
};

static bool add_file(struct job *job, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = f != NULL ? malloc(FILE_MAX) : NULL;

	if (text == NULL) {
		fprintf(stderr, "cannot read %s\n", path);
		if (f != NULL)
			fclose(f);
		return false;
	}
	size_t n = fread(text, 1, FILE_MAX, f);
	fclose(f);
	if (n == FILE_MAX) {
		fprintf(
		    stderr, "%s is too large for this program: %d bytes or more\n", path, FILE_MAX);
		free(text);
		return false;
	}
	catalog_put(job->catalog, path, text, n);
	free(text);
	return true;
}

static void add_property(struct job *job, const char *arg, const char *equals)
{
	struct lm_kv *kv = &job->request.properties.v[job->request.properties.n++];

	kv->name = lm_arena_strndup(job->arena, arg, (size_t)(equals - arg));
	kv->value = equals + 1;
}

static void add_members(struct job *job, const char *arg, const char *at)
{
	struct graph_members *list = (struct graph_members *)(uintptr_t)job->request.members;
	struct graph_members *m = &list[job->request.n_members++];
	int *indices = LM_NEW_N(job->arena, int, ARGS_MAX);
	char *end = (char *)(uintptr_t)at;

	m->cluster = lm_arena_strndup(job->arena, arg, (size_t)(at - arg));
	m->indices = indices;
	while (*end != '\0' && end[1] != '\0' && m->n < ARGS_MAX) {
		bool spare = *end == '+' || m->n_spares > 0;

		indices[m->n + m->n_spares] = (int)strtol(end + 1, &end, 10);
		*(spare ? &m->n_spares : &m->n) += 1;
	}
	m->spares = indices + m->n;
}

/* Takes what belongs to the intent; the rest is files.  The index of the first of them. */
static int read_args(struct job *job, int argc, char **argv)
{
	int i = 1;

	if (i + 2 < argc && strcmp(argv[i], "--limits") == 0) {
		catalog_limit(
		    job->catalog, strtoul(argv[i + 1], NULL, 10), strtoul(argv[i + 2], NULL, 10));
		i += 3;
	}
	job->form = i < argc && strncmp(argv[i], "--", 2) == 0 ? argv[i++] : "--json";
	if (i >= argc || strstr(argv[i], "::") == NULL)
		return i;
	job->request.descriptor = argv[i++];
	job->request.instance = "voice";
	for (; i < argc && i < ARGS_MAX; i++) {
		const char *equals = strchr(argv[i], '='), *at = strchr(argv[i], '@');

		if (strcmp(argv[i], "-i") == 0 && i + 1 < argc)
			job->request.instance = argv[++i];
		else if (equals != NULL)
			add_property(job, argv[i], equals);
		else if (at != NULL)
			add_members(job, argv[i], at);
		else
			break;
	}
	return i;
}

static const struct {
	const char *form;
	void (*print)(const struct graph *, struct lm_buf *);
} forms[] = {
    {"--json", graph_print_json},
    {"--dot", graph_print_dot},
    {"--mermaid", graph_print_mermaid},
    {"--order", graph_order_print_text},
    {"--order-dot", graph_order_print_dot},
    {"--order-json", graph_order_print_json},
};

/* SARIF without the rules, which are the same in every case. */
static void print_results(const struct diags *diags, struct lm_buf *out)
{
	struct lm_buf all;

	lm_buf_init(&all, OUT_MAX);
	diags_print_sarif(diags, "0", &all);
	const char *results = strstr(all.p, "\"results\":");
	lm_buf_puts(out, results != NULL ? results : all.p);
	lm_buf_fini(&all);
}

static void print(struct job *job)
{
	struct graph *g = NULL;
	struct lm_buf out;

	catalog_check(job->catalog);
	catalog_report(job->catalog, NULL, job->diags);
	if (job->request.descriptor != NULL && diags_errors(job->diags) == 0)
		g = graph_build(job->catalog, &job->request, job->diags);
	lm_buf_init(&out, OUT_MAX);
	if (strcmp(job->form, "--strict") == 0)
		diags_make_strict(job->diags);
	diags_sort(job->diags);
	if (strcmp(job->form, "--diag-json") == 0)
		diags_print_lines(job->diags, &out);
	else if (strcmp(job->form, "--sarif") == 0)
		print_results(job->diags, &out);
	else
		diags_print(job->diags, &out, strcmp(job->form, "--colour") == 0);
	for (size_t i = 0; g != NULL && i < LM_COUNT(forms); i++)
		if (strcmp(job->form, forms[i].form) == 0)
			forms[i].print(g, &out);
	fwrite(out.p, 1, out.n, stdout);
	if (g != NULL && strstr(job->form, "json") != NULL)
		putchar('\n');
	lm_buf_fini(&out);
	graph_free(g);
}

int main(int argc, char **argv)
{
	struct lm_kv properties[ARGS_MAX];
	struct graph_members members[ARGS_MAX] = {{0}};
	struct job job = {
	    .catalog = catalog_new(), .diags = diags_new(200), .arena = lm_arena_new()};
	struct packages_conf conf = {.unpack_dir = access(".store", F_OK) == 0 ? ".store" : NULL};
	bool good = true;

	job.request.properties.v = properties;
	job.request.members = members;
	for (int i = read_args(&job, argc, argv); i < argc; i++)
		if (strcmp(job.form, "--packages") == 0)
			(void)packages_load(argv[i], job.catalog, &conf);
		else
			good = add_file(&job, argv[i]) && good;
	print(&job);
	int status = !good ? 2 : diags_errors(job.diags) > 0;
	diags_free(job.diags);
	catalog_free(job.catalog);
	lm_arena_free(job.arena);
	return status;
}

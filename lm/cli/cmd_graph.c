/* SPDX-License-Identifier: Apache-2.0 */
/* lm graph: an assembly's service graph, built from files; no manager is needed. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/cli/check.h"
#include "lm/cli/cli.h"
#include "lm/cli/graphviz.h"
#include "lm/packages/packages.h"
#include "tosca/graph/graph_order.h"
#include "tosca/link/check.h"

enum { DIAGS_MAX = 1000, TEXT_MAX = 256 * 1024 * 1024, LEVELS_UP = 4 };

/* The first assembly that stands in the file; the catalog was filled with other files as well. */
static const char *assembly_in(const struct catalog *c, const char *file)
{
	struct stat want, have;

	if (stat(file, &want) != 0)
		return NULL;
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct descriptor *d = catalog_at(c, i);

		if (strncmp(descriptor_name(d), "assembly::", 10) == 0 &&
		    stat(descriptor_file(d), &have) == 0 && have.st_ino == want.st_ino &&
		    have.st_dev == want.st_dev)
			return descriptor_name(d);
	}
	return NULL;
}

static bool has_name(const char *folder, const char *name)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What exactly is wrong is a diagnostic of the catalog. */
static struct lm_err *unreadable(const char *what)
{
	return lm_err_new(LM_ERR_INVALID, "cannot read the packages for %s", what);
}

/*
 * Without --packages: the nearest folder above the file that holds vnfs/ or services/, these two;
 * otherwise the file's own folder.
 */
static struct lm_err *load_around(const char *file, struct catalog *c)
{
	static const char *const names[] = {"vnfs", "services"};
	char *copy = realpath(file, NULL);
	bool found = false, good = true;

	if (copy == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no file %s", file);
	char *folder = has_name(copy, ".") ? copy : dirname(copy), *own = strdup(folder);
	for (int up = 0; up < LEVELS_UP && !found; up++) {
		for (size_t i = 0; i < LM_COUNT(names); i++) {
			char path[4096];

			snprintf(path, sizeof path, "%s/%s", folder, names[i]);
			if (has_name(folder, names[i])) {
				found = true;
				good = packages_load(path, c, NULL) && good;
			}
		}
		folder = dirname(folder);
	}
	if (!found)
		good = packages_load(own, c, NULL);
	free(own);
	free(copy);
	return good ? NULL : unreadable(file);
}

static struct lm_err *load_for_graph(const struct args *a, struct catalog *c, const char **name)
{
	const char *what = a->words[0];
	bool is_file = access(what, F_OK) == 0;
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < a->packages.n; i++)
		e = packages_load(a->packages.v[i], c, NULL) ? NULL : unreadable(what);
	if (e == NULL && a->packages.n == 0)
		e = load_around(is_file ? what : ".", c);
	if (e == NULL && is_file && assembly_in(c, what) == NULL && !packages_load(what, c, NULL))
		e = unreadable(what);
	if (e != NULL)
		return e;
	*name = is_file ? assembly_in(c, what) : what;
	if (*name == NULL)
		return lm_err_new(LM_ERR_INVALID, "%s holds no assembly descriptor", what);
	if (catalog_find(c, *name) == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "there is neither a file nor a descriptor '%s': name the folders with "
		    "--packages",
		    what);
	return NULL;
}

/* assembly::voice-service::1.0 -> voice-service */
static char *instance_name(const struct args *a, const char *descriptor)
{
	const char *p = strstr(descriptor, "::");

	if (a->name != NULL || p == NULL)
		return strdup(a->name != NULL ? a->name : descriptor);
	return strndup(p + 2, strcspn(p + 2, ":"));
}

/* The first of each kind is what comes without -o. */
static const struct form {
	const char *output;
	bool order;
	void (*print)(const struct graph *, struct lm_buf *);
} forms[] = {
    {"dot", false, graph_print_dot},
    {"mermaid", false, graph_print_mermaid},
    {"svg", false, graph_print_dot},
    {"json", false, graph_print_json},
    {"text", true, graph_order_print_text},
    {"dot", true, graph_order_print_dot},
    {"svg", true, graph_order_print_dot},
    {"json", true, graph_order_print_json},
};

static const struct form *form_of(const struct args *a)
{
	size_t i = 0;

	while (forms[i].order != a->order ||
	       (a->output != NULL && strcmp(forms[i].output, a->output) != 0))
		i++;
	return &forms[i];
}

static int print_graph(const struct args *a, const struct graph *g)
{
	const struct form *form = form_of(a);
	struct lm_err *e = NULL;
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	form->print(g, &b);
	if (b.cut)
		e = lm_err_new(LM_ERR_LIMIT,
		    "the picture has more than %d bytes: take a part of it", TEXT_MAX);
	else if (strcmp(form->output, "svg") == 0)
		e = graphviz_draw_svg(b.p, b.n);
	else
		printf("%s%s", b.p, b.n > 0 && b.p[b.n - 1] == '\n' ? "" : "\n");
	lm_buf_fini(&b);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* What is wrong with other packages is only told when the graph cannot be made. */
int graph_run(const struct args *a)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) packages = diags_new(DIAGS_MAX);
	LM_AUTO(diags) own = diags_new(DIAGS_MAX);
	const char *descriptor = NULL;

	struct lm_err *e = load_for_graph(a, c, &descriptor);
	catalog_check(c);
	catalog_report(c, NULL, packages);
	if (e != NULL) {
		check_print(a, packages, stderr);
		return cli_fail(e);
	}
	char *instance = instance_name(a, descriptor);
	struct graph_request r = {.descriptor = descriptor, .instance = instance};
	LM_AUTO(graph) g = graph_build(c, &r, own);
	free(instance);
	if (g == NULL)
		check_print(a, packages, stderr);
	check_print(a, own, stderr);
	return g != NULL ? print_graph(a, g) : CLI_FAILED;
}

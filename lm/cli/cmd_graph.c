/* SPDX-License-Identifier: Apache-2.0 */
/* lm graph: an assembly's service graph, built from files; no manager is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/cli/check.h"
#include "lm/cli/cli.h"
#include "lm/cli/graphviz.h"
#include "lm/cli/named.h"
#include "tosca/graph/graph_order.h"
#include "tosca/link/check.h"

enum { DIAGS_MAX = 1000, TEXT_MAX = 256 * 1024 * 1024 };

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

	struct lm_err *e = named_load(a, c, &descriptor);
	catalog_check(c);
	catalog_report(c, NULL, packages);
	if (e != NULL) {
		check_print(a, packages, stderr);
		return cli_fail(e);
	}
	char *instance = named_instance(a, descriptor);
	struct graph_request r = {.descriptor = descriptor, .instance = instance};
	LM_AUTO(graph) g = graph_build(c, &r, own);
	free(instance);
	if (g == NULL)
		check_print(a, packages, stderr);
	check_print(a, own, stderr);
	return g != NULL ? print_graph(a, g) : CLI_FAILED;
}

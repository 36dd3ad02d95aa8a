/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a catalog: compiled, and every assembly in it built and drawn.  A NUL cuts the text
 * into two files; the second is then put again as the first and removed, so that what is kept from
 * compile to compile is shaken too.
 */
#include <stdint.h>

#include "tosca/graph/graph_order.h"
#include "tosca/link/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { OUT_MAX = 16 << 20, TEXT_MAX = 64 << 10 };

static void print(const struct graph *g)
{
	struct lm_buf out;

	lm_buf_init(&out, OUT_MAX);
	graph_print_json(g, &out);
	graph_print_dot(g, &out);
	graph_print_mermaid(g, &out);
	graph_order_print_text(g, &out);
	lm_buf_fini(&out);
}

static void evaluate(const struct graph *g)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();

	for (size_t i = 0; i < g->n_nodes && i < 100; i++)
		graph_node_values(g, (int)i, NULL, arena);
}

static void build(const struct catalog *c)
{
	for (size_t i = 0; i < catalog_count(c) && i < 20; i++) {
		LM_AUTO(diags) diags = diags_new(100);
		struct graph_request request = {
		    .descriptor = descriptor_name(catalog_at(c, i)), .instance = "voice"};
		LM_AUTO(graph) g = graph_build(c, &request, diags);

		if ((g == NULL) != (diags_errors(diags) > 0))
			abort();
		if (g == NULL)
			continue;
		if (g->n_nodes < 1000 && g->n_relationships < 1000)
			print(g);
		evaluate(g);
	}
}

static void report(const struct catalog *c)
{
	LM_AUTO(diags) diags = diags_new(1000);
	struct lm_buf out;

	catalog_report(c, NULL, diags);
	lm_buf_init(&out, OUT_MAX);
	diags_print(diags, &out, false);
	lm_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	LM_AUTO(catalog) c = catalog_new();
	const char *text = (const char *)data;
	const char *cut = memchr(text, '\0', n);
	size_t first = cut != NULL ? (size_t)(cut - text) : n;

	if (n > TEXT_MAX)
		return 0;
	catalog_put(c, "pkg/a.yml", text, first);
	if (cut != NULL)
		catalog_put(c, "pkg/b.yml", cut + 1, n - first - 1);
	catalog_check(c);
	report(c);
	build(c);
	if (cut == NULL)
		return 0;
	catalog_put(c, "pkg/a.yml", cut + 1, n - first - 1);
	catalog_check(c);
	report(c);
	catalog_remove(c, "pkg/b.yml");
	catalog_check(c);
	report(c);
	build(c);
	return 0;
}

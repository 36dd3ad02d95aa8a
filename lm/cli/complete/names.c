/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/complete/names.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/render/render.h"

enum { PATIENCE_MS = 2000, PATH_BYTES = 8192, DEPTH_MAX = 64, NAME_BYTES = 1024 };

static json_t *ask(const struct names *n, const char *pattern, const char *word)
{
	LM_AUTO(client) c = client_new(n->server != NULL ? n->server : cli_server());
	json_t *document = NULL;
	struct lm_buf path;

	lm_buf_init(&path, PATH_BYTES);
	client_path(c, &path, pattern, word, NULL);
	client_hurry(c, PATIENCE_MS);
	lm_err_free(client_get_json(c, path.p, &document));
	lm_buf_fini(&path);
	return document;
}

void names_of_kind(const struct names *n, const struct kind *k)
{
	json_t *answer = ask(n, k->path, NULL), *all = kind_sort(k, answer);
	struct lm_buf what;

	lm_buf_init(&what, NAME_BYTES);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		const char *id = render_text(one, k->id);

		/* What tells them apart, for shells that show it. */
		lm_buf_clear(&what);
		for (size_t col = 1; col < k->n_columns && col < 4; col++) {
			lm_buf_puts(&what, what.n > 0 ? " " : "");
			kind_print_cell(&k->columns[col], one, &what);
		}
		if (*id != '\0')
			n->tell(n->arg, id, what.p);
	}
	lm_buf_fini(&what);
	json_decref(all);
	json_decref(answer);
}

/* "pbx" of "voice__pbx__2"; 0: it is no member of a cluster. */
static size_t cluster_size(const char *name)
{
	const char *end = name + strlen(name);

	while (end > name && isdigit((unsigned char)end[-1]))
		end--;
	return *end != '\0' && end - name > 2 && end[-1] == '_' && end[-2] == '_'
		   ? (size_t)(end - 2 - name)
		   : 0;
}

struct walk {
	const struct names *names;
	const char *root;
	struct lm_map *seen;
	struct lm_arena *arena;
};

static void tell_cluster(struct walk *w, const json_t *node)
{
	const char *name = render_within(w->root, render_text(node, "name"));
	const char *cluster = lm_arena_strndup(w->arena, name, cluster_size(name));

	if (*cluster == '\0' || lm_map_find(w->seen, cluster) != NULL)
		return;
	lm_map_put(w->seen, cluster, w);
	w->names->tell(w->names->arg, cluster, render_text(node, "descriptorName"));
}

static void tell_component(struct walk *w, const json_t *node)
{
	if (strcmp(render_text(node, "type"), "Component") == 0)
		w->names->tell(w->names->arg, render_within(w->root, render_text(node, "name")),
		    render_text(node, "state"));
}

static void walk(
    struct walk *w, const json_t *node, void (*tell)(struct walk *, const json_t *), unsigned depth)
{
	const json_t *children = json_object_get(node, "children");

	for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(children); i++) {
		tell(w, json_array_get(children, i));
		walk(w, json_array_get(children, i), tell, depth + 1);
	}
}

static void tell_all(
    const struct names *n, const char *assembly, void (*tell)(struct walk *, const json_t *))
{
	LM_AUTO(lm_map) seen = lm_map_new();
	LM_AUTO(lm_arena) arena = lm_arena_new();
	json_t *document = ask(n, "/api/topology/assemblies/%", assembly);
	struct walk w = {n, render_text(document, "name"), seen, arena};

	walk(&w, document, tell, 0);
	json_decref(document);
}

void names_of_clusters(const struct names *n, const char *assembly)
{
	tell_all(n, assembly, tell_cluster);
}

void names_of_components(const struct names *n, const char *assembly)
{
	tell_all(n, assembly, tell_component);
}

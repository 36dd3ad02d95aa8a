/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"

/* The tree of an assembly: what it consists of, how that is, and where it can be reached. */

enum { DEPTH_MAX = 64, STATE_WIDTH = 10, INDENT_MAX = 4096 };

/* voice__pbx__1__asterisk below voice__pbx__1 is just asterisk. */
static const char *local_name(const json_t *node, const json_t *parent)
{
	const char *name = render_text(node, "name"), *above = render_text(parent, "name");
	size_t n = strlen(above);

	if (n > 0 && strncmp(name, above, n) == 0 && strncmp(name + n, "__", 2) == 0)
		return name + n + 2;
	return name;
}

/* Made under an older tree; nobody wants it any more. */
static bool is_leaving(const json_t *one)
{
	return json_is_true(json_object_get(one, "leaving"));
}

static bool is_address(const char *value)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, value, bytes) == 1 || inet_pton(AF_INET6, value, bytes) == 1;
}

static void print_addresses(const json_t *node, struct lm_buf *out)
{
	const json_t *properties = json_object_get(node, "properties");

	for (size_t i = 0; i < json_array_size(properties); i++) {
		const json_t *p = json_array_get(properties, i);
		const char *value = render_text(p, "value"), *name = render_text(p, "name");

		if (is_address(value) || strcmp(name, "subnet") == 0)
			lm_buf_printf(out, "  %s=%s", name, value);
	}
}

static size_t widest(const json_t *node, const json_t *parent, size_t depth)
{
	const json_t *children = json_object_get(node, "children");
	size_t w = render_width(local_name(node, parent)) + 3 * depth;

	for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(children); i++) {
		size_t below = widest(json_array_get(children, i), node, depth + 1);

		w = below > w ? below : w;
	}
	return w;
}

struct tree {
	const struct render *render;
	struct lm_buf *out;
	size_t width; /* of the names, indentation included */
	char indent[INDENT_MAX];
};

static void print_line(struct tree *t, const json_t *node, const json_t *parent, const char *branch)
{
	const char *state = render_text(node, "state"), *name = local_name(node, parent);
	bool is_component = strcmp(render_text(node, "type"), "Component") == 0;
	size_t used = render_width(t->indent) + render_width(branch) + render_width(name);

	lm_buf_printf(t->out, "%s%s", t->indent, branch);
	render_paint(t->render, parent == NULL ? RENDER_BOLD : RENDER_PLAIN, name, t->out);
	lm_buf_printf(t->out, "%*s", (int)(t->width > used ? t->width - used : 0) + 2, "");
	if (*state == '\0')
		state = "-";
	render_paint(t->render, render_hue_of(state), state, t->out);
	size_t n = strlen(state);
	lm_buf_printf(t->out, "%*s", (int)(n < STATE_WIDTH ? STATE_WIDTH - n : 0) + 1, "");
	render_paint(t->render, RENDER_FAINT, render_text(node, "descriptorName"), t->out);
	if (is_component)
		print_addresses(node, t->out);
	if (is_leaving(node))
		lm_buf_puts(t->out, "  (leaving)");
	if (json_is_true(json_object_get(node, "spare")))
		lm_buf_puts(t->out, json_is_true(json_object_get(node, "standsBy"))
					? "  (spare, stands by)"
					: "  (spare)");
	lm_buf_puts(t->out, "\n");
}

static void print_children(struct tree *t, const json_t *node, size_t depth)
{
	const json_t *children = json_object_get(node, "children");
	size_t n = json_array_size(children), end = strlen(t->indent);
	bool u = t->render->unicode;

	for (size_t i = 0; depth < DEPTH_MAX && i < n; i++) {
		const json_t *child = json_array_get(children, i);
		bool is_last = i + 1 == n;
		const char *branch = u ? (is_last ? "└─ " : "├─ ") : (is_last ? "`- " : "|- ");
		const char *more = is_last ? "   " : u ? "│  " : "|  ";

		print_line(t, child, node, branch);
		memcpy(t->indent + end, more, strlen(more) + 1);
		print_children(t, child, depth + 1);
		t->indent[end] = '\0';
	}
}

/* ---- relationships ---------------------------------------------------------------------------- */

static const json_t *find_by_id(const json_t *node, const char *id, size_t depth)
{
	const json_t *children = json_object_get(node, "children"), *found = NULL;

	if (strcmp(render_text(node, "id"), id) == 0)
		return node;
	for (size_t i = 0; found == NULL && depth < DEPTH_MAX && i < json_array_size(children); i++)
		found = find_by_id(json_array_get(children, i), id, depth + 1);
	return found;
}

static const char *name_below(const json_t *root, const char *id)
{
	const json_t *node = find_by_id(root, id, 0);

	return node == NULL ? id : local_name(node, root);
}

static void add_relationship_name(struct render_table *t, const json_t *one, const json_t *root)
{
	struct lm_buf name;

	lm_buf_init(&name, 4096);
	lm_buf_printf(&name, "%s%s", local_name(one, root), is_leaving(one) ? " (leaving)" : "");
	render_table_add(t, RENDER_PLAIN, name.p);
	lm_buf_fini(&name);
}

/* One member of an assembly and of those within it, a row for each of its elements. */
struct rows {
	struct render_table *table;
	const json_t *root;
	const char *member;
	void (*add)(struct rows *, const json_t *one);
	size_t n;
};

static void add_rows(struct rows *r, const json_t *node, size_t depth)
{
	const json_t *all = json_object_get(node, r->member),
		     *children = json_object_get(node, "children");

	for (size_t i = 0; i < json_array_size(all); i++, r->n++)
		r->add(r, json_array_get(all, i));
	for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(children); i++)
		add_rows(r, json_array_get(children, i), depth + 1);
}

static void add_relationship(struct rows *r, const json_t *one)
{
	add_relationship_name(r->table, one, r->root);
	render_table_add(r->table, RENDER_PLAIN, name_below(r->root, render_text(one, "sourceId")));
	render_table_add(r->table, RENDER_PLAIN, name_below(r->root, render_text(one, "targetId")));
}

static void add_reference(struct rows *r, const json_t *one)
{
	render_table_add(r->table, RENDER_PLAIN, render_text(one, "component"));
	render_table_add(r->table, RENDER_PLAIN, render_text(one, "name"));
	render_table_add(r->table, RENDER_FAINT, render_text(one, "type"));
}

static void print_rows(
    const struct render *how, struct rows *r, const char *const heads[3], struct lm_buf *out)
{
	r->table = render_table_new(3);
	for (size_t i = 0; i < 3; i++)
		render_table_add(r->table, RENDER_FAINT, heads[i]);
	add_rows(r, r->root, 0);
	if (r->n > 0) {
		lm_buf_puts(out, "\n");
		render_table_print(r->table, how, out);
	}
	render_table_free(r->table);
}

void render_assembly(const struct render *r, const json_t *assembly, struct lm_buf *out)
{
	struct tree t = {r, out, widest(assembly, NULL, 0), ""};

	print_line(&t, assembly, NULL, "");
	print_children(&t, assembly, 1);
	print_rows(r,
	    &(struct rows){.root = assembly, .member = "references", .add = add_reference},
	    (const char *const[]){"REFERENCE", "ASSEMBLY", "TYPE"}, out);
	print_rows(r,
	    &(struct rows){.root = assembly, .member = "relationships", .add = add_relationship},
	    (const char *const[]){"RELATIONSHIP", "FROM", "TO"}, out);
}

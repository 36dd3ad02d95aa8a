/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "base/attr.h"
#include "base/map.h"
#include "lm/cli/render/render.h"

/* The tree of an assembly: what it consists of, how that is, and where it can be reached. */

enum {
	DEPTH_MAX = 64,
	STATE_WIDTH = 10,
	INDENT_MAX = 4096,
	NOTES_MAX = 64 * 1024,
	DESCRIPTOR_LEAST = 12, /* columns, which it does not give away */
	NAME_LEAST = 8,
};

/* voice__pbx__1__asterisk below voice__pbx__1 is just asterisk. */
static const char *local_name(const json_t *node, const json_t *parent)
{
	return render_within(render_text(parent, "name"), render_text(node, "name"));
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

/* What else there is to say of a component, an item after another, each with its end. */
static void put_notes(const json_t *node, struct lm_buf *out)
{
	const json_t *properties = json_object_get(node, "properties");
	bool is_component = strcmp(render_text(node, "type"), "Component") == 0;

	for (size_t i = 0; is_component && i < json_array_size(properties); i++) {
		const json_t *p = json_array_get(properties, i);
		const char *value = render_text(p, "value"), *name = render_text(p, "name");

		if (is_address(value) || strcmp(name, "subnet") == 0)
			lm_buf_printf(out, "%s=%s\n", name, value);
	}
	if (is_leaving(node))
		lm_buf_puts(out, "(leaving)\n");
	if (json_is_true(json_object_get(node, "spare")))
		lm_buf_puts(out, json_is_true(json_object_get(node, "standsBy"))
				     ? "(spare, stands by)\n"
				     : "(spare)\n");
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

/* Of the column of names; a narrow terminal keeps room for the states. */
static size_t names_width(const struct render *r, const json_t *assembly)
{
	size_t wanted = widest(assembly, NULL, 0), others = STATE_WIDTH + 3;

	if (r->columns == 0 || wanted + others <= r->columns)
		return wanted;
	return r->columns > others ? r->columns - others : 1;
}

struct tree {
	const struct render *render;
	struct lm_buf *out;
	struct lm_buf notes; /* of the line at hand */
	size_t width;        /* of the names, indentation included */
	char indent[INDENT_MAX];
};

/* A line's place in the tree: what stands before its name, and below that on lines that belong to it. */
struct twig {
	const char *branch, *more;
	bool has_children;
};

static size_t room(const struct tree *t, size_t used)
{
	size_t columns = t->render->columns;

	return columns == 0 ? SIZE_MAX : columns > used ? columns - used : 0;
}

/* Where the notes go on when the line is full: the branches run on beside them. */
static size_t begin_line(struct tree *t, const struct twig *at)
{
	const char *below = !at->has_children ? "" : t->render->unicode ? "│" : "|";
	size_t used = render_width(t->indent) + render_width(at->more) + render_width(below);
	size_t lead = t->width + 2 > used ? t->width + 2 - used : 1;

	lm_buf_printf(t->out, "\n%s%s%s%*s", t->indent, at->more, below, (int)lead, "");
	return used + lead - 2; /* the blanks that stand before a note elsewhere */
}

/* Of all in one line, with two blanks before each. */
static size_t notes_width(const char *notes)
{
	size_t n = render_width(notes);

	for (; *notes != '\0'; notes++)
		n += *notes == '\n';
	return n;
}

/*
 * The descriptor gives way to the notes, as long as it can still be told what it is; then they go below it.
 * 'used' columns are.
 */
static void print_rest(struct tree *t, const char *descriptor, const struct twig *at, size_t used)
{
	size_t width = render_width(descriptor), left = room(t, used);
	size_t notes = notes_width(t->notes.p);
	bool fits = notes + (width < DESCRIPTOR_LEAST ? width : DESCRIPTOR_LEAST) <= left;
	size_t most = fits ? left - notes : left;
	const char *p = t->notes.p;

	render_paint_cut(t->render, RENDER_FAINT, descriptor, most, t->out);
	used += width < most ? width : most;
	for (bool is_first = !fits; *p != '\0'; is_first = false) {
		size_t n = strcspn(p, "\n");

		if (is_first || n + 2 > room(t, used))
			used = begin_line(t, at);
		else
			lm_buf_puts(t->out, "  ");
		lm_buf_add(t->out, p, n);
		used += n + 2;
		p += n + 1;
	}
}

static void print_line(
    struct tree *t, const json_t *node, const json_t *parent, const struct twig *at)
{
	const char *state = render_text(node, "state"), *name = local_name(node, parent);
	size_t lead = render_width(t->indent) + render_width(at->branch);
	size_t most = t->width > lead + NAME_LEAST ? t->width - lead : NAME_LEAST;
	size_t wide = render_width(name), used = lead + (wide < most ? wide : most);

	lm_buf_printf(t->out, "%s%s", t->indent, at->branch);
	render_paint_cut(
	    t->render, parent == NULL ? RENDER_BOLD : RENDER_PLAIN, name, most, t->out);
	size_t pad = (t->width > used ? t->width - used : 0) + 2;
	if (*state == '\0')
		state = "-";
	lm_buf_printf(t->out, "%*s", (int)pad, "");
	render_paint(t->render, render_hue_of(state), state, t->out);
	size_t n = strlen(state), rest = (n < STATE_WIDTH ? STATE_WIDTH - n : 0) + 1;
	lm_buf_printf(t->out, "%*s", (int)rest, "");
	lm_buf_clear(&t->notes);
	put_notes(node, &t->notes);
	print_rest(t, render_text(node, "descriptorName"), at, used + pad + n + rest);
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
		struct twig at = {
		    .branch = u ? (is_last ? "└─ " : "├─ ") : (is_last ? "`- " : "|- "),
		    .more = is_last ? "   "
			    : u     ? "│  "
				    : "|  ",
		    .has_children = json_array_size(json_object_get(child, "children")) > 0,
		};

		print_line(t, child, node, &at);
		memcpy(t->indent + end, at.more, strlen(at.more) + 1);
		print_children(t, child, depth + 1);
		t->indent[end] = '\0';
	}
}

/* ---- relationships ---------------------------------------------------------------------------- */

static void note_ids(struct lm_map *by_id, const json_t *node, size_t depth)
{
	const json_t *children = json_object_get(node, "children");

	lm_map_put(by_id, render_text(node, "id"), (json_t *)(uintptr_t)node);
	for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(children); i++)
		note_ids(by_id, json_array_get(children, i), depth + 1);
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
	const struct lm_map *by_id; /* of all that is in the tree */
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

/* Who is of another assembly has only an id here. */
static void add_end(struct rows *r, const char *id)
{
	const json_t *node = lm_map_find(r->by_id, id);

	render_table_add(r->table, RENDER_PLAIN, node == NULL ? id : local_name(node, r->root));
}

static void add_relationship(struct rows *r, const json_t *one)
{
	add_relationship_name(r->table, one, r->root);
	add_end(r, render_text(one, "sourceId"));
	add_end(r, render_text(one, "targetId"));
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
	struct tree t = {.render = r, .out = out, .width = names_width(r, assembly)};
	LM_AUTO(lm_map) by_id = lm_map_new();
	struct twig top = {"", "", json_array_size(json_object_get(assembly, "children")) > 0};

	lm_buf_init(&t.notes, NOTES_MAX);
	print_line(&t, assembly, NULL, &top);
	print_children(&t, assembly, 1);
	lm_buf_fini(&t.notes);
	note_ids(by_id, assembly, 0);
	print_rows(r,
	    &(struct rows){.root = assembly, .member = "references", .add = add_reference},
	    (const char *const[]){"REFERENCE", "ASSEMBLY", "TYPE"}, out);
	print_rows(r,
	    &(struct rows){.root = assembly,
		.by_id = by_id,
		.member = "relationships",
		.add = add_relationship},
	    (const char *const[]){"RELATIONSHIP", "FROM", "TO"}, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "lm/cli/render/proposal.h"

enum { GROUPS_SHOWN = 40, STEPS_BYTES = 4096 };

/* ---- properties ------------------------------------------------------------------------------- */

static void put_value(const json_t *v, struct lm_buf *out)
{
	if (v == NULL || json_is_null(v)) {
		lm_buf_puts(out, "(default)");
	} else if (json_is_string(v)) {
		lm_buf_puts(out, json_string_value(v));
	} else {
		char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

		lm_buf_puts(out, text != NULL ? text : "");
		free(text);
	}
}

static const json_t *property_of(const json_t *assembly, const char *name)
{
	const json_t *all = json_object_get(assembly, "properties");

	for (size_t i = 0; i < json_array_size(all); i++)
		if (strcmp(render_text(json_array_get(all, i), "name"), name) == 0)
			return json_object_get(json_array_get(all, i), "value");
	return NULL;
}

static bool is_same(const json_t *a, const json_t *b)
{
	bool a_is_null = a == NULL || json_is_null(a), b_is_null = b == NULL || json_is_null(b);

	return a_is_null || b_is_null ? a_is_null && b_is_null : json_equal(a, b) != 0;
}

struct printing {
	const struct render *render;
	struct lm_buf *out;
};

static void put_sign(const struct printing *p, const char *sign, enum render_hue hue)
{
	lm_buf_puts(p->out, "  ");
	render_paint(p->render, hue, sign, p->out);
	lm_buf_puts(p->out, " ");
}

static bool put_change(
    const struct printing *p, const char *name, const json_t *before, const json_t *after)
{
	if (is_same(before, after))
		return false;
	put_sign(p, "~", RENDER_BUSY);
	lm_buf_printf(p->out, "%s: ", name);
	put_value(before, p->out);
	lm_buf_puts(p->out, " -> ");
	put_value(after, p->out);
	lm_buf_puts(p->out, "\n");
	return true;
}

static bool put_changes(const struct printing *p, const struct proposal *x)
{
	static const char *const members[] = {"descriptorName", "intendedState"};
	json_t *properties = json_object_get(x->body, "properties"), *value = NULL;
	const char *name = NULL;
	bool any = false;

	for (size_t i = 0; i < LM_COUNT(members); i++)
		any |= put_change(p, members[i], json_object_get(x->there, members[i]),
		    json_object_get(x->body, members[i]));
	json_object_foreach(properties, name, value)
	{
		any |= put_change(p, name, property_of(x->there, name), value);
	}
	return any;
}

static void put_properties(const struct printing *p, const json_t *body)
{
	json_t *properties = json_object_get(body, "properties"), *value = NULL;
	const char *name = NULL;

	json_object_foreach(properties, name, value)
	{
		put_sign(p, "+", RENDER_GOOD);
		lm_buf_printf(p->out, "%s: ", name);
		put_value(value, p->out);
		lm_buf_puts(p->out, "\n");
	}
}

/* ---- components ------------------------------------------------------------------------------- */

/* Of one component, or of one relationship: the steps that it takes. */
struct group {
	const char *name, *why;
	struct lm_buf steps;
	size_t n_calls;
	bool makes, ends,
	    is_related; /* installed; taken down; a relationship, which has no other steps */
};

struct groups {
	struct lm_map *by_name; /* index + 1 */
	LM_VEC(struct group) all;
	size_t n_calls;
};

static struct group *group_of(struct groups *g, const char *name)
{
	size_t at = (size_t)(uintptr_t)lm_map_find(g->by_name, name);

	if (at > 0)
		return &g->all.v[at - 1];
	struct group *one = LM_PUSH(NULL, &g->all);
	one->name = name;
	one->is_related = true;
	lm_buf_init(&one->steps, STEPS_BYTES);
	lm_map_put(g->by_name, name, (void *)(uintptr_t)g->all.n);
	return one;
}

static void add_step(struct groups *g, const json_t *step)
{
	const char *action = render_text(step, "action");
	struct group *one = group_of(g, render_text(step, "subject"));
	bool is_bond = strcmp(action, "Create") == 0 || strcmp(action, "Cease") == 0;
	bool is_silent = json_is_true(json_object_get(step, "silent"));

	one->is_related = one->is_related && is_bond;
	one->makes |= strcmp(action, "Install") == 0 || strcmp(action, "Create") == 0;
	one->ends |= strcmp(action, "Uninstall") == 0 || strcmp(action, "Cease") == 0;
	one->why = one->why != NULL ? one->why : render_text(step, "why");
	one->n_calls += !is_silent;
	g->n_calls += !is_silent;
	if (!is_silent)
		lm_buf_printf(&one->steps, "%s%s", one->steps.n > 0 ? " " : "", action);
}

static void add_row(struct render_table *t, const struct group *g, const char *root)
{
	bool anew = g->makes && g->ends;
	const char *sign = anew ? "-/+" : g->makes ? "+" : g->ends ? "-" : "~";
	enum render_hue hue = anew       ? RENDER_BUSY
			      : g->makes ? RENDER_GOOD
			      : g->ends  ? RENDER_BAD
					 : RENDER_BUSY;
	struct lm_buf b;

	lm_buf_init(&b, 16);
	lm_buf_printf(&b, "  %s", sign);
	render_table_add(t, hue, b.p);
	render_table_add(t, RENDER_PLAIN, render_within(root, g->name));
	render_table_add(t, RENDER_FAINT, g->steps.n > 0 ? g->steps.p : "(no call)");
	render_table_add(t, RENDER_FAINT, g->why);
	lm_buf_fini(&b);
}

static void put_count(struct lm_buf *out, size_t n, const char *what, size_t *so_far)
{
	if (n == 0)
		return;
	lm_buf_printf(out, "%s%zu %s", *so_far > 0 ? ", " : "", n, what);
	*so_far += n;
}

/* "3 to make, 1 anew, 2 relationships: 14 steps" */
static void put_sum(const struct printing *p, const struct groups *g)
{
	size_t made = 0, anew = 0, gone = 0, changed = 0, related = 0, sum = 0;

	for (size_t i = 0; i < g->all.n; i++) {
		const struct group *one = &g->all.v[i];

		related += one->is_related;
		made += !one->is_related && one->makes && !one->ends;
		anew += !one->is_related && one->makes && one->ends;
		gone += !one->is_related && !one->makes && one->ends;
		changed += !one->is_related && !one->makes && !one->ends;
	}
	lm_buf_puts(p->out, "  ");
	put_count(p->out, made, "to make", &sum);
	put_count(p->out, anew, "to make anew", &sum);
	put_count(p->out, changed, "to change", &sum);
	put_count(p->out, gone, "to remove", &sum);
	put_count(p->out, related, related == 1 ? "relationship" : "relationships", &sum);
	lm_buf_printf(p->out, ": %zu step%s\n", g->n_calls, g->n_calls == 1 ? "" : "s");
}

static void put_groups(const struct printing *p, const struct groups *g, const char *root)
{
	struct render_table *t = render_table_new(4);
	size_t shown = 0, left = 0;

	render_table_no_heads(t);
	for (size_t i = 0; i < g->all.n; i++) {
		if (g->all.v[i].is_related)
			continue;
		if (shown++ < GROUPS_SHOWN)
			add_row(t, &g->all.v[i], root);
		else
			left++;
	}
	render_table_print(t, p->render, p->out);
	render_table_free(t);
	if (left > 0)
		lm_buf_printf(
		    p->out, "  and %zu more: 'lm plan apply -f FILE' shows every step\n", left);
	if (g->all.n > 0)
		put_sum(p, g);
}

static void put_warnings(const struct printing *p, const json_t *all)
{
	for (size_t i = 0; i < json_array_size(all); i++) {
		lm_buf_puts(p->out, "  ");
		render_paint(p->render, RENDER_BUSY, "warning", p->out);
		lm_buf_printf(p->out, ": %s\n", json_string_value(json_array_get(all, i)));
	}
}

bool render_proposal(const struct render *r, const struct proposal *x, struct lm_buf *out)
{
	LM_AUTO(lm_map) names = lm_map_new();
	struct printing p = {r, out};
	struct groups g = {.by_name = names};
	const char *name = render_text(x->body, "assemblyName");
	const json_t *steps = json_object_get(x->plan, "steps");
	struct lm_buf changes;
	struct printing later = {r, &changes};

	for (size_t i = 0; i < json_array_size(steps); i++)
		add_step(&g, json_array_get(steps, i));
	lm_buf_init(&changes, 1 << 20);
	bool any = x->there == NULL || put_changes(&later, x) || g.all.n > 0;
	render_paint(r, RENDER_BOLD, name, out);
	if (x->there == NULL) {
		lm_buf_printf(out, ": create from %s, %s\n", render_text(x->body, "descriptorName"),
		    render_text(x->body, "intendedState"));
		put_properties(&p, x->body);
	} else {
		lm_buf_puts(out, any ? ": upgrade\n" : ": nothing to do\n");
		lm_buf_puts(out, changes.p);
	}
	put_groups(&p, &g, name);
	put_warnings(&p, json_object_get(x->plan, "warnings"));
	lm_buf_fini(&changes);
	for (size_t i = 0; i < g.all.n; i++)
		lm_buf_fini(&g.all.v[i].steps);
	lm_vec_free(&g.all);
	return any;
}

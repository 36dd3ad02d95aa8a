/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/graph_build.h"

/* ---- values before anything runs ----------------------------------------------------------- */

/*
 * Numbers decide how many nodes there are, so they are evaluated while nodes are being made, from
 * what is known then: texts, intent and the properties of the node and its ancestors.
 */
enum { VALUE_STEPS_MAX = 10000, VALUE_LEVELS_MAX = 500, VALUE_TEXT_MAX = 1024 };

struct early {
	struct builder *b;
	size_t steps, levels;
};

static const char *early_expr(struct early *, int node, const struct texpr *);

static const struct texpr *mapping_of(const struct builder *b, int node, size_t property)
{
	const struct tcomponent *c = b->infos.v[node].component;

	return c == NULL ? NULL : c->maps[property];
}

static const char *early_property(struct early *e, int node, size_t i)
{
	const struct builder *b = e->b;
	const struct tproperty *p = &b->infos.v[node].template->properties[i];
	int parent = b->nodes.v[node].parent;
	const char *value = NULL;

	if (p->mappable && parent < 0)
		value = lm_kvs_find(&b->request->properties, p->name);
	else if (p->mappable && mapping_of(b, node, i) != NULL)
		value = early_expr(e, parent, mapping_of(b, node, i));
	if (value == NULL)
		value = early_expr(e, node, &p->value);
	return value != NULL ? value : early_expr(e, node, &p->fallback);
}

static const char *early_part(struct early *e, int node, const struct tpart *part)
{
	const struct graph_node *n = &e->b->nodes.v[node];

	switch (part->kind) {
	case TPART_TEXT:
		return part->text;
	case TPART_OWN:
		return part->slot < 0 ? NULL : early_property(e, node, (size_t)part->slot);
	case TPART_NAME:
		return n->name;
	case TPART_INDEX:
		return lm_arena_printf(e->b->scratch, "%d", n->index);
	case TPART_SLOT:
	case TPART_REFERENCE:
	case TPART_ID:
	case TPART_SOURCE:
	case TPART_TARGET:
	case TPART_NOTHING:
		break;
	}
	return NULL;
}

static const char *early_expr(struct early *e, int node, const struct texpr *t)
{
	const char *text = NULL;

	if (e->steps >= VALUE_STEPS_MAX || e->levels >= VALUE_LEVELS_MAX)
		return NULL;
	e->steps++;
	e->levels++;
	for (size_t i = 0; i < t->n; i++) {
		const char *part = t->fixed ? t->texts[i].text : early_part(e, node, &t->parts[i]);

		if (part == NULL || strlen(part) > VALUE_TEXT_MAX)
			text = NULL;
		else if (i == 0)
			text = part;
		else
			text = lm_arena_printf(e->b->scratch, "%s%s", text, part);
		if (text == NULL || strlen(text) > VALUE_TEXT_MAX) {
			text = NULL;
			break;
		}
	}
	e->levels--;
	return text;
}

const char *expand_value(struct builder *b, int node, const struct texpr *t)
{
	struct early e = {.b = b};

	return early_expr(&e, node, t);
}

/* ---- numbers ------------------------------------------------------------------------------- */

struct number {
	const struct texpr *expr;
	const char *what, *of;
	unsigned least, otherwise;
};

static bool number_value(struct builder *b, int node, const struct number *n, unsigned *out)
{
	*out = n->otherwise;
	if (n->expr->n == 0)
		return true;
	const char *text = expand_value(b, node, n->expr);
	if (text != NULL && expr_number(text, GRAPH_NODES_MAX, out) && *out >= n->least)
		return true;
	if (text == NULL)
		diag_add(b->diags, CODE_LATE_NUMBER, &n->expr->source->pos,
		    "%s of '%s' has no value that is known before anything runs", n->what, n->of);
	else
		diag_add(b->diags, CODE_LATE_NUMBER, &n->expr->source->pos,
		    "%s of '%s' must be a whole number from %u, not '%s'", n->what, n->of, n->least,
		    text);
	return false;
}

static bool cluster_numbers(
    struct builder *b, int node, const struct tnumbers *c, struct graph_cluster *k)
{
	const struct number min = {&c->min, "minimum-nodes", k->name, 0, 1};
	const struct number max = {&c->max, "maximum-nodes", k->name, 1, 0};
	const struct number step = {&c->increment, "scaling-increment", k->name, 1, 1};
	const struct number spares = {&c->spares, "spares", k->name, 0, 0};

	k->spares_state = c->spares_state;
	if (!number_value(b, node, &min, &k->min) || !number_value(b, node, &max, &k->max) ||
	    !number_value(b, node, &step, &k->increment) ||
	    !number_value(b, node, &spares, &k->spares))
		return false;
	const struct number initial = {&c->initial, "initial-quantity", k->name, 0, k->min};
	if (!number_value(b, node, &initial, &k->initial))
		return false;
	if (k->max != 0 && k->min > k->max)
		diag_add(b->diags, CODE_LATE_NUMBER, &c->min.source->pos,
		    "minimum-nodes %u of '%s' is more than maximum-nodes %u", k->min, k->name,
		    k->max);
	else if (k->initial < k->min || (k->max != 0 && k->initial > k->max))
		diag_add(b->diags, CODE_LATE_NUMBER, &c->initial.source->pos,
		    "initial-quantity %u of '%s' is %s %u", k->initial, k->name,
		    k->initial < k->min ? "less than minimum-nodes" : "more than maximum-nodes",
		    k->initial < k->min ? k->min : k->max);
	else
		return true;
	return false;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static bool expand_node(struct builder *, int node, unsigned level);

static bool has_room(struct builder *b)
{
	if (b->nodes.n < GRAPH_NODES_MAX)
		return true;
	diag_add(b->diags, CODE_GRAPH_LIMIT, NULL, "more than %d nodes", GRAPH_NODES_MAX);
	return false;
}

static int add_node(
    struct builder *b, struct template *t, const struct tcomponent *c, int parent, const char *name)
{
	struct graph_node *n = LM_PUSH(NULL, &b->nodes);
	struct node_info *info = LM_PUSH(NULL, &b->infos);

	*info = (struct node_info){.template = t, .component = c};
	n->name = name;
	n->component = c != NULL ? c->name : name;
	n->descriptor = t->name;
	n->parent = parent;
	n->cluster = -1;
	n->index = 1;
	n->spare = parent >= 0 && b->nodes.v[parent].spare;
	return (int)b->nodes.n - 1;
}

static bool ascends(const int *indices, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (indices[i] < 1 || (i > 0 && indices[i] <= indices[i - 1]))
			return false;
	return true;
}

/* Both ascend. */
static bool overlaps(const struct graph_members *m)
{
	for (size_t i = 0, k = 0; i < m->n && k < m->n_spares;) {
		if (m->indices[i] == m->spares[k])
			return true;
		if (m->indices[i] < m->spares[k])
			i++;
		else
			k++;
	}
	return false;
}

/* The members the caller wants; NULL: the initial ones.  False: they cannot be (reported). */
static bool find_members(
    struct builder *b, const struct graph_cluster *k, const struct graph_members **out)
{
	const struct graph_members *m = lm_map_find(b->members, k->name);
	const char *flaw = NULL;

	*out = m;
	if (m != NULL && (!ascends(m->indices, m->n) || !ascends(m->spares, m->n_spares)))
		flaw = "indices must be ascending from 1";
	else if (m != NULL && overlaps(m))
		flaw = "one of them is a spare, too";
	if (m != NULL &&
	    m->n < k->min) /* beyond the maximum there may be such as are not in service */
		flaw = "there are fewer than the minimum";
	if (flaw == NULL)
		return true;
	diag_add(b->diags, CODE_MEMBERS, NULL, "members of '%s' cannot be: %s", k->name, flaw);
	return false;
}

/* Those of one kind in a cluster. */
struct roster {
	const int *indices; /* NULL: those from 'first' on */
	int first;
	size_t n;
	bool spare;
};

static bool expand_roster(struct builder *b, const struct tcomponent *c, int cluster,
    const struct roster *r, unsigned level)
{
	/* The list of clusters moves while what is in a member is made. */
	int *nodes = LM_NEW_N(b->arena, int, r->n), owner = b->clusters.v[cluster].owner;
	const char *cluster_name = b->clusters.v[cluster].name;

	for (size_t i = 0; i < r->n; i++) {
		int index = r->indices != NULL ? r->indices[i] : r->first + (int)i;

		if (!has_room(b))
			return false;
		nodes[i] = add_node(b, c->child, c, owner,
		    lm_arena_printf(b->arena, "%s__%d", cluster_name, index));
		struct graph_node *n = &b->nodes.v[nodes[i]];
		n->cluster = cluster;
		n->index = index;
		n->spare = n->spare || r->spare;
		if (!expand_node(b, nodes[i], level))
			return false;
	}
	struct graph_cluster *k = &b->clusters.v[cluster];
	if (r->spare) {
		k->spare_members = nodes;
		k->n_spare_members = r->n;
	} else {
		k->members = nodes;
		k->n_members = r->n;
	}
	return true;
}

static bool expand_members(
    struct builder *b, const struct tcomponent *c, int cluster, unsigned level)
{
	const struct graph_cluster *k = &b->clusters.v[cluster];
	struct roster members = {.first = 1, .n = k->initial};
	struct roster spares = {.first = (int)k->initial + 1, .n = k->spares, .spare = true};
	const struct graph_members *wanted;

	if (!find_members(b, k, &wanted))
		return false;
	if (wanted != NULL) {
		members = (struct roster){.indices = wanted->indices, .n = wanted->n};
		spares = (struct roster){
		    .indices = wanted->spares, .n = wanted->n_spares, .spare = true};
	}
	return expand_roster(b, c, cluster, &members, level) &&
	       expand_roster(b, c, cluster, &spares, level);
}

static bool expand_component(
    struct builder *b, int owner, const struct tcomponent *c, struct slot *slot, unsigned level)
{
	const char *name = lm_arena_join(b->arena, b->nodes.v[owner].name, "__", c->name, NULL);
	struct graph_cluster k = {.name = name,
	    .component = c->name,
	    .owner = owner,
	    .initial = 1,
	    .increment = 1,
	    .spares_state = END_INACTIVE};

	*slot = (struct slot){-1, -1};
	if (c->clustered) {
		if (!cluster_numbers(b, owner, c->numbers, &k))
			return false;
	} else if (c->numbers != NULL) {
		const struct number quantity = {&c->numbers->quantity, "quantity", name, 1, 1};

		if (!number_value(b, owner, &quantity, &k.initial))
			return false;
	}
	if (!c->clustered && k.initial == 1) {
		if (!has_room(b))
			return false;
		slot->node = add_node(b, c->child, c, owner, name);
		return expand_node(b, slot->node, level);
	}
	if (!c->clustered)
		k.min = k.max = k.initial;
	*LM_PUSH(NULL, &b->clusters) = k;
	slot->cluster = (int)b->clusters.n - 1;
	return expand_members(b, c, slot->cluster, level);
}

static bool expand_node(struct builder *b, int node, unsigned level)
{
	const struct template *t = b->infos.v[node].template;
	struct slot *slots = LM_NEW_N(b->scratch, struct slot, t->d->n_components);

	if (level > GRAPH_LEVELS_MAX) {
		diag_add(b->diags, CODE_GRAPH_LIMIT, NULL, "more than %d levels", GRAPH_LEVELS_MAX);
		return false;
	}
	b->infos.v[node].slots = slots;
	b->infos.v[node].first_reference = (int)b->references.n;
	for (size_t i = 0; i < t->d->n_references; i++) {
		struct graph_reference *r = LM_PUSH(NULL, &b->references);

		r->component = t->references[i].name;
		r->owner = node;
		r->type = t->references[i].type;
	}
	for (size_t i = 0; i < t->d->n_components; i++)
		if (!expand_component(b, node, &t->components[i], &slots[i], level + 1))
			return false;
	return true;
}

bool expand_root(struct builder *b, struct template *t)
{
	int root = add_node(b, t, NULL, -1, lm_arena_strdup(b->arena, b->request->instance));

	return expand_node(b, root, 1);
}

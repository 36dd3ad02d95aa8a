/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "tosca/text/codes.h"
#include "tosca/text/suggest.h"

static void topic_init(struct topic *t, int kind, const char *key)
{
	t->kind = kind;
	t->key = lm_strdup(key);
}

struct names *names_new(void)
{
	struct names *ns = lm_alloc(sizeof *ns);

	ns->by_name = lm_map_new();
	ns->by_plain = lm_map_new();
	ns->by_word = lm_map_new();
	ns->versions = versions_new();
	ns->all.kind = TOPIC_ALL;
	return ns;
}

/* ---- forgetting ---------------------------------------------------------------------------- */

void loops_free(struct known *k)
{
	for (struct loop *l = k->loops, *next; l != NULL; l = next) {
		next = l->next;
		free(l->text);
		free(l);
	}
	k->loops = NULL;
}

static void known_free(struct known *k)
{
	loops_free(k);
	diags_free(k->diags);
	waits_free(k->waits);
	for (size_t i = 0; i < k->holders.n; i++)
		diags_free(k->holders.v[i].twice);
	lm_vec_free(&k->holders);
	free(k->uses);
	free(k->edges);
	free(k->topic.key);
	free(k);
}

static void topics_free(struct lm_map *map)
{
	struct topic *t;

	for (size_t i = 0; (t = lm_map_next(map, &i)) != NULL;) {
		free(t->key);
		free(t);
	}
	lm_map_free(map);
}

void names_free(struct names *ns)
{
	struct known *k;

	if (ns == NULL)
		return;
	for (size_t i = 0; (k = lm_map_next(ns->by_name, &i)) != NULL;)
		known_free(k);
	lm_map_free(ns->by_name);
	topics_free(ns->by_plain);
	topics_free(ns->by_word);
	versions_free(ns->versions);
	diags_free(ns->empty);
	lm_vec_free(&ns->by_id);
	lm_vec_free(&ns->free_ids);
	lm_vec_free(&ns->reads);
	lm_vec_free(&ns->unsettled);
	lm_vec_free(&ns->due);
	lm_vec_free(&ns->moved);
	changed_fini(&ns->changed);
	free(ns);
}

void names_sweep(struct names *ns, struct known *k)
{
	if (k->holders.n > 0 || k->topic.readers != NULL || k->parents != NULL || k->unsettled ||
	    k->due || k->moved || k->first != NULL)
		return;
	lm_map_remove(ns->by_name, k->topic.key);
	ns->by_id.v[k->id] = NULL;
	*LM_PUSH(NULL, &ns->free_ids) = k->id;
	known_free(k);
}

static void topic_sweep(struct names *ns, struct topic *t)
{
	if (t->readers != NULL || t->kind == TOPIC_ALL)
		return;
	if (t->kind == TOPIC_NAME) {
		names_sweep(ns, (struct known *)t);
		return;
	}
	lm_map_remove(t->kind == TOPIC_PLAIN ? ns->by_plain : ns->by_word, t->key);
	free(t->key);
	free(t);
}

/* ---- reading ------------------------------------------------------------------------------- */

static struct known *known_new(struct names *ns, const char *canonical)
{
	struct known *k = lm_alloc(sizeof *k);

	topic_init(&k->topic, TOPIC_NAME, canonical);
	lm_map_put(ns->by_name, k->topic.key, k);
	if (ns->free_ids.n > 0) {
		k->id = ns->free_ids.v[--ns->free_ids.n];
	} else {
		k->id = ns->by_id.n;
		LM_PUSH(NULL, &ns->by_id);
	}
	ns->by_id.v[k->id] = k;
	return k;
}

static struct known *known_ensure(struct names *ns, const char *canonical)
{
	struct known *k = lm_map_find(ns->by_name, canonical);

	return k != NULL ? k : known_new(ns, canonical);
}

struct known *names_of(const struct names *ns, const struct descriptor *d)
{
	return ns->by_id.v[d->index];
}

static void read_topic(struct names *ns, struct topic *t)
{
	if (t->asked == ns->n_checks)
		return;
	t->asked = ns->n_checks;
	*LM_PUSH(NULL, &ns->reads) = t;
}

struct known *names_read(struct names *ns, const char *canonical)
{
	if (ns->reader == NULL)
		return lm_map_find(ns->by_name, canonical);
	struct known *k = known_ensure(ns, canonical);
	read_topic(ns, &k->topic);
	return k;
}

static void read_text(struct names *ns, struct lm_map *map, int kind, const char *key)
{
	struct topic *t = lm_map_find(map, key);

	if (t == NULL) {
		t = lm_alloc(sizeof *t);
		topic_init(t, kind, key);
		lm_map_put(map, t->key, t);
	}
	read_topic(ns, t);
}

void names_read_plain(struct names *ns, const char *plain)
{
	if (ns->reader != NULL)
		read_text(ns, ns->by_plain, TOPIC_PLAIN, plain);
}

void names_read_word(struct names *ns, const char *word)
{
	if (ns->reader != NULL)
		read_text(ns, ns->by_word, TOPIC_WORD, word);
}

void names_read_all(struct names *ns)
{
	if (ns->reader != NULL)
		read_topic(ns, &ns->all);
}

static void uses_drop(struct names *ns, struct known *k)
{
	struct use *uses = k->uses;
	size_t n = k->n_uses;

	k->uses = NULL;
	k->n_uses = 0;
	for (size_t i = 0; i < n; i++) {
		struct use *u = &uses[i];

		if (u->prev != NULL)
			u->prev->next = u->next;
		else
			u->of->readers = u->next;
		if (u->next != NULL)
			u->next->prev = u->prev;
		topic_sweep(ns, u->of);
	}
	free(uses);
}

void names_reads_keep(struct names *ns, struct known *k)
{
	size_t n = ns->reads.n;
	struct use *old = k->uses, *uses = lm_alloc((n + 1) * sizeof *uses);
	size_t n_old = k->n_uses;

	/* The new ones first, so that nothing is forgotten that is still asked for. */
	for (size_t i = 0; i < n; i++) {
		struct topic *t = ns->reads.v[i];

		uses[i] = (struct use){t, k, NULL, t->readers};
		if (t->readers != NULL)
			t->readers->prev = &uses[i];
		t->readers = &uses[i];
	}
	k->uses = old;
	k->n_uses = n_old;
	uses_drop(ns, k);
	k->uses = uses;
	k->n_uses = n;
}

/* ---- being told ---------------------------------------------------------------------------- */

void names_due(struct names *ns, struct known *k)
{
	if (k->first == NULL)
		return;
	k->first->check = CHECK_NOT_YET;
	if (k->due)
		return;
	k->due = true;
	*LM_PUSH(NULL, &ns->due) = k;
}

static void move(struct names *ns, struct known *k)
{
	if (k->moved)
		return;
	k->moved = true;
	*LM_PUSH(NULL, &ns->moved) = k;
}

static void tell(struct names *ns, const struct topic *t)
{
	for (const struct use *u = t == NULL ? NULL : t->readers; u != NULL; u = u->next)
		names_due(ns, u->by);
}

void names_changed(struct names *ns, const struct known *k)
{
	size_t i = 0;

	/* The first that counts stands further down while another has come before it. */
	while (i < k->holders.n && k->holders.v[i].d != k->first)
		i++;
	if (i < k->holders.n)
		changed_add(&ns->changed, k->holders.v[i].file);
}

static bool range_is_in(const struct source_range *r, const struct source *source)
{
	return r->source == source;
}

static bool points_into(const struct diag *d, const struct source *source)
{
	if (range_is_in(&d->pos, source) ||
	    (d->fix.text != NULL && range_is_in(&d->fix.pos, source)))
		return true;
	for (const struct diag_note *n = d->notes; n != NULL; n = n->next)
		if (range_is_in(&n->pos, source))
			return true;
	return false;
}

/* What was said of 'k' must not outlive the text that it points to. */
static void forget_places(struct names *ns, struct known *k, const struct source *source)
{
	for (size_t i = 0; k->diags != NULL && i < diags_count(k->diags); i++) {
		if (!points_into(diags_at(k->diags, i), source))
			continue;
		diags_free(k->diags);
		k->diags = NULL;
		names_changed(ns, k);
		names_due(ns, k);
	}
}

/* ---- entering and leaving ------------------------------------------------------------------ */

static void unsettle(struct names *ns, struct known *k)
{
	if (k->unsettled)
		return;
	k->unsettled = true;
	*LM_PUSH(NULL, &ns->unsettled) = k;
}

/* Enough of one name; the rest is not told. */
enum { TWICE_MAX = 1000 };

static void twice_drop(struct names *ns, struct holder *h)
{
	if (h->twice == NULL)
		return;
	diags_free(h->twice);
	h->twice = NULL;
	changed_add(&ns->changed, h->file);
}

void names_enter(struct names *ns, struct descriptor *d, struct catalog_file *file)
{
	struct known *k = known_ensure(ns, d->name.canonical);
	size_t at = k->holders.n;

	LM_PUSH(NULL, &k->holders);
	for (; at > 0 && k->holders.v[at - 1].file->order > file->order; at--)
		k->holders.v[at] = k->holders.v[at - 1];
	k->holders.v[at] = (struct holder){d, file, NULL};
	if (k->holders.n > TWICE_MAX + 1)
		twice_drop(ns, &k->holders.v[TWICE_MAX + 1]);
	d->index = k->id;
	unsettle(ns, k);
}

/* 'k->first' stops to count: it may go, or another has come before it. */
static void dethrone(struct names *ns, struct known *k)
{
	const struct source *source = k->first->source;

	const struct topic *const topics[] = {
	    &k->topic, lm_map_find(ns->by_plain, k->first->name.name), &ns->all};

	for (size_t i = 0; i < LM_COUNT(topics); i++)
		for (const struct use *u = topics[i] == NULL ? NULL : topics[i]->readers; u != NULL;
		     u = u->next)
			forget_places(ns, u->by, source);
	if (k->diags != NULL)
		names_changed(ns, k);
	for (size_t i = 0; i < k->holders.n; i++)
		twice_drop(ns, &k->holders.v[i]);
	versions_remove(ns->versions, k->first);
	ns->n_descriptors--;
	k->first->check = CHECK_NOT_YET;
	k->first = NULL;
	diags_free(k->diags);
	k->diags = NULL;
}

void names_leave(struct names *ns, struct descriptor *d)
{
	struct known *k = names_of(ns, d);
	size_t at = k->holders.n - 1;

	while (k->holders.v[at].d != d)
		at--;
	diags_free(k->holders.v[at].twice);
	k->holders.n--;
	memmove(
	    &k->holders.v[at], &k->holders.v[at + 1], (k->holders.n - at) * sizeof k->holders.v[0]);
	if (k->first == d)
		dethrone(ns, k);
	unsettle(ns, k);
}

/* ---- settling ------------------------------------------------------------------------------ */

static void edges_drop(struct names *ns, struct known *k)
{
	struct edge *edges = k->edges;
	size_t n = k->n_edges;

	k->edges = NULL;
	k->n_edges = 0;
	for (size_t i = 0; i < n; i++) {
		struct edge *e = &edges[i];

		if (e->prev != NULL)
			e->prev->next = e->next;
		else
			e->child->parents = e->next;
		if (e->next != NULL)
			e->next->prev = e->prev;
		if (e->child != k)
			names_sweep(ns, e->child);
	}
	free(edges);
}

/* True when the descriptor is made of the same as before. */
static bool edges_hold(const struct known *k, const struct descriptor *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_components; i++) {
		const char *canonical = d->components[i].canonical;

		if (canonical == NULL)
			continue;
		if (n == k->n_edges || strcmp(k->edges[n].child->topic.key, canonical) != 0)
			return false;
		n++;
	}
	return n == k->n_edges;
}

static void edges_make(struct names *ns, struct known *k)
{
	const struct descriptor *d = k->first;

	k->edges = lm_alloc((d->n_components + 1) * sizeof *k->edges);
	for (size_t i = 0; i < d->n_components; i++) {
		if (d->components[i].canonical == NULL)
			continue;
		struct edge *e = &k->edges[k->n_edges++];
		struct known *child = known_ensure(ns, d->components[i].canonical);

		*e = (struct edge){k, child, i, NULL, child->parents};
		if (child->parents != NULL)
			child->parents->prev = e;
		child->parents = e;
	}
}

/* Its name has appeared or is gone: those that are made of it, or meant it, must know. */
static void tell_existence(struct names *ns, struct known *k, const char *plain)
{
	const struct topic *t;

	for (const struct edge *e = k->parents; e != NULL; e = e->next)
		move(ns, e->parent);
	move(ns, k);
	for (size_t i = 0; (t = lm_map_next(ns->by_word, &i)) != NULL;)
		if (suggest_is_near(t->key, plain))
			tell(ns, t);
}

static void tell_surface(struct names *ns, struct known *k, uint64_t surface)
{
	const char *begin = strstr(k->topic.key, "::") + 2, *end = strstr(begin, "::");
	char *plain = lm_strndup(begin, (size_t)(end - begin));

	if (surface != k->surface) {
		tell(ns, &k->topic);
		tell(ns, lm_map_find(ns->by_plain, plain));
		tell(ns, &ns->all);
	}
	if ((surface == 0) != (k->surface == 0))
		tell_existence(ns, k, plain);
	free(plain);
	k->surface = surface;
}

/* Nobody has the name any more. */
static void vacate(struct names *ns, struct known *k)
{
	uses_drop(ns, k);
	edges_drop(ns, k);
	loops_free(k);
	waits_free(k->waits);
	k->waits = NULL;
	/* Those of its circle are looked at again because they are its parents, or theirs. */
	k->circle = 0;
	k->level = 0;
}

const struct diags *names_twice(const struct names *ns, const struct descriptor *d)
{
	const struct known *k = names_of(ns, d);

	for (size_t i = 1; k->first != d && i < k->holders.n && i <= TWICE_MAX; i++)
		if (k->holders.v[i].d == d)
			return k->holders.v[i].twice;
	return NULL;
}

/* What stands in a higher layer is there to replace. */
static bool is_twice(const struct known *k, const struct holder *h)
{
	return catalog_order_layer(h->file->order) ==
	       catalog_order_layer(k->holders.v[0].file->order);
}

static void report_twice(struct names *ns, struct known *k)
{
	for (size_t i = 1; i < k->holders.n && i <= TWICE_MAX; i++) {
		struct holder *h = &k->holders.v[i];

		if (h->twice != NULL || !is_twice(k, h))
			continue;
		h->twice = diags_new(1);
		changed_add(&ns->changed, h->file);
		struct diag *g = diag_add(h->twice, CODE_DUPLICATE_DESCRIPTOR, &h->d->pos,
		    "'%s' is defined twice", h->d->name.full);
		diag_note(h->twice, g, &k->first->pos, "first defined here");
	}
}

/* The first of its name has changed. */
static void enthrone(struct names *ns, struct known *k)
{
	struct descriptor *d = k->holders.n > 0 ? k->holders.v[0].d : NULL;

	if (k->first != NULL)
		dethrone(ns, k);
	tell_surface(ns, k, d == NULL ? 0 : descriptor_surface(d));
	if (d == NULL) {
		vacate(ns, k);
		return;
	}
	k->first = d;
	ns->n_descriptors++;
	versions_add(ns->versions, d);
	if (k->circle != 0 || !edges_hold(k, d)) {
		/* New edges first: what both name is not forgotten in between. */
		struct known old = {.edges = k->edges, .n_edges = k->n_edges};

		k->n_edges = 0;
		edges_make(ns, k);
		edges_drop(ns, &old);
		move(ns, k);
	}
	twice_drop(ns, &k->holders.v[0]);
	names_due(ns, k);
}

static void settle(struct names *ns, struct known *k)
{
	if (k->first == NULL || k->holders.v[0].d != k->first)
		enthrone(ns, k);
	report_twice(ns, k);
}

void names_settle(struct names *ns)
{
	/* The list must not be walked while names are forgotten: first all, then the sweep. */
	for (size_t i = 0; i < ns->unsettled.n; i++)
		settle(ns, ns->unsettled.v[i]);
	for (size_t i = 0; i < ns->unsettled.n; i++)
		ns->unsettled.v[i]->unsettled = false;
	for (size_t i = 0; i < ns->unsettled.n; i++)
		names_sweep(ns, ns->unsettled.v[i]);
	ns->unsettled.n = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "tosca/editor/place.h"
#include "tosca/editor/words.h"
#include "tosca/link/link.h"
#include "tosca/model/keys.h"
#include "tosca/model/lifecycle.h"

struct offer {
	const struct place *p;
	struct lm_arena *arena;
	struct editor_items *items;
	struct outline_span typed; /* what stands there up to the cursor */
	const char *tail;          /* follows what is inserted; "" */
};

/* ---- one item ------------------------------------------------------------------------------ */

/* The letters typed must stand in the name in their order: the editor narrows it down. */
static bool fits(const struct offer *o, const char *name)
{
	const char *text = o->p->outline.text;

	for (uint32_t i = o->typed.begin; i < o->typed.end; i++) {
		while (*name != '\0' &&
		       tolower((unsigned char)*name) != tolower((unsigned char)text[i]))
			name++;
		if (*name == '\0')
			return false;
		name++;
	}
	return true;
}

static struct editor_item *add(struct offer *o, enum editor_kind kind, const char *name)
{
	if (!fits(o, name))
		return NULL;
	if (o->items->n == EDITOR_ITEMS_MAX) {
		o->items->cut = true;
		return NULL;
	}
	struct editor_item *i = LM_PUSH(o->arena, o->items);
	i->kind = kind;
	i->label = lm_arena_strdup(o->arena, name);
	i->insert = *o->tail != '\0' ? lm_arena_printf(o->arena, "%s%s", name, o->tail) : i->label;
	return i;
}

static void describe(struct editor_item *i, const char *detail, const char *documentation)
{
	if (i == NULL)
		return;
	i->detail = detail;
	i->documentation = documentation;
}

static void add_words(struct offer *o, const char *const *words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		describe(add(o, EDITOR_WORD, words[i]), NULL, words_about(words, words[i]));
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* Whether a key stands in the mapping already, other than the one being written. */
static bool is_taken(const struct offer *o, const char *key)
{
	const struct outline *out = &o->p->outline;
	uint32_t parent = out->v[o->p->entry].parent, i = OUTLINE_NONE;
	size_t n = strlen(key);

	while ((i = outline_next(out, parent, i)) != OUTLINE_NONE) {
		struct outline_span k = out->v[i].key;

		if (i != o->p->entry && !out->v[i].bare && k.end - k.begin == n &&
		    memcmp(out->text + k.begin, key, n) == 0)
			return true;
	}
	return false;
}

/* Of the policy that is being written: what its type says, else what may be in such a descriptor. */
static enum policy_kind policy_kind(const struct offer *o)
{
	const char *type = outline_value(&o->p->outline, o->arena, o->p->member, "type");

	if (type != NULL && strcmp(type, words_policy_type[POLICY_HEAL]) == 0)
		return POLICY_HEAL;
	if (type != NULL && strcmp(type, words_policy_type[POLICY_SCALE]) == 0)
		return POLICY_SCALE;
	return o->p->assembly ? POLICY_SCALE : POLICY_HEAL;
}

static void add_settings(struct offer *o)
{
	enum policy_kind kind = policy_kind(o);

	for (int s = 0; s < SETTINGS_N; s++) {
		const char *key = setting_text((enum setting)s);

		if (setting_belongs((enum setting)s, kind) && !is_taken(o, key))
			describe(add(o, EDITOR_KEY, key), NULL,
			    words_about(keys_policy_properties, key));
	}
}

static void add_keys(struct offer *o)
{
	if (o->p->words == keys_policy_properties) {
		add_settings(o);
		return;
	}
	for (size_t i = 0; o->p->words[i] != NULL; i++)
		if (!is_taken(o, o->p->words[i]))
			describe(add(o, EDITOR_KEY, o->p->words[i]), NULL,
			    words_about(o->p->words, o->p->words[i]));
}

static void add_sections(struct offer *o)
{
	bool known = outline_value(&o->p->outline, o->arena, o->p->document, "name") != NULL;
	enum words_home other = o->p->assembly ? WORDS_RESOURCE : WORDS_ASSEMBLY;

	for (size_t i = 0; keys_document[i] != NULL; i++) {
		enum words_home home = words_home_of(keys_document[i]);

		if (home == WORDS_OLD || (known && home == other) || is_taken(o, keys_document[i]))
			continue;
		describe(add(o, EDITOR_SECTION, keys_document[i]), NULL,
		    words_about(keys_document, keys_document[i]));
	}
}

static void add_transitions(struct offer *o)
{
	for (size_t i = 0; i < TRANSITION_N; i++) {
		const char *name = transition_text((enum transition)i);

		if (!is_taken(o, name))
			describe(add(o, EDITOR_WORD, name), NULL, words_about_transition(name));
	}
}

/* ---- things of descriptors ----------------------------------------------------------------- */

static const char *attributes(const struct offer *o, const struct property *p)
{
	const char *fallback = expr_literal(&p->fallback);

	return lm_arena_printf(o->arena, "%s%s%s%s%s", p->type != NULL ? p->type : "string",
	    p->required ? ", required" : "", p->read_only ? ", read-only" : "",
	    fallback != NULL ? ", default " : "", fallback != NULL ? fallback : "");
}

enum pick { PICK_ALL, PICK_PUBLIC, PICK_INPUTS };

static void add_properties(struct offer *o, const struct property *list, size_t n, enum pick pick)
{
	for (size_t i = 0; i < n; i++) {
		const struct property *p = &list[i];

		if ((pick != PICK_ALL && p->is_private) ||
		    (pick == PICK_INPUTS &&
			(p->read_only || expr_is_literal(&p->value) || is_taken(o, p->name.text))))
			continue;
		describe(add(o, EDITOR_PROPERTY, p->name.text), attributes(o, p), p->description);
	}
}

static void add_mappings(struct offer *o)
{
	static const char *const special[] = {"deploymentLocation", "resourceManager"};
	const struct descriptor *d = place_type(o->p, o->p->member);
	bool reference = o->p->section == place_section(o->p, "references");

	if (reference && !is_taken(o, "name"))
		describe(add(o, EDITOR_PROPERTY, "name"), NULL, "The name of the instance.");
	if (d != NULL && !reference)
		add_properties(o, d->properties, d->n_properties, PICK_INPUTS);
	for (size_t i = 0; i < LM_COUNT(special); i++)
		if (!is_taken(o, special[i]) &&
		    (d == NULL || descriptor_property(d, special[i]) == NULL))
			describe(add(o, EDITOR_PROPERTY, special[i]), NULL,
			    "Where it is placed, and by whom.");
}

static void add_operations(struct offer *o, const struct descriptor *d)
{
	for (size_t i = 0; d != NULL && i < d->n_operations; i++)
		describe(
		    add(o, EDITOR_OPERATION, d->operations[i].name.text), descriptor_name(d), NULL);
}

static void add_metrics(struct offer *o, const struct descriptor *d)
{
	for (size_t i = 0; d != NULL && i < d->n_metrics; i++)
		describe(add(o, EDITOR_METRIC, d->metrics[i].name.text), descriptor_name(d), NULL);
}

static void add_capabilities(struct offer *o, const struct descriptor *d)
{
	for (size_t i = 0; d != NULL && i < d->n_capabilities; i++)
		describe(add(o, EDITOR_CAPABILITY, d->capabilities[i].name.text),
		    d->capabilities[i].type, NULL);
}

static void add_descriptors(struct offer *o)
{
	for (size_t i = 0; i < catalog_count(o->p->catalog); i++) {
		const struct descriptor *d = catalog_at(o->p->catalog, i);

		if (d != o->p->self)
			describe(add(o, EDITOR_DESCRIPTOR, descriptor_name(d)), descriptor_file(d),
			    descriptor_description(d));
	}
}

/* ---- names of this document ---------------------------------------------------------------- */

static void add_entries(struct offer *o, const char *section, enum editor_kind kind, bool typed)
{
	const struct outline *out = &o->p->outline;
	uint32_t parent = place_section(o->p, section), i = OUTLINE_NONE;

	while ((i = outline_next(out, parent, i)) != OUTLINE_NONE) {
		if (out->v[i].bare || out->v[i].item)
			continue;
		describe(add(o, kind, place_key(o->p, i)),
		    outline_value(out, o->arena, i, typed ? "type" : "description"), NULL);
	}
}

static void add_components(struct offer *o, bool references)
{
	add_entries(o, "composition", EDITOR_COMPONENT, true);
	if (references)
		add_entries(o, "references", EDITOR_COMPONENT, true);
}

static void add_clusters(struct offer *o)
{
	const struct outline *out = &o->p->outline;
	uint32_t parent = place_section(o->p, "composition"), i = OUTLINE_NONE;

	while ((i = outline_next(out, parent, i)) != OUTLINE_NONE)
		if (outline_find(out, i, "cluster") != OUTLINE_NONE)
			describe(add(o, EDITOR_COMPONENT, place_key(o->p, i)),
			    outline_value(out, o->arena, i, "type"), NULL);
}

static void add_ends(struct offer *o, const char *what)
{
	static const char *const ends[] = {"source", "target"};

	for (size_t i = 0; place_has_ends(o->p) && i < LM_COUNT(ends); i++) {
		uint32_t c = place_end(o->p, ends[i]);

		describe(add(o, EDITOR_COMPONENT, ends[i]),
		    c != OUTLINE_NONE ? place_key(o->p, c) : NULL, what);
	}
}

/* ---- ${...} and a.b ------------------------------------------------------------------------ */

static const char *const instance_words[] = {"name", "id", "index", NULL};

static bool is_found(const struct offer *o, uint32_t component)
{
	return o->p->outline.v[component].parent == place_section(o->p, "references");
}

static void offer_expr(struct offer *o)
{
	const struct place *p = o->p;
	uint32_t end = p->token.end;
	bool closed = end < p->outline.n && p->outline.text[end] == '}';

	if (!p->scoped || p->on_scope) {
		o->tail = "";
		add_ends(o, "An end of this relationship.");
		add_components(o, true);
		describe(add(o, EDITOR_COMPONENT, "instance"), NULL,
		    "The instance made from this descriptor.");
		if (p->scoped)
			return;
		o->tail = closed ? "" : "}";
		add_entries(o, "properties", EDITOR_PROPERTY, false);
		add_entries(o, "private-properties", EDITOR_PROPERTY, false);
		return;
	}
	o->tail = closed ? "" : "}";
	char *scope = outline_text(&p->outline, o->arena, p->scope);
	if (strcmp(scope, "instance") == 0) {
		add_words(o, instance_words);
		return;
	}
	uint32_t c = place_scope(p, scope);
	const struct descriptor *d = c != OUTLINE_NONE ? place_type(p, c) : NULL;
	if (d != NULL)
		add_properties(o, d->properties, d->n_properties, PICK_PUBLIC);
	if (c == OUTLINE_NONE || (!is_found(o, c) && place_end(p, scope) == OUTLINE_NONE))
		return;
	for (size_t i = 0; i < 2; i++)
		if (d == NULL || descriptor_property(d, instance_words[i]) == NULL)
			add(o, EDITOR_PROPERTY, instance_words[i]);
}

static void offer_path(struct offer *o)
{
	const struct place *p = o->p;
	bool before = !p->scoped || p->on_scope;

	if (before) {
		if (p->what == PLACE_CALL)
			add_ends(o, NULL);
		if (p->what == PLACE_OWN_METRIC)
			add_entries(o, "metrics", EDITOR_METRIC, true);
		add_components(o, p->what == PLACE_END);
		return;
	}
	uint32_t c = place_scope(p, outline_text(&p->outline, o->arena, p->scope));
	const struct descriptor *d = c != OUTLINE_NONE ? place_type(p, c) : NULL;
	if (p->what == PLACE_END)
		add_capabilities(o, d);
	else if (p->what == PLACE_METRIC || p->what == PLACE_OWN_METRIC)
		add_metrics(o, d);
	else
		add_operations(o, d);
}

static void add_arguments_of(struct offer *o, char *call)
{
	const struct descriptor *owner;
	char *dot = strchr(call, '.');

	if (dot == NULL)
		return;
	*dot = '\0';
	uint32_t c = place_scope(o->p, call);
	const struct descriptor *d = c != OUTLINE_NONE ? place_type(o->p, c) : NULL;
	const struct operation *op =
	    d != NULL ? link_operation(o->p->catalog, d, dot + 1, &owner) : NULL;
	if (op != NULL)
		add_properties(o, op->properties, op->n_properties, PICK_INPUTS);
}

/* What the operations called by this relationship take. */
static void add_arguments(struct offer *o)
{
	const struct outline *out = &o->p->outline;
	uint32_t lifecycle = outline_find(out, o->p->member, "lifecycle");
	uint32_t calls = OUTLINE_NONE, i = OUTLINE_NONE;

	while ((calls = outline_next(out, lifecycle, calls)) != OUTLINE_NONE)
		for (i = OUTLINE_NONE; (i = outline_next(out, calls, i)) != OUTLINE_NONE;)
			add_arguments_of(o, outline_text(out, o->arena, out->v[i].value));
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void offer_key(struct offer *o)
{
	o->tail = o->p->outline.v[o->p->entry].bare ? ":" : "";
	switch (o->p->what) {
	case PLACE_SECTION:
		add_sections(o);
		break;
	case PLACE_MAPPING:
		add_mappings(o);
		break;
	case PLACE_ARGUMENT:
		add_arguments(o);
		break;
	case PLACE_TRANSITION:
		add_transitions(o);
		break;
	default:
		add_keys(o);
	}
}

static void offer_value(struct offer *o)
{
	switch (o->p->what) {
	case PLACE_WORD:
		add_words(o, o->p->words);
		break;
	case PLACE_TRANSITION:
		add_transitions(o);
		break;
	case PLACE_DESCRIPTOR:
		add_descriptors(o);
		break;
	case PLACE_EXPR:
		offer_expr(o);
		break;
	case PLACE_CLUSTER:
		add_clusters(o);
		break;
	case PLACE_END:
	case PLACE_CALL:
	case PLACE_OPERATION:
	case PLACE_METRIC:
	case PLACE_OWN_METRIC:
		offer_path(o);
		break;
	default:
		break;
	}
}

struct editor_items editor_complete(const struct editor_query *q, struct lm_arena *a)
{
	struct editor_items items = {0};
	struct place p = place_find(a, q);
	struct offer o = {.p = &p, .arena = a, .items = &items, .tail = ""};

	if (p.what == PLACE_NONE || p.what == PLACE_NAME || p.what == PLACE_SELF)
		return items;
	items.begin = p.token.begin;
	items.end = p.token.end;
	o.typed = (struct outline_span){p.token.begin, (uint32_t)q->offset};
	if (o.typed.end < o.typed.begin)
		o.typed.end = o.typed.begin;
	if (p.outline.at_key)
		offer_key(&o);
	else
		offer_value(&o);
	return items;
}

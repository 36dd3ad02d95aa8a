/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/suggest.h"

enum { QUANTITY_MAX = 1000000 };

/* ---- composition and references ------------------------------------------------------------ */

static bool check_local_name(struct reader *r, const struct spot *name)
{
	static const char *const reserved[] = {"instance", "source", "target"};
	const char *flaw = name_component_flaw(name->text);

	if (flaw != NULL) {
		diag_add(r->diags, CODE_LOCAL_NAME, &name->pos,
		    "'%s' cannot be the name of a component: %s", name->text, flaw);
		return false;
	}
	for (size_t i = 0; i < LM_COUNT(reserved); i++) {
		if (strcmp(name->text, reserved[i]) != 0)
			continue;
		diag_add(r->diags, CODE_AMBIGUOUS, &name->pos,
		    "'%s' cannot be the name of a component: ${%s...} has a meaning of its own",
		    name->text, name->text);
		return false;
	}
	return true;
}

static void read_type(
    struct reader *r, const struct node *node, struct component *c, bool reference)
{
	struct spot type = read_spot(r, node, "'type'");
	struct name name;

	if (!node_is_null(node))
		c->type.pos = type.pos;
	if (type.text == NULL)
		return;
	const char *flaw = read_full_name(r, type.text, &name);
	if (flaw == NULL && name.ranged && !reference)
		flaw = "a range of versions is for references only";
	if (flaw != NULL) {
		struct diag *d = diag_add(
		    r->diags, CODE_TYPE, &type.pos, "'%s' cannot be a type: %s", type.text, flaw);
		if (name_is_lmctl(type.text))
			diag_help(r->diags, d,
			    "push the project with lmctl, or write the full name of the "
			    "descriptor");
		return;
	}
	if (name.trimmed) {
		struct diag *d = diag_add(
		    r->diags, CODE_NAME_ODD, &type.pos, "there are blanks in this name, left out");
		diag_help(r->diags, d, "write '%s'", name.full);
	}
	c->type = (struct spot){name.full, type.pos};
	c->canonical = name.canonical;
	c->ranged = name.ranged;
	c->external = reference && name.kind == NAME_RESOURCE;
}

/* A number that is known already is checked already. */
static bool number_of(
    struct reader *r, const struct expr *e, const char *what, unsigned least, unsigned *out)
{
	const char *text = expr_literal(e);

	if (text == NULL)
		return false;
	if (expr_number(text, QUANTITY_MAX, out) && *out >= least)
		return true;
	diag_add(r->diags, CODE_NUMBER, &e->pos, "'%s' must be a whole number, %u to %d", what,
	    least, QUANTITY_MAX);
	return false;
}

static void check_order(struct reader *r, const struct expr *low, const char *low_name,
    unsigned low_number, const struct expr *high, const char *high_name, unsigned high_number)
{
	if (low_number <= high_number)
		return;
	struct diag *d = diag_add(r->diags, CODE_CLUSTER_LIMITS, &low->pos,
	    "%s %u is more than %s %u", low_name, low_number, high_name, high_number);
	diag_note(r->diags, d, &high->pos, "%s", high_name);
}

static void check_cluster(struct reader *r, const struct component_numbers *c)
{
	unsigned min = 1, max = 0, initial = 0, increment, spares;
	bool has_min = number_of(r, &c->min, "minimum-nodes", 0, &min);
	bool has_max = number_of(r, &c->max, "maximum-nodes", 1, &max);
	bool has_initial = number_of(r, &c->initial, "initial-quantity", 0, &initial);

	number_of(r, &c->increment, "scaling-increment", 1, &increment);
	number_of(r, &c->spares, "spares", 0, &spares);
	if (has_min && has_max)
		check_order(r, &c->min, "minimum-nodes", min, &c->max, "maximum-nodes", max);
	if (has_initial && has_max)
		check_order(
		    r, &c->initial, "initial-quantity", initial, &c->max, "maximum-nodes", max);
	if (has_initial && has_min)
		check_order(
		    r, &c->min, "minimum-nodes", min, &c->initial, "initial-quantity", initial);
	else if (has_initial && initial == 0 && c->min.n == 0)
		diag_help(r->diags,
		    diag_add(r->diags, CODE_CLUSTER_LIMITS, &c->initial.pos,
			"initial-quantity 0 is less than minimum-nodes, which is 1 unless given"),
		    "add 'minimum-nodes: 0'");
}

static struct component_numbers *need_numbers(struct reader *r, struct component *c)
{
	if (c->numbers == NULL) {
		c->numbers = LM_NEW(r->arena, struct component_numbers);
		c->numbers->spares_state = END_INACTIVE;
	}
	return c->numbers;
}

const char *const words_spares_state[] = {"Inactive", "Installed", NULL};

static enum end_state read_spares_state(struct reader *r, const struct node *node)
{
	static const enum end_state states[] = {END_INACTIVE, END_INSTALLED};
	struct spot state = read_spot(r, node, "'spares-state'");
	struct suggest near = suggest_for(state.text != NULL ? state.text : "");

	for (size_t i = 0; state.text != NULL && words_spares_state[i] != NULL; i++) {
		if (strcmp(state.text, words_spares_state[i]) == 0)
			return states[i];
		suggest_offer(&near, words_spares_state[i]);
	}
	struct diag *d = diag_add(r->diags, CODE_SPARES_STATE, &state.pos,
	    "'spares-state' must be a state of spares, not '%s'",
	    state.text != NULL ? state.text : "");
	if (near.best != NULL)
		diag_did_you_mean(r->diags, d, near.best);
	else
		diag_help(r->diags, d,
		    "spares are Inactive (started and looked at) or Installed (not yet started)");
	return END_INACTIVE;
}

const char *const keys_cluster[] = {"initial-quantity", "minimum-nodes", "maximum-nodes",
    "scaling-increment", "spares", "spares-state", NULL};

static void read_cluster(struct reader *r, const struct node *node, struct component *c)
{
	struct component_numbers *all = need_numbers(r, c);
	struct expr *const numbers[] = {
	    &all->initial, &all->min, &all->max, &all->increment, &all->spares};

	node = read_mapping(r, node, "'cluster'");
	c->clustered = true;
	for (size_t i = 0; node != NULL && i < node->n; i++) {
		int k = read_key(r, &node->pairs[i].key, keys_cluster, "a cluster");

		if (k == LM_COUNT(numbers))
			all->spares_state = read_spares_state(r, &node->pairs[i].value);
		else if (k >= 0)
			*numbers[k] = read_value(r, &node->pairs[i].value, keys_cluster[k]);
	}
	check_cluster(r, all);
}

static void read_quantity(struct reader *r, const struct node *node, struct component *c)
{
	struct component_numbers *all = need_numbers(r, c);
	unsigned quantity;

	all->quantity = read_value(r, node, "'quantity'");
	number_of(r, &all->quantity, "quantity", 1, &quantity);
}

const char *const keys_component[] = {
    "type", "properties", "description", "meta-type", "quantity", "cluster", NULL};
const char *const keys_reference[] = {"type", "properties", "description", NULL};

/* A number of the cluster stands beside it, or beside a quantity. */
static bool is_misplaced(struct reader *r, const struct node *key)
{
	for (size_t i = 0; keys_cluster[i] != NULL; i++) {
		if (strcmp(key->text, keys_cluster[i]) != 0)
			continue;
		struct diag *d = read_report(r, CODE_CLUSTER_KEY, key,
		    "'%s' stands outside of 'cluster', and has no effect", key->text);
		diag_help(
		    r->diags, d, "write 'cluster: {%s: ...}'; a quantity has none", key->text);
		return true;
	}
	return false;
}

static void read_component(
    struct reader *r, const struct node_pair *pair, struct component *c, bool reference)
{
	const struct node *body =
	    read_mapping(r, &pair->value, reference ? "a reference" : "a component");
	size_t n = 0;

	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;

		if (!reference && is_misplaced(r, &body->pairs[i].key))
			continue;
		switch (
		    read_key(r, &body->pairs[i].key, reference ? keys_reference : keys_component,
			reference ? "a reference" : "a component")) {
		case 0:
			read_type(r, value, c, reference);
			break;
		case 1:
			c->properties = read_mappings(r, value, false, &n);
			c->n_properties = (uint32_t)n;
			break;
		case 4:
			read_quantity(r, value, c);
			break;
		case 5:
			read_cluster(r, value, c);
			break;
		}
	}
	if (c->clustered && c->numbers->quantity.n > 0)
		diag_add(r->diags, CODE_QUANTITY_IGNORED, &c->numbers->quantity.pos,
		    "'quantity' has no effect beside 'cluster'");
	if (c->type.text == NULL && c->type.pos.source == NULL)
		diag_add(r->diags, CODE_NO_TYPE, &c->name.pos, "'%s' has no type", c->name.text);
}

static struct component *read_components(
    struct reader *r, const struct node *node, bool reference, size_t *out_n)
{
	size_t n = read_entries(r, node, reference ? "'references'" : "'composition'");
	struct component *list = LM_NEW_N(r->arena, struct component, n);

	*out_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct component *c = &list[*out_n];

		c->name = read_named(r, &node->pairs[i].key);
		if (!check_local_name(r, &c->name))
			continue;
		read_component(r, &node->pairs[i], c, reference);
		(*out_n)++;
	}
	return list;
}

void read_composition(struct reader *r, const struct node *node)
{
	r->d->components = read_components(r, node, false, &r->d->n_components);
}

static bool is_mapped(const struct component *c, const char *property)
{
	const struct mapping *m = component_mapping(c, property);

	return m != NULL && m->value.n > 0;
}

/* What is searched for, and where. */
static void check_reference(struct reader *r, const struct component *c)
{
	struct diag *d;

	if (!is_mapped(c, "name")) {
		d = diag_add(r->diags, CODE_REFERENCE_NAME, &c->name.pos,
		    "reference '%s' says not which %s it means", c->name.text,
		    c->external ? "resource" : "instance");
		diag_help(r->diags, d, "add properties: {name: {value: <name of the %s>}}",
		    c->external ? "resource" : "instance");
	}
	if (c->external && !is_mapped(c, "deploymentLocation")) {
		d = diag_add(r->diags, CODE_REFERENCE_LOCATION, &c->name.pos,
		    "reference '%s' to a resource says not at which location it is", c->name.text);
		diag_help(r->diags, d,
		    "add properties: {deploymentLocation: {value: ...}}; 'resourceManager' is the "
		    "location's own unless given");
	}
	for (size_t i = 0; i < c->n_properties; i++) {
		const struct spot *name = &c->properties[i].name;

		if (strcmp(name->text, "name") == 0 || property_is_special(name->text))
			continue;
		d = diag_add(r->diags, CODE_REFERENCE_PROPERTY, &name->pos,
		    "'%s' does not help to find what reference '%s' means, ignored", name->text,
		    c->name.text);
		diag_help(r->diags, d,
		    "found by name, deploymentLocation and resourceManager; its values are read "
		    "with ${%s.%s}",
		    c->name.text, name->text);
	}
}

void read_references(struct reader *r, const struct node *node)
{
	r->d->references = read_components(r, node, true, &r->d->n_references);
	for (size_t i = 0; i < r->d->n_references; i++)
		check_reference(r, &r->d->references[i]);
}

/* ---- relationships ------------------------------------------------------------------------- */

const char *const words_state[] = {
#define X(name, text) [END_##name] = text,
    END_STATES(X)
#undef X
	NULL};

static enum end_state read_state(struct reader *r, const struct node *node, const char *key)
{
	struct spot state = read_spot(r, node, key);
	const char *text = state.text != NULL ? state.text : "";
	struct suggest near = suggest_for(text);

	for (size_t i = 0; words_state[i] != NULL; i++)
		if (strcmp(text, words_state[i]) == 0)
			return (enum end_state)i;
	struct diag *d =
	    diag_add(r->diags, CODE_STATE, &state.pos, "'%s' must be a state, not '%s'", key, text);
	for (size_t i = 0; words_state[i] != NULL; i++)
		suggest_offer(&near, words_state[i]);
	if (near.best != NULL)
		diag_did_you_mean(r->diags, d, near.best);
	else
		diag_help(r->diags, d, "states are Created, Installed, Inactive and Active");
	return END_ACTIVE;
}

const char *const words_modifier[] = {"pre", "post", NULL};

static bool read_modifier(
    struct reader *r, const struct node *node, const char *key, bool otherwise)
{
	struct spot modifier = read_spot(r, node, key);

	if (modifier.text == NULL)
		return otherwise;
	if (strcmp(modifier.text, "pre") != 0 && strcmp(modifier.text, "post") != 0)
		diag_add(r->diags, CODE_MODIFIER, &modifier.pos,
		    "'%s' must be pre or post, not '%s'", key, modifier.text);
	return strcmp(modifier.text, "pre") == 0;
}

const char *const keys_relationship_lifecycle[] = {"Create", "Cease", NULL};

static void read_relationship_lifecycle(
    struct reader *r, const struct node *node, struct relationship *rel)
{
	node = read_mapping(r, node, "'lifecycle' of a relationship");
	for (size_t i = 0; node != NULL && i < node->n; i++) {
		const struct node *value = &node->pairs[i].value;

		switch (read_key(r, &node->pairs[i].key, keys_relationship_lifecycle,
		    "the lifecycle of a relationship")) {
		case 0:
			rel->create =
			    read_paths(r, value, READ_BARE_WRONG, "an operation", &rel->n_create);
			break;
		case 1:
			rel->cease =
			    read_paths(r, value, READ_BARE_WRONG, "an operation", &rel->n_cease);
			break;
		}
	}
}

enum { SOURCE_STATE = 1u, TARGET_STATE = 2u };

const char *const keys_relationship[] = {"source-capabilities", "target-requirements",
    "source-state", "target-state", "source-state-modifier", "target-state-modifier", "properties",
    "lifecycle", "description", NULL};

/* Reads one key; the states it has seen, as bits. */
static unsigned read_relationship_key(
    struct reader *r, const struct node_pair *pair, struct relationship *rel)
{
	const struct node *value = &pair->value;

	switch (read_key(r, &pair->key, keys_relationship, "a relationship")) {
	case 0:
		rel->sources = read_paths(r, value, READ_BARE_SCOPE,
		    "an entry of 'source-capabilities'", &rel->n_sources);
		break;
	case 1:
		rel->targets = read_paths(r, value, READ_BARE_SCOPE,
		    "an entry of 'target-requirements'", &rel->n_targets);
		break;
	case 2:
		rel->source_state = read_state(r, value, keys_relationship[2]);
		return SOURCE_STATE;
	case 3:
		rel->target_state = read_state(r, value, keys_relationship[3]);
		return TARGET_STATE;
	case 4:
		rel->source_pre = read_modifier(r, value, keys_relationship[4], rel->source_pre);
		break;
	case 5:
		rel->target_pre = read_modifier(r, value, keys_relationship[5], rel->target_pre);
		break;
	case 6:
		rel->properties = read_mappings(r, value, true, &rel->n_properties);
		break;
	case 7:
		read_relationship_lifecycle(r, value, rel);
		break;
	}
	return 0;
}

static void check_relationship(struct reader *r, const struct relationship *rel, unsigned states)
{
	static const struct {
		unsigned state;
		const char *key;
	} rows[] = {{SOURCE_STATE, "source-state"}, {TARGET_STATE, "target-state"}};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		if ((states & rows[i].state) != 0)
			continue;
		struct diag *d = diag_add(r->diags, CODE_STATE, &rel->name.pos,
		    "relationship '%s' has no '%s'", rel->name.text, rows[i].key);
		diag_help(r->diags, d, "add '%s: Active' (or Installed, or Inactive)", rows[i].key);
	}
	if (rel->n_sources > 0 && rel->n_targets > 0)
		return;
	diag_add(r->diags, CODE_ENDS, &rel->name.pos, "relationship '%s' has no '%s'",
	    rel->name.text, rel->n_sources == 0 ? "source-capabilities" : "target-requirements");
}

void read_relationships(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'relationships'");
	struct relationship *list = LM_NEW_N(r->arena, struct relationship, n);

	for (size_t i = 0; i < n; i++) {
		struct relationship *rel = &list[i];
		const struct node *body = read_mapping(r, &node->pairs[i].value, "a relationship");
		unsigned states = 0;

		rel->name = read_named(r, &node->pairs[i].key);
		rel->target_pre = true;
		const char *flaw = name_component_flaw(rel->name.text);
		if (flaw != NULL)
			diag_add(r->diags, CODE_LOCAL_NAME, &rel->name.pos,
			    "'%s' cannot be the name of a relationship: %s", rel->name.text, flaw);
		for (size_t k = 0; body != NULL && k < body->n; k++)
			states |= read_relationship_key(r, &body->pairs[k], rel);
		if (body != NULL || node_is_null(&node->pairs[i].value))
			check_relationship(r, rel, states);
	}
	r->d->relationships = list;
	r->d->n_relationships = n;
}

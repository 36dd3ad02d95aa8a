/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/model.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"

/* ---- making ---------------------------------------------------------------------------------- */

#define DECLARES(transition) (1u << TRANSITION_##transition)

/* What can be outside can go from there again; only what was installed can be started. */
static unsigned some_transitions(struct chance *c)
{
	static const unsigned whole = DECLARES(INSTALL) | DECLARES(CONFIGURE) | DECLARES(START) |
				      DECLARES(INTEGRITY) | DECLARES(STOP) | DECLARES(UNINSTALL);
	unsigned d = whole;

	switch (chance_roll(c, 8)) {
	case 0:
		d = DECLARES(INSTALL) | DECLARES(UNINSTALL);
		break;
	case 1:
		d = DECLARES(INSTALL) | DECLARES(START) | DECLARES(STOP) | DECLARES(DELETE);
		break;
	case 2:
		d = chance_roll(c, 2) ? 0 : DECLARES(CREATE) | DECLARES(DELETE);
		break;
	case 3:
		d = whole | DECLARES(CREATE) | DECLARES(DELETE);
		break;
	case 4:
		d = whole & ~DECLARES(CONFIGURE);
		break;
	}
	if ((d & DECLARES(START)) != 0 && chance_roll(c, 2))
		d |= DECLARES(RECONFIGURE);
	return d;
}

static void make_resource(struct model_resource *r, struct chance *c)
{
	r->declared = some_transitions(c);
	r->install_timeout_s = chance_roll(c, 3) == 0 ? 1 + chance_roll(c, 20) : 0;
	r->start_timeout_s = chance_roll(c, 3) == 0 ? 1 + chance_roll(c, 20) : 0;
	r->is_volatile = chance_roll(c, 2);
	r->has_load = chance_roll(c, 2);
	r->heals = (r->declared & DECLARES(START)) != 0 && chance_roll(c, 3) > 0;
	r->smoothing = 1 + chance_roll(c, 3);
}

static bool is_outside(const struct model *m, const struct model_entry *e)
{
	if (e->resource >= 0)
		return (m->resources[e->resource].declared & DECLARES(INSTALL)) != 0;
	return is_outside(m, &m->assemblies[e->assembly].entries[0]);
}

static struct model_source some_source(
    const struct model_assembly *a, unsigned entry, struct chance *c)
{
	switch (chance_roll(c, 6)) {
	case 0:
		return (struct model_source){SOURCE_LITERAL, chance_roll(c, 9)};
	case 1:
		return (struct model_source){SOURCE_OWN, chance_roll(c, INPUTS)};
	case 2:
	case 3:
		if (entry > 0)
			return (struct model_source){SOURCE_ENTRY, chance_roll(c, entry)};
		return (struct model_source){SOURCE_NAME, 0};
	case 4:
		if (a->refers_to >= 0)
			return (struct model_source){SOURCE_REFERENCE, 0};
		break;
	}
	return (struct model_source){SOURCE_NONE, 0};
}

static void make_spares(struct model_entry *e, struct chance *c)
{
	static const unsigned some[] = {0, 0, 1, 1, 2, SPARES_ASKED};

	e->spares = some[chance_roll(c, LM_COUNT(some))];
	e->spares_installed = chance_roll(c, 4) == 0;
}

static void make_entry(struct model_assembly *a, unsigned at, unsigned level, struct chance *c)
{
	struct model_entry *e = &a->entries[at];

	e->assembly = e->resource = -1;
	if (level > 0 && chance_roll(c, 3) == 0)
		e->assembly = (int)chance_roll(c, level);
	else
		e->resource = (int)chance_roll(c, MODEL_RESOURCES);
	e->quantity = chance_roll(c, 6) == 0 ? 2 : 1;
	e->is_cluster = chance_roll(c, 3) == 0;
	if (e->is_cluster) {
		e->min = chance_roll(c, 2);
		e->max = e->min + 1 + chance_roll(c, 3);
		e->increment = 1 + chance_roll(c, 5) / 4;
		e->quantity = e->min + chance_roll(c, e->max - e->min + 1);
		make_spares(e, c);
	}
	for (unsigned i = 0; i < INPUTS; i++)
		e->inputs[i] = some_source(a, at, c);
}

/* Only an end that is outside when it happens can be called. */
static bool can_be_called(enum end_state state, bool pre)
{
	return state >= END_INACTIVE || (state == END_INSTALLED && !pre);
}

static void make_relation(
    const struct model *m, struct model_assembly *a, struct model_relation *r, struct chance *c)
{
	r->from = chance_roll(c, a->n_entries);
	r->to = chance_roll(c, a->n_entries);
	r->from_state = (enum end_state)chance_roll(c, END_STATE_N);
	r->to_state = (enum end_state)chance_roll(c, END_STATE_N);
	r->from_pre = chance_roll(c, 3) == 0;
	r->to_pre = chance_roll(c, 3) == 0;
	r->is_gone = r->from == r->to && !a->entries[r->from].is_cluster;
	r->from_op = chance_roll(c, 4) == 0 && can_be_called(r->from_state, r->from_pre) &&
		     is_outside(m, &a->entries[r->from]);
	r->to_op = chance_roll(c, 4) > 0 && can_be_called(r->to_state, r->to_pre) &&
		   is_outside(m, &a->entries[r->to]);
}

static bool has_load(const struct model *m, const struct model_entry *e)
{
	if (e->resource >= 0)
		return m->resources[e->resource].has_load;
	return has_load(m, &m->assemblies[e->assembly].entries[0]);
}

static void make_scale(const struct model *m, struct model_assembly *a, struct chance *c)
{
	unsigned of = chance_roll(c, a->n_entries), metric = chance_roll(c, a->n_entries);

	a->scales = -1;
	for (unsigned i = 0; i < a->n_entries && a->scales < 0; i++) {
		unsigned k = (of + i) % a->n_entries;

		if (a->entries[k].is_cluster)
			a->scales = (int)k;
	}
	for (unsigned i = 0; i < a->n_entries; i++) {
		a->metric_of = (metric + i) % a->n_entries;
		if (has_load(m, &a->entries[a->metric_of]))
			return;
	}
	a->scales = -1;
}

static void make_assembly(struct model *m, unsigned at, struct chance *c)
{
	struct model_assembly *a = &m->assemblies[at];
	bool is_root = at >= MODEL_FIRST_ROOT;
	unsigned level = is_root ? MODEL_FIRST_ROOT : at;

	a->refers_to = at > MODEL_FIRST_ROOT && chance_roll(c, 3) == 0 ? MODEL_FIRST_ROOT : -1;
	a->n_entries = is_root ? 2 + chance_roll(c, ENTRIES_MAX - 1) : 1 + chance_roll(c, 2);
	for (unsigned i = 0; i < a->n_entries; i++)
		make_entry(a, i, level, c);
	a->n_relations = chance_roll(c, is_root ? RELATIONS_MAX + 1 : 2);
	for (unsigned i = 0; i < a->n_relations; i++)
		make_relation(m, a, &a->relations[i], c);
	make_scale(m, a, c);
	if (!is_root)
		a->scales = -1;
}

/* How policies decide, with a chance of its own: everything else stays as it is without. */
static void make_policies(struct model *m, uint64_t seed)
{
	struct chance c = chance_of(seed, 300);

	for (unsigned i = 0; i < MODEL_RESOURCES; i++)
		m->resources[i].maximum_heals = chance_roll(&c, 4);
	for (unsigned i = 0; i < MODEL_ASSEMBLIES; i++)
		m->assemblies[i].decides = chance_roll(&c, 64);
}

void model_make(struct model *m, uint64_t seed)
{
	memset(m, 0, sizeof *m);
	make_policies(m, seed);
	for (unsigned i = 0; i < MODEL_RESOURCES; i++) {
		struct chance c = chance_of(seed, 100 + i);

		make_resource(&m->resources[i], &c);
	}
	for (unsigned i = 0; i < MODEL_ASSEMBLIES; i++) {
		struct chance c = chance_of(seed, 200 + i);

		make_assembly(m, i, &c);
	}
}

/* ---- writing --------------------------------------------------------------------------------- */

static void print_lifecycle(const struct model_resource *r, struct lm_buf *out)
{
	if (r->declared == 0)
		return;
	lm_buf_puts(out, "lifecycle:\n");
	for (int t = 0; t < TRANSITION_N; t++) {
		unsigned limit = t == TRANSITION_INSTALL ? r->install_timeout_s
				 : t == TRANSITION_START ? r->start_timeout_s
							 : 0;

		if ((r->declared & (1u << t)) == 0)
			continue;
		lm_buf_printf(out, "  %s: {", transition_text((enum transition)t));
		if (limit > 0)
			lm_buf_printf(out, "timeout: %u", limit);
		lm_buf_puts(out, "}\n");
	}
}

static void print_resource(const struct model_resource *r, unsigned at, struct lm_buf *out)
{
	lm_buf_printf(out,
	    "name: resource::r%u::1.0\n"
	    "properties: {in0: {}, in1: {default: d}, in2: {%s}, address: {read-only: true}, "
	    "deploymentLocation: {default: here}}\n",
	    at, r->is_volatile ? "volatile: true" : "");
	print_lifecycle(r, out);
	lm_buf_puts(out, "operations:\n"
			 "  join: {properties: {key: {required: true}, ipaddr: {default: none}}}\n"
			 "  leave: {properties: {key: {required: true}}}\n"
			 "capabilities: {node: {type: x}}\n"
			 "requirements: {peer: {type: x}}\n"
			 "metrics:\n"
			 "  integrity: {type: 'metric::integrity', publication-period: 0}\n");
	if (r->has_load)
		lm_buf_puts(out, "  load: {type: 'metric::load', publication-period: 1}\n");
	if (r->heals) {
		lm_buf_printf(out,
		    "policies: {heal: {type: 'policy::heal', metric: integrity, properties: "
		    "{smoothing: %u",
		    r->smoothing);
		if (r->maximum_heals > 0)
			lm_buf_printf(out, ", maximum_heals: %u", r->maximum_heals);
		lm_buf_puts(out, "}}}\n");
	}
	lm_buf_puts(out, "---\n");
}

static void print_source(
    const struct model_assembly *a, const struct model_source *s, unsigned at, struct lm_buf *out)
{
	switch (s->kind) {
	case SOURCE_NONE:
		return;
	case SOURCE_LITERAL:
		lm_buf_printf(out, "in%u: {value: l%u}, ", at, s->index);
		return;
	case SOURCE_OWN:
		lm_buf_printf(out, "in%u: {value: '${in%u}'}, ", at, s->index);
		return;
	case SOURCE_NAME:
		lm_buf_printf(out, "in%u: {value: '${instance.name}'}, ", at);
		return;
	case SOURCE_ENTRY:
		if (!a->entries[s->index].is_gone)
			lm_buf_printf(out, "in%u: {value: '${c%u.address}'}, ", at, s->index);
		return;
	case SOURCE_REFERENCE:
		lm_buf_printf(out, "in%u: {value: '${other.address}'}, ", at);
		return;
	}
}

static void print_cluster(const struct model_entry *e, struct lm_buf *out)
{
	lm_buf_printf(out,
	    "    cluster: {initial-quantity: %u, minimum-nodes: %u, maximum-nodes: %u, "
	    "scaling-increment: %u",
	    e->quantity, e->min, e->max, e->increment);
	if (e->spares == SPARES_ASKED)
		lm_buf_puts(out, ", spares: '${spares}'");
	else if (e->spares > 0)
		lm_buf_printf(out, ", spares: %u", e->spares);
	if (e->spares > 0 && e->spares_installed)
		lm_buf_puts(out, ", spares-state: Installed");
	lm_buf_puts(out, "}\n");
}

static void print_entry(const struct model_assembly *a, unsigned at, struct lm_buf *out)
{
	const struct model_entry *e = &a->entries[at];

	if (e->is_gone)
		return;
	lm_buf_printf(out, "  c%u:\n", at);
	if (e->assembly >= 0)
		lm_buf_printf(out, "    type: assembly::a%d::1.0\n", e->assembly);
	else
		lm_buf_printf(out, "    type: resource::r%d::1.0\n", e->resource);
	if (e->is_cluster)
		print_cluster(e, out);
	else if (e->quantity > 1)
		lm_buf_printf(out, "    quantity: %u\n", e->quantity);
	lm_buf_puts(out, "    properties: {");
	for (unsigned i = 0; i < INPUTS; i++)
		print_source(a, &e->inputs[i], i, out);
	lm_buf_puts(out, "deploymentLocation: {value: '${deploymentLocation}'}}\n");
}

static void print_relation(
    const struct model_assembly *a, unsigned assembly, unsigned at, struct lm_buf *out)
{
	const struct model_relation *r = &a->relations[at];
	const char *comma = r->from_op && r->to_op ? ", " : "";

	if (r->is_gone || a->entries[r->from].is_gone || a->entries[r->to].is_gone)
		return;
	lm_buf_printf(out,
	    "  rel%u:\n"
	    "    source-capabilities: [c%u.node]\n"
	    "    target-requirements: [c%u.peer]\n"
	    "    source-state: %s\n    target-state: %s\n"
	    "    source-state-modifier: %s\n    target-state-modifier: %s\n"
	    "    properties: {key: {value: 'a%u-rel%u-${source.name}-${target.name}'}, "
	    "ipaddr: {value: '${source.address}'}}\n",
	    at, r->from, r->to, end_state_text(r->from_state), end_state_text(r->to_state),
	    r->from_pre ? "pre" : "post", r->to_pre ? "pre" : "post", assembly, at);
	if (!r->from_op && !r->to_op)
		return;
	lm_buf_printf(out, "    lifecycle: {Create: [%s%s%s], Cease: [%s%s%s]}\n",
	    r->to_op ? "target.join" : "", comma, r->from_op ? "source.join" : "",
	    r->to_op ? "target.leave" : "", comma, r->from_op ? "source.leave" : "");
}

/* The first entry that is there stands for the whole assembly. */
static int first_entry(const struct model_assembly *a)
{
	for (unsigned i = 0; i < a->n_entries; i++)
		if (!a->entries[i].is_gone)
			return (int)i;
	return -1;
}

static const char *const aims[] = {
    ", scaleOut_threshold: 60, scaleIn_threshold: 30",
    ", scaleOut_threshold: 60, scaleIn_threshold: 30, scaling_step: proportional",
    ", target_load: 50",
    ", target_load: 50, tolerance: 20, scaling_step: proportional",
};
static const char *const delays[] = {
    "",
    ", cooldown: 5",
    ", scaleIn_stabilization: 3",
    ", predict_ahead: 10",
};
static const char *const guards[] = {"", "", ", scaleIn_guard: false", ""};

static void print_assembly(const struct model *m, unsigned at, struct lm_buf *out)
{
	const struct model_assembly *a = &m->assemblies[at];
	int first = first_entry(a);

	lm_buf_printf(out,
	    "name: assembly::a%u::1.0\n"
	    "properties: {in0: {default: p0}, in1: {}, in2: {default: p2}, of: {default: s0}, "
	    "spares: {default: '1'}, "
	    "deploymentLocation: {default: here}",
	    at);
	if (first >= 0)
		lm_buf_printf(out, ", address: {read-only: true, value: '${c%d.address}'}", first);
	lm_buf_puts(out, "}\ncapabilities: {node: {type: x}}\nrequirements: {peer: {type: x}}\n");
	if (a->refers_to >= 0)
		lm_buf_printf(out,
		    "references: {other: {type: 'assembly::a%d::^1.0', properties: {name: {value: "
		    "'${of}'}}}}\n",
		    a->refers_to);
	if (first >= 0) {
		lm_buf_printf(out,
		    "operations: {join: {source-operation: c%d.join}, leave: {source-operation: "
		    "c%d.leave}}\n",
		    first, first);
		if (has_load(m, &a->entries[first]))
			lm_buf_printf(out,
			    "metrics: {load: {type: 'metric::load', source-metric: c%d.load}}\n",
			    first);
		lm_buf_puts(out, "composition:\n");
	}
	for (unsigned i = 0; i < a->n_entries; i++)
		print_entry(a, i, out);
	struct lm_buf relations;
	lm_buf_init(&relations, 64 * 1024);
	for (unsigned i = 0; i < a->n_relations; i++)
		print_relation(a, at, i, &relations);
	if (relations.n > 0)
		lm_buf_printf(out, "relationships:\n%s", relations.p);
	lm_buf_fini(&relations);
	if (a->scales >= 0 && !a->entries[a->scales].is_gone && !a->entries[a->metric_of].is_gone)
		lm_buf_printf(out,
		    "policies: {scale: {type: 'policy::scale', metric: c%u.load, target: c%d, "
		    "properties: {smoothing: 2%s%s%s}}}\n",
		    a->metric_of, a->scales, aims[a->decides % LM_COUNT(aims)],
		    delays[a->decides / 4 % LM_COUNT(delays)],
		    guards[a->decides / 16 % LM_COUNT(guards)]);
	lm_buf_puts(out, "---\n");
}

void model_print(const struct model *m, struct lm_buf *out)
{
	for (unsigned i = 0; i < MODEL_RESOURCES; i++)
		print_resource(&m->resources[i], i, out);
	for (unsigned i = 0; i < MODEL_ASSEMBLIES; i++)
		print_assembly(m, i, out);
}

const char *model_root_type(unsigned root, char out[MODEL_NAME_SIZE])
{
	snprintf(out, MODEL_NAME_SIZE, "assembly::a%u::1.0", MODEL_FIRST_ROOT + root);
	return out;
}

void model_tame(struct model *m, unsigned degree)
{
	for (unsigned i = 0; i < MODEL_ASSEMBLIES; i++)
		for (unsigned k = 0; k < m->assemblies[i].n_relations; k++) {
			struct model_relation *r = &m->assemblies[i].relations[k];

			if (degree == 1)
				r->from_pre = r->to_pre = false;
			else
				r->is_gone = true;
		}
}

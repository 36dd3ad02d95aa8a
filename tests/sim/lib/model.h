/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "base/buf.h"
#include "tests/sim/lib/chance.h"
#include "tosca/model/lifecycle.h"

/*
 * A family of random assemblies: some resource types, some assemblies to nest, some to instantiate.
 * What they have in common, so that anything can be put together with anything:
 *	properties   in0, in1, in2 (inputs; in2 may be volatile), address (an output); of an assembly
 *	             spares, too: how many some of its clusters have
 *	operations   join (key, ipaddr), leave (key); of an assembly: those of its first entry
 *	metrics      load, integrity
 * 'is_gone' takes a thing out of the text: the shrinker's handle.
 */
enum {
	MODEL_RESOURCES = 4,
	MODEL_ASSEMBLIES = 5,
	MODEL_ROOTS = 3,
	ENTRIES_MAX = 5,
	RELATIONS_MAX = 4,
	INPUTS = 3,
	SPARES_ASKED = 9
};

struct model_resource {
	unsigned declared;                           /* 1u << TRANSITION_... */
	unsigned install_timeout_s, start_timeout_s; /* 0: not said */
	bool is_volatile, heals, has_load;
	unsigned smoothing;
	unsigned maximum_heals; /* 0: not said */
};

enum source_kind {
	SOURCE_NONE,
	SOURCE_LITERAL,
	SOURCE_OWN,
	SOURCE_ENTRY,
	SOURCE_NAME,
	SOURCE_REFERENCE
};

struct model_source {
	enum source_kind kind;
	unsigned index; /* of an entry, or of an input of the assembly's own */
};

struct model_entry {
	bool is_gone;
	int assembly, resource; /* one of them; -1 */
	bool is_cluster;
	unsigned quantity, min, max, increment; /* quantity 1 without a cluster: not written */
	unsigned spares;                        /* SPARES_ASKED: as the property says */
	bool spares_installed;
	struct model_source inputs[INPUTS];
};

struct model_relation {
	bool is_gone;
	unsigned from, to;
	enum end_state from_state, to_state;
	bool from_pre, to_pre;
	bool from_op, to_op; /* who is called */
};

struct model_assembly {
	unsigned n_entries, n_relations;
	struct model_entry entries[ENTRIES_MAX];
	struct model_relation relations[RELATIONS_MAX];
	int refers_to;      /* a root assembly; -1: none */
	int scales;         /* the entry that a scale policy is about; -1: none */
	unsigned metric_of; /* whose load it looks at */
	unsigned decides;   /* how: which of a few sets of properties */
};

/* The last MODEL_ROOTS assemblies are the roots. */
struct model {
	struct model_resource resources[MODEL_RESOURCES];
	struct model_assembly assemblies[MODEL_ASSEMBLIES];
};
enum { MODEL_FIRST_ROOT = MODEL_ASSEMBLIES - MODEL_ROOTS };

void model_make(struct model *, uint64_t seed);
/* Relationships may wait for each other in a circle: 1 takes their modifiers away, 2 all of them. */
void model_tame(struct model *, unsigned degree);
/* One document per type, each as a text of its own. */
void model_print(const struct model *, struct lm_buf *out);
/* "assembly::a3::1.0" */
enum { MODEL_NAME_SIZE = 32 };
const char *model_root_type(unsigned root, char out[MODEL_NAME_SIZE]);

#endif

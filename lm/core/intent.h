/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_INTENT_H
#define LM_CORE_INTENT_H

#include <stdbool.h>

#include "base/kv.h"

/* What an operator, or a policy, wants.  Names as in the reference API. */
#define INTENT_KINDS(X)                                                            \
	/* name, intentType in processes, path of the API call */                  \
	X(CREATE, "CreateAssembly", "createAssembly")                              \
	X(CHANGE_STATE, "ChangeAssemblyState", "changeAssemblyState")              \
	X(DELETE, "DeleteAssembly", "deleteAssembly")                              \
	X(HEAL, "HealAssembly", "healAssembly")                                    \
	X(SCALE_OUT, "ScaleOutAssembly", "scaleOutAssembly")                       \
	X(SCALE_IN, "ScaleInAssembly", "scaleInAssembly")                          \
	X(UPGRADE, "UpgradeAssembly", "upgradeAssembly")                           \
	X(CREATE_OR_UPGRADE, "CreateOrUpgradeAssembly", "createOrUpgradeAssembly") \
	X(ADOPT, "AdoptAssembly", "adoptAssembly")                                 \
	X(RETRY, "Retry", "retry")                                                 \
	X(ROLLBACK, "Rollback", "rollback")                                        \
	X(CANCEL, "Cancel", "cancel")

enum intent_kind {
#define X(name, type, path) INTENT_##name,
	INTENT_KINDS(X)
#undef X
};
enum { INTENT_KINDS_N = INTENT_CANCEL + 1 };

const char *intent_kind_text(enum intent_kind);                       /* "ScaleOutAssembly" */
bool intent_kind_parse(const char *path, enum intent_kind *out);      /* "scaleOutAssembly" */
bool intent_kind_parse_text(const char *type, enum intent_kind *out); /* "ScaleOutAssembly" */

/* A resource that exists already, handed over by an adoption. */
struct adopted {
	const char *name;       /* full name in the new instance: voice__gateway__kamailio */
	const char *id;         /* the resource id it was made with; NULL: a new one */
	struct lm_kvs outputs;  /* what its Install had reported */
	struct lm_kvs topology; /* what its driver had made outside, see struct step_result */
};

/*
 * Everything is borrowed for the call; what a kind does not use is NULL, none or false.
 *
 *	create            assembly_name, descriptor, intended_state, properties
 *	upgrade           assembly, and what shall differ: descriptor, intended_state, properties (those
 *	                  not named keep their values)
 *	create or upgrade as create; becomes the one or the other when it is accepted
 *	adopt             as create; clusters (quantities), resources
 *	change state      assembly, intended_state
 *	delete            assembly
 *	heal              assembly, component
 *	scale out, in     assembly, cluster, quantity
 *	retry             process: what is left of one that Failed or was Cancelled, under its own id
 *	rollback          process: back to what there was before it; a process of its own
 *	cancel            process: steps in flight end, no other begins
 */
struct intent {
	enum intent_kind kind;
	/*
	 * Name or id of the root assembly, or both when they mean the same one.  A heal and a scale also
	 * take the full name of an assembly within: names of clusters and components are its own then.
	 */
	const char *assembly_name, *assembly_id;
	const char *descriptor;
	const char *intended_state; /* "Installed", "Inactive", "Active" */
	struct lm_kvs properties;
	struct lm_kvs clusters; /* full or composition name -> quantity */
	const struct adopted *resources;
	size_t n_resources;
	const char *cluster; /* full name, composition name, or the way to it within the assembly */
	unsigned
	    quantity; /* members that shall be in service; 0: so many more or less as it scales by */
	/* Full name or name within the assembly, id, or metric key of the broken one; one of them. */
	const char *component_name, *component_id, *component_metric_key;
	const char *process;
	/*
	 * heal, by the system alone: what is Broken is taken out of service and left Failed, because
	 * heals have not helped; the process fails with the reason.
	 */
	bool gives_up;
	bool queue;         /* wait behind what runs on the assembly, instead of CONFLICT */
	const char *reason; /* why, when a policy wants it; NULL: an operator asked */
	const char *trace;  /* who asked calls all that comes of it so; NULL: nobody said */
	/*
	 * Who asked: the name of an account, "policy voice__scaleVoipServer", "alert HighLoad", "the
	 * manager"; NULL: nobody was asked who he is.
	 */
	const char *by;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_INTENT_H
#define LM_CORE_INTENT_H

#include <stdbool.h>

#include "base/kv.h"

/* What an operator, or a policy, wants.  Names as in the reference API. */
#define INTENT_KINDS(X)                                               \
	/* name, intentType in processes, path of the API call */     \
	X(CREATE, "CreateAssembly", "createAssembly")                 \
	X(CHANGE_STATE, "ChangeAssemblyState", "changeAssemblyState") \
	X(DELETE, "DeleteAssembly", "deleteAssembly")                 \
	X(HEAL, "HealAssembly", "healAssembly")                       \
	X(SCALE_OUT, "ScaleOutAssembly", "scaleOutAssembly")          \
	X(SCALE_IN, "ScaleInAssembly", "scaleInAssembly")

enum intent_kind {
#define X(name, type, path) INTENT_##name,
	INTENT_KINDS(X)
#undef X
};

const char *intent_kind_text(enum intent_kind);                       /* "ScaleOutAssembly" */
bool intent_kind_parse(const char *path, enum intent_kind *out);      /* "scaleOutAssembly" */
bool intent_kind_parse_text(const char *type, enum intent_kind *out); /* "ScaleOutAssembly" */

/* Everything is borrowed for the call; what a kind does not use is NULL. */
struct intent {
	enum intent_kind kind;
	const char *assembly_name; /* name or id of the root assembly: one of them */
	const char *assembly_id;
	const char *descriptor;     /* create */
	const char *intended_state; /* create, change state: "Installed", "Inactive", "Active" */
	struct lm_kvs properties;   /* create */
	const char *cluster;        /* scale: composition name, or full name of the cluster */
	/* heal: full name, id or metric key of the broken component; one of them */
	const char *component_name, *component_id, *component_metric_key;
	const char *reason; /* why, when a policy wants it; NULL: an operator asked */
};

#endif

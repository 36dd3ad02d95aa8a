/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_MODEL_WATCH_H
#define LM_CORE_MODEL_WATCH_H

/* What was measured, and who acts on it.  A part of model.h: include that. */

/* The latest of what a component reports under one name. */
struct metric {
	const char *name;      /* one of engine.names */
	struct series *series; /* of the policy engine; NULL: no policy looks at it */
	double load;
	int64_t at_ms; /* 0: it has not spoken yet */
	char *values;  /* JSON object; NULL or "": none */
	uint16_t room; /* for values */
	uint8_t kind;  /* of struct sample */
	bool ok;
};

/*
 * A policy of the policy engine, and what it acts on.  Its description follows the graph; what it
 * remembers of its decisions outlives the graph.
 */
struct watch {
	struct policy *policy;
	struct instance *instance;
	const char *name;            /* as its descriptor has it; one of engine.names */
	char *owner;                 /* scale: full name of the assembly that has it; NULL: heal */
	struct component *component; /* heal: of whom; NULL: a scale's, or of one that has gone */
	struct watch *next;          /* another one of the same component */
	int index;                   /* into the scales or heals of the instance's graph */
	unsigned binding;            /* instance.binding when it was last found in the graph */
	size_t n_seen;               /* scale: of so many components it has the load now */
};

/* Said about a cluster below its minimum, so that it is not said again. */
struct shortage {
	char *cluster;
	unsigned in_service, lost;
};

/* What a policy wants, until the engine grants it. */
struct wish {
	enum intent_kind kind;
	unsigned quantity; /* a scale's; 0: by the increment */
	bool gives_up;     /* a heal's: see struct intent */
	/* Heap; the subject is a component or a cluster; 'by' NULL: the manager itself wishes it. */
	char *root, *subject, *reason, *by;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EDITOR_PLACE_H
#define LM_TOSCA_EDITOR_PLACE_H

#include "tosca/editor/editor.h"
#include "tosca/editor/outline.h"
#include "tosca/model/descriptor.h"

/*
 * What the language expects at a place in a text: a table of the paths that lead there, and what
 * it is that stands at their end.
 */
enum place_what {
	PLACE_NONE,
	PLACE_KEY,        /* one of 'words', with a colon */
	PLACE_WORD,       /* one of 'words' */
	PLACE_SECTION,    /* a key of the document */
	PLACE_NAME,       /* what is written here is defined here */
	PLACE_SELF,       /* the name of the descriptor */
	PLACE_DESCRIPTOR, /* the name of another one */
	PLACE_MAPPING,    /* a property of the component's descriptor */
	PLACE_ARGUMENT,   /* a property of the operations that a relationship calls */
	PLACE_TRANSITION, /* as a key or in a list */
	PLACE_EXPR,       /* inside of ${...} */
	PLACE_END,        /* component.capability */
	PLACE_CALL,       /* source.operation, target.operation, component.operation */
	PLACE_OPERATION,  /* component.operation */
	PLACE_METRIC,     /* component.metric */
	PLACE_OWN_METRIC, /* the same, or one's own metric */
	PLACE_CLUSTER     /* a component */
};

struct place {
	struct lm_arena *arena;
	const struct catalog *catalog;
	struct outline outline;
	size_t cursor;
	enum place_what what;
	const char *const *words;
	uint32_t entry;            /* of the outline */
	uint32_t document;         /* the document it is in */
	uint32_t section;          /* its first key */
	uint32_t member;           /* its second key: the component, relationship, ... */
	struct outline_span token; /* what a completion replaces */
	/* Of "scope.name": the two halves; only the name when there is no dot. */
	struct outline_span scope, name;
	bool scoped;                   /* there is a dot */
	bool on_scope;                 /* the cursor is before it */
	const struct descriptor *self; /* NULL: could not be read */
	bool assembly;                 /* as far as its name tells */
};

/* The arena must outlive it. */
struct place place_find(struct lm_arena *, const struct editor_query *);

/* A key's name, as text of the arena. */
char *place_key(const struct place *, uint32_t entry);
/* The section of this name in the document; OUTLINE_NONE: there is none. */
uint32_t place_section(const struct place *, const char *name);
/* The entry of a component (or reference, when allowed) of this document. */
uint32_t place_component(const struct place *, const char *name, bool references);
/* The descriptor of a component's entry; NULL: none, or unknown. */
const struct descriptor *place_type(const struct place *, uint32_t component);
/* Whether the place lies in the properties of a relationship, where source and target mean its ends. */
bool place_has_ends(const struct place *);
/* The component at the first of a relationship's ends ("source" or "target"). */
uint32_t place_end(const struct place *, const char *which);
/* What "component", "source" or "target" means here; OUTLINE_NONE: nothing. */
uint32_t place_scope(const struct place *, const char *scope);

#endif

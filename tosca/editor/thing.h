/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EDITOR_THING_H
#define LM_TOSCA_EDITOR_THING_H

#include "tosca/editor/place.h"

/* What a name at a place means. */
enum thing_kind {
	THING_NONE,
	THING_PROPERTY,
	THING_COMPONENT,
	THING_DESCRIPTOR,
	THING_OPERATION,
	THING_METRIC,
	THING_CAPABILITY,
	THING_INSTANCE, /* instance.name and the like */
	THING_WORD      /* of the language */
};

struct thing {
	enum thing_kind kind;
	struct outline_span about; /* the name, in the text */
	char *name;
	uint32_t entry;                 /* where it stands in this text; OUTLINE_NONE: elsewhere */
	uint32_t component;             /* whose property it is; OUTLINE_NONE: of this descriptor */
	const struct descriptor *owner; /* what it belongs to or, of a component or a type, is */
	const char *text;               /* of a word: what there is to say */
};

struct thing thing_at(const struct place *);

#endif

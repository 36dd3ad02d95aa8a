/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EXPR_H
#define LM_TOSCA_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "tosca/text/diag.h"
#include "tosca/text/node.h"

/*
 * A value as it stands in a descriptor: text with any number of ${...} in it.
 *
 *	${prop}          property of this descriptor
 *	${scope.prop}    property of a component, a reference, source or target, or of 'instance';
 *	                 split at the first dot, so that prop may hold dots
 *	${scope[2].prop} of the member with index 2 of a cluster
 *	${scope[*].prop} of all members, as ${scope.prop} does for a cluster
 */
enum { EXPR_MEMBER_NONE = 0, EXPR_MEMBER_ALL = -1 };

struct expr_part {
	const char *text;  /* literal; NULL: a reference */
	const char *scope; /* NULL: this descriptor */
	const char *name;  /* the property */
	int member;        /* EXPR_MEMBER_... or an index from 1 */
	uint32_t slot;     /* the component that scope names, as in struct path */
	struct source_range pos;
};

/* n = 0: there is no value.  An empty text is one part of text "". */
struct expr {
	struct expr_part *parts;
	size_t n;
	struct source_range pos;
};

/* From a scalar; a null gives n = 0.  A malformed reference is reported and stays literal text. */
struct expr expr_read(
    struct lm_arena *, const struct source *, const struct node *, struct diags *);
bool expr_is_literal(const struct expr *); /* has a value, and no reference in it */
/* The text of a literal; NULL: not one. */
const char *expr_literal(const struct expr *);
/* Whole numbers as they are written: "3".  False: something else, or more than 'max'. */
bool expr_number(const char *text, unsigned max, unsigned *out);

#endif

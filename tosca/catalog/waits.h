/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_WAITS_H
#define LM_TOSCA_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the check of an assembly has found out for those that are made of it: which of its inputs
 * its properties wait for.  The check makes it, the catalog keeps it.
 */
struct waits {
	size_t n_properties;
	/* inputs[i]: indices of the properties that a value may be mapped to and that i waits for */
	struct waits_list {
		const uint32_t *v;
		size_t n;
	} * inputs;
	bool *given; /* by property: its value comes from a resource inside */
	bool *taken; /* by property: a resource inside waits for its value */
	bool leafy;  /* there is a resource inside */
};

/* In one piece, the caller's. */
struct waits *waits_dup(const struct waits *);
void waits_free(struct waits *);
/* Of two of one descriptor; or NULL. */
bool waits_equal(const struct waits *, const struct waits *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_STORE_LATEST_H
#define LM_STORE_LATEST_H

#include "base/vec.h"
#include "lm/core/record.h"

/*
 * What of a commit has to be written: of several records with one key only the last, at the place
 * of the first.  A turn that brings a component through three states would else be three writes.
 */
struct latest {
	LM_VEC(struct record) records; /* borrowed texts */
	uint32_t *slots;               /* hash table of places in 'records', counted from 1 */
	size_t n_slots;
};

void latest_take(struct latest *, const struct record *, size_t n);
void latest_fini(struct latest *);

#endif

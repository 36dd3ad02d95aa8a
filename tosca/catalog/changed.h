/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_CHANGED_H
#define LM_TOSCA_CHANGED_H

#include <stdint.h>

#include "base/vec.h"

/*
 * The files of which something else may be reported than when somebody last asked: a set, in no
 * order until it is taken.
 */
struct catalog_file {
	const char *name;
	uint64_t order; /* first by layer, then when the file first came; never the same again */
	size_t changed; /* its place in the set, from 1; 0: it is not in it */
};

/* In an order the layer stands above the number, the highest layer first. */
uint64_t catalog_order(unsigned layer, uint64_t number);
unsigned catalog_order_layer(uint64_t order);

struct changed {
	LM_VEC(struct catalog_file *) files;
};

void changed_add(struct changed *, struct catalog_file *);
/* Before the file is freed. */
void changed_drop(struct changed *, struct catalog_file *);
/* Names all, in the order in which they came, and forgets them; returns their number. */
size_t changed_take(struct changed *, void (*each)(void *arg, const char *file), void *arg);
void changed_fini(struct changed *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_OUTSIDE_INVENTORY_H
#define LM_DRIVERS_LOCAL_OUTSIDE_INVENTORY_H

#include "base/vec.h"
#include "lm/drivers/local/priv.h"

/* All that this driver has on the machine, from the machine and not from memory. */
struct item {
	const char *kind, *name;
	const char *id;     /* of the resource; NULL: look under hex */
	const char *hex;    /* the eight digits in its name; NULL: id is known */
	const char *of;     /* name of the resource, cut; NULL: it does not say */
	const char *master; /* a link's; NULL: it has none */
};

struct inventory {
	const struct driver *d;
	struct lm_arena *arena; /* everything here lives in it */
	LM_VEC(struct item *) items;
	struct lm_map *by_name;
	struct lm_map *ids, *names; /* by hex: id of the resource; by id: its name */
};

/* As driver_ops.list. */
struct lm_err *inventory_list(const struct driver *, driver_each_fn *, void *arg) LM_MUST_USE;

/*
 * whole.c: what an installed resource must have on the machine and the inventory does not show, as
 * a text of the arena; NULL: it is whole.
 */
const char *resource_lacks(const struct inventory *, const struct resource *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/changed.h"

#include <stdlib.h>

#include "tosca/catalog/catalog.h"

enum { LAYER_SHIFT = 48 };

uint64_t catalog_order(unsigned layer, uint64_t number)
{
	return (uint64_t)(CATALOG_LAYERS - 1 - layer) << LAYER_SHIFT | number;
}

unsigned catalog_order_layer(uint64_t order)
{
	return CATALOG_LAYERS - 1 - (unsigned)(order >> LAYER_SHIFT);
}

void changed_add(struct changed *c, struct catalog_file *f)
{
	if (f->changed != 0)
		return;
	*LM_PUSH(NULL, &c->files) = f;
	f->changed = c->files.n;
}

/* The last one takes its place. */
void changed_drop(struct changed *c, struct catalog_file *f)
{
	if (f->changed == 0)
		return;
	struct catalog_file *last = c->files.v[--c->files.n];
	c->files.v[f->changed - 1] = last;
	last->changed = f->changed;
	f->changed = 0;
}

static int by_order(const void *a, const void *b)
{
	size_t x = (*(struct catalog_file *const *)a)->order;
	size_t y = (*(struct catalog_file *const *)b)->order;

	return (x > y) - (x < y);
}

size_t changed_take(struct changed *c, void (*each)(void *arg, const char *file), void *arg)
{
	size_t n = c->files.n;

	if (n > 1)
		qsort(c->files.v, n, sizeof c->files.v[0], by_order);
	for (size_t i = 0; i < n; i++) {
		c->files.v[i]->changed = 0;
		each(arg, c->files.v[i]->name);
	}
	c->files.n = 0;
	return n;
}

void changed_fini(struct changed *c)
{
	lm_vec_free(&c->files);
}

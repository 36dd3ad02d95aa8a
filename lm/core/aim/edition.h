/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_AIM_EDITION_H
#define LM_CORE_AIM_EDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"
#include "base/vec.h"
#include "tosca/catalog/catalog.h"

/*
 * An edition: the texts of all descriptors that a tree was compiled from.  The catalog goes on, and
 * what exists stays what it is: it scales, is restored and is rolled back to by its own edition,
 * until an upgrade takes it to the present one.
 *
 * Trees of the same texts share one; the engine owns them all, specs hold them.
 */
struct engine;
struct turn;

struct edition_text {
	char *name; /* of the descriptor */
	char *dir;  /* the folder of its package */
	char *text;
};

struct edition {
	char key[LM_ID_SIZE]; /* by its contents */
	LM_VEC(struct edition_text) texts;
	struct catalog *own; /* made when the present catalog differs; NULL: not needed yet */
	size_t users;
	bool is_written; /* the journal has it */
};

/* The present one of a descriptor; borrowed.  NULL: the catalog has no such descriptor. */
struct edition *edition_get(struct engine *, const char *descriptor);
/* For an edition that is not the present one, a catalog of its own; borrowed. */
const struct catalog *edition_catalog(struct engine *, struct edition *, const char *descriptor);
/* From the journal; adopts the texts.  The one that was there already wins. */
void edition_restore(struct engine *, const char *key, struct edition *);
struct edition *edition_new(void);
void edition_add(struct edition *, const char *name, const char *dir, const char *text, size_t n);
void edition_free(struct edition *);
/* Those that nobody uses any more go. */
void editions_sweep(struct engine *, struct turn *);

#endif

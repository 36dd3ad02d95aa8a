/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/store/latest.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"

void latest_fini(struct latest *l)
{
	lm_vec_free(&l->records);
	free(l->slots);
	*l = (struct latest){0};
}

/* At most half full, so that a search ends soon; kept from commit to commit. */
static void make_room(struct latest *l, size_t n)
{
	if (l->n_slots < 2 * n) {
		size_t want = 64;

		while (want < 2 * n)
			want *= 2;
		free(l->slots);
		l->slots = lm_alloc_raw(want * sizeof *l->slots);
		l->n_slots = want;
	}
	memset(l->slots, 0, l->n_slots * sizeof *l->slots);
	l->records.n = 0;
}

/* The slot of this key: empty, or with the place of its newest record. */
static uint32_t *slot_of(struct latest *l, const struct record *r)
{
	size_t mask = l->n_slots - 1;
	size_t i = (lm_hash(r->key) * RECORD_TABLE_N + r->table) & mask;

	for (; l->slots[i] != 0; i = (i + 1) & mask) {
		const struct record *is = &l->records.v[l->slots[i] - 1];

		if (is->table == r->table && strcmp(is->key, r->key) == 0)
			break;
	}
	return &l->slots[i];
}

/*
 * A put after a removal is a new beginning: the removal stays, so that the key stands at the end.
 * A process takes its steps with it, so its removal stays behind whatever they wrote.
 */
static bool overwrites(const struct record *before, const struct record *r)
{
	if (before->body == NULL)
		return r->body == NULL;
	return r->body != NULL || r->table != RECORD_PROCESS;
}

void latest_take(struct latest *l, const struct record *records, size_t n)
{
	make_room(l, n);
	for (size_t i = 0; i < n; i++) {
		const struct record *r = &records[i];
		uint32_t *slot = r->table == RECORD_EVENT ? NULL : slot_of(l, r);

		if (slot != NULL && *slot != 0 && overwrites(&l->records.v[*slot - 1], r)) {
			l->records.v[*slot - 1] = *r;
			continue;
		}
		*LM_PUSH(NULL, &l->records) = *r;
		if (slot != NULL)
			*slot = (uint32_t)l->records.n;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Entries stand in an array in order of insertion; a second array of indices is the hash table
 * (open addressing, linear probing).  A removed entry stays as a hole until the next rebuild.
 */
struct entry {
	const char *key;
	void *value; /* NULL: a hole */
	uint64_t hash;
};

struct lm_map {
	struct entry *entries;
	size_t n_entries, cap_entries; /* holes included */
	uint32_t *slots;               /* index + 1 into entries; 0: empty */
	size_t n_slots;                /* a power of two */
	size_t count;
};

uint64_t lm_hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
		h = (h ^ *p) * 0x100000001b3u;
	return h;
}

struct lm_map *lm_map_new(void)
{
	struct lm_map *m = calloc(1, sizeof *m);

	if (m == NULL)
		abort();
	return m;
}

void lm_map_free(struct lm_map *m)
{
	if (m == NULL)
		return;
	free(m->entries);
	free(m->slots);
	free(m);
}

/* The slot of 'key', or the empty slot where it would go.  The table has a slot to spare. */
static size_t slot_of(const struct lm_map *m, const char *key, uint64_t hash)
{
	size_t i = hash & (m->n_slots - 1);

	for (; m->slots[i] != 0; i = (i + 1) & (m->n_slots - 1)) {
		const struct entry *e = &m->entries[m->slots[i] - 1];

		if (e->hash == hash && e->key != NULL && strcmp(e->key, key) == 0)
			break;
	}
	return i;
}

/* Makes room for one more: drops the holes, and doubles when the live entries ask for it. */
static void rebuild(struct lm_map *m)
{
	size_t cap = m->count < 8 ? 16 : m->count * 2;
	size_t n_slots = 32;
	struct entry *entries = calloc(cap, sizeof *entries);
	size_t n = 0;

	while (n_slots < cap * 2)
		n_slots *= 2;
	uint32_t *slots = calloc(n_slots, sizeof *slots);
	if (entries == NULL || slots == NULL)
		abort();
	for (size_t i = 0; i < m->n_entries; i++)
		if (m->entries[i].value != NULL)
			entries[n++] = m->entries[i];
	free(m->entries);
	free(m->slots);
	m->entries = entries;
	m->n_entries = n;
	m->cap_entries = cap;
	m->slots = slots;
	m->n_slots = n_slots;
	for (size_t i = 0; i < n; i++)
		slots[slot_of(m, entries[i].key, entries[i].hash)] = (uint32_t)(i + 1);
}

static struct entry *find(const struct lm_map *m, const char *key)
{
	if (m->n_slots == 0)
		return NULL;
	size_t slot = slot_of(m, key, lm_hash(key));
	return m->slots[slot] == 0 ? NULL : &m->entries[m->slots[slot] - 1];
}

void *lm_map_find(const struct lm_map *m, const char *key)
{
	const struct entry *e = find(m, key);

	return e == NULL ? NULL : e->value;
}

void *lm_map_put(struct lm_map *m, const char *key, void *value)
{
	assert(value != NULL);
	struct entry *e = find(m, key);

	if (e != NULL) {
		void *old = e->value;

		e->key = key;
		e->value = value;
		return old;
	}
	if (m->n_entries == m->cap_entries)
		rebuild(m);
	uint64_t hash = lm_hash(key);
	size_t slot = slot_of(m, key, hash);
	m->entries[m->n_entries++] = (struct entry){key, value, hash};
	m->slots[slot] = (uint32_t)m->n_entries;
	m->count++;
	return NULL;
}

void *lm_map_remove(struct lm_map *m, const char *key)
{
	struct entry *e = find(m, key);

	if (e == NULL)
		return NULL;
	void *old = e->value;
	e->key = NULL; /* its owner may free it now; the slot stays taken until the rebuild */
	e->value = NULL;
	m->count--;
	return old;
}

size_t lm_map_count(const struct lm_map *m)
{
	return m->count;
}

void *lm_map_next(const struct lm_map *m, size_t *cursor)
{
	while (*cursor < m->n_entries) {
		const struct entry *e = &m->entries[(*cursor)++];

		if (e->value != NULL)
			return e->value;
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

/*
 * Entries stand in an array in order of insertion; a second array, of slots, is the hash table (open
 * addressing, linear probing).  A slot knows the hash, so that looking does not touch entries that
 * are not meant, and growing does not touch keys.  A removed entry stays as a hole until the map
 * grows.
 */
struct entry {
	const char *key;
	void *value; /* NULL: a hole */
};

struct slot {
	uint32_t hash;
	uint32_t place; /* index + 1 into entries; 0: empty */
};

struct lm_map {
	struct entry *entries;
	size_t n_entries, cap_entries; /* holes included */
	struct slot *slots;
	size_t n_slots; /* a power of two, more than cap_entries */
	size_t count;
};

uint64_t lm_hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
		h = (h ^ *p) * 0x100000001b3u;
	return h;
}

/* For the table only: eight bytes at a time. */
static uint32_t hash_of(const char *key, size_t n)
{
	const uint64_t odd = 0x9e3779b97f4a7c15u;
	uint64_t h = n * odd, word;

	for (; n >= sizeof word; n -= sizeof word, key += sizeof word) {
		memcpy(&word, key, sizeof word);
		h = (h ^ word) * odd;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, key, n);
	h = (h ^ word) * odd;
	return (uint32_t)(h >> 32 ^ h);
}

struct lm_map *lm_map_new(void)
{
	struct lm_map *m = lm_alloc(sizeof *m);

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
static struct slot *slot_of(const struct lm_map *m, const char *key, size_t n, uint32_t hash)
{
	size_t i = hash & (m->n_slots - 1);

	for (; m->slots[i].place != 0; i = (i + 1) & (m->n_slots - 1)) {
		if (m->slots[i].hash != hash)
			continue;
		const struct entry *e = &m->entries[m->slots[i].place - 1];
		if (e->key != NULL && strncmp(e->key, key, n) == 0 && e->key[n] == '\0')
			break;
	}
	return &m->slots[i];
}

static void fill_slot(struct lm_map *m, struct slot slot)
{
	size_t i = slot.hash & (m->n_slots - 1);

	while (m->slots[i].place != 0)
		i = (i + 1) & (m->n_slots - 1);
	m->slots[i] = slot;
}

/* New slots for what there is; three of four may be taken. */
static void make_slots(struct lm_map *m, size_t n)
{
	struct slot *old = m->slots;
	size_t n_old = m->n_slots, n_live = 0;

	m->n_slots = n;
	m->slots = lm_alloc_n(n, sizeof *m->slots);
	if (m->n_entries == m->count) {
		for (size_t i = 0; i < n_old; i++)
			if (old[i].place != 0)
				fill_slot(m, old[i]);
		free(old);
		return;
	}
	for (size_t i = 0; i < m->n_entries; i++) {
		if (m->entries[i].value == NULL)
			continue;
		m->entries[n_live++] = m->entries[i];
		const char *key = m->entries[n_live - 1].key;
		fill_slot(m, (struct slot){hash_of(key, strlen(key)), (uint32_t)n_live});
	}
	m->n_entries = n_live;
	free(old);
}

void lm_map_reserve(struct lm_map *m, size_t n)
{
	size_t n_slots = 8;

	if (n <= m->cap_entries)
		return;
	if (n >= UINT32_MAX / 2)
		abort();
	while (n_slots / 4 * 3 < n)
		n_slots *= 2;
	make_slots(m, n_slots);
	m->entries = lm_realloc(m->entries, n * sizeof *m->entries);
	m->cap_entries = n;
}

/* Room for one more: the holes', or that of a table twice as large. */
static void grow(struct lm_map *m)
{
	if (m->count < m->n_entries / 2)
		make_slots(m, m->n_slots);
	else
		lm_map_reserve(m, m->n_slots < 8 ? 6 : m->n_slots / 4 * 6);
}

static struct entry *find(const struct lm_map *m, const char *key, size_t n)
{
	if (m->count == 0)
		return NULL;
	const struct slot *slot = slot_of(m, key, n, hash_of(key, n));
	return slot->place == 0 ? NULL : &m->entries[slot->place - 1];
}

void *lm_map_find_part(const struct lm_map *m, const char *text, size_t n)
{
	const struct entry *e = find(m, text, n);

	return e == NULL ? NULL : e->value;
}

void *lm_map_find(const struct lm_map *m, const char *key)
{
	return lm_map_find_part(m, key, strlen(key));
}

/* The entry of 'key'; NULL: there was none, and now there is one with 'value'. */
static struct entry *find_or_add(struct lm_map *m, const char *key, void *value)
{
	assert(value != NULL);
	size_t n = strlen(key);
	uint32_t hash = hash_of(key, n);
	struct slot *slot = m->n_slots > 0 ? slot_of(m, key, n, hash) : NULL;

	if (slot != NULL && slot->place != 0)
		return &m->entries[slot->place - 1];
	if (m->n_entries == m->cap_entries) {
		grow(m);
		slot = slot_of(m, key, n, hash);
	}
	m->entries[m->n_entries++] = (struct entry){key, value};
	*slot = (struct slot){hash, (uint32_t)m->n_entries};
	m->count++;
	return NULL;
}

void *lm_map_put(struct lm_map *m, const char *key, void *value)
{
	struct entry *e = find_or_add(m, key, value);
	void *old = e == NULL ? NULL : e->value;

	if (e != NULL)
		*e = (struct entry){key, value};
	return old;
}

void *lm_map_add(struct lm_map *m, const char *key, void *value)
{
	struct entry *e = find_or_add(m, key, value);

	return e == NULL ? NULL : e->value;
}

void *lm_map_remove(struct lm_map *m, const char *key)
{
	struct entry *e = find(m, key, strlen(key));

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

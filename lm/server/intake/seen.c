/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"

struct seen {
	struct lm_map *all; /* by the text itself, which is the value */
	char *ring[SEEN_MAX];
	size_t next;
};

struct seen *seen_new(void)
{
	struct seen *s = lm_alloc(sizeof *s);

	s->all = lm_map_new();
	return s;
}

void seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SEEN_MAX; i++)
		free(s->ring[i]);
	lm_map_free(s->all);
	free(s);
}

bool seen_has(const struct seen *s, const char *text)
{
	return lm_map_find(s->all, text) != NULL;
}

void seen_add(struct seen *s, const char *text)
{
	char **place = &s->ring[s->next];

	if (seen_has(s, text))
		return;
	if (*place != NULL)
		lm_map_remove(s->all, *place);
	free(*place);
	*place = lm_strdup(text);
	lm_map_put(s->all, *place, *place);
	s->next = (s->next + 1) % SEEN_MAX;
}

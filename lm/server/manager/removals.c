/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/manager/removals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static const char prefix[] = "remove/";

static void forget(struct removals *r, size_t i)
{
	free(r->all.v[i].step);
	free(r->all.v[i].resource_id);
	free(r->all.v[i].failure);
	r->all.v[i] = r->all.v[--r->all.n];
}

void removals_fini(struct removals *r)
{
	while (r->all.n > 0)
		forget(r, r->all.n - 1);
	lm_vec_free(&r->all);
}

static struct removal *find(const struct removals *r, const char *resource_id)
{
	for (size_t i = 0; i < r->all.n; i++)
		if (strcmp(r->all.v[i].resource_id, resource_id) == 0)
			return &r->all.v[i];
	return NULL;
}

const struct removal *removals_find(const struct removals *r, const char *resource_id)
{
	return find(r, resource_id);
}

/* Old failures make room for new wishes. */
static void make_room(struct removals *r)
{
	for (size_t i = 0; i < r->all.n && r->all.n >= REMOVALS_MAX;)
		if (r->all.v[i].failure != NULL)
			forget(r, i);
		else
			i++;
}

const char *removals_begin(struct removals *r, const char *resource_id)
{
	struct removal *old = find(r, resource_id);

	if (old != NULL) {
		const char *again = old->failure != NULL ? old->step : NULL;

		free(old->failure);
		old->failure = NULL;
		return again;
	}
	make_room(r);
	if (r->all.n >= REMOVALS_MAX)
		return NULL;
	struct removal *new = LM_PUSH(NULL, &r->all);
	new->resource_id = lm_strdup(resource_id);
	new->step = lm_strprintf("%s%s", prefix, resource_id);
	return new->step;
}

bool removals_end(struct removals *r, const struct step_result *result)
{
	if (strncmp(result->step, prefix, sizeof prefix - 1) != 0)
		return false;
	struct removal *it = find(r, result->step + sizeof prefix - 1);
	if (it == NULL)
		return true;
	if (result->failure == STEP_NONE)
		forget(r, (size_t)(it - r->all.v));
	else if (it->failure == NULL)
		it->failure = lm_strdup(
		    result->message != NULL ? result->message : step_failure_text(result->failure));
	return true;
}

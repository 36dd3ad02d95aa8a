/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

struct stale {
	char key[200], address[60];
};

/* The first address that was ever registered under a key, instead of this one. */
static void make_stale(struct stage *s, struct step_request *rq)
{
	const char *key = lm_kvs_find(&rq->properties, "key");
	const char *address = lm_kvs_find(&rq->properties, "ipaddr");
	struct stale *first = key == NULL ? NULL : lm_map_find(s->stale, key);

	if (key == NULL || address == NULL)
		return;
	if (first == NULL) {
		first = calloc(1, sizeof *first);
		if (first == NULL)
			abort();
		snprintf(first->key, sizeof first->key, "%s", key);
		snprintf(first->address, sizeof first->address, "%s", address);
		lm_map_put(s->stale, first->key, first);
	}
	for (size_t i = 0; i < rq->properties.n; i++)
		if (strcmp(rq->properties.v[i].name, "ipaddr") == 0)
			rq->properties.v[i].value = first->address;
}

void mutate_execute(struct stage *s, const struct step_request *request)
{
	struct step_request rq = *request;

	if (s->schedule->mutant == MUTANT_SKIP_LEAVE && strcmp(rq.action, "leave") == 0)
		rq.action = "nothing";
	if (s->schedule->mutant == MUTANT_STALE_ADDRESS && rq.is_operation)
		make_stale(s, &rq);
	sim_execute(s->sim, &rq, s->now_ms);
}

static void forget_ids(struct process *p)
{
	for (size_t i = 0; i < p->earlier.n; i++)
		p->earlier.v[i].subject[0] = '\0';
	p->next_step += 100;
}

void mutate_restored(struct stage *s)
{
	struct instance *in;
	struct process *p;

	if (s->schedule->mutant == MUTANT_DROP_QUEUE)
		for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;)
			in->queue.n = 0;
	if (s->schedule->mutant == MUTANT_NEW_STEP_ID)
		for (size_t i = 0; (p = lm_map_next(s->engine->processes, &i)) != NULL;)
			forget_ids(p);
}

bool mutate_loses_turn(struct stage *s)
{
	struct chance c = chance_of(s->schedule->seed, 7000 + s->coverage->turns);

	return s->schedule->mutant == MUTANT_LOSE_TURN && chance_roll(&c, 16) == 0;
}

void mutate_fini(struct stage *s)
{
	struct stale *first;

	for (size_t i = 0; (first = lm_map_next(s->stale, &i)) != NULL;)
		free(first);
	lm_map_free(s->stale);
}

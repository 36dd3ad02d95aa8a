/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/shrink.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"

enum { PLAYS_MAX = 4000 };

struct shrinking {
	struct schedule *best;
	struct family family;
	char *wrong;
	unsigned plays;
	bool is_smaller; /* than at the beginning of the round */
};

/* The words of a finding that do not change with names, states and times. */
static uint64_t kind_of(const char *wrong)
{
	uint64_t kind = 0;

	while (*wrong != '\0') {
		size_t n = strcspn(wrong, " "), plain = strspn(wrong, "abcdefghijklmnopqrstuvwxyz");

		for (size_t i = 0; n == plain && i < n; i++)
			kind = chance_mix(kind ^ (unsigned char)wrong[i]);
		wrong += n + strspn(wrong + n, " ");
	}
	return kind;
}

/* Takes the smaller one when it fails in the same way. */
static bool try(struct shrinking *k, const struct schedule *smaller)
{
	struct coverage coverage = {0};
	struct trace trace = {0};
	char wrong[WRONG_SIZE];

	if (k->plays >= PLAYS_MAX)
		return false;
	k->plays++;
	if (play(smaller, &k->family, &coverage, &trace, wrong) ||
	    kind_of(wrong) != kind_of(k->wrong))
		return false;
	*k->best = *smaller;
	memcpy(k->wrong, wrong, WRONG_SIZE);
	k->is_smaller = true;
	return true;
}

/* Long runs of actions first, single ones last. */
static void drop_actions(struct shrinking *k)
{
	for (unsigned size = ACTIONS_MAX / 2; size > 0; size /= 2)
		for (unsigned from = 0; from < k->best->n_actions; from += size) {
			struct schedule s = *k->best;
			bool changes = false;

			for (unsigned i = from; i < from + size && i < s.n_actions; i++) {
				changes = changes || !s.actions[i].is_gone;
				s.actions[i].is_gone = true;
			}
			if (changes)
				try(k, &s);
		}
}

static void drop_pauses(struct shrinking *k)
{
	for (unsigned i = 0; i < k->best->n_actions; i++) {
		struct schedule s = *k->best;

		if (s.actions[i].is_gone || s.actions[i].pause == 0)
			continue;
		s.actions[i].pause = 0;
		if (try(k, &s))
			continue;
		s = *k->best;
		s.actions[i].pause /= 2;
		try(k, &s);
	}
}

static void drop_faults(struct shrinking *k)
{
	static const size_t at[] = {
#define X(name) offsetof(struct faults, name),
	    FAULTS(X)
#undef X
	};

	for (size_t i = 0; i < LM_COUNT(at); i++) {
		struct schedule s = *k->best;
		unsigned *rate = (unsigned *)((char *)&s.faults + at[i]);

		if (*rate == 0)
			continue;
		*rate = 0;
		try(k, &s);
	}
	struct schedule s = *k->best;
	if (s.faults.slowest_ms > 1) {
		s.faults.slowest_ms = 1;
		try(k, &s);
	}
}

static void drop_inputs(struct shrinking *k, unsigned assembly, unsigned entry)
{
	for (unsigned i = 0; i < INPUTS; i++) {
		struct schedule s = *k->best;
		struct model_source *from = &s.model.assemblies[assembly].entries[entry].inputs[i];

		if (from->kind == SOURCE_NONE)
			continue;
		from->kind = SOURCE_NONE;
		try(k, &s);
	}
}

static void drop_entry(struct shrinking *k, unsigned assembly, unsigned entry)
{
	struct schedule s = *k->best;
	struct model_entry *e = &s.model.assemblies[assembly].entries[entry];

	if (e->is_gone)
		return;
	e->is_gone = true;
	if (try(k, &s))
		return;
	e->is_gone = false;
	if (e->is_cluster || e->quantity > 1) {
		e->is_cluster = false;
		e->quantity = 1;
		try(k, &s);
	}
	drop_inputs(k, assembly, entry);
}

static void drop_parts(struct shrinking *k)
{
	for (unsigned a = 0; a < MODEL_ASSEMBLIES; a++) {
		for (unsigned i = 0; i < k->best->model.assemblies[a].n_relations; i++) {
			struct schedule s = *k->best;
			struct model_relation *r = &s.model.assemblies[a].relations[i];

			if (r->is_gone)
				continue;
			r->is_gone = true;
			try(k, &s);
		}
		for (unsigned i = 0; i < k->best->model.assemblies[a].n_entries; i++)
			drop_entry(k, a, i);
	}
}

unsigned shrink(struct schedule *s, char wrong[WRONG_SIZE])
{
	struct shrinking k = {.best = s, .wrong = wrong};

	do {
		k.is_smaller = false;
		drop_actions(&k);
		drop_faults(&k);
		drop_pauses(&k);
		drop_parts(&k);
	} while (k.is_smaller && k.plays < PLAYS_MAX);
	family_fini(&k.family);
	return k.plays;
}

void schedule_print(const struct schedule *s)
{
	for (unsigned i = 0; i < s->n_actions; i++) {
		const struct action *a = &s->actions[i];

		if (!a->is_gone)
			printf("  after %2u events: %s, root %u (%u, %u)\n", a->pause,
			    action_text(a->kind), a->root, a->a, a->b);
	}
#define X(name)                 \
	if (s->faults.name > 0) \
		printf("  %s: %u in 1000\n", #name, s->faults.name);
	FAULTS(X)
#undef X
	printf("  steps take up to %u ms\n", s->faults.slowest_ms);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/vec.h"
#include "lm/core/engine_priv.h"
#include "lm/core/plan/plan_priv.h"
#include "tests/sim/lib/play.h"

/*
 * Does the simulation bite?  Bugs are put into the engine, one at a time, and each must be found
 * within a thousand schedules that the engine without it passes.
 *
 * Some are the stage's (struct schedule, mutant).  The others stand here, at the linker's seams:
 * this program is linked with -Wl,--wrap for the functions below, so that nothing of it is in the
 * product, and the engine under test is the product's own.
 */
enum { SEEDS = 1000 };

enum seam {
	SEAM_NONE,
	SEAM_LOSE_RECORD,
	SEAM_FORGET_LINE,
	SEAM_DOUBLE_START,
	SEAM_IGNORE_DEPENDENCY,
	SEAM_SKIP_CEASE,
	SEAM_NO_REBUILD,
	SEAM_WRONG_INDEX,
};

static struct {
	enum seam on;
	unsigned calls;
} seam;

/* ---- the seams ------------------------------------------------------------------------------- */

void __real_journal_component(struct turn *, const struct component *);
void __wrap_journal_component(struct turn *, const struct component *);
void __wrap_journal_component(struct turn *t, const struct component *c)
{
	if (seam.on != SEAM_LOSE_RECORD || ++seam.calls % 8 != 0)
		__real_journal_component(t, c);
}

void __real_line_move_up(struct engine *, struct component *, struct lm_arena *);
void __wrap_line_move_up(struct engine *, struct component *, struct lm_arena *);
void __wrap_line_move_up(struct engine *e, struct component *c, struct lm_arena *a)
{
	if (seam.on != SEAM_FORGET_LINE)
		__real_line_move_up(e, c, a);
}

void __real_flight_begin(
    struct engine *, struct process *, int run, struct component *, int64_t, struct turn *);
void __wrap_flight_begin(
    struct engine *, struct process *, int run, struct component *, int64_t, struct turn *);
void __wrap_flight_begin(struct engine *e, struct process *p, int run, struct component *c,
    int64_t now_ms, struct turn *t)
{
	if (seam.on == SEAM_DOUBLE_START)
		c->flight = NULL;
	__real_flight_begin(e, p, run, c, now_ms, t);
}

void __real_plan_order_values(struct planner *);
void __wrap_plan_order_values(struct planner *);
void __wrap_plan_order_values(struct planner *b)
{
	if (seam.on != SEAM_IGNORE_DEPENDENCY)
		__real_plan_order_values(b);
}

int __real_plan_add(struct planner *, const struct plan_step *);
int __wrap_plan_add(struct planner *, const struct plan_step *);
int __wrap_plan_add(struct planner *b, const struct plan_step *s)
{
	return seam.on == SEAM_SKIP_CEASE && s->kind == PLAN_CEASE ? -1 : __real_plan_add(b, s);
}

struct plan *__real_plan_build(const struct plan_request *, struct lm_arena *, const char **);
struct plan *__wrap_plan_build(const struct plan_request *, struct lm_arena *, const char **);
struct plan *__wrap_plan_build(
    const struct plan_request *rq, struct lm_arena *a, const char **circle)
{
	struct plan_request mine = *rq;
	struct plan_thing *things = LM_NEW_N(a, struct plan_thing, rq->n_things + 1);

	for (size_t i = 0; i < rq->n_things; i++) {
		things[i] = rq->things[i];
		things[i].rebuild = things[i].rebuild && seam.on != SEAM_NO_REBUILD;
	}
	mine.things = things;
	return __real_plan_build(&mine, a, circle);
}

size_t __real_membership_view(
    const struct membership *, struct lm_arena *, struct graph_members **);
size_t __wrap_membership_view(
    const struct membership *, struct lm_arena *, struct graph_members **);
size_t __wrap_membership_view(
    const struct membership *m, struct lm_arena *a, struct graph_members **out)
{
	size_t n = __real_membership_view(m, a, out);

	for (size_t i = 0; i < n && seam.on == SEAM_WRONG_INDEX; i++) {
		int *indices = LM_NEW_N(a, int, (*out)[i].n + 1);

		for (size_t k = 0; k < (*out)[i].n; k++)
			indices[k] = (int)k + 1;
		(*out)[i].indices = indices;
	}
	return n;
}

/* ---- the hunt -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum mutant mutant;
	enum seam seam;
} mutants[] = {
    {"effects come before records", MUTANT_EFFECTS_FIRST, SEAM_NONE},
    {"a restart drops what is queued", MUTANT_DROP_QUEUE, SEAM_NONE},
    {"a failed step passes for done", MUTANT_FAILED_AS_DONE, SEAM_NONE},
    {"a restart gives steps new ids", MUTANT_NEW_STEP_ID, SEAM_NONE},
    {"a relationship does not leave", MUTANT_SKIP_LEAVE, SEAM_NONE},
    {"a relationship has a stale address", MUTANT_STALE_ADDRESS, SEAM_NONE},
    {"a turn is lost", MUTANT_LOSE_TURN, SEAM_NONE},
    {"a record is lost", MUTANT_NONE, SEAM_LOSE_RECORD},
    {"who waits for a component is forgotten", MUTANT_NONE, SEAM_FORGET_LINE},
    {"two steps on one component", MUTANT_NONE, SEAM_DOUBLE_START},
    {"a dependency is ignored", MUTANT_NONE, SEAM_IGNORE_DEPENDENCY},
    {"a cease is skipped", MUTANT_NONE, SEAM_SKIP_CEASE},
    {"destroyed infrastructure is not rebuilt", MUTANT_NONE, SEAM_NO_REBUILD},
    {"a member gets another's index", MUTANT_NONE, SEAM_WRONG_INDEX},
};

static bool passes(uint64_t seed, size_t mutant, struct family *f, char wrong[WRONG_SIZE])
{
	struct coverage coverage = {0};
	struct trace trace = {0};
	struct schedule s;

	schedule_make(&s, seed);
	if (mutant < LM_COUNT(mutants)) {
		s.mutant = mutants[mutant].mutant;
		seam.on = mutants[mutant].seam;
		seam.calls = 0;
	}
	bool ok = play(&s, f, &coverage, &trace, wrong);
	seam.on = SEAM_NONE;
	return ok;
}

/* The seed that finds it; 0: none does. */
static uint64_t hunt(size_t mutant, struct family *f, char wrong[WRONG_SIZE])
{
	char other[WRONG_SIZE];

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		if (!passes(seed, mutant, f, wrong) && passes(seed, LM_COUNT(mutants), f, other))
			return seed;
	return 0;
}

int main(void)
{
	struct family family = {0};
	unsigned found = 0;

	for (size_t i = 0; i < LM_COUNT(mutants); i++) {
		char wrong[WRONG_SIZE];
		uint64_t seed = hunt(i, &family, wrong);

		found += seed > 0;
		if (seed > 0)
			printf("%-40s seed %3" PRIu64 ": %s\n", mutants[i].name, seed, wrong);
		else
			printf("%-40s is not found\n", mutants[i].name);
		fflush(stdout);
	}
	family_fini(&family);
	printf("mutants: %u passed, %zu failed\n", found, LM_COUNT(mutants) - found);
	return found != LM_COUNT(mutants);
}

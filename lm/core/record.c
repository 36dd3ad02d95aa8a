/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/record.h"

#include <string.h>

#include "tosca/model/name.h"

static const char *const table_text[] = {
#define X(name, text) [RECORD_##name] = text,
    RECORD_TABLES(X)
#undef X
};

static const char *const failure_text[] = {
#define X(name, text) [STEP_##name] = text,
    STEP_FAILURES(X)
#undef X
};

const char *record_table_text(enum record_table table)
{
	return table_text[table];
}

const char *step_failure_text(enum step_failure failure)
{
	return failure_text[failure];
}

bool step_finds(
    const struct step_request *rq, const char *descriptor, const char *name, const char *alias)
{
	bool named = strcmp(rq->resource_name, name) == 0 ||
		     (alias != NULL && strcmp(rq->resource_name, alias) == 0);

	return named && name_matches(rq->descriptor, descriptor);
}

/* What the next turn gets again; more goes back to the system, for the few turns that are larger. */
enum { ARENA_KEPT = 4 << 20, TEXT_KEPT = 64 << 10, TEXT_MAX = 16 << 20 };

void turn_init(struct turn *t)
{
	*t = (struct turn){.arena = lm_arena_new()};
	lm_buf_init(&t->text, TEXT_MAX);
}

void turn_fini(struct turn *t)
{
	lm_vec_free(&t->records);
	lm_vec_free(&t->steps);
	lm_vec_free(&t->cancels);
	lm_arena_free(t->arena);
	lm_buf_fini(&t->text);
	t->arena = NULL;
}

void turn_clear(struct turn *t)
{
	lm_arena_clear(t->arena, ARENA_KEPT);
	t->records.n = t->steps.n = t->cancels.n = 0;
	if (t->text.cap > TEXT_KEPT) {
		lm_buf_fini(&t->text);
		lm_buf_init(&t->text, TEXT_MAX);
	}
}

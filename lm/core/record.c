/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/record.h"

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

void turn_init(struct turn *t)
{
	*t = (struct turn){.arena = lm_arena_new()};
}

void turn_fini(struct turn *t)
{
	lm_vec_free(&t->records);
	lm_vec_free(&t->steps);
	lm_vec_free(&t->cancels);
	lm_arena_free(t->arena);
	t->arena = NULL;
}

void turn_clear(struct turn *t)
{
	lm_arena_free(t->arena);
	t->arena = lm_arena_new();
	t->records.n = t->steps.n = t->cancels.n = 0;
}

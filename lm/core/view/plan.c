/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/view/view.h"

/*
 * The plan of a process as a list of steps: first what was asked before the present plan was made
 * (an earlier attempt, or all of it when the process has ended), then the plan itself.
 */

/* The log's end is what tells; all of it is to be had with the logs. */
enum { LOG_MAX = 4096 };

static void print_log(struct lm_json *j, const char *log)
{
	size_t n = log == NULL ? 0 : strlen(log);

	lm_json_str(j, "log", n <= LOG_MAX ? log : log + n - LOG_MAX);
	if (n > LOG_MAX)
		lm_json_int(j, "logBytes", (int64_t)n);
}

static const char *state_of(const struct step_record *s)
{
	if (s->state != NULL && strcmp(s->state, "Started") == 0)
		return "In Progress";
	return s->failure != NULL && strcmp(s->failure, step_failure_text(STEP_CANCELLED)) == 0
		   ? "Cancelled"
		   : s->state;
}

static void print_record(struct lm_json *j, const struct record *r, const char *because)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct step_record s;

	step_of_record(r, arena, &s);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", s.id);
	lm_json_str(j, "subject", s.subject);
	lm_json_str(j, "resource", s.resource);
	lm_json_str(j, "action", s.action);
	lm_json_str(j, "state", state_of(&s));
	lm_json_int(j, "attempt", s.attempt);
	view_time(j, "startedAt", s.started_ms);
	view_time(j, "endedAt", s.ended_ms);
	lm_json_str(j, "because", because);
	lm_json_str(j, "failure", s.failure);
	lm_json_str(j, "message", s.message);
	if (s.trace != NULL)
		lm_json_str(j, "transactionId", s.trace);
	if (s.by != NULL)
		lm_json_str(j, "requestedBy", s.by);
	print_log(j, s.log);
	lm_json_close(j, '}');
}

/* A step that waits for its turn at a component was not asked yet. */
static const char *run_text(const struct run *r, const struct plan_step *s)
{
	if (r->state == RUN_GOING && r->number == 0 && !s->silent)
		return "Pending";
	return r->state == RUN_WAITING ? "Pending"
	       : r->state == RUN_GOING ? "In Progress"
	       : r->state == RUN_DONE  ? "Completed"
				       : "Failed";
}

static void print_run(struct lm_json *j, const struct process *p, size_t i)
{
	const struct plan_step *s = &p->plan->steps[i];
	const struct run *r = &p->runs[i];

	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", NULL);
	lm_json_str(j, "subject", s->subject);
	lm_json_str(j, "action", plan_step_action(s));
	lm_json_str(j, "state", run_text(r, s));
	lm_json_bool(j, "silent", s->silent);
	lm_json_int(j, "attempt", p->attempt);
	view_time(j, "startedAt", r->number == 0 ? 0 : r->started_ms);
	view_time(j, "endedAt", r->ended_ms);
	lm_json_str(j, "because", s->why);
	lm_json_str(j, "message", r->message);
	lm_json_close(j, '}');
}

/* The record of the step last asked for a run; NULL: none was, or it is not there yet. */
static struct record *find_record(
    const struct lm_map *records, const struct process *p, const struct run *r)
{
	char key[LM_ID_SIZE + 12];

	if (r->number == 0)
		return NULL;
	snprintf(key, sizeof key, "%s/%u", p->id, r->number);
	return lm_map_find(records, key);
}

/* Without those that the plan's own steps stand for. */
static void print_earlier(struct lm_json *j, const struct process *p,
    const struct process_steps *steps, const struct lm_map *records, struct lm_arena *a)
{
	bool *in_plan = LM_NEW_N(a, bool, steps->n + 1);

	for (size_t i = 0; p->plan != NULL && i < p->plan->n_steps; i++) {
		const struct record *r = find_record(records, p, &p->runs[i]);

		if (r != NULL)
			in_plan[r - steps->v] = true;
	}
	for (size_t i = 0; i < steps->n; i++)
		if (!in_plan[i])
			print_record(j, &steps->v[i], NULL);
}

void view_plan(struct lm_json *j, const struct process *p, const struct process_steps *steps)
{
	LM_AUTO(lm_map) records = lm_map_new();
	LM_AUTO(lm_arena) arena = lm_arena_new();

	for (size_t i = 0; i < steps->n; i++)
		lm_map_put(records, steps->v[i].key, (void *)(uintptr_t)&steps->v[i]);
	lm_json_open(j, "executionPlan", '[');
	print_earlier(j, p, steps, records, arena);
	for (size_t i = 0; p->plan != NULL && i < p->plan->n_steps; i++) {
		const struct record *r = find_record(records, p, &p->runs[i]);

		if (plan_step_is_gate(&p->plan->steps[i]))
			continue;
		if (r != NULL)
			print_record(j, r, p->plan->steps[i].why);
		else
			print_run(j, p, i);
	}
	lm_json_close(j, ']');
}

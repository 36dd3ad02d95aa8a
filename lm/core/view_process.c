/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "lm/core/view.h"

/* The documents of processes. */

static void print_plan(struct lm_json *j, const struct process *p)
{
	static const char *const run_text[] = {"Pending", "In Progress", "Completed", "Failed"};

	lm_json_open(j, "executionPlan", '[');
	for (size_t i = 0; p->plan != NULL && i < p->plan->n_steps; i++) {
		const struct plan_step *s = &p->plan->steps[i];
		const struct run *r = &p->runs[i];

		if (plan_step_is_gate(s))
			continue;
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "subject", s->subject);
		lm_json_str(j, "action", plan_step_action(s));
		lm_json_str(j, "state", run_text[r->state]);
		view_time(j, "startedAt", r->started_ms);
		view_time(j, "endedAt", r->ended_ms);
		lm_json_str(j, "message", r->message);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void print_process(struct lm_json *j, const struct process *p, bool shallow)
{
	struct lm_buf intent;

	lm_buf_init(&intent, 64 * 1024);
	intent_print(&intent, &p->intent);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", p->id);
	lm_json_str(j, "assemblyId", p->root_id);
	lm_json_str(j, "assemblyName", p->root_name);
	lm_json_str(j, "assemblyType", p->descriptor);
	lm_json_str(j, "intentType", intent_kind_text(p->intent.kind));
	lm_json_raw(j, "intent", intent.p);
	lm_json_str(j, "status", process_status_text(p->status));
	lm_json_str(j, "statusReason", p->reason);
	lm_json_str(j, "reason", p->intent.reason);
	view_time(j, "startTime", p->start_ms);
	view_time(j, "endTime", p->end_ms);
	lm_json_int(j, "attempt", p->attempt);
	if (!shallow)
		print_plan(j, p);
	lm_json_close(j, '}');
	lm_buf_fini(&intent);
}

bool engine_print_process(const struct engine *e, const char *id, bool shallow, struct lm_buf *out)
{
	const struct process *p = lm_map_find(e->processes, id);
	struct lm_json j = lm_json_on(out);

	if (p == NULL)
		return false;
	print_process(&j, p, shallow);
	return true;
}

static bool is_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at != NULL && *at != '\0';) {
		const char *comma = strchr(at, ',');
		size_t len = comma == NULL ? strlen(at) : (size_t)(comma - at);

		if (len == n && memcmp(at, word, n) == 0)
			return true;
		at = comma == NULL ? NULL : comma + 1;
	}
	return false;
}

static bool passes(const struct process_filter *f, const struct process *p)
{
	return (f->assembly_id == NULL || strcmp(f->assembly_id, p->root_id) == 0) &&
	       (f->assembly_name == NULL || fnmatch(f->assembly_name, p->root_name, 0) == 0) &&
	       (f->statuses == NULL || is_listed(f->statuses, process_status_text(p->status))) &&
	       (f->intent_types == NULL ||
		   is_listed(f->intent_types, intent_kind_text(p->intent.kind)));
}

void engine_print_processes(
    const struct engine *e, const struct process_filter *f, struct lm_buf *out)
{
	LM_VEC(const struct process *) found = {0};
	struct lm_json j = lm_json_on(out);
	const struct process *p;
	size_t limit = f->limit == 0 ? 50 : f->limit;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		if (passes(f, p))
			*LM_PUSH(NULL, &found) = p;
	lm_json_open(&j, NULL, '[');
	for (size_t i = found.n; i-- > 0 && limit > 0; limit--)
		print_process(&j, found.v[i], true);
	lm_json_close(&j, ']');
	lm_vec_free(&found);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/view/view.h"

/* The documents of processes. */

enum { PROCESSES_DEFAULT = 50, INTENT_MAX = 4 * 1024 * 1024 };

/* ---- one process ------------------------------------------------------------------------------- */

/* "Heal", of "HealAssembly". */
static void print_lifecycle_action(struct lm_json *j, enum intent_kind kind)
{
	const char *type = intent_kind_text(kind);
	size_t n = strlen(type), tail = strlen("Assembly");
	char text[64];

	if (n > tail && strcmp(type + n - tail, "Assembly") == 0)
		n -= tail;
	snprintf(text, sizeof text, "%.*s", (int)n, type);
	lm_json_str(j, "lifecycleAction", text);
}

static void print_progress(struct lm_json *j, const struct process *p)
{
	struct tally t = p->plan != NULL ? tally_of(p) : p->tally;
	bool is_done = p->status == PROCESS_COMPLETED;

	lm_json_open(j, "progress", '{');
	lm_json_int(j, "steps", t.steps);
	lm_json_int(j, "done", t.done);
	lm_json_int(j, "running", (int64_t)p->in_flight);
	lm_json_int(j, "failed", t.failed);
	lm_json_int(j, "percent",
	    is_done       ? 100
	    : t.steps > 0 ? (int64_t)t.done * 100 / t.steps
			  : 0);
	lm_json_close(j, '}');
}

/* What it leads to; no descriptor: to nothing, or that is not known before it begins. */
static const struct spec *desired_of(const struct process *p)
{
	return p->to != NULL ? &p->to->spec : &p->desired;
}

static void print_clusters(struct lm_json *j, const struct membership *m)
{
	lm_json_open(j, "clusters", '[');
	for (size_t i = 0; i < m->of.n; i++) {
		const struct members *c = &m->of.v[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", c->cluster);
		lm_json_int(j, "quantity", (int64_t)c->n);
		lm_json_open(j, "members", '[');
		for (size_t k = 0; k < c->n; k++)
			lm_json_int(j, NULL, c->indices[k]);
		lm_json_close(j, ']');
		if (c->n_spares > 0)
			lm_json_open(j, "spares", '[');
		for (size_t k = 0; k < c->n_spares; k++)
			lm_json_int(j, NULL, c->spares[k]);
		if (c->n_spares > 0)
			lm_json_close(j, ']');
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void print_instance(
    struct lm_json *j, const char *key, const struct process *p, const struct spec *s)
{
	if (s->descriptor == NULL) {
		lm_json_str(j, key, NULL);
		return;
	}
	lm_json_open(j, key, '{');
	lm_json_str(j, "type", "Assembly");
	lm_json_str(j, "id", p->root_id);
	lm_json_str(j, "name", p->root_name);
	lm_json_str(j, "descriptorName", s->descriptor);
	lm_json_str(j, "intendedState", component_state_text(s->target));
	view_pairs(j, "properties", &s->properties);
	print_clusters(j, &s->members);
	lm_json_close(j, '}');
}

/* All that were given, by this intent and those before it. */
static void print_properties(struct lm_json *j, const struct process *p)
{
	const struct spec *to = desired_of(p);
	const struct lm_kvs *kvs = to->descriptor != NULL         ? &to->properties
				   : p->before.descriptor != NULL ? &p->before.properties
								  : &p->intent.properties;

	lm_json_open(j, "assemblyProperties", '{');
	for (size_t i = 0; i < kvs->n; i++)
		lm_json_str(j, kvs->v[i].name, kvs->v[i].value);
	lm_json_close(j, '}');
	lm_json_open(j, "context", '{');
	lm_json_close(j, '}');
}

/* Of adopted resources the names and ids: what they had reported may be private. */
static void print_intent(struct lm_json *j, const struct process *p)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct intent shown = p->intent;
	struct adopted *bare = LM_NEW_N(arena, struct adopted, shown.n_resources + 1);
	struct lm_buf text;

	for (size_t i = 0; i < shown.n_resources; i++)
		bare[i] =
		    (struct adopted){.name = shown.resources[i].name, .id = shown.resources[i].id};
	shown.resources = bare;
	lm_buf_init(&text, INTENT_MAX);
	struct lm_json on_text = lm_json_on(&text);
	intent_print(&on_text, NULL, &shown);
	lm_json_raw(j, "intent", text.cut ? "{}" : text.p);
	lm_buf_fini(&text);
}

static void print_head(struct lm_json *j, const struct process *p)
{
	lm_json_str(j, "id", p->id);
	lm_json_str(j, "assemblyId", p->root_id);
	lm_json_str(j, "assemblyName", p->root_name);
	lm_json_str(j, "assemblyType", p->descriptor);
	lm_json_str(j, "intentType", intent_kind_text(p->intent.kind));
	print_lifecycle_action(j, p->intent.kind);
	print_intent(j, p);
	lm_json_str(j, "status", process_status_text(p->status));
	lm_json_str(j, "statusReason", p->reason == NULL ? "" : p->reason);
	lm_json_str(j, "reason", p->intent.reason);
	lm_json_str(j, "requestedBy", p->intent.by);
	if (p->intent.trace != NULL)
		lm_json_str(j, "transactionId", p->intent.trace);
	if (p->start_ms != 0)
		view_time(j, "startTime", p->start_ms);
	if (p->end_ms != 0)
		view_time(j, "endTime", p->end_ms);
	lm_json_int(j, "attempt", p->attempt);
	if (p->wake_ms != 0)
		view_time(j, "nextAttemptAt", p->wake_ms);
}

static void print_process(
    struct lm_json *j, const struct process *p, const struct process_steps *steps)
{
	lm_json_open(j, NULL, '{');
	print_head(j, p);
	print_progress(j, p);
	print_properties(j, p);
	if (steps != NULL) {
		print_instance(j, "previousInstance", p, &p->before);
		print_instance(j, "desiredInstance", p, desired_of(p));
		view_plan(j, p, steps);
	}
	lm_json_close(j, '}');
}

bool engine_print_process(
    const struct engine *e, const char *id, const struct process_steps *steps, struct lm_buf *out)
{
	const struct process *p = lm_map_find(e->processes, id);
	struct lm_json j = lm_json_on(out);

	if (p == NULL)
		return false;
	print_process(&j, p, steps);
	return true;
}

/* ---- lists ------------------------------------------------------------------------------------- */

size_t engine_print_processes(
    const struct engine *e, const struct process_filter *f, struct lm_buf *out)
{
	LM_VEC(const struct process *) found = {0};
	struct lm_json j = lm_json_on(out);
	const struct process *p;
	size_t limit = f->limit == 0 ? PROCESSES_DEFAULT : f->limit;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		if (view_passes(f, p))
			*LM_PUSH(NULL, &found) = p;
	size_t n = found.n < limit ? found.n : limit;
	for (size_t i = 0; i < n; i++)
		print_process(&j, found.v[found.n - 1 - i], NULL);
	lm_vec_free(&found);
	return n;
}

/* ---- those of the journal ---------------------------------------------------------------------- */

bool engine_has_forgotten(const struct engine *e)
{
	return e->finished.has_forgotten;
}

bool engine_knows_process(const struct engine *e, const char *id)
{
	return lm_map_find(e->processes, id) != NULL;
}

bool process_print_record(const struct record *r, const struct process_filter *f,
    const struct process_steps *steps, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	struct process *p = NULL;
	LM_AUTO(lm_err) err = process_of_record(r, &p);

	if (err != NULL)
		return false;
	bool ok = f == NULL || view_passes(f, p);
	if (ok)
		print_process(&j, p, steps);
	process_free(p);
	return ok;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* What becomes of an intent: refused, begun, or put in line. */

/* ---- what it is about --------------------------------------------------------------------------- */

static struct instance *find_named(struct engine *e, const struct intent *i)
{
	bool may_be_within =
	    i->kind == INTENT_HEAL || i->kind == INTENT_SCALE_OUT || i->kind == INTENT_SCALE_IN;
	struct within found;

	if (!may_be_within)
		return lm_map_find(e->instances, i->assembly_name);
	return within_named(e, i->assembly_name, &found) ? found.instance : NULL;
}

static struct lm_err *find_by_name(struct engine *e, const struct intent *i, struct instance **out)
{
	const char *name = i->assembly_name, *id = i->assembly_id;

	if (name == NULL && id == NULL)
		return lm_err_new(LM_ERR_INVALID, "assemblyName is missing");
	*out = id != NULL ? lm_map_find(e->by_id, id) : find_named(e, i);
	if (*out == NULL)
		return engine_no_assembly(e, id != NULL ? "id" : "name", id != NULL ? id : name);
	if (id != NULL && name != NULL && find_named(e, i) != *out)
		return lm_err_new(LM_ERR_INVALID,
		    "the assembly with id %s is '%s', not '%s': give its id or its name", id,
		    (*out)->name, name);
	return NULL;
}

static struct lm_err *check_name_is_free(const struct engine *e, const char *name)
{
	if (name == NULL || *name == '\0')
		return lm_err_new(LM_ERR_INVALID, "assemblyName is missing");
	if (lm_map_find(e->instances, name) != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "there is an assembly instance '%s' already: choose another name or delete it",
		    name);
	return NULL;
}

/* The process that a rollback, retry or cancel is about, and its assembly (NULL: it is gone). */
static struct lm_err *find_process(
    struct engine *e, const struct intent *i, struct process **out, struct instance **in)
{
	*out = i->process == NULL ? NULL : lm_map_find(e->processes, i->process);
	if (i->process == NULL)
		return lm_err_new(LM_ERR_INVALID, "processId is missing");
	if (*out == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "Cannot find process with id %s ('lm get processes' lists them)", i->process);
	*in = lm_map_find(e->by_id, (*out)->root_id);
	return NULL;
}

/* The instance an intent is about; NULL: it will make one.  Decides what a create-or-upgrade is. */
static struct lm_err *find_subject(struct engine *e, struct intent *i, struct instance **out)
{
	struct process *p;
	struct lm_err *err;

	*out = NULL;
	switch (i->kind) {
	case INTENT_CREATE:
	case INTENT_ADOPT:
		return check_name_is_free(e, i->assembly_name);
	case INTENT_CREATE_OR_UPGRADE:
		if (i->assembly_name != NULL)
			*out = lm_map_find(e->instances, i->assembly_name);
		i->kind = *out == NULL ? INTENT_CREATE : INTENT_UPGRADE;
		return *out == NULL ? check_name_is_free(e, i->assembly_name) : NULL;
	case INTENT_ROLLBACK:
	case INTENT_RETRY:
	case INTENT_CANCEL:
		err = find_process(e, i, &p, out);
		if (err == NULL && *out == NULL && i->kind == INTENT_ROLLBACK)
			err = lm_err_new(LM_ERR_INVALID,
			    "process %s cannot be rolled back: its assembly '%s' is gone", p->id,
			    p->root_name);
		return err;
	default:
		return find_by_name(e, i, out);
	}
}

/* ---- intents about processes ----------------------------------------------------------------------- */

static bool has_failed(const struct process *p)
{
	return p->status == PROCESS_FAILED || p->status == PROCESS_CANCELLED;
}

/* Only the newest process of an assembly can be taken up again: later ones have built on it. */
static struct lm_err *check_newest(
    const struct process *p, const struct instance *in, const char *what)
{
	if (!has_failed(p))
		return lm_err_new(LM_ERR_INVALID,
		    "process %s cannot be %s: it is %s, not Failed or Cancelled", p->id, what,
		    process_status_text(p->status));
	if (in == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "process %s cannot be %s: its assembly '%s' is gone", p->id, what,
		    p->root_name);
	if (p->start_ms != 0 && in->last != p)
		return lm_err_new(LM_ERR_INVALID,
		    "process %s cannot be %s: a later one has changed '%s'", p->id, what, in->name);
	return NULL;
}

static struct lm_err *busy(const struct instance *in, const struct process *with)
{
	return lm_err_new(LM_ERR_CONFLICT,
	    "'%s' is busy: process %s (%s) runs; wait for it, cancel it, or stand in line "
	    "(\"queue\": true, lm ... --queue)",
	    in->name, with->id, intent_kind_text(with->intent.kind));
}

static struct lm_err *retry(struct engine *e, const struct intent *i, int64_t now_ms,
    struct turn *t, char process[LM_ID_SIZE])
{
	struct process *p;
	struct instance *in;
	struct aim aim;

	struct lm_err *err = find_process(e, i, &p, &in);
	if (err == NULL)
		err = check_newest(p, in, "tried again");
	const struct process *blocker = err == NULL ? instance_blocker(in, i->kind) : NULL;
	if (blocker != NULL)
		err = busy(in, blocker);
	if (err == NULL && p->start_ms == 0) /* it never began */
		err = process_aim(e, p, in, &aim);
	if (err != NULL)
		return err;
	if (i->trace != NULL)
		p->intent.trace = lm_arena_strdup(p->arena, i->trace);
	if (i->by != NULL)
		p->intent.by = lm_arena_strdup(p->arena, i->by);
	if (p->start_ms == 0) {
		finished_remove(e, p);
		snprintf(process, LM_ID_SIZE, "%s", p->id);
		process_begin(e, p, in, &aim, now_ms, t);
		return NULL;
	}
	snprintf(process, LM_ID_SIZE, "%s", p->id);
	process_go_on(e, p, in, now_ms, t);
	return NULL;
}

static struct lm_err *cancel(struct engine *e, const struct intent *i, int64_t now_ms,
    struct turn *t, char process[LM_ID_SIZE])
{
	struct process *p;
	struct instance *in;

	struct lm_err *err = find_process(e, i, &p, &in);
	if (err != NULL)
		return err;
	if (p->status != PROCESS_PENDING && p->status != PROCESS_RUNNING)
		return lm_err_new(LM_ERR_INVALID,
		    "process %s cannot be cancelled: it is %s already", p->id,
		    process_status_text(p->status));
	snprintf(process, LM_ID_SIZE, "%s", p->id);
	process_cancel(e, p, i->by, now_ms, t);
	return NULL;
}

/* ---- a new process ------------------------------------------------------------------------------------ */

static const struct adopted *copy_resources(struct lm_arena *a, const struct intent *i)
{
	struct adopted *to = LM_NEW_N(a, struct adopted, i->n_resources + 1);

	for (size_t k = 0; k < i->n_resources; k++)
		to[k] = (struct adopted){lm_arena_strdup(a, i->resources[k].name),
		    lm_arena_strdup(a, i->resources[k].id),
		    lm_kvs_copy(a, &i->resources[k].outputs),
		    lm_kvs_copy(a, &i->resources[k].topology)};
	return to;
}

struct intent intent_copy(struct lm_arena *a, const struct intent *i)
{
	return (struct intent){
	    .kind = i->kind,
	    .assembly_name = lm_arena_strdup(a, i->assembly_name),
	    .assembly_id = lm_arena_strdup(a, i->assembly_id),
	    .descriptor = lm_arena_strdup(a, i->descriptor),
	    .intended_state = lm_arena_strdup(a, i->intended_state),
	    .properties = lm_kvs_copy(a, &i->properties),
	    .clusters = lm_kvs_copy(a, &i->clusters),
	    .resources = copy_resources(a, i),
	    .n_resources = i->n_resources,
	    .cluster = lm_arena_strdup(a, i->cluster),
	    .quantity = i->quantity,
	    .component_name = lm_arena_strdup(a, i->component_name),
	    .component_id = lm_arena_strdup(a, i->component_id),
	    .component_metric_key = lm_arena_strdup(a, i->component_metric_key),
	    .process = lm_arena_strdup(a, i->process),
	    .gives_up = i->gives_up,
	    .queue = i->queue,
	    .reason = lm_arena_strdup(a, i->reason),
	    .trace = lm_arena_strdup(a, i->trace),
	    .by = lm_arena_strdup(a, i->by),
	};
}

static struct process *process_new(const struct intent *i, const struct instance *in, uint64_t seed)
{
	struct process *p = lm_alloc(sizeof *p);

	struct lm_arena *a = lm_arena_new();
	p->arena = a;
	p->intent = intent_copy(a, i);
	p->root_name = lm_arena_strdup(a, in == NULL ? i->assembly_name : in->name);
	p->descriptor = lm_arena_strdup(
	    a, i->descriptor != NULL || in == NULL ? i->descriptor : in->tree->spec.descriptor);
	lm_id(seed, "process", p->id);
	if (in == NULL)
		lm_id(seed, p->root_name, p->root_id);
	else
		snprintf(p->root_id, sizeof p->root_id, "%s", in->id);
	p->seed = seed;
	p->next_step = 1;
	p->scope = scope_of(i->kind);
	return p;
}

void queue_put(struct instance *in, size_t at, struct process *p)
{
	LM_PUSH(NULL, &in->queue);
	memmove(
	    &in->queue.v[at + 1], &in->queue.v[at], (in->queue.n - 1 - at) * sizeof in->queue.v[0]);
	in->queue.v[at] = p;
}

/* True when the component stands in a member of the cluster that the process would shrink. */
static bool shrinks_around(
    const struct instance *in, const struct process *p, const struct component *c)
{
	const struct graph *g = in->tree->graph;
	const struct graph_cluster *shrinks = NULL;

	if (p->intent.kind != INTENT_SCALE_IN)
		return false;
	LM_AUTO(lm_err) err = aim_cluster(&p->intent, in, &shrinks);
	if (err != NULL)
		return false;
	for (int at = graph_find_node(g, c->name); at > 0; at = g->nodes[at].parent)
		if (g->nodes[at].cluster >= 0 && &g->clusters[g->nodes[at].cluster] == shrinks)
			return true;
	return false;
}

/* A heal goes before whatever would shrink the pool that its component is in. */
static size_t place_in_queue(
    const struct engine *e, const struct instance *in, const struct intent *i)
{
	const struct component *c = i->kind == INTENT_HEAL ? heal_subject(e, in, i) : NULL;

	for (size_t at = 0; c != NULL && at < in->queue.n; at++)
		if (shrinks_around(in, in->queue.v[at], c))
			return at;
	return in->queue.n;
}

static struct lm_err *enqueue(struct engine *e, const struct intent *i, struct instance *in,
    const struct when *w, char process[LM_ID_SIZE])
{
	if (!i->queue && i->reason == NULL)
		return busy(in, instance_blocker(in, i->kind));
	if (in->queue.n >= e->conf.queue_max)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is busy and %u intents wait already: try again later", in->name,
		    e->conf.queue_max);
	struct process *p = process_new(i, in, w->seed);
	queue_put(in, place_in_queue(e, in, i), p);
	lm_map_put(e->processes, p->id, p);
	journal_process(w->turn, p);
	event_process(e, w->turn, w->now_ms, p);
	snprintf(process, LM_ID_SIZE, "%s", p->id);
	return NULL;
}

/* By itself the system leaves alone what was given up: what needs it cannot be helped. */
static struct lm_err *check_providers(struct engine *e, const struct instance *in, struct aim *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct planned planned;

	if (instance_state(in) != COMPONENT_FAILED)
		return NULL;
	aim_plan(e, in, a, arena, &planned);
	for (size_t i = 0; planned.plan != NULL && i < planned.plan->n_steps; i++) {
		const struct plan_step *s = &planned.plan->steps[i];
		const struct component *c =
		    s->kind == PLAN_TRANSITION ? lm_map_find(in->components, s->subject) : NULL;

		if (c != NULL && c->state == COMPONENT_FAILED &&
		    graph_find_node(a->to->graph, c->name) >= 0) {
			aim_fini(a);
			return lm_err_new(LM_ERR_CONFLICT,
			    "'%s' is needed for it, and is Failed: heal it first", c->name);
		}
	}
	return NULL;
}

static struct lm_err *aim_for(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *out)
{
	if (i->kind != INTENT_ROLLBACK) {
		struct lm_err *err = aim_at(e, i, in, out);
		bool by_itself = i->reason != NULL && out->scope != SCOPE_ALL;

		return err == NULL && by_itself ? check_providers(e, in, out) : err;
	}
	const struct process *p = lm_map_find(e->processes, i->process);
	if (p == NULL)
		return lm_err_new(
		    LM_ERR_INVALID, "process %s is forgotten: nothing to go back to", i->process);
	struct lm_err *err = check_newest(p, in, "rolled back");
	if (err == NULL && p->start_ms == 0)
		err = lm_err_new(
		    LM_ERR_INVALID, "process %s cannot be rolled back: it never began", p->id);
	return err != NULL ? err : aim_back(e, &p->before, in, out);
}

struct lm_err *intent_check(struct engine *e, const struct intent *i, const struct instance *in)
{
	struct aim aim;
	struct lm_err *err = aim_for(e, i, in, &aim);

	if (err == NULL)
		aim_fini(&aim);
	return err;
}

struct lm_err *process_aim(
    struct engine *e, const struct process *p, const struct instance *in, struct aim *out)
{
	return aim_for(e, &p->intent, in, out);
}

/* A tree that cannot be brought up is refused before anything is changed for it. */
static struct lm_err *check_order(struct engine *e, const struct instance *in, struct aim *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct planned planned;

	aim_plan(e, in, a, arena, &planned);
	if (planned.plan != NULL)
		return NULL;
	aim_fini(a);
	return lm_err_new(LM_ERR_INVALID, "the order of steps has a circle: %s", planned.circle);
}

static struct lm_err *accept_new(
    struct engine *e, struct intent *i, const struct when *w, char process[LM_ID_SIZE])
{
	struct instance *in;
	struct aim aim;

	struct lm_err *err = find_subject(e, i, &in);
	if (err != NULL)
		return err;
	if (in != NULL && instance_blocker(in, i->kind) != NULL)
		return enqueue(e, i, in, w, process);
	err = aim_for(e, i, in, &aim);
	if (err == NULL && aim.is_new && aim.scope == SCOPE_ALL)
		err = check_order(e, in, &aim);
	if (err != NULL)
		return err;
	struct process *p = process_new(i, in, w->seed);
	lm_map_put(e->processes, p->id, p);
	snprintf(process, LM_ID_SIZE, "%s", p->id);
	process_begin(e, p, in, &aim, w->now_ms, w->turn);
	return NULL;
}

struct lm_err *intent_accept(
    struct engine *e, const struct intent *intent, const struct when *w, char process[LM_ID_SIZE])
{
	struct intent i = *intent;

	if (i.kind == INTENT_RETRY)
		return retry(e, &i, w->now_ms, w->turn, process);
	if (i.kind == INTENT_CANCEL)
		return cancel(e, &i, w->now_ms, w->turn, process);
	return accept_new(e, &i, w, process);
}

/* ---- what it would do ------------------------------------------------------------------------------- */

/* The rest of a process that has failed. */
static struct lm_err *aim_of_rest(
    struct engine *e, const struct intent *i, struct instance *in, struct aim *out)
{
	struct process *p = lm_map_find(e->processes, i->process);

	struct lm_err *err = check_newest(p, in, "tried again");
	if (err != NULL)
		return err;
	if (p->start_ms == 0)
		return process_aim(e, p, in, out);
	*out = process_aim_again(e, p, in);
	return NULL;
}

static void print_plan(
    const struct plan *p, const struct intent_warnings *w, enum plan_form form, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	switch (form) {
	case PLAN_AS_TEXT:
		plan_print(p, out);
		for (size_t i = 0; i < w->all.n; i++)
			lm_buf_printf(out, "warning: %s\n", w->all.v[i]);
		break;
	case PLAN_AS_JSON:
		lm_json_open(&j, NULL, '{');
		plan_print_json(p, &j);
		intent_warnings_print(w, &j);
		lm_json_close(&j, '}');
		break;
	case PLAN_AS_DOT:
		plan_print_dot(p, out);
		break;
	}
}

struct lm_err *engine_plan(
    struct engine *e, const struct intent *intent, enum plan_form form, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct intent i = *intent;
	struct instance *in;
	struct aim aim;
	struct planned planned;
	struct intent_warnings warnings = {0};

	struct lm_err *err = find_subject(e, &i, &in);
	if (err == NULL && i.kind == INTENT_CANCEL)
		err = lm_err_new(LM_ERR_INVALID,
		    "a cancel has no plan: steps in flight end, and no other begins");
	if (err == NULL)
		err = i.kind == INTENT_RETRY ? aim_of_rest(e, &i, in, &aim)
					     : aim_for(e, &i, in, &aim);
	if (err != NULL)
		return err;
	aim_plan(e, in, &aim, arena, &planned);
	intent_warn(e, intent, arena, &warnings);
	if (planned.plan == NULL)
		err = lm_err_new(
		    LM_ERR_INVALID, "the order of steps has a circle: %s", planned.circle);
	else
		print_plan(planned.plan, &warnings, form, out);
	aim_fini(&aim);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "lm/core/engine_priv.h"

/* A longer intent is not told again in every event of its process, which has it. */
enum { INTENT_TOLD_MAX = 64 * 1024 };

/* Of more heals of one component than that a restart may forget. */
enum { HEALS_TOLD = 100 };

/*
 * What is being written, one at a time: open with body_open(), fill 'json', close with body_close() or
 * event_close().
 */
struct body {
	struct turn *turn;
	struct lm_json json;
};

static void body_open(struct body *b, struct turn *t)
{
	lm_buf_clear(&t->text);
	*b = (struct body){t, lm_json_on(&t->text)};
	lm_json_open(&b->json, NULL, '{');
}

/* Without a body it removes what was there.  Borrowed, until the next one is put. */
static struct record *put(
    struct turn *t, enum record_table table, const char *key, const char *root)
{
	struct record *r = LM_PUSH(NULL, &t->records);

	*r = (struct record){
	    .table = table,
	    .key = lm_arena_strdup(t->arena, key),
	    .root = lm_arena_strdup(t->arena, root),
	};
	return r;
}

static struct record *body_close(
    struct body *b, enum record_table table, const char *key, const char *root)
{
	struct turn *t = b->turn;
	struct record *r = put(t, table, key, root);

	lm_json_close(&b->json, '}');
	assert(!t->text.cut); /* bounded inputs make far less of a record: it is our own mistake */
	r->body = lm_arena_strndup(t->arena, t->text.p, t->text.n);
	return r;
}

static void print_kvs(struct lm_json *j, const char *key, const struct lm_kvs *kvs)
{
	lm_json_open(j, key, '{');
	for (size_t i = 0; i < kvs->n; i++)
		lm_json_str(j, kvs->v[i].name, kvs->v[i].value);
	lm_json_close(j, '}');
}

static void print_indices(struct lm_json *j, const char *key, const int *indices, size_t n)
{
	lm_json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		lm_json_int(j, NULL, indices[i]);
	lm_json_close(j, ']');
}

/* Spares stand apart: most clusters have none, and older records never do. */
static void print_membership(struct lm_json *j, const struct membership *m)
{
	size_t spares = 0;

	lm_json_open(j, "members", '{');
	for (size_t i = 0; i < m->of.n; i++) {
		print_indices(j, m->of.v[i].cluster, m->of.v[i].indices, m->of.v[i].n);
		spares += m->of.v[i].n_spares;
	}
	lm_json_close(j, '}');
	if (spares == 0)
		return;
	lm_json_open(j, "spares", '{');
	for (size_t i = 0; i < m->of.n; i++)
		if (m->of.v[i].n_spares > 0)
			print_indices(
			    j, m->of.v[i].cluster, m->of.v[i].spares, m->of.v[i].n_spares);
	lm_json_close(j, '}');
}

static void print_found(struct lm_json *j, const struct found *f)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "reference", f->reference);
	lm_json_str(j, "name", f->name);
	lm_json_str(j, "type", f->type);
	lm_json_str(j, "location", f->location);
	lm_json_str(j, "id", f->id);
	print_kvs(j, "properties", &f->properties);
	if (f->topology.n > 0)
		print_kvs(j, "topology", &f->topology);
	lm_json_close(j, '}');
}

/* ---- present state --------------------------------------------------------------------------------- */

static void print_spec(struct lm_json *j, const struct spec *s)
{
	lm_json_str(j, "descriptor", s->descriptor);
	lm_json_str(j, "intendedState", component_state_text(s->target));
	print_kvs(j, "properties", &s->properties);
	print_membership(j, &s->members);
	if (s->edition != NULL)
		lm_json_str(j, "edition", s->edition->key);
}

static void journal_edition(struct turn *t, struct edition *ed)
{
	struct body b;

	body_open(&b, t);
	lm_json_open(&b.json, "texts", '[');
	for (size_t i = 0; i < ed->texts.n; i++) {
		lm_json_open(&b.json, NULL, '{');
		lm_json_str(&b.json, "name", ed->texts.v[i].name);
		lm_json_str(&b.json, "dir", ed->texts.v[i].dir);
		lm_json_str(&b.json, "text", ed->texts.v[i].text);
		lm_json_close(&b.json, '}');
	}
	lm_json_close(&b.json, ']');
	body_close(&b, RECORD_EDITION, ed->key, "");
	ed->is_written = true;
}

void journal_edition_gone(struct turn *t, const struct edition *ed)
{
	put(t, RECORD_EDITION, ed->key, "");
}

void journal_instance(struct turn *t, const struct instance *in)
{
	struct body b;

	for (size_t i = 0; i < in->trees.n; i++) {
		struct edition *ed = in->trees.v[i]->spec.edition;

		if (ed != NULL && !ed->is_written)
			journal_edition(t, ed);
	}

	body_open(&b, t);
	lm_json_str(&b.json, "id", in->id);
	lm_json_str(&b.json, "name", in->name);
	lm_json_int(&b.json, "tree", in->tree->number);
	lm_json_int(&b.json, "nextTree", in->next_tree);
	lm_json_open(&b.json, "trees", '[');
	for (size_t i = 0; i < in->trees.n; i++) {
		lm_json_open(&b.json, NULL, '{');
		lm_json_int(&b.json, "number", in->trees.v[i]->number);
		print_spec(&b.json, &in->trees.v[i]->spec);
		lm_json_close(&b.json, '}');
	}
	lm_json_close(&b.json, ']');
	if (in->found != NULL) {
		const struct found *found;

		lm_json_open(&b.json, "found", '[');
		for (size_t i = 0; (found = lm_map_next(in->found, &i)) != NULL;)
			print_found(&b.json, found);
		lm_json_close(&b.json, ']');
	}
	lm_json_int(&b.json, "createdAt", in->created_ms);
	lm_json_int(&b.json, "modifiedAt", in->modified_ms);
	body_close(&b, RECORD_ASSEMBLY, in->id, in->name);
}

void journal_instance_gone(struct turn *t, const struct instance *in)
{
	put(t, RECORD_ASSEMBLY, in->id, in->name);
}

void journal_component_gone(struct turn *t, const struct component *c)
{
	put(t, RECORD_COMPONENT, c->id, c->instance->name);
}

/* It is being made anew, and keeps its id. */
static bool comes_back(const struct component *c)
{
	const struct process *p = c->instance->running;

	return p != NULL && p->to != NULL && graph_find_node(p->to->graph, c->name) >= 0;
}

/* The last ones: so that a restart is no way out of a loop of heals. */
static void print_heals(struct lm_json *j, const struct component *c)
{
	const int64_t *times;
	size_t n = heal_times(c, &times), i = n > HEALS_TOLD ? n - HEALS_TOLD : 0;

	if (n == 0)
		return;
	lm_json_open(j, "heals", '[');
	for (; i < n; i++)
		lm_json_int(j, NULL, times[i]);
	lm_json_close(j, ']');
}

/* There are as many as resources: key and root of the record are not said again in its body. */
void journal_component(struct turn *t, const struct component *c)
{
	struct body b;

	if (c->state == COMPONENT_ABSENT && !comes_back(c)) {
		journal_component_gone(t, c);
		return;
	}
	body_open(&b, t);
	lm_json_str(&b.json, "name", c->name);
	lm_json_str(&b.json, "state", component_state_text(c->state));
	if (c->tree != NULL) /* restored under the wanted tree where its own is no more */
		lm_json_int(&b.json, "tree", c->tree->number);
	if (c->given.fixed != 0) {
		lm_json_int(&b.json, "fixed", (int64_t)c->given.fixed);
		lm_json_int(&b.json, "fluid", (int64_t)c->given.fluid);
	}
	if (c->reached_by != 0)
		lm_json_int(&b.json, "reachedBy", (int64_t)c->reached_by);
	if (c->retired_by != 0)
		lm_json_int(&b.json, "retiredBy", (int64_t)c->retired_by);
	if (c->rebuild)
		lm_json_bool(&b.json, "rebuild", true);
	if (c->lost)
		lm_json_bool(&b.json, "lost", true);
	if (c->proven)
		lm_json_bool(&b.json, "proven", true);
	if (c->started)
		lm_json_bool(&b.json, "started", true);
	if (c->ready)
		lm_json_bool(&b.json, "ready", true);
	print_heals(&b.json, c);
	print_kvs(&b.json, "outputs", &c->outputs);
	if (c->topology.n > 0)
		print_kvs(&b.json, "topology", &c->topology);
	lm_json_int(&b.json, "modifiedAt", c->modified_ms);
	body_close(&b, RECORD_COMPONENT, c->id, c->instance->name);
}

void journal_link(struct turn *t, const struct instance *in, const struct link *l)
{
	struct body b;

	body_open(&b, t);
	lm_json_int(&b.json, "tree", l->tree->number);
	if (l->state != LINK_CREATED)
		lm_json_str(&b.json, "state", link_state_text[l->state]);
	print_kvs(&b.json, "properties", &l->properties);
	if (l->via.n > 0) {
		lm_json_open(&b.json, "via", '[');
		for (size_t i = 0; i < l->via.n; i++)
			print_found(&b.json, l->via.v[i]);
		lm_json_close(&b.json, ']');
	}
	body_close(&b, RECORD_RELATIONSHIP, l->name, in->name);
}

void journal_link_gone(struct turn *t, const struct instance *in, const char *name)
{
	put(t, RECORD_RELATIONSHIP, name, in->name);
}

void journal_links_gone(struct turn *t, const struct instance *in)
{
	const struct link *l;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;)
		journal_link_gone(t, in, l->name);
}

static void print_resources(struct lm_json *j, const struct intent *i)
{
	lm_json_open(j, "resources", '{');
	for (size_t k = 0; k < i->n_resources; k++) {
		const struct adopted *a = &i->resources[k];

		lm_json_open(j, a->name, '{');
		if (a->id != NULL)
			lm_json_str(j, "id", a->id);
		print_kvs(j, "outputs", &a->outputs);
		if (a->topology.n > 0)
			print_kvs(j, "topology", &a->topology);
		lm_json_close(j, '}');
	}
	lm_json_close(j, '}');
}

void intent_print(struct lm_json *j, const char *key, const struct intent *i)
{
	lm_json_open(j, key, '{');
	lm_json_str(j, "type", intent_kind_text(i->kind));
	const struct {
		const char *key, *value;
	} texts[] = {
	    {"assemblyName", i->assembly_name},
	    {"assemblyId", i->assembly_id},
	    {"descriptorName", i->descriptor},
	    {"intendedState", i->intended_state},
	    {"clusterName", i->cluster},
	    {"brokenComponentName", i->component_name},
	    {"brokenComponentId", i->component_id},
	    {"brokenComponentMetricKey", i->component_metric_key},
	    {"processId", i->process},
	    {"reason", i->reason},
	};
	for (size_t k = 0; k < LM_COUNT(texts); k++)
		if (texts[k].value != NULL)
			lm_json_str(j, texts[k].key, texts[k].value);
	if (i->properties.n > 0)
		print_kvs(j, "properties", &i->properties);
	if (i->clusters.n > 0)
		print_kvs(j, "clusters", &i->clusters);
	if (i->n_resources > 0)
		print_resources(j, i);
	if (i->quantity > 0)
		lm_json_int(j, "quantity", i->quantity);
	if (i->gives_up)
		lm_json_bool(j, "givesUp", true);
	if (i->queue)
		lm_json_bool(j, "queue", true);
	lm_json_close(j, '}');
}

static void print_process_spec(struct lm_json *j, const char *key, const struct spec *s)
{
	if (s->descriptor == NULL)
		return;
	lm_json_open(j, key, '{');
	print_spec(j, s);
	lm_json_close(j, '}');
}

void journal_process(struct turn *t, const struct process *p)
{
	struct body b;

	body_open(&b, t);
	lm_json_str(&b.json, "id", p->id);
	lm_json_str(&b.json, "root", p->root_name);
	lm_json_str(&b.json, "rootId", p->root_id);
	lm_json_str(&b.json, "descriptor", p->descriptor);
	intent_print(&b.json, "intent", &p->intent);
	if (p->intent.trace != NULL)
		lm_json_str(&b.json, "trace", p->intent.trace);
	if (p->intent.by != NULL)
		lm_json_str(&b.json, "by", p->intent.by);
	lm_json_str(&b.json, "status", process_status_text(p->status));
	lm_json_str(&b.json, "statusReason", p->reason);
	lm_json_int(&b.json, "startedAt", p->start_ms);
	lm_json_int(&b.json, "endedAt", p->end_ms);
	lm_json_int(&b.json, "seed", (int64_t)p->seed);
	lm_json_int(&b.json, "attempt", p->attempt);
	lm_json_int(&b.json, "nextStep", p->next_step);
	lm_json_int(&b.json, "steps", p->tally.steps);
	lm_json_int(&b.json, "stepsDone", p->tally.done);
	lm_json_int(&b.json, "stepsFailed", p->tally.failed);
	lm_json_int(&b.json, "from", p->from_number);
	lm_json_int(&b.json, "to", p->to_number);
	print_process_spec(&b.json, "before", &p->before);
	print_process_spec(&b.json, "desired", &p->desired);
	if (p->wake_ms != 0)
		lm_json_int(&b.json, "wakeAt", p->wake_ms);
	if (p->failed_component != NULL)
		lm_json_str(&b.json, "failedComponent", p->failed_component);
	if (p->cancelling)
		lm_json_bool(&b.json, "cancelling", true);
	if (p->is_aside)
		lm_json_bool(&b.json, "aside", true);
	body_close(&b, RECORD_PROCESS, p->id, p->root_name)->ended_ms = p->end_ms;
}

static const char *flight_subject(const struct flight *f)
{
	return f->process->plan->steps[f->run].subject;
}

static const char *step_state(const struct step_result *r)
{
	return r == NULL ? "Started" : r->failure == STEP_NONE ? "Completed" : "Failed";
}

/*
 * Two for each step that is ever asked: whatever the key says, or goes without saying, is left out
 * (see step_of_record() in codec.c).
 */
void journal_step(
    struct turn *t, const struct flight *f, const struct step_result *r, int64_t now_ms)
{
	const char *subject = flight_subject(f), *resource = flight_resource(f);
	struct body b;

	body_open(&b, t);
	if (f->process->intent.trace != NULL)
		lm_json_str(&b.json, "trace", f->process->intent.trace);
	if (f->process->intent.by != NULL)
		lm_json_str(&b.json, "by", f->process->intent.by);
	lm_json_str(&b.json, "subject", subject);
	if (strcmp(resource, subject) != 0)
		lm_json_str(&b.json, "resource", resource);
	lm_json_str(&b.json, "action", f->action);
	lm_json_str(&b.json, "state", step_state(r));
	if (f->process->attempt != 1)
		lm_json_int(&b.json, "attempt", f->process->attempt);
	lm_json_int(&b.json, "startedAt", f->started_ms);
	if (r != NULL)
		lm_json_int(&b.json, "endedAt", now_ms);
	if (r != NULL && r->failure != STEP_NONE)
		lm_json_str(&b.json, "failure", step_failure_text(r->failure));
	if (r != NULL && r->message != NULL)
		lm_json_str(&b.json, "message", r->message);
	if (r != NULL && r->log != NULL)
		lm_json_str(&b.json, "log", r->log);
	body_close(&b, RECORD_STEP, f->step, f->process->root_name);
}

/* ---- events ------------------------------------------------------------------------------------------ */

static void event_open(
    struct body *b, struct engine *e, struct turn *t, int64_t now_ms, const char *type)
{
	char at[LM_TIME_SIZE];

	lm_time_text(now_ms, at);
	body_open(b, t);
	lm_json_int(&b->json, "seq", e->next_event);
	lm_json_str(&b->json, "at", at);
	lm_json_int(&b->json, "at_ms", now_ms);
	lm_json_str(&b->json, "type", type);
}

static void event_close(struct body *b, struct engine *e, const char *root)
{
	char key[LM_INT_SIZE];

	body_close(b, RECORD_EVENT, lm_int_text(e->next_event++, key), root);
}

static void print_time(struct lm_json *j, const char *key, int64_t ms)
{
	char at[LM_TIME_SIZE];

	lm_time_text(ms, at);
	lm_json_str(j, key, ms == 0 ? NULL : at);
}

/* Without what adopted resources had reported: that may be private. */
static void print_intent_told(struct lm_json *j, const struct intent *i)
{
	struct intent told = *i;
	struct lm_buf text;

	told.n_resources = 0;
	lm_buf_init(&text, INTENT_TOLD_MAX);
	struct lm_json on_text = lm_json_on(&text);
	intent_print(&on_text, NULL, &told);
	lm_json_raw(j, "intent", text.cut ? "null" : text.p);
	lm_buf_fini(&text);
}

void event_process(struct engine *e, struct turn *t, int64_t now_ms, const struct process *p)
{
	struct body b;

	event_open(&b, e, t, now_ms, "ProcessStateChangeEvent");
	lm_json_str(&b.json, "processId", p->id);
	lm_json_str(&b.json, "assemblyId", p->root_id);
	lm_json_str(&b.json, "assemblyName", p->root_name);
	lm_json_str(&b.json, "assemblyDescriptorName", p->descriptor);
	lm_json_str(&b.json, "intentType", intent_kind_text(p->intent.kind));
	lm_json_str(&b.json, "processState", process_status_text(p->status));
	lm_json_str(&b.json, "processStateReason", p->reason);
	lm_json_str(&b.json, "reason", p->intent.reason);
	lm_json_str(&b.json, "requestedBy", p->intent.by);
	print_intent_told(&b.json, &p->intent);
	print_time(&b.json, "processStartedAt", p->start_ms);
	print_time(&b.json, "processFinishedAt", p->end_ms);
	lm_json_int(&b.json, "attempt", p->attempt);
	if (p->wake_ms != 0)
		print_time(&b.json, "nextAttemptAt", p->wake_ms);
	event_close(&b, e, p->root_name);
}

/* What does not exist has no state: null. */
static const char *known_state(enum component_state state)
{
	return state == COMPONENT_ABSENT ? NULL : component_state_text(state);
}

/* Where it stands, or stood until now; false: nobody knows any more. */
static bool find_site(const struct component *c, const struct graph **g, int *node)
{
	*g = c->tree == NULL ? NULL : c->tree->graph;
	*node = c->node;
	for (size_t i = c->instance->trees.n; *g == NULL && i > 0; i--) {
		struct graph *old = c->instance->trees.v[i - 1]->graph;

		*node = old == NULL ? -1 : graph_find_node(old, c->name);
		*g = *node < 0 ? NULL : old;
	}
	return *g != NULL;
}

/* Who looks after it. */
static void print_site(
    struct lm_json *j, struct engine *e, struct turn *t, const struct component *c)
{
	static const char *const keys[] = {"resourceManager", "deploymentLocation"};
	const struct graph *g;
	int node;
	bool known = find_site(c, &g, &node);
	struct facts facts = {e, c->instance, g, t->arena};
	struct graph_facts gf = facts_of(&facts);

	for (size_t i = 0; i < LM_COUNT(keys); i++)
		lm_json_str(j, keys[i],
		    known ? graph_property_value(g, node, keys[i], &gf, t->arena) : NULL);
}

void event_component(struct engine *e, struct turn *t, int64_t now_ms, const struct component *c,
    const struct process *p, enum component_state before)
{
	struct body b;

	event_open(&b, e, t, now_ms, "ComponentStateChangeEvent");
	lm_json_str(&b.json, "rootAssemblyId", c->instance->id);
	lm_json_str(&b.json, "rootAssemblyName", c->instance->name);
	lm_json_str(&b.json, "resourceId", c->id);
	lm_json_str(&b.json, "resourceName", c->name);
	print_site(&b.json, e, t, c);
	lm_json_str(&b.json, "processId", p == NULL ? NULL : p->id);
	lm_json_str(&b.json, "previousState", known_state(before));
	lm_json_str(&b.json, "newState", known_state(c->state));
	event_close(&b, e, c->instance->name);
}

void event_root(struct engine *e, struct turn *t, int64_t now_ms, const struct instance *in,
    const struct process *p, enum component_state before, enum component_state after)
{
	struct body b;

	event_open(&b, e, t, now_ms, "ComponentStateChangeEvent");
	lm_json_str(&b.json, "rootAssemblyId", in->id);
	lm_json_str(&b.json, "rootAssemblyName", in->name);
	lm_json_str(&b.json, "processId", p == NULL ? NULL : p->id);
	lm_json_str(&b.json, "previousState", known_state(before));
	lm_json_str(&b.json, "newState", known_state(after));
	event_close(&b, e, in->name);
}

void event_link(struct engine *e, struct turn *t, int64_t now_ms, const struct process *p,
    const char *relationship, bool exists)
{
	struct body b;

	event_open(&b, e, t, now_ms, "RelationshipEvent");
	lm_json_str(&b.json, "rootAssemblyName", p->root_name);
	lm_json_str(&b.json, "relationship", relationship);
	lm_json_str(&b.json, "processId", p->id);
	lm_json_str(&b.json, "newState", exists ? "Created" : NULL);
	event_close(&b, e, p->root_name);
}

void event_step(struct engine *e, struct turn *t, int64_t now_ms, const struct flight *f,
    const struct step_result *r)
{
	struct body b;

	event_open(&b, e, t, now_ms, "StepEvent");
	lm_json_str(&b.json, "rootAssemblyName", f->process->root_name);
	lm_json_str(&b.json, "processId", f->process->id);
	lm_json_str(&b.json, "step", f->step);
	lm_json_str(&b.json, "subject", flight_subject(f));
	lm_json_str(&b.json, "resource", flight_resource(f));
	lm_json_str(&b.json, "action", f->action);
	lm_json_str(&b.json, "state", step_state(r));
	if (r != NULL) {
		lm_json_str(&b.json, "message", r->message);
		lm_json_int(&b.json, "tookMs", now_ms - f->started_ms);
	}
	event_close(&b, e, f->process->root_name);
}

void event_policy(struct engine *e, struct turn *t, int64_t now_ms, const struct instance *in,
    const char *policy, enum policy_action action, const char *reason)
{
	struct body b;

	event_open(&b, e, t, now_ms, "PolicyEvent");
	lm_json_str(&b.json, "rootAssemblyName", in->name);
	lm_json_str(&b.json, "policy", policy);
	lm_json_str(&b.json, "action", policy_action_text(action));
	lm_json_str(&b.json, "reason", reason);
	event_close(&b, e, in->name);
}

void event_death(
    struct engine *e, struct turn *t, int64_t now_ms, const struct component *c, const char *what)
{
	struct body b;

	event_open(&b, e, t, now_ms, "DeathEvent");
	lm_json_str(&b.json, "rootAssemblyName", c->instance->name);
	lm_json_str(&b.json, "resourceId", c->id);
	lm_json_str(&b.json, "resourceName", c->name);
	lm_json_str(&b.json, "what", what);
	event_close(&b, e, c->instance->name);
}

void engine_note_webhook(
    struct engine *e, const char *webhook, const char *why, int64_t now_ms, struct turn *t)
{
	struct body b;

	event_open(&b, e, t, now_ms, "WebhookEvent");
	lm_json_str(&b.json, "webhook", webhook);
	lm_json_str(&b.json, "state", "stopped");
	lm_json_str(&b.json, "text", why);
	event_close(&b, e, "");
}

void event_alarm(struct engine *e, struct turn *t, int64_t now_ms, const struct alarm *a)
{
	static const char *const kinds[] = {
#define X(name, text) [ALARM_##name] = text,
	    ALARM_KINDS(X)
#undef X
	};
	static const char *const severities[] = {
	    [SEVERITY_CRITICAL] = "critical",
	    [SEVERITY_MAJOR] = "major",
	    [SEVERITY_CLEARED] = "cleared",
	};
	struct body b;

	event_open(&b, e, t, now_ms, "AlarmEvent");
	lm_json_str(&b.json, "rootAssemblyName", a->instance->name);
	lm_json_str(&b.json, "alarm", kinds[a->kind]);
	lm_json_str(&b.json, "severity", severities[a->severity]);
	if (a->component != NULL) {
		lm_json_str(&b.json, "resourceId", a->component->id);
		lm_json_str(&b.json, "resourceName", a->component->name);
	} else {
		lm_json_str(&b.json, "clusterName", a->cluster);
	}
	lm_json_str(&b.json, "text", a->text);
	event_close(&b, e, a->instance->name);
}

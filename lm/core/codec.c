/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * Records back into the engine's memory (journal.c writes them).  The journal is our own, so a
 * record that does not fit is an error that names it, and the manager does not start.
 */

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int64_t int_of(const json_t *o, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(o, key));
}

static void read_kvs(const json_t *o, const char *key, struct lm_kvs *out)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(o, key), name, value)
	{
		if (json_is_string(value))
			lm_kvs_set(out, name, json_string_value(value));
	}
}

static const int *read_indices(const json_t *list, struct lm_arena *a)
{
	size_t n = json_array_size(list);
	int *indices = LM_NEW_N(a, int, n + 1);

	for (size_t i = 0; i < n; i++)
		indices[i] = (int)json_integer_value(json_array_get(list, i));
	return indices;
}

static void read_membership(const json_t *o, struct membership *out)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const json_t *all_spares = json_object_get(o, "spares");
	const char *cluster;
	json_t *list;

	json_object_foreach(json_object_get(o, "members"), cluster, list)
	{
		const json_t *spares = json_object_get(all_spares, cluster);
		struct members *m =
		    membership_add(out, cluster, read_indices(list, a), json_array_size(list));

		members_set_spares(m, read_indices(spares, a), json_array_size(spares));
	}
}

/* NULL: it is none. */
static struct found *read_found(const json_t *o)
{
	const struct found f = {
	    .reference = (char *)text_of(o, "reference"),
	    .name = (char *)text_of(o, "name"),
	    .type = (char *)text_of(o, "type"),
	    .location = (char *)text_of(o, "location"),
	    .id = (char *)text_of(o, "id"),
	};

	if (f.reference == NULL || f.name == NULL || f.type == NULL || f.id == NULL)
		return NULL;
	struct found *found = found_copy(&f);
	read_kvs(o, "properties", &found->properties);
	read_kvs(o, "topology", &found->topology);
	return found;
}

static struct lm_err *lacks(const struct record *r, const char *what)
{
	return lm_err_new(LM_ERR_INVALID, "journal: record %s/%s has no valid %s",
	    record_table_text(r->table), r->key, what);
}

/* ---- tables --------------------------------------------------------------------------------------- */

static struct lm_err *restore_edition(struct engine *e, const struct record *r, const json_t *o)
{
	const json_t *texts = json_object_get(o, "texts");
	struct edition *ed = edition_new();

	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *one = json_array_get(texts, i);
		const char *name = text_of(one, "name"), *dir = text_of(one, "dir"),
			   *text = text_of(one, "text");

		if (name == NULL || dir == NULL || text == NULL) {
			edition_free(ed);
			return lacks(r, "name, dir or text");
		}
		edition_add(ed, name, dir, text, strlen(text));
	}
	edition_restore(e, r->key, ed);
	return NULL;
}

/* What was written before there were editions goes by the present one. */
static void read_edition(const struct engine *e, const json_t *o, struct spec *s)
{
	const char *key = text_of(o, "edition");

	if (key != NULL)
		spec_set_edition(s, lm_map_find(e->editions, key));
}

static bool read_spec(const json_t *o, struct spec *out)
{
	const char *descriptor = text_of(o, "descriptor"), *state = text_of(o, "intendedState");

	*out = (struct spec){.descriptor = lm_strdup(descriptor)};
	read_kvs(o, "properties", &out->properties);
	read_membership(o, &out->members);
	if (descriptor != NULL && state != NULL && component_state_parse(state, &out->target))
		return true;
	spec_fini(out);
	return false;
}

/* The instance wants the last tree that it gets. */
static struct lm_err *restore_tree(
    struct engine *e, const struct record *r, const json_t *o, struct instance *in)
{
	struct graph *g = NULL;
	struct spec spec;

	if (!read_spec(o, &spec))
		return lacks(r, "descriptor or state");
	read_edition(e, o, &spec);
	struct lm_err *err = aim_build(e, in->name, &spec, &g);
	if (err != NULL) {
		err = lm_err_wrap(err,
		    "assembly '%s' of %s cannot be built from the texts that the journal keeps of "
		    "it ('lm doctor --journal' tells what else is damaged; an older version of the "
		    "manager may still read it)",
		    in->name, spec.descriptor);
		spec_fini(&spec);
		return err;
	}
	if (spec.edition == NULL)
		spec_set_edition(&spec, edition_get(e, spec.descriptor));
	struct tree *t = tree_new(&spec, g);
	t->number = (unsigned)int_of(o, "number");
	instance_want(in, t);
	return NULL;
}

/* Format 1 had one tree, whose spec stood in the record itself. */
static struct lm_err *restore_trees(
    struct engine *e, const struct record *r, const json_t *o, struct instance *in)
{
	const json_t *trees = json_object_get(o, "trees");
	struct lm_err *err = NULL;

	if (trees == NULL)
		return restore_tree(e, r, o, in);
	for (size_t i = 0; i < json_array_size(trees) && err == NULL; i++)
		err = restore_tree(e, r, json_array_get(trees, i), in);
	if (err != NULL)
		return err;
	in->tree = instance_find_tree(in, (unsigned)int_of(o, "tree"));
	in->next_tree = (unsigned)int_of(o, "nextTree");
	return in->tree == NULL ? lacks(r, "tree") : NULL;
}

static void read_all_found(const json_t *o, struct instance *in)
{
	const json_t *list = json_object_get(o, "found");

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct found *found = read_found(json_array_get(list, i));

		if (found != NULL)
			found_put(in, found);
	}
}

static struct lm_err *restore_assembly(struct engine *e, const struct record *r, const json_t *o)
{
	const char *name = text_of(o, "name");

	if (name == NULL)
		return lacks(r, "name");
	struct instance *in = instance_new(name, r->key);
	in->created_ms = int_of(o, "createdAt");
	in->modified_ms = int_of(o, "modifiedAt");
	read_all_found(o, in);
	struct lm_err *err = restore_trees(e, r, o, in);
	if (err != NULL) {
		instance_free(in);
		return err;
	}
	engine_add_instance(e, in);
	return NULL;
}

/*
 * Under which tree something was made: its own, or the next one where that is no more.  Whatever
 * stayed as it was when a tree came, stands under that one from then on, and nobody writes it down.
 */
static struct tree *tree_of(const struct instance *in, const json_t *o)
{
	unsigned number = (unsigned)int_of(o, "tree");

	for (size_t i = 0; i < in->trees.n; i++)
		if (in->trees.v[i]->number >= number)
			return in->trees.v[i];
	return in->tree;
}

/* Where a name stands in a tree; it moves to whichever tree of the instance has it. */
static int place_of(const struct instance *in, struct tree **tree, const char *name,
    int (*find)(const struct graph *, const char *))
{
	int at = find((*tree)->graph, name);

	for (size_t i = in->trees.n; at < 0 && i-- > 0;) {
		*tree = in->trees.v[i];
		at = find((*tree)->graph, name);
	}
	return at;
}

/* A name may be a resource's in one tree and an assembly's in another. */
static int find_resource(const struct graph *g, const char *name)
{
	int node = graph_find_node(g, name);

	return node >= 0 && g->nodes[node].resource != NULL ? node : -1;
}

/* They wait for the policy that counts them, see heals_recall(). */
static void read_heals(struct engine *e, const json_t *o, struct component *c)
{
	const json_t *list = json_object_get(o, "heals");

	for (size_t i = 0; i < json_array_size(list); i++)
		budget_spend(&e->asked, &c->asked, UINT_MAX, INT64_MAX,
		    (int64_t)json_integer_value(json_array_get(list, i)));
}

static struct lm_err *restore_component(struct engine *e, const struct record *r, const json_t *o)
{
	const char *name = text_of(o, "name"), *state = text_of(o, "state");
	struct instance *in = r->root == NULL ? NULL : lm_map_find(e->instances, r->root);

	if (in == NULL || name == NULL)
		return lacks(r, "root or name");
	struct tree *t = tree_of(in, o);
	int node = place_of(in, &t, name, find_resource);
	struct component *c = component_new(in, name, r->key);
	if (node < 0 || state == NULL || !component_state_parse(state, &c->state)) {
		component_free(c);
		return lacks(r, "state or tree");
	}
	if (c->state != COMPONENT_ABSENT)
		component_move(c, t, node);
	c->given.fixed = (uint64_t)int_of(o, "fixed");
	c->given.fluid = (uint64_t)int_of(o, "fluid");
	c->reached_by = (uint64_t)int_of(o, "reachedBy");
	c->retired_by = (uint64_t)int_of(o, "retiredBy");
	c->rebuild = json_is_true(json_object_get(o, "rebuild"));
	c->lost = json_is_true(json_object_get(o, "lost"));
	c->proven = json_is_true(json_object_get(o, "proven"));
	c->started = json_is_true(json_object_get(o, "started"));
	c->ready = json_is_true(json_object_get(o, "ready"));
	c->modified_ms = int_of(o, "modifiedAt");
	read_kvs(o, "outputs", &c->outputs);
	read_kvs(o, "topology", &c->topology);
	read_heals(e, o, c);
	engine_add_component(e, c);
	return NULL;
}

static enum link_state read_link_state(const char *text)
{
	for (size_t i = 0; text != NULL && i < LM_COUNT(link_state_text); i++)
		if (strcmp(link_state_text[i], text) == 0)
			return (enum link_state)i;
	return LINK_CREATED;
}

static struct lm_err *restore_relationship(
    struct engine *e, const struct record *r, const json_t *o)
{
	struct instance *in = r->root == NULL ? NULL : lm_map_find(e->instances, r->root);

	if (in == NULL)
		return lacks(r, "root");
	struct tree *t = tree_of(in, o);
	int index = place_of(in, &t, r->key, graph_find_relationship);
	if (index < 0)
		return lacks(r, "tree");
	struct link *l = link_new(r->key);
	link_move(l, t, index);
	l->state = read_link_state(text_of(o, "state"));
	read_kvs(o, "properties", &l->properties);
	const json_t *via = json_object_get(o, "via");
	for (size_t i = 0; i < json_array_size(via); i++) {
		struct found *found = read_found(json_array_get(via, i));

		if (found != NULL)
			*LM_PUSH(NULL, &l->via) = found;
	}
	link_free(lm_map_put(in->links, l->name, l));
	return NULL;
}

static void read_resources(const json_t *o, struct lm_arena *a, struct intent *out)
{
	const json_t *all = json_object_get(o, "resources");
	struct adopted *to = LM_NEW_N(a, struct adopted, json_object_size(all) + 1);
	const char *name;
	json_t *one;

	out->resources = to;
	json_object_foreach((json_t *)(uintptr_t)all, name, one)
	{
		struct lm_kvs outputs = {0}, topology = {0};

		read_kvs(one, "outputs", &outputs);
		read_kvs(one, "topology", &topology);
		to[out->n_resources++] = (struct adopted){lm_arena_strdup(a, name),
		    lm_arena_strdup(a, text_of(one, "id")), lm_kvs_copy(a, &outputs),
		    lm_kvs_copy(a, &topology)};
		lm_kvs_fini(&outputs);
		lm_kvs_fini(&topology);
	}
}

/* As they were given: null takes a value back. */
static struct lm_kvs read_given(const json_t *o, const char *key, struct lm_arena *a)
{
	json_t *all = json_object_get(o, key), *value;
	struct lm_kvs kvs = {LM_NEW_N(a, struct lm_kv, json_object_size(all) + 1), 0};
	const char *name;

	json_object_foreach(all, name, value)
	{
		kvs.v[kvs.n++] = (struct lm_kv){
		    lm_arena_strdup(a, name), lm_arena_strdup(a, json_string_value(value))};
	}
	return kvs;
}

static bool read_intent(const json_t *o, struct lm_arena *a, struct intent *out)
{
	const json_t *i = json_object_get(o, "intent");
	const char *type = text_of(i, "type");

	if (type == NULL || !intent_kind_parse_text(type, &out->kind))
		return false;
	out->assembly_name = lm_arena_strdup(a, text_of(i, "assemblyName"));
	out->assembly_id = lm_arena_strdup(a, text_of(i, "assemblyId"));
	out->descriptor = lm_arena_strdup(a, text_of(i, "descriptorName"));
	out->intended_state = lm_arena_strdup(a, text_of(i, "intendedState"));
	out->cluster = lm_arena_strdup(a, text_of(i, "clusterName"));
	out->component_name = lm_arena_strdup(a, text_of(i, "brokenComponentName"));
	out->component_id = lm_arena_strdup(a, text_of(i, "brokenComponentId"));
	out->component_metric_key = lm_arena_strdup(a, text_of(i, "brokenComponentMetricKey"));
	out->process = lm_arena_strdup(a, text_of(i, "processId"));
	out->quantity = (unsigned)int_of(i, "quantity");
	out->gives_up = json_is_true(json_object_get(i, "givesUp"));
	out->queue = json_is_true(json_object_get(i, "queue"));
	out->reason = lm_arena_strdup(a, text_of(i, "reason"));
	out->trace = lm_arena_strdup(a, text_of(o, "trace"));
	out->by = lm_arena_strdup(a, text_of(o, "by"));
	out->properties = read_given(i, "properties", a);
	out->clusters = read_given(i, "clusters", a);
	read_resources(i, a, out);
	return true;
}

/* A process that had not ended takes its place in its instance again. */
static struct lm_err *attach(struct engine *e, const struct record *r, struct process *p)
{
	struct instance *in = lm_map_find(e->by_id, p->root_id);

	if (in != NULL && p->start_ms != 0 &&
	    (in->last == NULL || in->last->start_ms <= p->start_ms))
		in->last = p;
	if (p->status != PROCESS_PENDING && p->status != PROCESS_RUNNING) {
		finished_add(e, p);
		return NULL;
	}
	if (in == NULL)
		return lacks(r, "root");
	if (p->is_aside) {
		aside_restore(in, p);
	} else if (p->status == PROCESS_RUNNING) {
		in->running = p;
		p->instance = in;
	} else if (p->wake_ms != 0) {
		process_sleep(e, p);
	} else {
		*LM_PUSH(NULL, &in->queue) = p;
	}
	return NULL;
}

static void read_life(const json_t *o, struct process *p)
{
	p->reason = lm_strdup(text_of(o, "statusReason"));
	p->start_ms = int_of(o, "startedAt");
	p->end_ms = int_of(o, "endedAt");
	p->wake_ms = int_of(o, "wakeAt");
	p->seed = (uint64_t)int_of(o, "seed");
	p->attempt = (unsigned)int_of(o, "attempt");
	p->next_step = (unsigned)int_of(o, "nextStep");
	p->cancelling = json_is_true(json_object_get(o, "cancelling"));
	p->is_aside = json_is_true(json_object_get(o, "aside"));
	p->failed_component = lm_strdup(text_of(o, "failedComponent"));
	p->from_number = (unsigned)int_of(o, "from");
	p->to_number = (unsigned)int_of(o, "to");
	p->tally = (struct tally){(unsigned)int_of(o, "steps"), (unsigned)int_of(o, "stepsDone"),
	    (unsigned)int_of(o, "stepsFailed")};
}

static struct lm_err *decode_process(const struct record *r, const json_t *o, struct process **out)
{
	const char *status = text_of(o, "status"), *root_id = text_of(o, "rootId");
	const json_t *before = json_object_get(o, "before"),
		     *desired = json_object_get(o, "desired");
	struct process *p = lm_alloc(sizeof *p);

	p->arena = lm_arena_new();
	snprintf(p->id, sizeof p->id, "%s", r->key);
	snprintf(p->root_id, sizeof p->root_id, "%s", root_id == NULL ? "" : root_id);
	p->root_name = lm_arena_strdup(p->arena, text_of(o, "root"));
	p->descriptor = lm_arena_strdup(p->arena, text_of(o, "descriptor"));
	read_life(o, p);
	if (status == NULL || p->root_name == NULL || !process_status_parse(status, &p->status) ||
	    !read_intent(o, p->arena, &p->intent) ||
	    (before != NULL && !read_spec(before, &p->before)) ||
	    (desired != NULL && !read_spec(desired, &p->desired))) {
		process_free(p);
		return lacks(r, "status, intent or spec");
	}
	p->scope = scope_of(p->intent.kind);
	*out = p;
	return NULL;
}

/*
 * Format 1 told no trees: a delete and a create lead where they always do, and a scale to the
 * members that the record holds.
 */
static struct lm_err *restore_aim(struct engine *e, struct process *p, const json_t *o)
{
	struct instance *in = lm_map_find(e->by_id, p->root_id);
	struct membership members = {0};
	struct spec spec;
	struct graph *g = NULL;

	if (json_object_get(o, "to") != NULL || in == NULL || p->status != PROCESS_RUNNING ||
	    p->intent.kind == INTENT_DELETE)
		return NULL;
	p->to_number = in->tree->number;
	if (p->scope != SCOPE_SCALE)
		return NULL;
	p->from_number = in->tree->number;
	spec_copy(&p->before, &in->tree->spec);
	spec_copy(&spec, &in->tree->spec);
	membership_fini(&spec.members);
	read_membership(o, &members);
	spec.members = members;
	struct lm_err *err = aim_build(e, in->name, &spec, &g);
	if (err != NULL) {
		spec_fini(&spec);
		return err;
	}
	instance_want(in, tree_new(&spec, g));
	p->to_number = in->tree->number;
	return NULL;
}

static struct lm_err *restore_process(struct engine *e, const struct record *r, const json_t *o)
{
	struct process *p = NULL;
	struct lm_err *err = decode_process(r, o, &p);

	if (err != NULL)
		return err;
	lm_map_put(e->processes, p->id, p);
	read_edition(e, json_object_get(o, "before"), &p->before);
	read_edition(e, json_object_get(o, "desired"), &p->desired);
	err = restore_aim(e, p, o);
	return err != NULL ? err : attach(e, r, p);
}

struct lm_err *process_of_record(const struct record *r, struct process **out)
{
	json_t *o = json_loads(r->body, 0, NULL);
	struct lm_err *err = json_is_object(o) ? decode_process(r, o, out) : lacks(r, "JSON");

	json_decref(o);
	return err;
}

/* It is said only where it is another one than the step is about. */
static const char *step_resource(const json_t *o)
{
	const char *resource = text_of(o, "resource");

	return resource == NULL ? text_of(o, "subject") : resource;
}

/* The first attempt goes without saying. */
static unsigned step_attempt(const json_t *o)
{
	int64_t attempt = int_of(o, "attempt");

	return attempt == 0 ? 1 : (unsigned)attempt;
}

void step_of_record(const struct record *r, struct lm_arena *a, struct step_record *out)
{
	json_t *o = json_loads(r->body, 0, NULL);

	*out = (struct step_record){
	    .id = lm_arena_strdup(a, r->key),
	    .subject = lm_arena_strdup(a, text_of(o, "subject")),
	    .resource = lm_arena_strdup(a, step_resource(o)),
	    .action = lm_arena_strdup(a, text_of(o, "action")),
	    .state = lm_arena_strdup(a, text_of(o, "state")),
	    .failure = lm_arena_strdup(a, text_of(o, "failure")),
	    .message = lm_arena_strdup(a, text_of(o, "message")),
	    .log = lm_arena_strdup(a, text_of(o, "log")),
	    .trace = lm_arena_strdup(a, text_of(o, "trace")),
	    .by = lm_arena_strdup(a, text_of(o, "by")),
	    .attempt = step_attempt(o),
	    .started_ms = int_of(o, "startedAt"),
	    .ended_ms = int_of(o, "endedAt"),
	};
	json_decref(o);
}

/* Finished steps only tell which numbers are taken; unfinished ones will be asked again. */
static struct lm_err *restore_step(struct engine *e, const struct record *r, const json_t *o)
{
	const char *state = text_of(o, "state"), *subject = text_of(o, "subject");
	const char *action = text_of(o, "action"), *number = strrchr(r->key, '/');
	char process[LM_ID_SIZE] = "";

	if (state == NULL || subject == NULL || action == NULL || number == NULL)
		return lacks(r, "number, state, subject or action");
	if ((size_t)(number - r->key) < sizeof process)
		memcpy(process, r->key, (size_t)(number - r->key));
	struct process *p = lm_map_find(e->processes, process);
	if (p == NULL)
		return NULL;
	unsigned n = (unsigned)strtoul(number + 1, NULL, 10);
	if (n >= p->next_step)
		p->next_step = n + 1;
	if (p->instance != NULL && strcmp(state, "Started") == 0)
		*LM_PUSH(NULL, &p->earlier) =
		    (struct earlier){lm_strdup(r->key), lm_strdup(subject),
			lm_strdup(step_resource(o)), lm_strdup(action), int_of(o, "startedAt")};
	return NULL;
}

typedef struct lm_err *restore_fn(struct engine *, const struct record *, const json_t *);

struct lm_err *engine_restore(struct engine *e, const struct record *r)
{
	static restore_fn *const restore[] = {
	    [RECORD_EDITION] = restore_edition,
	    [RECORD_ASSEMBLY] = restore_assembly,
	    [RECORD_COMPONENT] = restore_component,
	    [RECORD_RELATIONSHIP] = restore_relationship,
	    [RECORD_PROCESS] = restore_process,
	    [RECORD_STEP] = restore_step,
	    [RECORD_EVENT] = NULL,
	};
	json_error_t error;

	if (restore[r->table] == NULL)
		return NULL;
	json_t *o = json_loads(r->body, 0, &error);
	if (!json_is_object(o)) {
		json_decref(o);
		return lacks(r, "JSON body");
	}
	struct lm_err *err = restore[r->table](e, r, o);
	json_decref(o);
	return err;
}

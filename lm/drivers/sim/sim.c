/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/heap.h"
#include "base/map.h"
#include "base/vec.h"

enum { TRACE_MAX = 1024 * 1024, TEXT_MAX = 200, ADDRESS_MAX = 24 };

struct thing {
	char *id;
	char *name, *descriptor; /* since its first Install; NULL: not yet */
	struct lm_kvs outputs;
	bool foreign; /* no manager's */
	bool installed, running, destroyed;
	bool half;                    /* Install failed on the way */
	bool dead;                    /* it ended untold, and nobody has done anything about it */
	unsigned addresses;           /* every Install gives a new one */
	char *busy_with, *action;     /* the step in flight and what it does; NULL: none */
	char *orphan, *orphan_action; /* the step in flight when the manager died */
};

/* A step that was executed: its outcome stays, for whoever asks again. */
struct done {
	char *step;
	enum step_failure failure;
	char message[TEXT_MAX], address[ADDRESS_MAX];
	bool has_address;
	bool is_made; /* the world has changed */
	struct sim_fate fate;
	char *action, *key, *ipaddr;
	struct lm_kvs found; /* a find's outputs */
	struct thing *thing; /* NULL: a find */
};

/* What an operation has registered with a resource. */
struct entry {
	char *at; /* "<resource id> <key>" */
	char *address;
	const struct thing *thing;
	bool is_certain;
};

/* How often a resource was asked for an action. */
struct count {
	char *of; /* "<resource name> <action>" */
	unsigned n;
};

struct due {
	int64_t at_ms;
	uint64_t order; /* ties: first come, first served */
	struct done *done;
	struct thing *died;
};

struct failure {
	char *name, *action;
	unsigned times;
};

struct sim {
	struct sim_conf conf;
	uint64_t random, order;
	int64_t now_ms;         /* of the last call */
	struct lm_map *things;  /* by resource id */
	struct lm_map *steps;   /* by step id */
	struct lm_map *entries; /* by resource id and key */
	struct lm_map *counts;  /* by resource name and action; only where a schedule decides */
	LM_VEC(struct due) due;
	LM_VEC(struct failure) failures;
	struct lm_buf trace;
	struct lm_kv output;
	bool overlap, renamed;
};

struct sim *sim_new(const struct sim_conf *conf)
{
	struct sim *s = lm_alloc(sizeof *s);

	s->conf = *conf;
	s->random = conf->seed * 0x9e3779b97f4a7c15u + 1;
	s->things = lm_map_new();
	s->steps = lm_map_new();
	s->entries = lm_map_new();
	s->counts = lm_map_new();
	lm_buf_init(&s->trace, TRACE_MAX);
	return s;
}

static void done_free(struct done *d)
{
	lm_kvs_fini(&d->found);
	free(d->step);
	free(d->action);
	free(d->key);
	free(d->ipaddr);
	free(d);
}

static void entry_free(struct entry *e)
{
	if (e == NULL)
		return;
	free(e->at);
	free(e->address);
	free(e);
}

void sim_free(struct sim *s)
{
	struct thing *t;
	struct done *d;
	struct entry *e;
	struct count *n;

	if (s == NULL)
		return;
	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;) {
		free(t->id);
		free(t->busy_with);
		free(t->action);
		free(t->orphan);
		free(t->orphan_action);
		free(t->name);
		free(t->descriptor);
		lm_kvs_fini(&t->outputs);
		free(t);
	}
	for (size_t i = 0; (d = lm_map_next(s->steps, &i)) != NULL;)
		done_free(d);
	for (size_t i = 0; (e = lm_map_next(s->entries, &i)) != NULL;)
		entry_free(e);
	for (size_t i = 0; (n = lm_map_next(s->counts, &i)) != NULL;) {
		free(n->of);
		free(n);
	}
	for (size_t i = 0; i < s->failures.n; i++) {
		free(s->failures.v[i].name);
		free(s->failures.v[i].action);
	}
	lm_vec_free(&s->failures);
	lm_vec_free(&s->due);
	lm_map_free(s->things);
	lm_map_free(s->steps);
	lm_map_free(s->entries);
	lm_map_free(s->counts);
	lm_buf_fini(&s->trace);
	free(s);
}

/* xorshift64*: enough for schedules, and the same everywhere. */
static uint64_t roll(struct sim *s, uint64_t sides)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (s->random * 0x2545f4914f6cdd1du >> 33) % sides;
}

static struct thing *thing_of(struct sim *s, const char *id)
{
	struct thing *t = lm_map_find(s->things, id);

	if (t == NULL) {
		t = lm_alloc(sizeof *t);
		t->id = lm_strdup(id);
		lm_map_put(s->things, t->id, t);
	}
	return t;
}

static void set(char **text, const char *to)
{
	free(*text);
	*text = to == NULL ? NULL : lm_strdup(to);
}

static void schedule(struct sim *s, int64_t at_ms, struct done *done, struct thing *died)
{
	*LM_PUSH(NULL, &s->due) = (struct due){at_ms, s->order++, done, died};
}

/* ---- what a step does to the world --------------------------------------------------------------- */

static bool is_told_to_fail(struct sim *s, const struct step_request *rq)
{
	for (size_t i = 0; i < s->failures.n; i++) {
		struct failure *f = &s->failures.v[i];

		if (f->times > 0 && strcmp(f->name, rq->resource_name) == 0 &&
		    strcmp(f->action, rq->action) == 0) {
			f->times--;
			return true;
		}
	}
	return false;
}

static bool is_tidying(const char *action)
{
	return strcmp(action, "Stop") == 0 || strcmp(action, "Uninstall") == 0 ||
	       strcmp(action, "Delete") == 0;
}

/* What would come of it if nothing else went wrong. */
static enum step_failure natural(const struct done *d)
{
	const struct thing *t = d->thing;

	if (is_tidying(d->action) || strcmp(d->action, "Create") == 0 ||
	    strcmp(d->action, "Install") == 0)
		return STEP_NONE;
	if (!t->installed || t->destroyed)
		return STEP_RESOURCE_NOT_FOUND;
	if (strcmp(d->action, "Integrity") == 0 && !t->running)
		return STEP_INFRASTRUCTURE_ERROR;
	return STEP_NONE;
}

static struct sim_fate roll_fate(struct sim *s, const struct step_request *rq)
{
	struct sim_fate fate = {.answers = 1, .again_ms = 1};
	bool may_fail = !is_tidying(rq->action) && strcmp(rq->action, "Create") != 0;

	fate.took_ms =
	    s->conf.min_ms + (int64_t)roll(s, (uint64_t)(s->conf.max_ms - s->conf.min_ms) + 1);
	if (may_fail && roll(s, 1000) < s->conf.fail_permille)
		fate.failure = STEP_INFRASTRUCTURE_ERROR;
	if (roll(s, 1000) < s->conf.twice_permille)
		fate.answers = 2;
	return fate;
}

/* How often this resource was asked for this action before. */
static unsigned count_up(struct sim *s, const struct step_request *rq)
{
	char of[TEXT_MAX];

	snprintf(of, sizeof of, "%s %s", rq->resource_name, rq->action);
	struct count *c = lm_map_find(s->counts, of);
	if (c == NULL) {
		c = lm_alloc(sizeof *c);
		c->of = lm_strdup(of);
		lm_map_put(s->counts, c->of, c);
	}
	return c->n++;
}

static struct sim_fate fate_of(struct sim *s, const struct step_request *rq)
{
	struct sim_fate fate = s->conf.fate == NULL
				   ? roll_fate(s, rq)
				   : s->conf.fate(s->conf.fate_arg, rq, count_up(s, rq));

	if (is_told_to_fail(s, rq))
		fate.failure = STEP_INFRASTRUCTURE_ERROR;
	return fate;
}

static void forget_entries(struct sim *s, const struct thing *t)
{
	struct entry *e;

	for (size_t i = 0; (e = lm_map_next(s->entries, &i)) != NULL;)
		if (e->thing == t) {
			lm_map_remove(s->entries, e->at);
			entry_free(e);
		}
}

/* What a service has noted dies with it, or not: nobody takes it back before the next start. */
static void entries_in_doubt(struct sim *s, const struct thing *t)
{
	struct entry *e;

	for (size_t i = 0; (e = lm_map_next(s->entries, &i)) != NULL;)
		if (e->thing == t)
			e->is_certain = false;
}

/* Nobody will ever know whether it was done. */
static void entry_in_doubt(struct sim *s, const struct done *d)
{
	char at[TEXT_MAX];

	if (d->key == NULL || d->thing == NULL)
		return;
	snprintf(at, sizeof at, "%s %s", d->thing->id, d->key);
	struct entry *e = lm_map_find(s->entries, at);
	if (e != NULL)
		e->is_certain = false;
}

/* "join" and "leave" change what is registered; one that failed leaves everybody in doubt. */
static void change_entry(struct sim *s, const struct done *d)
{
	bool joins = strcmp(d->action, "join") == 0, leaves = strcmp(d->action, "leave") == 0;
	char at[TEXT_MAX];

	if ((!joins && !leaves) || d->key == NULL)
		return;
	snprintf(at, sizeof at, "%s %s", d->thing->id, d->key);
	struct entry *e = lm_map_find(s->entries, at);
	if (d->failure == STEP_NONE && leaves) {
		entry_free(lm_map_remove(s->entries, at));
		return;
	}
	if (e == NULL) {
		e = lm_alloc(sizeof *e);
		e->at = lm_strdup(at);
		e->thing = d->thing;
		lm_map_put(s->entries, e->at, e);
	}
	e->is_certain = d->failure == STEP_NONE;
	if (e->is_certain) {
		free(e->address);
		e->address = lm_strdup(d->ipaddr == NULL ? "" : d->ipaddr);
	}
}

static void change_world(struct sim *s, struct done *d)
{
	struct thing *t = d->thing;

	if (strcmp(d->action, "Install") == 0) {
		forget_entries(s, t);
		t->installed = true;
		t->destroyed = t->running = t->half = false;
		t->addresses++;
		d->has_address = true;
		snprintf(d->address, sizeof d->address, "%.8s-%u", t->id, t->addresses);
		lm_kvs_set(&t->outputs, "address", d->address);
	} else if (strcmp(d->action, "Start") == 0) {
		t->running = true;
		t->dead = false;
	} else if (strcmp(d->action, "Stop") == 0) {
		t->running = t->dead = false;
		entries_in_doubt(s, t);
	} else if (strcmp(d->action, "Uninstall") == 0 || strcmp(d->action, "Delete") == 0) {
		forget_entries(s, t);
		t->installed = t->running = t->destroyed = t->half = t->dead = false;
	}
}

/* An Install that failed has left something behind, as real ones do. */
static void leave_half(struct thing *t, const char *action)
{
	if (strcmp(action, "Install") == 0)
		t->installed = t->half = true;
}

/* The step does what it does to the world, once. */
static void happen(struct sim *s, struct done *d)
{
	if (d->is_made || d->thing == NULL)
		return;
	d->is_made = true;
	if (d->failure == STEP_NONE)
		d->failure = natural(d);
	if (d->failure == STEP_NONE)
		change_world(s, d);
	else
		leave_half(d->thing, d->action);
	change_entry(s, d);
}

/* A step beside another one, or the same thing asked again under another id. */
static void check_books(struct sim *s, struct thing *t, const struct step_request *rq)
{
	if (t->busy_with != NULL && strcmp(t->busy_with, rq->step) != 0)
		s->overlap = true;
	/* Operations of two relationships on one resource may change places. */
	if (t->orphan != NULL && !rq->is_operation && strcmp(t->orphan_action, rq->action) == 0 &&
	    strcmp(t->orphan, rq->step) != 0)
		s->renamed = true;
	set(&t->orphan, NULL);
}

/* Whoever asks for the next thing has given up the one before: it will not happen any more. */
static void give_up_others(struct sim *s, const struct done *d)
{
	for (size_t i = 0; i < s->due.n; i++) {
		struct done *other = s->due.v[i].done;

		if (other == NULL || other == d || other->thing != d->thing || other->is_made)
			continue;
		other->is_made = true;
		other->failure = STEP_CANCELLED;
		change_entry(s, other);
	}
}

/* One thing that is wanted, or why there is none. */
static void look(struct sim *s, struct done *d, const struct step_request *rq)
{
	const struct thing *t, *found = NULL;
	size_t n = 0;

	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;)
		if (t->installed && !t->destroyed && t->name != NULL &&
		    step_finds(rq, t->descriptor, t->name, lm_kvs_find(&t->outputs, "name"))) {
			found = t;
			n++;
		}
	if (d->failure != STEP_NONE)
		return;
	if (n != 1) {
		d->failure = STEP_RESOURCE_NOT_FOUND;
		snprintf(d->message, sizeof d->message, "%zu of type %s are called '%s'", n,
		    rq->descriptor, rq->resource_name);
		return;
	}
	for (size_t i = 0; i < found->outputs.n; i++)
		lm_kvs_set(&d->found, found->outputs.v[i].name, found->outputs.v[i].value);
	lm_kvs_set(&d->found, "id", found->id);
}

static struct done *begin(struct sim *s, const struct step_request *rq)
{
	const char *key = lm_kvs_find(&rq->properties, "key");
	const char *ipaddr = lm_kvs_find(&rq->properties, "ipaddr");
	struct done *d = lm_alloc(sizeof *d);

	d->step = lm_strdup(rq->step);
	d->action = lm_strdup(rq->action);
	lm_map_put(s->steps, d->step, d);
	if (rq->is_operation && key != NULL)
		d->key = lm_strdup(key);
	if (rq->is_operation && ipaddr != NULL)
		d->ipaddr = lm_strdup(ipaddr);
	snprintf(d->message, sizeof d->message, "simulated failure of %s", rq->action);
	d->fate = fate_of(s, rq);
	d->failure = d->fate.failure;
	if (rq->is_find) {
		look(s, d, rq);
	} else {
		d->thing = thing_of(s, rq->resource_id);
		if (strcmp(rq->action, "Install") == 0) {
			set(&d->thing->name, rq->resource_name);
			set(&d->thing->descriptor, rq->descriptor);
		}
		give_up_others(s, d);
		if (!d->fate.at_end)
			happen(s, d);
	}
	lm_buf_printf(
	    &s->trace, "%s%s %s", s->trace.n > 0 ? ", " : "", rq->action, rq->resource_name);
	return d;
}

void sim_execute(struct sim *s, const struct step_request *rq, int64_t now_ms)
{
	struct done *d = lm_map_find(s->steps, rq->step);

	s->now_ms = now_ms;
	if (d == NULL)
		d = begin(s, rq);
	else if (s->conf.fate != NULL) /* asked again: this time it is answered */
		d->fate.answers = 1;
	if (strcmp(rq->action, "leave") == 0) /* until it is known to be done */
		entry_in_doubt(s, d);
	if (d->thing != NULL) {
		check_books(s, d->thing, rq);
		set(&d->thing->busy_with, rq->step);
		set(&d->thing->action, rq->action);
	}
	for (unsigned i = 0; i < d->fate.answers; i++)
		schedule(s, now_ms + d->fate.took_ms + (int64_t)i * d->fate.again_ms, d, NULL);
}

void sim_cancel(struct sim *s, const char *step, int64_t now_ms)
{
	struct done *d = lm_map_find(s->steps, step);
	size_t kept = 0;

	if (d == NULL || !d->fate.heeds_cancel)
		return;
	for (size_t i = 0; i < s->due.n; i++)
		if (s->due.v[i].done != d)
			s->due.v[kept++] = s->due.v[i];
	s->due.n = kept;
	if (!d->is_made && d->thing != NULL) {
		d->is_made = true;
		d->failure = STEP_CANCELLED;
		change_entry(s, d);
	}
	schedule(s, now_ms + 1, d, NULL);
}

/* ---- what happens --------------------------------------------------------------------------------------- */

static size_t earliest(const struct sim *s)
{
	size_t at = 0;

	for (size_t i = 1; i < s->due.n; i++)
		if (s->due.v[i].at_ms < s->due.v[at].at_ms ||
		    (s->due.v[i].at_ms == s->due.v[at].at_ms &&
			s->due.v[i].order < s->due.v[at].order))
			at = i;
	return at;
}

int64_t sim_next(const struct sim *s)
{
	return s->due.n == 0 ? INT64_MAX : s->due.v[earliest(s)].at_ms;
}

bool sim_take(struct sim *s, int64_t now_ms, struct step_result *result, const char **died)
{
	*result = (struct step_result){0};
	*died = NULL;
	s->now_ms = now_ms > s->now_ms ? now_ms : s->now_ms;
	if (s->due.n == 0)
		return false;
	size_t at = earliest(s);
	struct due due = s->due.v[at];
	if (due.at_ms > now_ms)
		return false;
	s->due.v[at] = s->due.v[--s->due.n];
	if (due.died != NULL) {
		*died = due.died->id;
		return true;
	}
	struct done *d = due.done;
	happen(s, d);
	if (d->thing != NULL && d->thing->busy_with != NULL &&
	    strcmp(d->thing->busy_with, d->step) == 0)
		set(&d->thing->busy_with, NULL);
	result->step = d->step;
	result->failure = d->failure;
	result->message = d->failure == STEP_NONE ? NULL : d->message;
	if (d->failure == STEP_NONE && d->thing == NULL) {
		result->outputs = d->found;
	} else if (d->has_address) {
		s->output = (struct lm_kv){"address", d->address};
		result->outputs = (struct lm_kvs){&s->output, 1};
	}
	return true;
}

void sim_kill(struct sim *s, const char *resource_id, int64_t now_ms)
{
	struct thing *t = lm_map_find(s->things, resource_id);

	if (t == NULL || !t->running)
		return;
	t->running = false;
	t->dead = true;
	entries_in_doubt(s, t);
	schedule(s, now_ms + 1, NULL, t);
}

void sim_destroy(struct sim *s, const char *resource_id, int64_t now_ms)
{
	struct thing *t = lm_map_find(s->things, resource_id);

	if (t == NULL || !t->installed)
		return;
	sim_kill(s, resource_id, now_ms);
	t->destroyed = true;
	entries_in_doubt(s, t);
}

void sim_fail(struct sim *s, const char *resource_name, const char *action, unsigned times)
{
	*LM_PUSH(NULL, &s->failures) =
	    (struct failure){lm_strdup(resource_name), lm_strdup(action), times};
}

void sim_put(struct sim *s, const char *resource_id, const char *name, const char *descriptor,
    const struct lm_kvs *properties)
{
	struct thing *t = thing_of(s, resource_id);

	set(&t->name, name);
	set(&t->descriptor, descriptor);
	for (size_t i = 0; i < properties->n; i++)
		lm_kvs_set(&t->outputs, properties->v[i].name, properties->v[i].value);
	t->foreign = t->installed = t->running = true;
}

void sim_crash(struct sim *s)
{
	struct thing *t;

	s->due.n = 0;
	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;) {
		set(&t->orphan, t->busy_with);
		set(&t->orphan_action, t->action);
		set(&t->busy_with, NULL);
		if (t->dead) /* found when the driver opens again */
			schedule(s, s->now_ms + 1, NULL, t);
	}
}

unsigned sim_restart(struct sim *s)
{
	unsigned n = 0;
	size_t kept = 0;
	struct thing *t;

	for (size_t i = 0; i < s->due.n; i++) {
		if (s->due.v[i].done != NULL)
			n++, entry_in_doubt(s, s->due.v[i].done);
		else /* a death: it is found when the driver looks around */
			s->due.v[kept++] = s->due.v[i];
	}
	s->due.n = kept;
	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;)
		set(&t->busy_with, NULL);
	return n;
}

void sim_list(const struct sim *s, driver_each_fn *each, void *arg)
{
	const struct thing *t;

	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;)
		if (t->installed && !t->foreign)
			each(arg, &(struct driver_thing){
				      .kind = "resource",
				      .name = t->id,
				      .resource_id = t->id,
				      .resource_name = t->name,
				      .descriptor = t->descriptor,
				      .location = "sim",
				      .whole = !t->destroyed && !t->half,
				      .lacks = t->destroyed ? "it was destroyed"
					       : t->half    ? "it was never completed"
							    : NULL,
				  });
}

void sim_remove(struct sim *s, const char *resource_id)
{
	struct thing *t = lm_map_find(s->things, resource_id);

	if (t == NULL)
		return;
	forget_entries(s, t);
	t->installed = t->running = t->destroyed = t->half = t->dead = false;
}

/* ---- the books --------------------------------------------------------------------------------------------- */

size_t sim_installed(const struct sim *s)
{
	const struct thing *t;
	size_t n = 0;

	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;)
		n += t->installed && !t->foreign;
	return n;
}

bool sim_is_installed(const struct sim *s, const char *resource_id)
{
	const struct thing *t = lm_map_find(s->things, resource_id);

	return t != NULL && t->installed;
}

bool sim_is_running(const struct sim *s, const char *resource_id)
{
	const struct thing *t = lm_map_find(s->things, resource_id);

	return t != NULL && t->running;
}

bool sim_is_destroyed(const struct sim *s, const char *resource_id)
{
	const struct thing *t = lm_map_find(s->things, resource_id);

	return t != NULL && t->destroyed;
}

void sim_each_entry(
    const struct sim *s, void (*each)(void *arg, const struct sim_entry *), void *arg)
{
	const struct entry *e;

	for (size_t i = 0; (e = lm_map_next(s->entries, &i)) != NULL;)
		each(arg, &(struct sim_entry){
			      .id = e->thing->id,
			      .key = strchr(e->at, ' ') + 1,
			      .address = e->address,
			      .is_certain = e->is_certain,
			  });
}

bool sim_saw_overlap(const struct sim *s)
{
	return s->overlap;
}

bool sim_saw_new_name(const struct sim *s)
{
	return s->renamed;
}

const char *sim_trace(const struct sim *s)
{
	return s->trace.p;
}

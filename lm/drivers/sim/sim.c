/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"

enum { TRACE_MAX = 1024 * 1024, TEXT_MAX = 200 };

struct thing {
	char *id;
	char *name, *descriptor; /* since its first Install; NULL: not yet */
	struct lm_kvs outputs;
	bool foreign; /* no manager's */
	bool installed, running, destroyed;
	bool half; /* Install failed on the way */
	unsigned addresses;           /* every Install gives a new one */
	char *busy_with, *action;     /* the step in flight and what it does; NULL: none */
	char *orphan, *orphan_action; /* the step in flight when the manager died */
};

/* A step that was executed: its outcome stays, for whoever asks again. */
struct done {
	char *step;
	enum step_failure failure;
	char message[TEXT_MAX], address[TEXT_MAX];
	bool has_address;
	struct lm_kvs found; /* a find's outputs */
	struct thing *thing; /* NULL: a find */
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
	struct lm_map *things; /* by resource id */
	struct lm_map *steps;  /* by step id */
	LM_VEC(struct due) due;
	LM_VEC(struct failure) failures;
	struct lm_buf trace;
	struct lm_kv output;
	bool overlap, renamed;
};

static void *make(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		abort();
	return p;
}

static char *dup(const char *text)
{
	char *s = strdup(text);

	if (s == NULL)
		abort();
	return s;
}

struct sim *sim_new(const struct sim_conf *conf)
{
	struct sim *s = make(sizeof *s);

	s->conf = *conf;
	s->random = conf->seed * 0x9e3779b97f4a7c15u + 1;
	s->things = lm_map_new();
	s->steps = lm_map_new();
	lm_buf_init(&s->trace, TRACE_MAX);
	return s;
}

void sim_free(struct sim *s)
{
	struct thing *t;
	struct done *d;

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
	for (size_t i = 0; (d = lm_map_next(s->steps, &i)) != NULL;) {
		free(d->step);
		lm_kvs_fini(&d->found);
		free(d);
	}
	for (size_t i = 0; i < s->failures.n; i++) {
		free(s->failures.v[i].name);
		free(s->failures.v[i].action);
	}
	lm_vec_free(&s->failures);
	lm_vec_free(&s->due);
	lm_map_free(s->things);
	lm_map_free(s->steps);
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
		t = make(sizeof *t);
		t->id = dup(id);
		lm_map_put(s->things, t->id, t);
	}
	return t;
}

static void set(char **text, const char *to)
{
	free(*text);
	*text = to == NULL ? NULL : dup(to);
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

static enum step_failure outcome(
    struct sim *s, const struct step_request *rq, const struct thing *t)
{
	if (is_told_to_fail(s, rq))
		return STEP_INFRASTRUCTURE_ERROR;
	if (is_tidying(rq->action) || strcmp(rq->action, "Create") == 0)
		return STEP_NONE;
	if (roll(s, 1000) < s->conf.fail_permille)
		return STEP_INFRASTRUCTURE_ERROR;
	if (strcmp(rq->action, "Install") != 0 && (!t->installed || t->destroyed))
		return STEP_RESOURCE_NOT_FOUND;
	if (strcmp(rq->action, "Integrity") == 0 && !t->running)
		return STEP_INFRASTRUCTURE_ERROR;
	return STEP_NONE;
}

static void change_world(struct done *d, const struct step_request *rq)
{
	const char *action = rq->action;
	struct thing *t = d->thing;

	if (strcmp(action, "Install") == 0) {
		set(&t->name, rq->resource_name);
		set(&t->descriptor, rq->descriptor);
		t->installed = true;
		t->destroyed = t->running = t->half = false;
		t->addresses++;
		d->has_address = true;
		snprintf(d->address, sizeof d->address, "%.8s-%u", t->id, t->addresses);
		lm_kvs_set(&t->outputs, "address", d->address);
	} else if (strcmp(action, "Start") == 0) {
		t->running = true;
	} else if (strcmp(action, "Stop") == 0) {
		t->running = false;
	} else if (strcmp(action, "Uninstall") == 0 || strcmp(action, "Delete") == 0) {
		t->installed = t->running = t->destroyed = t->half = false;
	}
}

/* An Install that failed has left something behind, as real ones do. */
static void leave_half(struct thing *t, const char *action)
{
	if (strcmp(action, "Install") == 0)
		t->installed = t->half = true;
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
	if (is_told_to_fail(s, rq) || n != 1) {
		d->failure = STEP_RESOURCE_NOT_FOUND;
		snprintf(d->message, sizeof d->message, "%zu of type %s are called '%s'", n,
		    rq->descriptor, rq->resource_name);
		return;
	}
	for (size_t i = 0; i < found->outputs.n; i++)
		lm_kvs_set(&d->found, found->outputs.v[i].name, found->outputs.v[i].value);
	lm_kvs_set(&d->found, "id", found->id);
}

static void act(struct sim *s, struct done *d, const struct step_request *rq)
{
	d->thing = thing_of(s, rq->resource_id);
	d->failure = outcome(s, rq, d->thing);
	if (d->failure == STEP_NONE)
		change_world(d, rq);
	else
		leave_half(d->thing, rq->action);
	snprintf(d->message, sizeof d->message, "simulated failure of %s", rq->action);
}

void sim_execute(struct sim *s, const struct step_request *rq, int64_t now_ms)
{
	struct done *d = lm_map_find(s->steps, rq->step);
	int64_t at = now_ms + s->conf.min_ms +
		     (int64_t)roll(s, (uint64_t)(s->conf.max_ms - s->conf.min_ms) + 1);

	if (d == NULL) {
		d = make(sizeof *d);
		d->step = dup(rq->step);
		lm_map_put(s->steps, d->step, d);
		if (rq->is_find)
			look(s, d, rq);
		else
			act(s, d, rq);
		lm_buf_printf(&s->trace, "%s%s %s", s->trace.n > 0 ? ", " : "", rq->action,
		    rq->resource_name);
	}
	if (d->thing != NULL) {
		check_books(s, d->thing, rq);
		set(&d->thing->busy_with, rq->step);
		set(&d->thing->action, rq->action);
	}
	schedule(s, at, d, NULL);
	if (roll(s, 1000) < s->conf.twice_permille)
		schedule(s, at + 1, d, NULL);
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
	if (d->thing != NULL && d->thing->busy_with != NULL &&
	    strcmp(d->thing->busy_with, d->step) == 0) {
		set(&d->thing->busy_with, NULL);
	}
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
	schedule(s, now_ms + 1, NULL, t);
}

void sim_destroy(struct sim *s, const char *resource_id, int64_t now_ms)
{
	struct thing *t = lm_map_find(s->things, resource_id);

	if (t == NULL || !t->installed)
		return;
	sim_kill(s, resource_id, now_ms);
	t->destroyed = true;
}

void sim_fail(struct sim *s, const char *resource_name, const char *action, unsigned times)
{
	*LM_PUSH(NULL, &s->failures) = (struct failure){dup(resource_name), dup(action), times};
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
	}
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

	if (t != NULL)
		t->installed = t->running = t->destroyed = t->half = false;
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

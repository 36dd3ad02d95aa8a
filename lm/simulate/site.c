/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/simulate/site.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/suggest.h"

enum { OUTPUTS_MAX = 200, DEATH_MS = 4 };

/* ---- times --------------------------------------------------------------------------------------- */

static const struct site_time measured[] = {
    {"Install", 55},
    {"Configure", 12},
    {"Start", 60},
    {"Integrity", 18},
    {"Reconfigure", 20},
    {"Stop", 5000}, /* the calls in progress end first */
    {"Uninstall", 65},
    {"Find", 5},
    {"Operation", 15},
};

void site_times_init(struct site_times *t)
{
	*t = (struct site_times){.n = LM_COUNT(measured)};
	memcpy(t->v, measured, sizeof measured);
}

static struct site_time *find_time(struct site_times *t, const char *action, size_t n)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->v[i].action) == n && strncmp(t->v[i].action, action, n) == 0)
			return &t->v[i];
	return NULL;
}

/* A name that is nearly a transition's is no operation's. */
static const char *nearly(const char *action)
{
	struct suggest near = suggest_for(action);

	for (size_t i = 0; i < LM_COUNT(measured); i++)
		suggest_offer(&near, measured[i].action);
	return near.best;
}

struct lm_err *site_times_set(struct site_times *t, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t n = equals == NULL ? 0 : (size_t)(equals - text);
	int64_t ms = 0;

	if (n == 0 || n >= sizeof t->v[0].action || !lm_time_parse_span(equals + 1, &ms))
		return lm_err_new(LM_ERR_INVALID,
		    "--takes needs a step and its time, like Start=25 or Stop=2min, not '%s'",
		    text);
	struct site_time *found = find_time(t, text, n);
	if (found != NULL) {
		found->ms = ms;
		return NULL;
	}
	struct site_time own = {.ms = ms};
	memcpy(own.action, text, n);
	const char *near = nearly(own.action);
	if (near != NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "--takes: there is no step '%s'; did you mean '%s'?", own.action, near);
	if (t->n == SITE_TIMES_MAX)
		return lm_err_new(LM_ERR_INVALID, "too many --takes: at most %d", SITE_TIMES_MAX);
	t->v[t->n++] = own;
	return NULL;
}

int64_t site_time_of(const struct site_times *t, const char *action, bool is_operation)
{
	struct site_times *own = (struct site_times *)(uintptr_t)t;
	const struct site_time *found = find_time(own, action, strlen(action));

	if (found == NULL && is_operation)
		found = find_time(own, "Operation", strlen("Operation"));
	return found == NULL ? 0 : found->ms;
}

/* ---- the site ------------------------------------------------------------------------------------- */

struct thing {
	char *id;
	bool installed, running;
	long server;    /* which server it is a part of; 0: none */
	unsigned turns; /* every Install has new addresses */
};

struct due {
	int64_t at_ms;
	uint64_t order;     /* ties: first come, first served */
	char *step;         /* NULL: a death */
	const char *action; /* of those that change the site; NULL: others */
	enum step_failure failure;
	struct thing *thing;                /* NULL: a find */
	char *name;                         /* of what is looked for */
	const struct descriptor *installed; /* what it was made of; NULL: it is no Install */
};

struct server {
	long number;
	unsigned parts;
};

struct site {
	const struct catalog *catalog;
	const struct site_times *times;
	char *cluster;
	struct lm_map *things; /* by resource id; owned */
	LM_VEC(struct due) due;
	struct due taken; /* what the last answer borrows from */
	struct lm_kv answer[OUTPUTS_MAX];
	char address[64];
	uint64_t order;
	LM_VEC(struct server) servers;
	int64_t server_ms, counted_ms;
};

struct site *site_new(
    const struct catalog *catalog, const struct site_times *times, const char *cluster)
{
	struct site *s = lm_alloc(sizeof *s);

	s->catalog = catalog;
	s->times = times;
	s->cluster = lm_strdup(cluster);
	s->things = lm_map_new();
	return s;
}

static void due_fini(struct due *d)
{
	free(d->step);
	free(d->name);
	*d = (struct due){0};
}

void site_free(struct site *s)
{
	struct thing *t;

	if (s == NULL)
		return;
	for (size_t i = 0; (t = lm_map_next(s->things, &i)) != NULL;) {
		free(t->id);
		free(t);
	}
	for (size_t i = 0; i < s->due.n; i++)
		due_fini(&s->due.v[i]);
	due_fini(&s->taken);
	lm_vec_free(&s->due);
	lm_vec_free(&s->servers);
	lm_map_free(s->things);
	free(s->cluster);
	free(s);
}

/* ---- servers --------------------------------------------------------------------------------------- */

unsigned site_servers(const struct site *s)
{
	return (unsigned)s->servers.n;
}

int64_t site_server_ms(struct site *s, int64_t now_ms)
{
	if (now_ms > s->counted_ms) {
		s->server_ms += (int64_t)s->servers.n * (now_ms - s->counted_ms);
		s->counted_ms = now_ms;
	}
	return s->server_ms;
}

/* "voice__pbx__3__asterisk" in the cluster "voice__pbx" is a part of server 3. */
static long server_of(const struct site *s, const char *name)
{
	size_t n = s->cluster == NULL ? 0 : strlen(s->cluster);
	char *end = NULL;

	if (n == 0 || strncmp(name, s->cluster, n) != 0 || strncmp(name + n, "__", 2) != 0 ||
	    !isdigit((unsigned char)name[n + 2]))
		return 0;
	long number = strtol(name + n + 2, &end, 10);
	return *end == '\0' || strncmp(end, "__", 2) == 0 ? number : 0;
}

static void count_part(struct site *s, long number, bool comes, int64_t now_ms)
{
	size_t i = 0;

	if (number == 0)
		return;
	site_server_ms(s, now_ms);
	while (i < s->servers.n && s->servers.v[i].number != number)
		i++;
	if (comes && i == s->servers.n)
		*LM_PUSH(NULL, &s->servers) = (struct server){number, 0};
	if (comes)
		s->servers.v[i].parts++;
	else if (i < s->servers.n && --s->servers.v[i].parts == 0)
		s->servers.v[i] = s->servers.v[--s->servers.n];
}

/* ---- steps ------------------------------------------------------------------------------------------ */

static const char *known_action(const char *action)
{
	for (size_t i = 0; i < LM_COUNT(measured); i++)
		if (strcmp(measured[i].action, action) == 0)
			return measured[i].action;
	return NULL;
}

static struct thing *thing_of(struct site *s, const char *id)
{
	struct thing *t = lm_map_find(s->things, id);

	if (t == NULL) {
		t = lm_alloc(sizeof *t);
		t->id = lm_strdup(id);
		lm_map_put(s->things, t->id, t);
	}
	return t;
}

static void begin(struct site *s, struct due *d, const struct step_request *rq, int64_t now_ms)
{
	struct thing *t = d->thing;

	if (d->action == NULL || t == NULL)
		return;
	if (strcmp(d->action, "Install") == 0) {
		d->installed = catalog_find(s->catalog, rq->descriptor);
		if (!t->installed)
			count_part(s, t->server = server_of(s, rq->resource_name), true, now_ms);
		t->installed = true;
		t->turns++;
	} else if (strcmp(d->action, "Stop") == 0) {
		if (!t->running) /* nothing to wait for */
			d->at_ms = now_ms + site_time_of(s->times, "Operation", false);
		t->running = false;
	}
}

void site_execute(struct site *s, const struct step_request *rq, int64_t now_ms)
{
	int64_t took_ms = rq->is_find ? site_time_of(s->times, "Find", false)
				      : site_time_of(s->times, rq->action, rq->is_operation);
	struct due d = {
	    .at_ms = now_ms + took_ms, .step = lm_strdup(rq->step), .order = s->order++};

	if (rq->is_find) {
		d.name = lm_strdup(rq->resource_name);
	} else {
		d.thing = thing_of(s, rq->resource_id);
		d.action = rq->is_operation ? NULL : known_action(rq->action);
	}
	begin(s, &d, rq, now_ms);
	if (rq->timeout_s > 0 && d.at_ms > now_ms + (int64_t)rq->timeout_s * 1000) {
		d.at_ms = now_ms + (int64_t)rq->timeout_s * 1000;
		d.failure = STEP_TIMEOUT;
	}
	*LM_PUSH(NULL, &s->due) = d;
}

void site_cancel(struct site *s, const char *step, int64_t now_ms)
{
	for (size_t i = 0; i < s->due.n; i++) {
		struct due *d = &s->due.v[i];

		if (d->step == NULL || strcmp(d->step, step) != 0)
			continue;
		d->at_ms = now_ms;
		d->failure = STEP_CANCELLED;
	}
}

bool site_kill(struct site *s, const char *resource_id, int64_t now_ms)
{
	struct thing *t = lm_map_find(s->things, resource_id);

	if (t == NULL || !t->running)
		return false;
	t->running = false;
	*LM_PUSH(NULL, &s->due) =
	    (struct due){.at_ms = now_ms + DEATH_MS, .thing = t, .order = s->order++};
	return true;
}

/* ---- what happens ----------------------------------------------------------------------------------- */

/* Few are in flight at a time. */
static size_t earliest(const struct site *s)
{
	size_t at = 0;

	for (size_t i = 1; i < s->due.n; i++) {
		const struct due *a = &s->due.v[i], *b = &s->due.v[at];

		if (a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order))
			at = i;
	}
	return at;
}

int64_t site_next(const struct site *s)
{
	return s->due.n == 0 ? INT64_MAX : s->due.v[earliest(s)].at_ms;
}

/* What has ended, as far as it went well. */
static void end(struct site *s, const struct due *d)
{
	struct thing *t = d->thing;

	if (d->action == NULL || t == NULL || d->failure != STEP_NONE)
		return;
	if (strcmp(d->action, "Start") == 0) {
		t->running = true;
	} else if (strcmp(d->action, "Uninstall") == 0 && t->installed) {
		t->installed = t->running = false;
		count_part(s, t->server, false, d->at_ms);
	}
}

/* Addresses and ids, for people the resource's own; each Install brings new ones. */
static size_t report(struct site *s, const struct due *d)
{
	size_t n = 0;

	snprintf(s->address, sizeof s->address, "%.8s-%u", d->thing->id, d->thing->turns);
	for (size_t i = 0; i < d->installed->n_properties && n < OUTPUTS_MAX; i++) {
		const struct property *p = &d->installed->properties[i];

		if (p->read_only && p->value.n == 0)
			s->answer[n++] = (struct lm_kv){p->name.text, s->address};
	}
	return n;
}

static void answer(struct site *s, struct due *d, struct step_result *out)
{
	*out = (struct step_result){.step = d->step, .failure = d->failure};
	if (d->failure != STEP_NONE) {
		out->message = d->failure == STEP_TIMEOUT ? "it takes longer than its limit"
							  : "it was cancelled";
	} else if (d->name != NULL) { /* whatever is looked for is there */
		s->answer[0] = (struct lm_kv){"id", d->name};
		out->outputs = (struct lm_kvs){s->answer, 1};
	} else if (d->installed != NULL) {
		out->outputs = (struct lm_kvs){s->answer, report(s, d)};
	}
}

bool site_take(struct site *s, int64_t now_ms, struct step_result *result, const char **died)
{
	*result = (struct step_result){0};
	*died = NULL;
	if (s->due.n == 0)
		return false;
	size_t at = earliest(s);
	if (s->due.v[at].at_ms > now_ms)
		return false;
	due_fini(&s->taken);
	s->taken = s->due.v[at];
	s->due.v[at] = s->due.v[--s->due.n];
	if (s->taken.step == NULL) {
		*died = s->taken.thing->id;
		return true;
	}
	end(s, &s->taken);
	answer(s, &s->taken, result);
	return true;
}

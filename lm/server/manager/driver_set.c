/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/manager/driver_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/drivers/http/reply.h"
#include "lm/server/intake/reply.h"
#include "lm/server/sites/choose.h"

/* Which driver speaks. */
struct voice {
	struct driver_set *drivers;
	size_t driver;
};

struct driver_set {
	struct driver_set_conf conf;
	struct driver *all[DRIVER_SET_MAX];
	struct voice voices[DRIVER_SET_MAX];
	struct removals removals;
};

/* ---- who it is ---------------------------------------------------------------------------------- */

static bool is_of_others(const struct driver_ops *ops)
{
	return ops == &driver_http || ops == &driver_manager;
}

static size_t place_of(const struct driver_set *d, const struct driver_ops *ops)
{
	size_t i = 0;

	while (i < d->conf.n && d->conf.ops[i] != ops)
		i++;
	return i;
}

static size_t named(const struct driver_set *d, const char *name)
{
	size_t i = 0;

	while (i < d->conf.n && strcasecmp(d->conf.ops[i]->name, name) != 0)
		i++;
	return i;
}

/* By the name of a location, where nobody knows more of it than that. */
static size_t of_location(const struct driver_set *d, const char *location)
{
	size_t i = location == NULL ? d->conf.n : named(d, location);

	return i < d->conf.n ? i : 0;
}

/* Of others each request is known to its driver; of our own the location tells. */
static bool serves(const struct driver_set *d, size_t driver, const char *location)
{
	const struct driver_ops *ops = d->conf.ops[driver];

	if (d->conf.sites == NULL)
		return of_location(d, location) == driver;
	const struct site_location *l = sites_location(d->conf.sites, location);
	return is_of_others(ops) || l == NULL || strcasecmp(l->type, ops->name) == 0;
}

const char *driver_set_infrastructure(const struct driver_set *d, const char *location)
{
	if (d->conf.sites == NULL)
		return d->conf.ops[of_location(d, location)]->name;
	const struct site_location *l = sites_location(d->conf.sites, location);
	return l == NULL ? "" : l->type;
}

bool driver_set_tell_of(const struct driver_set *d, const char *location)
{
	if (d->conf.sites == NULL)
		return true;
	const struct site_location *l = sites_location(d->conf.sites, location);
	return l != NULL && l->is_ours && named(d, l->type) < d->conf.n;
}

/* ---- what they say ------------------------------------------------------------------------------ */

static void on_result(void *arg, const struct step_result *r)
{
	const struct voice *v = arg;
	struct driver_set *d = v->drivers;
	const char *location =
	    r->step == NULL ? NULL : d->conf.location_of(d->conf.events.arg, r->step);

	if (r->step == NULL || (location != NULL && !serves(d, v->driver, location)))
		lm_log(LM_LOG_WARN, "step.foreign",
		    "step=%s driver=%s answers what it was never asked",
		    r->step == NULL ? "" : r->step, d->conf.ops[v->driver]->name);
	else if (!removals_end(&d->removals, r))
		d->conf.events.result(d->conf.events.arg, r);
}

static void on_died(void *arg, const char *resource_id, const char *what)
{
	const struct voice *v = arg;
	const struct driver_events *to = &v->drivers->conf.events;

	to->died(to->arg, resource_id, what);
}

static void on_host_address(void *arg, const char *address, bool up)
{
	const struct voice *v = arg;
	const struct driver_events *to = &v->drivers->conf.events;

	if (to->host_address != NULL)
		to->host_address(to->arg, address, up);
}

/* ---- what they are asked ------------------------------------------------------------------------ */

/* A driver that refuses has begun nothing. */
static void ask(struct driver_set *d, size_t driver, const struct step_request *step)
{
	lm_log(LM_LOG_DEBUG, "step.asked", "step=%s resource=%s action=%s driver=%s trace=%s",
	    step->step, step->resource_name, step->action,
	    step->site == NULL ? d->conf.ops[driver]->name : step->site->driver,
	    step->trace == NULL ? "-" : step->trace);
	struct lm_err *e = d->conf.ops[driver]->execute(d->all[driver], step);
	if (e == NULL)
		return;
	d->conf.events.result(d->conf.events.arg, &(struct step_result){.step = step->step,
						      .failure = STEP_INTERNAL_ERROR,
						      .is_unasked = true,
						      .message = lm_err_text(e)});
	lm_err_free(e);
}

void driver_set_ask(struct driver_set *d, const struct step_request *step)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *own[DRIVER_SET_MAX + 1] = {0};
	struct step_request rq = *step;
	struct choice choice;
	size_t n = 0;

	if (d->conf.sites == NULL) {
		ask(d, of_location(d, step->location), step);
		return;
	}
	for (size_t i = 0; i < d->conf.n; i++)
		if (!is_of_others(d->conf.ops[i]))
			own[n++] = d->conf.ops[i]->name;
	if (!sites_choose(d->conf.sites, own, step, a, &choice)) {
		d->conf.events.result(d->conf.events.arg, &choice.why);
		return;
	}
	size_t driver = choice.is_own       ? named(d, choice.driver)
			: choice.is_managed ? place_of(d, &driver_manager)
					    : place_of(d, &driver_http);
	assert(driver < d->conf.n);
	rq.site = choice.is_own ? NULL : &choice.site;
	ask(d, driver, &rq);
}

/* The answer to the step itself tells what became of it; who was not asked it does not mind. */
void driver_set_cancel(struct driver_set *d, const struct step_cancel *c)
{
	lm_log(LM_LOG_INFO, "step.cancel", "step=%s", c->step);
	for (size_t i = 0; i < d->conf.n; i++)
		if (is_of_others(d->conf.ops[i]) || serves(d, i, c->location))
			d->conf.ops[i]->cancel(d->all[i], c->step);
}

void driver_set_settled(struct driver_set *d)
{
	for (size_t i = 0; i < d->conf.n; i++)
		if (d->conf.ops[i]->settled != NULL)
			d->conf.ops[i]->settled(d->all[i]);
}

struct lm_err *driver_set_list(struct driver_set *d, driver_each_fn *each, void *arg)
{
	for (size_t i = 0; i < d->conf.n; i++) {
		struct lm_err *e = d->conf.ops[i]->list(d->all[i], each, arg);

		if (e != NULL)
			return lm_err_wrap(e, "driver '%s'", d->conf.ops[i]->name);
	}
	return NULL;
}

struct lm_err *driver_set_remove(
    struct driver_set *d, const char *location, const char *resource_id)
{
	size_t i = of_location(d, location);
	const char *step = removals_begin(&d->removals, resource_id);

	if (step == NULL)
		return lm_err_new(
		    LM_ERR_CONFLICT, "its removal is under way already, or too many others are");
	struct lm_err *e = d->conf.ops[i]->remove(d->all[i], step, resource_id);
	if (e != NULL)
		removals_end(&d->removals,
		    &(struct step_result){
			.step = step, .failure = STEP_INTERNAL_ERROR, .message = lm_err_text(e)});
	return e;
}

const struct removal *driver_set_removal(const struct driver_set *d, const char *resource_id)
{
	return removals_find(&d->removals, resource_id);
}

struct lm_err *driver_set_reply(
    struct driver_set *d, const char *step, const json_t *reply, bool *taken)
{
	size_t i = place_of(d, &driver_http);

	*taken = false;
	return i == d->conf.n ? NULL : http_driver_reply(d->all[i], step, reply, taken);
}

bool driver_set_health(
    struct driver_set *d, const struct site_driver *of, web_done_fn *done, void *arg)
{
	size_t i = place_of(d, &driver_http);

	if (i == d->conf.n)
		return false;
	http_driver_health(d->all[i], of->base_uri, of->certificate, done, arg);
	return true;
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static const char *metrics_token(void *arg, const char *resource_id, struct lm_arena *a)
{
	const struct driver_set *d = arg;
	char token[TOKEN_SIZE];

	if (!token_subject_is_valid(resource_id))
		return NULL;
	token_make(d->conf.token_key, resource_id, token);
	return lm_arena_strdup(a, token);
}

static const char *step_token(void *arg, const char *step, struct lm_arena *a)
{
	const struct driver_set *d = arg;
	char token[TOKEN_SIZE];

	reply_token_make(d->conf.token_key, step, token);
	return lm_arena_strdup(a, token);
}

static struct lm_err *open_one(struct driver_set *d, size_t i)
{
	bool has_tokens = d->conf.token_key != NULL;

	d->voices[i] = (struct voice){d, i};
	const struct driver_conf conf = {
	    .loop = d->conf.loop,
	    .state_dir = d->conf.state_dir,
	    .images_dir = d->conf.images_dir,
	    .metrics_port = d->conf.metrics_port,
	    .metrics_token = has_tokens ? metrics_token : NULL,
	    .reply_url = d->conf.reply_url,
	    .reply_token = has_tokens ? step_token : NULL,
	    .token_arg = d,
	    .events = {on_result, on_died, on_host_address, &d->voices[i]},
	};
	struct lm_err *e = d->conf.ops[i]->open(&conf, &d->all[i]);
	return e == NULL ? NULL : lm_err_wrap(e, "driver '%s' cannot start", d->conf.ops[i]->name);
}

struct lm_err *driver_set_open(const struct driver_set_conf *conf, struct driver_set **out)
{
	assert(conf->n >= 1 && conf->n <= DRIVER_SET_MAX);
	struct driver_set *d = lm_alloc(sizeof *d);
	struct lm_err *e = NULL;

	d->conf = *conf;
	for (size_t i = 0; e == NULL && i < conf->n; i++)
		e = open_one(d, i);
	if (e != NULL)
		driver_set_close(d);
	else
		*out = d;
	return e;
}

void driver_set_close(struct driver_set *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->conf.n; i++)
		d->conf.ops[i]->close(d->all[i]);
	removals_fini(&d->removals);
	free(d);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/drivers/local/infra.h"
#include "lm/drivers/local/outside/inventory.h"
#include "lm/drivers/local/outside/leftover.h"
#include "lm/drivers/local/preflight.h"
#include "lm/drivers/local/results.h"
#include "lm/drivers/local/services.h"

/* The table of the driver: what is asked becomes a job, what is there is found again. */

static const char *const kinds[] = {"container", "network", "router"};

static const struct route {
	const char *kind, *action;
	const struct phase *phases;
} routes[] = {
    {"container", "Install", container_install},
    {"container", "Uninstall", container_uninstall},
    {"network", "Install", network_install},
    {"network", "Uninstall", network_uninstall},
    {"router", "Install", router_install},
    {"router", "Uninstall", router_uninstall},
};

static const struct route *route_find(const char *kind, const struct step_request *rq)
{
	for (size_t i = 0; i < LM_COUNT(routes) && !rq->is_operation && kind != NULL; i++)
		if (strcmp(kind, routes[i].kind) == 0 && strcmp(rq->action, routes[i].action) == 0)
			return &routes[i];
	return NULL;
}

/* ---- the loop's next turn ---- */

static struct job *next_job(const struct driver *d)
{
	struct job *j;

	for (size_t i = 0; (j = lm_map_next(d->jobs, &i)) != NULL;)
		if (!j->started)
			return j;
	return NULL;
}

/* The ids first: a listener may change what there is. */
static void look_at_all(struct driver *d)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	size_t n = 0;
	struct resource *r;
	char **ids = LM_NEW_N(a, char *, lm_map_count(d->resources));

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		ids[n++] = lm_arena_strdup(a, r->id);
	for (size_t i = 0; i < n && !d->closed; i++)
		services_look(d, ids[i]);
}

static void on_soon(uv_idle_t *h)
{
	struct driver *d = h->data;
	struct job *j;

	if (!d->announced) {
		d->announced = true;
		networks_announce(d);
		look_at_all(d);
	}
	while (!d->closed && (j = next_job(d)) != NULL)
		job_run(j);
	if (!d->closed)
		uv_idle_stop(h);
}

/* ---- execute ---- */

static bool action_is_plain(const char *action)
{
	size_t n = strlen(action);

	return n > 0 && n <= ID_MAX &&
	       strspn(action, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
		   n;
}

static struct lm_err *check_request(const struct step_request *rq)
{
	if (!id_is_plain(rq->resource_id))
		return lm_err_new(LM_ERR_INVALID,
		    "resource id '%s' must have 1 to %d letters, digits, '.', '_' or '-'",
		    rq->resource_id, ID_MAX);
	if (!action_is_plain(rq->action))
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' cannot be the name of a script; use letters, digits, '_' and '-'",
		    rq->action);
	if (strpbrk(rq->resource_name, "\"\\\n") != NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "resource name '%s' has a quotation mark, backslash or line end",
		    rq->resource_name);
	for (size_t i = 0; rq->infra_kind != NULL && i < LM_COUNT(kinds); i++)
		if (strcmp(rq->infra_kind, kinds[i]) == 0)
			return NULL;
	return rq->infra_kind == NULL
		   ? NULL
		   : lm_err_new(LM_ERR_INVALID,
			 "infrastructure '%s' is not known at a location of type local; it has "
			 "container, network and router",
			 rq->infra_kind);
}

/* What is behind the resource; a new one only for Install and Uninstall. NULL: nothing. */
static struct resource *resource_for(
    struct driver *d, const struct step_request *rq, const struct route *route)
{
	struct resource *r = lm_map_find(d->resources, rq->resource_id);

	if (r == NULL && route != NULL) {
		r = resource_new(d, rq->resource_id, rq->resource_name, route->kind);
		lm_map_put(d->resources, r->id, r);
	}
	return r;
}

/* Asked of a container that was never installed, or is gone with its folder. */
static enum phase_end no_container(struct job *j)
{
	static const char *const fine[] = {"Create", "Stop", "Delete"};

	for (size_t i = 0; i < LM_COUNT(fine) && !j->rq.is_operation; i++)
		if (strcmp(j->rq.action, fine[i]) == 0)
			return PHASE_DONE;
	return job_fail(j, STEP_RESOURCE_NOT_FOUND, "%s has no container; install it first",
	    j->rq.resource_name);
}

static const struct phase absent[] = {
    {"looking for the container", no_container, false},
    {NULL, NULL, false},
};

static void begin(struct driver *d, struct job *j)
{
	lm_map_put(d->jobs, j->rq.step, j);
	uv_idle_start(&d->soon, on_soon);
}

static struct lm_err *local_execute(struct driver *d, const struct step_request *rq)
{
	struct lm_err *e = rq->is_find ? NULL : check_request(rq);
	struct step_result known;

	if (e != NULL)
		return e;
	if (lm_map_find(d->jobs, rq->step) != NULL)
		return NULL; /* under way: its result will come */
	if (rq->is_find) {
		begin(d, job_new(d, rq, find_phases));
		return NULL;
	}
	const struct route *route = route_find(rq->infra_kind, rq);
	struct resource *r = resource_for(d, rq, route);
	bool is_absent =
	    r == NULL && rq->infra_kind != NULL && strcmp(rq->infra_kind, "container") == 0;
	struct job *j = job_new(d, rq,
	    route != NULL ? route->phases
	    : is_absent   ? absent
			  : script_only);
	j->r = r;
	if (r != NULL && result_find(r, j->arena, rq->step, &known)) {
		j->replay = LM_NEW(j->arena, struct step_result);
		*j->replay = known;
	}
	begin(d, j);
	return NULL;
}

static void local_cancel(struct driver *d, const char *step)
{
	struct job *j = lm_map_find(d->jobs, step);

	if (j != NULL)
		job_cancel(j);
}

static bool is_busy(const struct driver *d, const struct resource *r)
{
	const struct job *j;

	for (size_t i = 0; (j = lm_map_next(d->jobs, &i)) != NULL;)
		if (j->r == r)
			return true;
	return false;
}

static struct lm_err *local_remove(struct driver *d, const char *step, const char *id)
{
	if (!leftover_id_is_good(id))
		return lm_err_new(
		    LM_ERR_INVALID, "'%s' is not the id of a resource; see 'lm inventory'", id);
	if (lm_map_find(d->jobs, step) != NULL)
		return NULL;
	struct resource *r = leftover_find(d, id);
	if (is_busy(d, r))
		return lm_err_new(LM_ERR_CONFLICT, "a step on %s is under way; try again", r->name);
	struct step_request rq = {
	    .step = step, .resource_id = id, .resource_name = r->name, .action = "Uninstall"};
	struct job *j = job_new(d, &rq, leftover_remove);
	j->r = r;
	begin(d, j);
	return NULL;
}

/* ---- open and close ---- */

static void driver_free(struct driver *d)
{
	struct resource *r;

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		resource_free(r);
	lm_map_free(d->resources);
	lm_map_free(d->jobs);
	free(d->state_dir);
	free(d->images_dir);
	free(d->runc_dir);
	free(d);
}

static void on_closed(uv_handle_t *h)
{
	driver_free(h->data);
}

static void local_close(struct driver *d)
{
	struct resource *r;
	struct job *j;

	if (d == NULL)
		return;
	d->closed = true;
	for (size_t i = 0; (j = lm_map_next(d->jobs, &i)) != NULL;)
		job_free(j);
	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		services_forget(r);
	uv_close((uv_handle_t *)&d->soon, on_closed);
}

/* With its parents; and makes its path absolute. */
static struct lm_err *make_state_dir(struct driver *d, const char *state_dir)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char *path = lm_arena_strdup(a, state_dir);

	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	struct lm_err *e = folder_make(path, 0700);
	if (e != NULL)
		return lm_err_wrap(e, "choose another state folder");
	d->state_dir = realpath(path, NULL);
	return d->state_dir != NULL ? NULL : lm_err_errno(errno, "state folder %s", path);
}

static struct lm_err *make_folders(const struct driver *d)
{
	static const char *const below[] = {"resources", "trash", "runc"};
	char path[PATH_MAX];
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < LM_COUNT(below); i++)
		if (path_join(d->state_dir, below[i], path))
			e = folder_make(path, 0700);
	return e;
}

static struct lm_err *find_one(struct driver *d, const char *id)
{
	struct resource *r = NULL;
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct lm_err *e = resource_load(d, id, &r);

	if (e == NULL) {
		if (strcmp(r->kind, "container") == 0)
			container_find_init(r);
		lm_map_put(d->resources, r->id, r);
		return NULL;
	}
	if (lm_err_kind(e) == LM_ERR_NOT_FOUND) { /* the folder is the first thing that is made */
		lm_err_free(e);
		return folder_remove(lm_arena_printf(a, "%s/resources/%s", d->state_dir, id));
	}
	lm_log(LM_LOG_WARN, "local.tag", "id=%s error=\"%s\"", id, lm_err_text(e));
	lm_err_free(e);
	return NULL;
}

static struct lm_err *find_all(struct driver *d)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char *trash = lm_arena_printf(a, "%s/trash", d->state_dir);
	struct lm_err *e = folder_remove(trash);
	DIR *dir = opendir(lm_arena_printf(a, "%s/resources", d->state_dir));

	if (e == NULL)
		e = folder_make(trash, 0700);
	for (struct dirent *f; e == NULL && dir != NULL && (f = readdir(dir)) != NULL;)
		if (id_is_plain(f->d_name))
			e = find_one(d, f->d_name);
	if (dir != NULL)
		closedir(dir);
	return e;
}

static char *absolute(const char *path)
{
	char *real = realpath(path, NULL);
	char *cwd = NULL;

	if (real != NULL)
		return real; /* otherwise it may come later: 'make images' */
	cwd = getcwd(NULL, 0);
	if (cwd == NULL || path[0] == '/')
		real = lm_strdup(path);
	else
		real = lm_strprintf("%s/%s", cwd, path);
	free(cwd);
	return real;
}

static struct lm_err *local_open(const struct driver_conf *conf, struct driver **out)
{
	struct driver *d = lm_alloc(sizeof *d);
	struct lm_err *e;

	d->conf = *conf;
	d->resources = lm_map_new();
	d->jobs = lm_map_new();
	d->images_dir = absolute(conf->images_dir);
	e = preflight_early(conf->state_dir, d->images_dir);
	if (e == NULL)
		e = make_state_dir(d, conf->state_dir);
	if (e == NULL)
		e = preflight(d->state_dir);
	if (e == NULL)
		e = make_folders(d);
	if (e == NULL) {
		name_mark(d->state_dir, d->mark);
		d->runc_dir = lm_strprintf("%s/runc", d->state_dir);
		e = find_all(d);
	}
	if (e != NULL) {
		driver_free(d);
		return e;
	}
	d->conf.state_dir = d->state_dir;
	d->conf.images_dir = d->images_dir;
	uv_idle_init(conf->loop, &d->soon);
	d->soon.data = d;
	uv_idle_start(&d->soon, on_soon);
	*out = d;
	return NULL;
}

static struct lm_err *local_list(struct driver *d, driver_each_fn *each, void *arg)
{
	return inventory_list(d, each, arg);
}

const struct driver_ops driver_local = {
    .name = "local",
    .open = local_open,
    .close = local_close,
    .execute = local_execute,
    .cancel = local_cancel,
    .list = local_list,
    .remove = local_remove,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/sites/onboard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/inquiry.h"

/* One manager that is being asked, for somebody who waits. */
struct guest {
	struct api *api;
	struct http_request *request;
	json_t *body;
	char *name; /* NULL: it is new, and the body names it */
	struct inquiry *inquiry;
	LIST_ENTRY(guest) all;
};

struct onboarder {
	struct uv_loop_s *loop;
	struct web *web;
	LIST_HEAD(, guest) guests;
	size_t n;
};

/* ---- the answer --------------------------------------------------------------------------------- */

json_t *onboard_item(const char *operation, const char *why)
{
	return json_pack("{s:s, s:b, s:s?, s:{}}", "operation", operation, "success", why == NULL,
	    "reason", why, "details");
}

json_t *onboard_document(const char *operation, json_t *locations, json_t *types)
{
	return json_pack("{s:s, s:o, s:o}", "resourceManagerOperation", operation,
	    "deploymentLocations", locations, "resourceTypes", types);
}

/* ---- what is taken ------------------------------------------------------------------------------ */

static json_t *take_types(struct api *api, const char *manager, struct inquiry_found *f)
{
	json_t *out = json_object();
	LM_AUTO(lm_err)
	e = library_add_types(api->library, manager, f->types.v, f->types.n, f->arena);

	for (size_t i = 0; i < f->types.n; i++) {
		const struct library_type *t = &f->types.v[i];
		const char *why = t->why == NULL && e != NULL ? lm_err_text(e) : t->why;

		json_object_set_new(
		    out, t->name, onboard_item(t->is_new || why != NULL ? "ADD" : "UPDATE", why));
	}
	return out;
}

/* Everything of one that is there already stays as the operators have it. */
static json_t *take_place(
    struct api *api, const char *manager, const struct inquiry_place *p, struct lm_arena *a)
{
	const struct site_location *there = sites_location(api->sites, p->name);
	const char *name;

	if (there != NULL && strcmp(there->manager, manager) == 0)
		return onboard_item("UPDATE", NULL);
	if (there != NULL)
		return onboard_item("ADD",
		    lm_arena_printf(a,
			"there is a deployment location '%s' of the resource manager '%s': that "
			"one stays",
			p->name, there->manager));
	json_t *body = json_pack("{s:s, s:s, s:s}", "name", p->name, "resourceManager", manager,
	    "infrastructureType", p->type);
	LM_AUTO(lm_err) e = site_location_create(api->sites, body, &name);
	json_t *item = onboard_item("ADD", e == NULL ? NULL : lm_err_text(e));
	json_decref(body);
	return item;
}

static json_t *take_places(struct api *api, const char *manager, const struct inquiry_found *f)
{
	json_t *out = json_object();

	for (size_t i = 0; i < f->places.n; i++)
		json_object_set_new(
		    out, f->places.v[i].name, take_place(api, manager, &f->places.v[i], f->arena));
	return out;
}

/* ---- the way of one ----------------------------------------------------------------------------- */

static void guest_free(struct guest *g)
{
	json_decref(g->body);
	free(g->name);
	free(g);
}

/* While it was asked another one may have come by its name, or gone. */
static struct lm_err *admit(struct guest *g, const char **name)
{
	*name = g->name;
	return g->name != NULL ? site_manager_update(g->api->sites, g->name, g->body)
			       : site_manager_create(g->api->sites, g->body, name);
}

static void welcome(struct guest *g, struct inquiry_found *f)
{
	const char *name = NULL;
	struct lm_err *e = admit(g, &name);

	if (e != NULL) {
		api_answer_err(g->request, 0, e);
		return;
	}
	/* First the types: where a location is, somebody may want to make things at once. */
	json_t *types = take_types(g->api, name, f);
	json_t *places = take_places(g->api, name, f);
	json_t *document = onboard_document(g->name != NULL ? "UPDATE" : "ADD", places, types);
	if (g->name != NULL) {
		api_note(g->request, "resource-manager.changed", name);
		document_answer(g->request, 200, document);
	} else {
		sites_answer_created(g->request,
		    &(struct created){"resource-manager.created", "/api/resource-managers", name},
		    document);
	}
}

static void on_told(void *arg, struct inquiry_found *f, struct lm_err *e)
{
	struct guest *g = arg;

	LIST_REMOVE(g, all);
	g->api->onboarder->n--;
	if (e != NULL)
		api_answer_err(g->request, 0,
		    lm_err_wrap(
			e, "nothing has changed, because it cannot be asked what it can do"));
	else
		welcome(g, f);
	guest_free(g);
}

static bool knows(void *arg, const char *type)
{
	const struct guest *g = arg;

	return library_knows(g->api->library, type);
}

static void ask(struct guest *g, const json_t *draft)
{
	struct onboarder *o = g->api->onboarder;

	LIST_INSERT_HEAD(&o->guests, g, all);
	o->n++;
	g->inquiry = inquiry_begin(&(struct inquiry_conf){
	    .loop = o->loop,
	    .web = o->web,
	    .url = json_string_value(json_object_get(draft, "url")),
	    .certificate = json_string_value(json_object_get(draft, "certificate")),
	    .trace = g->request->trace,
	    .knows = knows,
	    .done = on_told,
	    .arg = g,
	});
}

void onboard(struct api *api, struct http_request *r, json_t *body, const char *name)
{
	json_t *draft = NULL;
	struct lm_err *e = site_manager_draft(api->sites, name, body, &draft);

	if (e == NULL && api->onboarder->n >= ONBOARD_MAX)
		e = lm_err_new(LM_ERR_UNAVAILABLE,
		    "%d resource managers are being asked already: send it again in a moment",
		    ONBOARD_MAX);
	if (e != NULL) {
		api_answer_err(r, 0, e);
		json_decref(body);
	} else {
		struct guest *g = lm_alloc(sizeof *g);

		g->name = lm_strdup(name);
		g->api = api;
		g->request = r;
		g->body = body;
		ask(g, draft);
	}
	json_decref(draft);
}

/* ---- beginning and end -------------------------------------------------------------------------- */

struct onboarder *onboarder_new(struct uv_loop_s *loop)
{
	struct onboarder *o = lm_alloc(sizeof *o);

	o->loop = loop;
	o->web = web_new(loop, ONBOARD_MAX);
	LIST_INIT(&o->guests);
	return o;
}

void onboarder_free(struct onboarder *o)
{
	struct guest *g;

	if (o == NULL)
		return;
	while ((g = LIST_FIRST(&o->guests)) != NULL) {
		LIST_REMOVE(g, all);
		inquiry_cancel(g->inquiry);
		guest_free(g);
	}
	web_free(o->web);
	free(o);
}

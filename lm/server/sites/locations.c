/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/server/sites/sites_priv.h"

enum { PROPERTIES_MAX = 1024 };

#define TYPE       "infrastructureType"
#define PROPERTIES "infrastructureSpecificProperties"
#define MANAGER    "resourceManager"

struct location {
	struct site_location shown;
	json_t *object; /* whose texts are borrowed */
};

/* ---- what others ask for ------------------------------------------------------------------------ */

static void location_free(struct location *l)
{
	if (l == NULL)
		return;
	lm_kvs_fini(&l->shown.properties);
	json_decref(l->object);
	free(l);
}

static void set_value(struct lm_kvs *to, const char *name, const json_t *v)
{
	if (json_is_string(v) || json_is_null(v)) {
		lm_kvs_set(to, name, json_string_value(v));
		return;
	}
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	if (text == NULL)
		abort();
	lm_kvs_set(to, name, text);
	free(text);
}

static struct location *location_new(const char *name, json_t *object)
{
	struct location *l = lm_alloc(sizeof *l);
	const char *key = NULL;
	json_t *v = NULL;

	l->object = json_incref(object);
	json_t *values = json_object_get(object, PROPERTIES);
	l->shown = (struct site_location){
	    .name = name,
	    .description = text_at(object, "description"),
	    .type = text_at(object, TYPE),
	    .manager = text_at(object, MANAGER),
	    .is_ours = site_manager_is_ours(text_at(object, MANAGER)),
	    .values = values,
	};
	json_object_foreach(values, key, v)
	{
		set_value(&l->shown.properties, key, v);
	}
	return l;
}

/* After the shelf has changed: its names are borrowed from the object, which has one, too. */
static void follow(struct sites *s, const char *name)
{
	struct location *before = lm_map_remove(s->location_of, name);
	json_t *o = (json_t *)(uintptr_t)shelf_find(s->locations, name);

	if (o != NULL) {
		struct location *l = location_new(text_at(o, "name"), o);
		lm_map_put(s->location_of, l->shown.name, l);
	}
	location_free(before);
}

static struct lm_err *put_local(struct sites *s)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "name", SITES_LOCAL, "description",
	    "this machine", MANAGER, SITES_MANAGER, TYPE, "local", PROPERTIES);
	struct lm_err *e = shelf_put(s->locations, SITES_LOCAL, o);

	json_decref(o);
	return e;
}

static bool is_location(const char *name, const json_t *o)
{
	return strcmp(text_at(o, "name"), name) == 0 && text_at(o, MANAGER)[0] != '\0' &&
	       json_is_object(json_object_get(o, PROPERTIES));
}

struct lm_err *locations_open(struct sites *s)
{
	struct lm_err *e = NULL;

	s->location_of = lm_map_new();
	if (shelf_find(s->locations, SITES_LOCAL) == NULL)
		e = put_local(s);
	for (size_t i = 0; e == NULL && i < shelf_count(s->locations); i++) {
		const char *name = shelf_name(s->locations, i);

		if (is_location(name, shelf_at(s->locations, i)))
			follow(s, name);
		else
			e = sites_strange("deployment-locations", name);
	}
	return e;
}

void locations_close(struct sites *s)
{
	struct location *l;

	for (size_t i = 0; s->location_of != NULL && (l = lm_map_next(s->location_of, &i)) != NULL;)
		location_free(l);
	lm_map_free(s->location_of);
}

const struct site_location *sites_location(const struct sites *s, const char *name)
{
	const struct location *l =
	    lm_map_find(s->location_of, text_is_given(name) ? name : SITES_LOCAL);

	return l == NULL ? NULL : &l->shown;
}

/* ---- bodies ------------------------------------------------------------------------------------- */

static struct lm_err *set_once(json_t *into, const char *name, json_t *v)
{
	if (json_object_get(into, name) != NULL)
		return lm_err_new(
		    LM_ERR_INVALID, "\"" PROPERTIES "\" has '%.80s' twice: give it once", name);
	json_object_set(into, name, v);
	return NULL;
}

/* {name: .., value: ..}, as properties are written elsewhere; else each member is one. */
static struct lm_err *merge(json_t *into, json_t *map)
{
	json_t *name = json_object_get(map, "name"), *v = json_object_get(map, "value");
	const char *key = NULL;
	struct lm_err *e = NULL;

	if (!json_is_object(map))
		return lm_err_new(LM_ERR_INVALID,
		    "\"" PROPERTIES "\" must be an object {name: value}, or a list of such");
	if (json_object_size(map) == 2 && json_is_string(name) && v != NULL)
		return set_once(into, json_string_value(name), v);
	json_object_foreach(map, key, v)
	{
		if (e == NULL)
			e = set_once(into, key, v);
	}
	return e;
}

/* One object of them; NULL: the body names none.  Owned by the caller. */
static struct lm_err *read_properties(const json_t *body, json_t **out)
{
	json_t *given = json_object_get(body, PROPERTIES), *map = NULL;
	struct lm_err *e = NULL;
	size_t i = 0;

	*out = NULL;
	if (given == NULL || json_is_null(given))
		return NULL;
	json_t *all = json_object();
	if (!json_is_array(given))
		e = merge(all, given);
	json_array_foreach(given, i, map)
	{
		if (e == NULL)
			e = merge(all, map);
	}
	if (e == NULL && json_object_size(all) > PROPERTIES_MAX)
		e = lm_err_new(LM_ERR_LIMIT, "\"" PROPERTIES "\" has %zu members: at most %d",
		    json_object_size(all), PROPERTIES_MAX);
	if (e == NULL)
		*out = all;
	else
		json_decref(all);
	return e;
}

static struct lm_err *check_manager(const struct sites *s, const char *name)
{
	if (site_manager_is_ours(name) || shelf_find(s->managers, name) != NULL)
		return NULL;
	return lm_err_new(LM_ERR_INVALID,
	    "there is no resource manager '%.80s': create it first, or leave \"" MANAGER
	    "\" out for this manager itself, '" SITES_MANAGER "'",
	    name);
}

/* Something else is to make things there: another type, or another manager by whatever name. */
static bool is_moved(const json_t *before, const json_t *after)
{
	const char *from = text_at(before, MANAGER), *to = text_at(after, MANAGER);

	return strcmp(text_at(before, TYPE), text_at(after, TYPE)) != 0 ||
	       (strcmp(from, to) != 0 && !(site_manager_is_ours(from) && site_manager_is_ours(to)));
}

/* What is there, with what the body names laid over it. */
static struct lm_err *lay_over(const struct sites *s, const json_t *body, json_t *object)
{
	static const struct {
		const char *name;
		bool may_be_empty;
	} texts[] = {{"description", true}, {MANAGER, false}, {TYPE, false}};
	json_t *properties = NULL;
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < LM_COUNT(texts); i++) {
		const char *given = NULL;

		e = field_text(body, texts[i].name, &given);
		if (given != NULL && (texts[i].may_be_empty || given[0] != '\0'))
			json_object_set_new(object, texts[i].name, json_string(given));
	}
	if (e == NULL)
		e = check_manager(s, text_at(object, MANAGER));
	if (e == NULL)
		e = read_properties(body, &properties);
	if (properties != NULL)
		json_object_set_new(object, PROPERTIES, properties);
	return e;
}

static struct lm_err *put(struct sites *s, const char *name, json_t *object)
{
	struct lm_err *e = shelf_put(s->locations, name, object);

	follow(s, name);
	return e;
}

/* ---- changes ------------------------------------------------------------------------------------ */

static struct lm_err *unknown(const char *name)
{
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "there is no deployment location '%.80s': see /api/deploymentLocations", name);
}

struct lm_err *site_location_create(struct sites *s, const json_t *body, const char **name)
{
	struct lm_err *e = field_name(body, "what components name the location by", name);
	if (e == NULL && sites_location(s, *name) != NULL)
		e = lm_err_new(LM_ERR_CONFLICT,
		    "there is a deployment location '%.80s' already: PUT changes it", *name);
	if (e != NULL)
		return e;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "name", *name, "description", "",
	    MANAGER, SITES_MANAGER, TYPE, "", PROPERTIES);
	e = lay_over(s, body, o);
	if (text_at(o, TYPE)[0] == '\0' && site_manager_is_ours(text_at(o, MANAGER)))
		json_object_set_new(o, TYPE, json_string("local"));
	if (e == NULL)
		e = put(s, *name, o);
	json_decref(o);
	return e;
}

struct lm_err *site_location_update(
    struct sites *s, const char *name, const json_t *body, struct site_use use)
{
	const json_t *before = shelf_find(s->locations, name);

	if (before == NULL)
		return unknown(name);
	json_t *o = json_copy((json_t *)(uintptr_t)before);
	struct lm_err *e = field_same_name(body, name);
	if (e == NULL)
		e = lay_over(s, body, o);
	if (e == NULL && is_moved(before, o) && strcmp(name, SITES_LOCAL) == 0)
		e = lm_err_new(LM_ERR_CONFLICT,
		    "'" SITES_LOCAL "' is this machine: its type and resource manager stay");
	if (e == NULL && is_moved(before, o) && use.is_used(use.arg, name))
		e = lm_err_new(LM_ERR_CONFLICT,
		    "something exists at '%s': its type and resource manager stay until that is "
		    "gone",
		    name);
	if (e == NULL)
		e = put(s, name, o);
	json_decref(o);
	return e;
}

struct lm_err *site_location_delete(struct sites *s, const char *name, struct site_use use)
{
	if (shelf_find(s->locations, name) == NULL)
		return unknown(name);
	if (strcmp(name, SITES_LOCAL) == 0)
		return lm_err_new(
		    LM_ERR_CONFLICT, "'" SITES_LOCAL "' is this machine: it is always there");
	if (use.is_used(use.arg, name))
		return lm_err_new(LM_ERR_CONFLICT,
		    "components exist at '%s', or shall: delete their assemblies first", name);
	struct lm_err *e = shelf_remove(s->locations, name);
	follow(s, name);
	return e;
}

/* ---- documents ---------------------------------------------------------------------------------- */

/* Names of properties whose values are not for everybody's eyes. */
static bool is_secret(const char *name)
{
	static const char *const parts[] = {
	    "password", "passwd", "secret", "token", "key", "credential", "kubeconfig"};

	for (size_t i = 0; i < LM_COUNT(parts); i++)
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	return false;
}

/* A member of its own name, or the value of {name: .., value: ..}. */
static bool is_hidden(const json_t *object, const char *member)
{
	const char *name = json_string_value(json_object_get(object, "name"));

	return is_secret(member) ||
	       (name != NULL && strcmp(member, "value") == 0 && is_secret(name));
}

/* The same values, but for secrets; as deep as the body was. */
static json_t *masked(json_t *v)
{
	const char *name = NULL;
	json_t *member = NULL, *copy;
	size_t i = 0;

	if (json_is_object(v)) {
		copy = json_object();
		json_object_foreach(v, name, member)
		{
			bool hide = is_hidden(v, name) && !json_is_null(member);

			json_object_set_new(copy, name, hide ? json_string("***") : masked(member));
		}
		return copy;
	}
	if (!json_is_array(v))
		return json_incref(v);
	copy = json_array();
	json_array_foreach(v, i, member)
	{
		json_array_append_new(copy, masked(member));
	}
	return copy;
}

static json_t *document_of(const char *name, const json_t *o, bool with_secrets)
{
	json_t *d = json_pack("{s:s}", "id", name);

	json_object_update(d, (json_t *)(uintptr_t)o);
	if (!with_secrets)
		json_object_set_new(d, PROPERTIES, masked(json_object_get(o, PROPERTIES)));
	return d;
}

json_t *site_location_document(const struct sites *s, const char *name, bool with_secrets)
{
	const json_t *o = shelf_find(s->locations, name);

	return o == NULL ? NULL : document_of(name, o, with_secrets);
}

static bool belongs(const json_t *o, const char *manager)
{
	const char *own = text_at(o, MANAGER);

	return strcmp(own, manager) == 0 ||
	       (site_manager_is_ours(own) && site_manager_is_ours(manager));
}

json_t *site_location_list(
    const struct sites *s, const char *part, const char *manager, bool with_secrets)
{
	json_t *all = json_array();

	for (size_t i = 0; i < shelf_count(s->locations); i++) {
		const char *name = shelf_name(s->locations, i);
		const json_t *o = shelf_at(s->locations, i);

		if ((part == NULL || strstr(name, part) != NULL) &&
		    (manager == NULL || belongs(o, manager)))
			json_array_append_new(all, document_of(name, o, with_secrets));
	}
	return all;
}

size_t site_location_count(const struct sites *s, const char *manager)
{
	size_t n = 0;

	for (size_t i = 0; i < shelf_count(s->locations); i++)
		n += belongs(shelf_at(s->locations, i), manager);
	return n;
}

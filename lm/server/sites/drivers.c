/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/heap.h"
#include "base/id.h"
#include "lm/server/sites/sites_priv.h"

enum { TYPE_MAX = 100, REGISTRY_MAX = 16, URI_MAX = 1024 };

/* How it is called in files, and in what field a body has its type. */
static const struct registry {
	const char *name, *noun, *type, *other_type;
} registries[] = {
    [DRIVER_RESOURCE] = {"resource", "resource driver", "type", NULL},
    [DRIVER_LIFECYCLE] = {"lifecycle", "lifecycle driver", "type", NULL},
    [DRIVER_VIM] = {"vim", "VIM driver", "infrastructureType", "type"},
};

struct driver {
	struct site_driver shown;
	enum driver_kind kind;
	json_t *object; /* whose texts are borrowed */
	char key[];
};

/* ---- looking ------------------------------------------------------------------------------------ */

/* Types differ without regard to case, each registry has its own. */
static void make_key(enum driver_kind kind, const char *type, char out[REGISTRY_MAX + TYPE_MAX])
{
	size_t n =
	    (size_t)snprintf(out, REGISTRY_MAX + TYPE_MAX, "%s:%s", registries[kind].name, type);

	for (size_t i = 0; i < n && i < REGISTRY_MAX + TYPE_MAX - 1; i++)
		out[i] = (char)tolower((unsigned char)out[i]);
}

static const struct driver *find_type(
    const struct sites *s, enum driver_kind kind, const char *type)
{
	char key[REGISTRY_MAX + TYPE_MAX];

	if (strlen(type) > TYPE_MAX)
		return NULL;
	make_key(kind, type, key);
	return lm_map_find(s->driver_of, key);
}

const struct site_driver *sites_driver(const struct sites *s, const char *type)
{
	const struct driver *d = find_type(s, DRIVER_RESOURCE, type);

	if (d == NULL)
		d = find_type(s, DRIVER_LIFECYCLE, type);
	return d == NULL ? NULL : &d->shown;
}

static bool kind_of(const json_t *o, enum driver_kind *out)
{
	for (size_t i = 0; i < LM_COUNT(registries); i++)
		if (strcmp(text_at(o, "registry"), registries[i].name) == 0) {
			*out = (enum driver_kind)i;
			return true;
		}
	return false;
}

/* By id, or else by type.  NULL: this registry has none. */
static const json_t *find(const struct sites *s, enum driver_kind kind, const char *id)
{
	const json_t *o = shelf_find(s->drivers, id);
	enum driver_kind own;

	if (o != NULL && kind_of(o, &own) && own == kind)
		return o;
	const struct driver *d = find_type(s, kind, id);
	return d == NULL ? NULL : d->object;
}

/* ---- what others ask for ------------------------------------------------------------------------ */

static void driver_free(struct driver *d)
{
	if (d == NULL)
		return;
	json_decref(d->object);
	free(d);
}

static void add(struct sites *s, enum driver_kind kind, json_t *o)
{
	char key[REGISTRY_MAX + TYPE_MAX];

	make_key(kind, text_at(o, "type"), key);
	struct driver *d = lm_alloc(sizeof *d + strlen(key) + 1);
	memcpy(d->key, key, strlen(key) + 1);
	d->kind = kind;
	d->object = json_incref(o);
	d->shown = (struct site_driver){
	    .id = text_at(o, "id"),
	    .type = text_at(o, "type"),
	    .base_uri = text_at(o, "baseUri"),
	    .certificate = json_string_value(json_object_get(o, "certificate")),
	};
	driver_free(lm_map_put(s->driver_of, d->key, d));
}

static void drop(struct sites *s, enum driver_kind kind, const json_t *o)
{
	char key[REGISTRY_MAX + TYPE_MAX];

	make_key(kind, text_at(o, "type"), key);
	driver_free(lm_map_remove(s->driver_of, key));
}

struct lm_err *drivers_open(struct sites *s)
{
	s->driver_of = lm_map_new();
	for (size_t i = 0; i < shelf_count(s->drivers); i++) {
		const char *id = shelf_name(s->drivers, i);
		json_t *o = (json_t *)(uintptr_t)shelf_at(s->drivers, i);
		size_t n = strlen(text_at(o, "type"));
		enum driver_kind kind;

		if (strcmp(text_at(o, "id"), id) != 0 || !kind_of(o, &kind) || n == 0 ||
		    n > TYPE_MAX || !url_is_base(text_at(o, "baseUri")))
			return sites_strange("resource-drivers", id);
		add(s, kind, o);
	}
	return NULL;
}

void drivers_close(struct sites *s)
{
	struct driver *d;

	for (size_t i = 0; s->driver_of != NULL && (d = lm_map_next(s->driver_of, &i)) != NULL;)
		driver_free(d);
	lm_map_free(s->driver_of);
}

/* ---- bodies ------------------------------------------------------------------------------------- */

static struct lm_err *read_type(const struct registry *in, const json_t *body, const char **out)
{
	static const char help[] = "the type that descriptors name the driver by, \"ansible\"";
	struct lm_err *e = NULL;

	*out = NULL;
	if (in->other_type != NULL)
		e = field_text(body, in->other_type, out);
	if (e == NULL && !text_is_given(*out))
		e = field_needed(body, in->type, help, out);
	if (e == NULL && (strlen(*out) > TYPE_MAX || strchr(*out, '/') != NULL))
		e = lm_err_new(LM_ERR_INVALID, "a type has at most %d bytes, and no '/'", TYPE_MAX);
	if (e == NULL && strcasecmp(*out, "local") == 0)
		e = lm_err_new(LM_ERR_CONFLICT,
		    "type 'local' is this machine: its driver is a part of the manager");
	return e;
}

static struct lm_err *read_uri(const json_t *body, char out[URI_MAX])
{
	const char *given = NULL;

	struct lm_err *e =
	    field_needed(body, "baseUri", "where the driver answers, http://host:port", &given);
	if (e != NULL)
		return e;
	size_t n = strlen(given);
	if (n >= URI_MAX || !url_is_base(given))
		return lm_err_new(LM_ERR_INVALID,
		    "\"baseUri\" must be an address without user, query and fragment: "
		    "http://host:port, or https:// with \"certificate\"");
	memcpy(out, given, n + 1);
	while (n > 0 && out[n - 1] == '/')
		out[--n] = '\0';
	return NULL;
}

static struct lm_err *read_certificate(const json_t *body, const char *uri, const char **out)
{
	struct lm_err *e = field_text(body, "certificate", out);

	if (e != NULL)
		return e;
	if (!text_is_given(*out)) {
		*out = NULL;
		return strncasecmp(uri, "https:", 6) != 0
			   ? NULL
			   : lm_err_new(LM_ERR_INVALID,
				 "\"certificate\" is missing: PEM text, of whom to trust at %s",
				 uri);
	}
	const char *begin = strstr(*out, "-----BEGIN CERTIFICATE-----");
	if (begin == NULL || strstr(begin, "-----END CERTIFICATE-----") == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "\"certificate\" must be PEM text: -----BEGIN CERTIFICATE----- ... "
		    "-----END CERTIFICATE-----");
	return NULL;
}

static struct lm_err *read_driver(
    enum driver_kind kind, const char *id, const json_t *body, json_t **out)
{
	const struct registry *in = &registries[kind];
	const char *type = NULL, *certificate = NULL;
	char uri[URI_MAX];

	struct lm_err *e = read_type(in, body, &type);
	if (e == NULL)
		e = read_uri(body, uri);
	if (e == NULL)
		e = read_certificate(body, uri, &certificate);
	if (e == NULL)
		*out = json_pack("{s:s, s:s, s:s, s:s, s:s*}", "id", id, "registry", in->name,
		    "type", type, "baseUri", uri, "certificate", certificate);
	return e;
}

/* ---- changes ------------------------------------------------------------------------------------ */

static struct lm_err *unknown(enum driver_kind kind, const char *id)
{
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "there is no %s '%.80s': see /api/resource-manager/%s-drivers", registries[kind].noun,
	    id, registries[kind].name);
}

static struct lm_err *check_type(
    const struct sites *s, enum driver_kind kind, const char *id, const char *type)
{
	const struct driver *other = find_type(s, kind, type);

	if (other == NULL || strcmp(other->shown.id, id) == 0)
		return NULL;
	return lm_err_new(LM_ERR_CONFLICT,
	    "there is a %s of type '%s' already, %s: delete it first, or PUT it",
	    registries[kind].noun, other->shown.type, other->shown.id);
}

static struct lm_err *put(struct sites *s, enum driver_kind kind, json_t *o)
{
	const char *id = text_at(o, "id");

	struct lm_err *e = check_type(s, kind, id, text_at(o, "type"));
	if (e != NULL)
		return e;
	json_t *before = json_incref((json_t *)(uintptr_t)shelf_find(s->drivers, id));
	e = shelf_put(s->drivers, id, o);
	if (shelf_find(s->drivers, id) == o) {
		if (before != NULL)
			drop(s, kind, before);
		add(s, kind, o);
	}
	json_decref(before);
	return e;
}

struct lm_err *site_driver_create(
    struct sites *s, enum driver_kind kind, const json_t *body, const char **id)
{
	char fresh[LM_ID_SIZE];
	uint64_t seed = 0;
	json_t *o = NULL;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return lm_err_errno(errno, "cannot draw a random number");
	lm_id(seed, "driver", fresh);
	struct lm_err *e = read_driver(kind, fresh, body, &o);
	if (e == NULL)
		e = put(s, kind, o);
	if (e == NULL)
		*id = text_at(o, "id");
	json_decref(o);
	return e;
}

struct lm_err *site_driver_update(
    struct sites *s, enum driver_kind kind, const char *id, const json_t *body)
{
	const json_t *before = find(s, kind, id);
	json_t *o = NULL;

	if (before == NULL)
		return unknown(kind, id);
	struct lm_err *e = read_driver(kind, text_at(before, "id"), body, &o);
	if (e == NULL)
		e = put(s, kind, o);
	json_decref(o);
	return e;
}

struct lm_err *site_driver_delete(struct sites *s, enum driver_kind kind, const char *id)
{
	json_t *o = json_incref((json_t *)(uintptr_t)find(s, kind, id));

	if (o == NULL)
		return unknown(kind, id);
	struct lm_err *e = shelf_remove(s->drivers, text_at(o, "id"));
	if (shelf_find(s->drivers, text_at(o, "id")) == NULL)
		drop(s, kind, o);
	json_decref(o);
	return e;
}

/* ---- documents ---------------------------------------------------------------------------------- */

static json_t *document_of(enum driver_kind kind, const json_t *o)
{
	const struct registry *in = &registries[kind];
	json_t *d = json_pack("{s:s, s:s, s:s}", "id", text_at(o, "id"), "type", text_at(o, "type"),
	    "baseUri", text_at(o, "baseUri"));

	if (in->other_type != NULL)
		json_object_set_new(d, in->type, json_string(text_at(o, "type")));
	return d;
}

json_t *site_driver_document(const struct sites *s, enum driver_kind kind, const char *id)
{
	const json_t *o = find(s, kind, id);

	return o == NULL ? NULL : document_of(kind, o);
}

json_t *site_driver_of_type(const struct sites *s, enum driver_kind kind, const char *type)
{
	const struct driver *d = find_type(s, kind, type);

	return d == NULL ? NULL : document_of(kind, d->object);
}

json_t *site_driver_list(const struct sites *s, enum driver_kind kind)
{
	json_t *all = json_array();
	enum driver_kind own;

	for (size_t i = 0; i < shelf_count(s->drivers); i++) {
		const json_t *o = shelf_at(s->drivers, i);

		if (kind_of(o, &own) && own == kind)
			json_array_append_new(all, document_of(kind, o));
	}
	return all;
}

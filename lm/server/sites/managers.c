/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "lm/server/sites/sites_priv.h"

/* Where this manager serves what a resource manager would, as seen by its clients. */
#define OUR_URL "/api/resource-manager"

bool site_manager_is_ours(const char *name)
{
	return strcmp(name, SITES_MANAGER) == 0 || strcmp(name, SITES_MANAGER_ALIAS) == 0;
}

static struct lm_err *unknown(const char *name)
{
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "there is no resource manager '%.80s': see /api/resource-managers", name);
}

static struct lm_err *read_url(const json_t *body, const char **out)
{
	struct lm_err *e =
	    field_needed(body, "url", "where the resource manager's API is, http://...", out);

	if (e == NULL && !url_is_base(*out))
		e = lm_err_new(LM_ERR_INVALID,
		    "\"url\" must be an address without user, query and fragment: "
		    "http://host:port/path");
	return e;
}

/* ---- what others ask for ------------------------------------------------------------------------ */

bool sites_manager(const struct sites *s, const char *name, struct site_manager *out)
{
	const json_t *o = shelf_find(s->managers, name);

	if (o == NULL)
		return false;
	*out = (struct site_manager){.name = text_at(o, "name"),
	    .url = text_at(o, "url"),
	    .certificate = json_string_value(json_object_get(o, "certificate"))};
	return true;
}

/* ---- changes ------------------------------------------------------------------------------------ */

/* Lays what a body says over what there is. */
static struct lm_err *lay_over(const json_t *body, json_t *object)
{
	const char *url = NULL, *type = NULL, *pem = NULL;

	struct lm_err *e = read_url(body, &url);
	if (e == NULL)
		e = field_text(body, "type", &type);
	if (e == NULL)
		e = field_text(body, "certificate", &pem);
	if (e != NULL)
		return e;
	size_t n = strlen(url);
	while (url[n - 1] == '/')
		n--;
	json_object_set_new(object, "url", json_stringn(url, n));
	if (type != NULL)
		json_object_set_new(object, "type", json_string(type));
	if (text_is_given(pem))
		json_object_set_new(object, "certificate", json_string(pem));
	return NULL;
}

static struct lm_err *draft_new(const struct sites *s, const json_t *body, json_t **out)
{
	const char *name = NULL;

	struct lm_err *e = field_name(body, "what locations name the resource manager by", &name);
	if (e == NULL && site_manager_is_ours(name))
		e = lm_err_new(
		    LM_ERR_CONFLICT, "'%s' is this manager itself: it is always there", name);
	if (e == NULL && shelf_find(s->managers, name) != NULL)
		e = lm_err_new(LM_ERR_CONFLICT,
		    "there is a resource manager '%.80s' already: PUT changes it", name);
	if (e == NULL)
		*out = json_pack("{s:s, s:n, s:n}", "name", name, "type", "url");
	return e;
}

struct lm_err *site_manager_draft(
    const struct sites *s, const char *name, const json_t *body, json_t **out)
{
	const json_t *before = name == NULL ? NULL : shelf_find(s->managers, name);
	struct lm_err *e = NULL;

	*out = NULL;
	if (name == NULL) {
		e = draft_new(s, body, out);
	} else if (before == NULL) {
		e = unknown(name);
	} else {
		*out = json_copy((json_t *)(uintptr_t)before);
		e = field_same_name(body, name);
	}
	if (e == NULL)
		e = lay_over(body, *out);
	if (e != NULL) {
		json_decref(*out);
		*out = NULL;
	}
	return e;
}

static struct lm_err *put(struct sites *s, json_t *draft)
{
	struct lm_err *e = shelf_put(s->managers, text_at(draft, "name"), draft);

	json_decref(draft);
	return e;
}

struct lm_err *site_manager_create(struct sites *s, const json_t *body, const char **name)
{
	json_t *draft = NULL;

	struct lm_err *e = site_manager_draft(s, NULL, body, &draft);
	*name = text_at(body, "name");
	return e != NULL ? e : put(s, draft);
}

/* Clients send back what they were shown: our own address is no news. */
static struct lm_err *check_own(const json_t *body, const char *name)
{
	const char *url = NULL;

	struct lm_err *e = field_same_name(body, name);
	return e != NULL ? e : field_text(body, "url", &url);
}

struct lm_err *site_manager_update(struct sites *s, const char *name, const json_t *body)
{
	json_t *draft = NULL;

	if (site_manager_is_ours(name))
		return check_own(body, name);
	struct lm_err *e = site_manager_draft(s, name, body, &draft);
	return e != NULL ? e : put(s, draft);
}

struct lm_err *site_manager_delete(struct sites *s, const char *name)
{
	if (site_manager_is_ours(name))
		return lm_err_new(
		    LM_ERR_CONFLICT, "'%s' is this manager itself: it is always there", name);
	if (shelf_find(s->managers, name) == NULL)
		return unknown(name);
	size_t n = site_location_count(s, name);
	if (n > 0)
		return lm_err_new(LM_ERR_CONFLICT,
		    "%zu deployment location%s to '%s': delete %s first", n,
		    n == 1 ? " belongs" : "s belong", name, n == 1 ? "it" : "them");
	return shelf_remove(s->managers, name);
}

/* ---- documents ---------------------------------------------------------------------------------- */

static json_t *our_document(const char *name)
{
	return json_pack("{s:s, s:s, s:s}", "name", name, "type", SITES_MANAGER, "url", OUR_URL);
}

json_t *site_manager_document(const struct sites *s, const char *name)
{
	if (site_manager_is_ours(name))
		return our_document(name);
	return json_incref((json_t *)(uintptr_t)shelf_find(s->managers, name));
}

json_t *site_manager_list(const struct sites *s)
{
	json_t *all = json_array();

	json_array_append_new(all, our_document(SITES_MANAGER));
	for (size_t i = 0; i < shelf_count(s->managers); i++)
		json_array_append(all, (json_t *)(uintptr_t)shelf_at(s->managers, i));
	return all;
}

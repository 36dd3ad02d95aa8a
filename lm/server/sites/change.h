/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_CHANGE_H
#define LM_SERVER_SITES_CHANGE_H

#include "lm/server/sites/sites.h"

/*
 * Changes that operators make, and the documents they are shown.  A body is the object that a client
 * has sent: fields that nobody knows are ignored.  Refused, with a text for the operator, nothing has
 * changed: INVALID (the body), NOT_FOUND (whom it is about), CONFLICT (it is there already, is used, or
 * is always there), LIMIT.  Documents belong to the caller.
 */

/* ---- deployment locations --------------------------------------------------------------------- */

/* {name, description, resourceManager, infrastructureType, infrastructureSpecificProperties} */
struct lm_err *site_location_create(struct sites *, const json_t *body, const char **name)
    LM_MUST_USE;
/* Whether something exists at a location, or shall: asked only where it matters. */
struct site_use {
	bool (*is_used)(void *arg, const char *location);
	void *arg;
};
/* What the body does not name stays; type and resource manager stay while the location is used. */
struct lm_err *site_location_update(
    struct sites *, const char *name, const json_t *body, struct site_use) LM_MUST_USE;
struct lm_err *site_location_delete(struct sites *, const char *name, struct site_use) LM_MUST_USE;

/*
 * With an id, which is the name; NULL: there is none.  Without secrets the values of properties whose
 * names speak of passwords, tokens, keys and the like read "***".
 */
json_t *site_location_document(const struct sites *, const char *name, bool with_secrets);
/* Those whose name contains a text, and that belong to a manager; NULL: any. */
json_t *site_location_list(
    const struct sites *, const char *part, const char *manager, bool with_secrets);

/* ---- resource managers ------------------------------------------------------------------------ */

/* {name, url, type, certificate} */
struct lm_err *site_manager_create(struct sites *, const json_t *body, const char **name)
    LM_MUST_USE;
struct lm_err *site_manager_update(struct sites *, const char *name, const json_t *body)
    LM_MUST_USE;
/*
 * What a body would make of a manager (NULL: a new one): the object, owned by the caller, to be looked
 * at before anything changes.  Not of this manager itself.
 */
struct lm_err *site_manager_draft(
    const struct sites *, const char *name, const json_t *body, json_t **out) LM_MUST_USE;
/* CONFLICT while deployment locations belong to it. */
struct lm_err *site_manager_delete(struct sites *, const char *name) LM_MUST_USE;

json_t *site_manager_document(const struct sites *, const char *name); /* NULL: there is none */
json_t *site_manager_list(const struct sites *);
/* This manager itself, by one name or the other. */
bool site_manager_is_ours(const char *name);

/* ---- resource drivers --------------------------------------------------------------------------- */

/* Of three registries, each with types of its own; the last two are the older form. */
enum driver_kind { DRIVER_RESOURCE, DRIVER_LIFECYCLE, DRIVER_VIM };

/* {type, baseUri, certificate}; a VIM driver's type is its infrastructureType. */
struct lm_err *site_driver_create(
    struct sites *, enum driver_kind, const json_t *body, const char **id) LM_MUST_USE;
struct lm_err *site_driver_update(
    struct sites *, enum driver_kind, const char *id, const json_t *body) LM_MUST_USE;
struct lm_err *site_driver_delete(struct sites *, enum driver_kind, const char *id) LM_MUST_USE;

/* By id, or by type; NULL: there is none. */
json_t *site_driver_document(const struct sites *, enum driver_kind, const char *id);
json_t *site_driver_of_type(const struct sites *, enum driver_kind, const char *type);
json_t *site_driver_list(const struct sites *, enum driver_kind);

/* ---- infrastructure keys ------------------------------------------------------------------------ */

/* {name, description, publicKey, privateKey} */
struct lm_err *site_key_create(struct sites *, const json_t *body, const char **name) LM_MUST_USE;
/* What the body does not name stays: clients send back what they were shown. */
struct lm_err *site_key_update(struct sites *, const char *name, const json_t *body) LM_MUST_USE;
struct lm_err *site_key_delete(struct sites *, const char *name) LM_MUST_USE;

json_t *site_key_document(const struct sites *, const char *name, bool with_private);
json_t *site_key_list(const struct sites *, bool with_private);

#endif

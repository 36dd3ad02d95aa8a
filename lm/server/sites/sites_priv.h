/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_PRIV_H
#define LM_SERVER_SITES_PRIV_H

#include "base/map.h"
#include "lm/server/shelf/shelf.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/sites.h"

/* What is shared within this room: shelves, and what is read from them for those who ask often. */
struct sites {
	struct shelf *locations, *managers, *drivers, *keys;
	struct lm_map *location_of; /* struct location, by name; owned */
	struct lm_map *driver_of;   /* struct driver, by kind and type; owned */
};

/* Read what stands on the shelves; NULL members are fine when they close. */
struct lm_err *locations_open(struct sites *) LM_MUST_USE;
void locations_close(struct sites *);
struct lm_err *drivers_open(struct sites *) LM_MUST_USE;
void drivers_close(struct sites *);

/* An object is whole, but not what this manager writes: somebody has changed its file. */
struct lm_err *sites_strange(const char *kind, const char *name) LM_MUST_USE;
/* How many locations belong to a resource manager. */
size_t site_location_count(const struct sites *, const char *manager);

/* ---- fields of an object that a client sent ---------------------------------------------------- */

/* A text, "" included.  NULL in '*out': not given, or null.  INVALID: it is something else. */
struct lm_err *field_text(const json_t *o, const char *name, const char **out) LM_MUST_USE;
/* The same, but INVALID without one; 'help' says what it is for. */
struct lm_err *field_needed(const json_t *o, const char *name, const char *help, const char **out)
    LM_MUST_USE;
/* Of an object to be addressed by it: no '/', and nothing that a shelf refuses. */
struct lm_err *field_name(const json_t *o, const char *help, const char **out) LM_MUST_USE;
/* The name in a body that is about this one already; INVALID when it is another. */
struct lm_err *field_same_name(const json_t *o, const char *name) LM_MUST_USE;
/* Of an object on a shelf; "": none. */
const char *text_at(const json_t *o, const char *name);
/* http:// or https://, a host, perhaps a path; no user, query or fragment, nothing to escape. */
bool url_is_base(const char *);
bool text_is_given(const char *); /* neither NULL nor "" */

#endif

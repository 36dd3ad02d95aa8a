/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SHELF_H
#define LM_SERVER_SHELF_H

#include <jansson.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * What operators have told the manager, and no engine needs to replay: JSON objects of one kind by
 * their names.  Each has a file of its own, <folder>/<escaped name>.json, for its owner alone (0600),
 * so that a change costs the same among ten and among ten thousand.  A change is durable when
 * the function returns: the file is written beside the old one and takes its place, so after a crash there is
 * the old object or the new one.
 *
 * Texts are UTF-8.  An object that is on the shelf never changes: put another one in its place.
 */
enum {
	SHELF_OBJECTS_MAX = 10000,
	SHELF_OBJECT_MAX = 64 * 1024,      /* bytes, as compact JSON */
	SHELF_SIZE_MAX = 64 * 1024 * 1024, /* of all together */
	SHELF_NAME_MAX = 200,              /* bytes; fewer where many of them must be escaped */
};

struct shelf;

/*
 * Makes the folder <state_dir>/shelf/<kind> when there is none, and reads all that is there.
 * 'kind' is the plural that texts speak of: "deployment-locations".  A file that cannot be read,
 * or that others could have read, is an error that says what to do.
 */
struct lm_err *shelf_open(const char *state_dir, const char *kind, struct shelf **out) LM_MUST_USE;
void shelf_free(struct shelf *); /* NULL is fine */

/* Borrowed until the object is put again or removed; NULL: there is none. */
const json_t *shelf_find(const struct shelf *, const char *name);
/* In the order of their names (strcmp). */
size_t shelf_count(const struct shelf *);
const char *shelf_name(const struct shelf *, size_t i);
const json_t *shelf_at(const struct shelf *, size_t i);

/*
 * In place of what was there by that name, if anything.  The shelf takes a reference of its own; the
 * caller changes the object no more.  INVALID: no such name is possible.  LIMIT: too large, or too
 * many.  IO: nothing has changed (but after "cannot write the folder": it has, and a loss of power
 * could take it back).
 */
struct lm_err *shelf_put(struct shelf *, const char *name, json_t *object) LM_MUST_USE;
/* NOT_FOUND: there is none. */
struct lm_err *shelf_remove(struct shelf *, const char *name) LM_MUST_USE;

#endif

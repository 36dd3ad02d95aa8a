/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_TAG_H
#define LM_DRIVERS_LOCAL_TAG_H

#include <stddef.h>

#include "lm/drivers/local/priv.h"

/*
 * A resource's folder and the tag in it: a flat JSON object of texts.
 *	id, name, kind
 *	descriptor, alias     its type and its property "name", for finds; an older version left none
 *	installed             "true" once Install has succeeded; without it, it is half done
 *	started               "true" between Start and Stop: its death is news
 *	subnet, networkid, subnetid, host_address              a network's
 *	network.<interface>, address.<interface>               a container's; networks by networkid
 *	init, init_started                                     ... its first process
 *	transfer, forwarding                                   a masquerading router's
 * Setting does not save.
 */
struct resource *resource_new(
    const struct driver *, const char *id, const char *name, const char *kind);
void resource_free(struct resource *);
/* From its folder.  NOT_FOUND: there is no tag in it; INVALID: it cannot be read. */
struct lm_err *resource_load(const struct driver *, const char *id, struct resource **out)
    LM_MUST_USE;
/* Makes the folder when it is missing.  Atomic. */
struct lm_err *resource_save(const struct resource *) LM_MUST_USE;
/* Forgets all but what it is: nothing of it is outside any more. */
void resource_reset(struct resource *);

const char *resource_get(const struct resource *, const char *key);       /* NULL: not set */
bool resource_is(const struct resource *, const char *key);               /* "true" */
void resource_set(struct resource *, const char *key, const char *value); /* NULL: unset */

/* The walk over "<prefix>.<rest>": the next at or after *at. False at the end. */
bool resource_next(
    const struct resource *, const char *prefix, void **at, const char **rest, const char **value);

bool id_is_plain(const char *id);
/* Removes a folder with all that is in it, without leaving its file system. */
struct lm_err *folder_remove(const char *path) LM_MUST_USE;
struct lm_err *folder_make(const char *path, unsigned mode) LM_MUST_USE; /* there already: fine */
/* Writes through a temporary file, so that the old or the new one is there; mode 0600. */
struct lm_err *file_write(const char *path, const char *text) LM_MUST_USE;
/* At most 'max' bytes of a plain file, symbolic links refused; NULL when there is none. */
char *file_read(struct lm_arena *, const char *path, size_t max);

#endif

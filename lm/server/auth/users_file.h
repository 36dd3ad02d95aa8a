/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_USERS_FILE_H
#define LM_SERVER_AUTH_USERS_FILE_H

#include "lm/server/auth/users.h"

/*
 * The file users.json of the state folder, for its owner alone.  There is nobody in it by default.
 * Commands and the manager both change it, each under a lock, reading it anew before; it is written
 * beside the old one and takes its place.
 */

/* A file that is not there is one with nobody in it. */
struct lm_err *users_load(const char *state_dir, struct users **out) LM_MUST_USE;
/*
 * Lock, read, change, write, unlock.  What 'fn' returns is returned, and then nothing was written.
 * CONFLICT: somebody else changes it, for longer than 'patience_ms'.  What has come back without
 * an error is durable.
 */
typedef struct lm_err *users_edit_fn(struct users *, void *arg);
struct lm_err *users_edit(const char *state_dir, unsigned patience_ms, users_edit_fn *, void *arg)
    LM_MUST_USE;

/* Whether the file has changed since; what was read is to be read again then. */
struct users_seen {
	unsigned long long inode;
	long long size, changed_ns;
};
struct users_seen users_look(const char *state_dir);

#endif

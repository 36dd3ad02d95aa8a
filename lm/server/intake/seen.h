/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_SEEN_H
#define LM_SERVER_INTAKE_SEEN_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * What was acted upon already: the last SEEN_MAX texts of those that are told again and again, as
 * alerts are for as long as they last.  It does not outlive the manager.
 */
enum { SEEN_MAX = 4096 };

struct seen;

struct seen *seen_new(void);
void seen_free(struct seen *); /* NULL is fine */
bool seen_has(const struct seen *, const char *text);
/* The oldest is forgotten for it when there are too many. */
void seen_add(struct seen *, const char *text);

LM_DEFINE_AUTO(seen, seen_free);

#endif

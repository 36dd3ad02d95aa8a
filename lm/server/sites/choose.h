/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_CHOOSE_H
#define LM_SERVER_CHOOSE_H

#include <stdbool.h>

#include "base/arena.h"
#include "lm/core/step.h"
#include "lm/server/sites/sites.h"

/*
 * Who carries out a step.  The deployment location tells the type of infrastructure; for that the
 * descriptor names a driver, and without a word of it the type of infrastructure is the driver's.
 * One of the manager's own serves the locations of its own name, any other is looked up among the
 * registered resource drivers.  At a location of another resource manager that is asked, and the rest is
 * its business.
 */
struct choice {
	bool is_own;
	bool is_managed;        /* another resource manager does, at a location of its own */
	const char *driver;     /* its type; NULL: its manager knows */
	struct step_site site;  /* where it is; not for our own */
	struct step_result why; /* of a step that nobody can carry out: what to say, and to do */
};

/*
 * 'own': the names of our own drivers, NULL at the end.  Texts live in the arena or are borrowed from
 * the sites.  False: nobody can, see 'why'.
 */
bool sites_choose(const struct sites *, const char *const *own, const struct step_request *,
    struct lm_arena *, struct choice *out);

#endif

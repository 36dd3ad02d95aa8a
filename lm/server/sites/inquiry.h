/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_INQUIRY_H
#define LM_SERVER_SITES_INQUIRY_H

#include "base/vec.h"
#include "lm/server/library/library.h"
#include "lm/web/web.h"

/*
 * What another resource manager can do, asked of itself on the loop: GET configuration, types,
 * topology/deployment-locations and types/{name}, below its address.  Half a minute for all of it;
 * what it says has limits of size and number.
 */
enum {
	INQUIRY_TYPES_MAX = LIBRARY_TYPES_MAX,
	INQUIRY_PLACES_MAX = 1000,
	INQUIRY_MS = 30 * 1000,
};

struct inquiry_place {
	const char *name, *type; /* of infrastructure; "": it does not say */
};

struct inquiry_found {
	struct lm_arena *arena; /* of all texts */
	LM_VEC(struct inquiry_place) places;
	LM_VEC(struct library_type) types; /* published ones */
};

struct inquiry;
struct inquiry_conf {
	struct uv_loop_s *loop;
	struct web *web;
	const char *url;         /* without a '/' at its end */
	const char *certificate; /* PEM: whom to believe there; NULL: whom the system does */
	const char *trace;       /* NULL: nobody has a word for it */
	/* Descriptors of such types are not read. */
	bool (*knows)(void *arg, const char *type);
	/*
	 * Later, once; what was found is borrowed for the call.  The error is the callee's: DRIVER, the
	 * manager was not reached, or is none.
	 */
	void (*done)(void *arg, struct inquiry_found *, struct lm_err *);
	void *arg;
};
struct inquiry *inquiry_begin(const struct inquiry_conf *);
void inquiry_cancel(struct inquiry *); /* 'done' is not called */

#endif

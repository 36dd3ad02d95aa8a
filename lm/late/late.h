/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LATE_LATE_H
#define LM_LATE_LATE_H

#include <stddef.h>

#include "base/err.h"

/*
 * Libraries that are loaded when somebody needs them.  Most commands do not, and together with all that
 * they bring along themselves they take longer to load than an answer of the manager takes.
 *
 * Code calls them as if they were linked.  In the program as it is released each of their functions is a
 * jump through a table (generate.sh writes it), which is empty until late_need() has filled it; after that
 * nobody can write it.  In programs of the tests, and where the machine is none that generate.sh knows,
 * they are linked in the usual way, and late_need() has nothing to do.
 */
struct late_library {
	const char *name;         /* "libcurl" */
	const char *soname;       /* "libcurl.so.4" */
	const char *const *names; /* of functions */
	void **slots;             /* as many, on pages of their own */
	size_t n, bytes;          /* bytes: of the slots' pages */
};

/* For the first time from one thread alone.  UNAVAILABLE: it is not installed, or not what it should be. */
struct lm_err *late_need(const char *name) LM_MUST_USE;
/* All of them. */
struct lm_err *late_need_all(void) LM_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LIFECYCLE_H
#define LM_TOSCA_LIFECYCLE_H

#include <stdbool.h>

/*
 * The language's fixed words: the transitions of a resource, the states a relationship may ask of
 * its ends, the types of metrics.
 */

/* As bits of graph_resource.declared (1u << TRANSITION_START) and as indices. */
#define TRANSITIONS(X)                \
	X(CREATE, "Create")           \
	X(INSTALL, "Install")         \
	X(CONFIGURE, "Configure")     \
	X(RECONFIGURE, "Reconfigure") \
	X(START, "Start")             \
	X(INTEGRITY, "Integrity")     \
	X(STOP, "Stop")               \
	X(UNINSTALL, "Uninstall")     \
	X(DELETE, "Delete")

enum transition {
#define X(name, text) TRANSITION_##name,
	TRANSITIONS(X)
#undef X
};
enum { TRANSITION_N = TRANSITION_DELETE + 1 };

const char *transition_text(enum transition);
/* "Start" -> TRANSITION_START; false: no such transition.  Case matters. */
bool transition_parse(const char *text, enum transition *out);

/* The least state that an end of a relationship must be in. */
#define END_STATES(X)             \
	X(CREATED, "Created")     \
	X(INSTALLED, "Installed") \
	X(INACTIVE, "Inactive")   \
	X(ACTIVE, "Active")

enum end_state {
#define X(name, text) END_##name,
	END_STATES(X)
#undef X
};
enum { END_STATE_N = END_ACTIVE + 1 };

const char *end_state_text(enum end_state);

enum metric_type { METRIC_LOAD, METRIC_INTEGRITY, METRIC_OTHER };

#endif

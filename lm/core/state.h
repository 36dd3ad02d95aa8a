/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_STATE_H
#define LM_CORE_STATE_H

#include <stdbool.h>

#include "tosca/graph/graph.h"

/*
 * The states of a component and the transitions between them, as one table.
 *
 *	null -Create-> Created -Install-> Installed -Configure-> Inactive -Start, Integrity-> Active
 *	Active, Broken -Stop-> Inactive -Uninstall-> Created -Delete-> null
 *
 * A component is Active only when Integrity has succeeded.  Broken is set by the system when a heal
 * is wanted, Failed when a transition failed that leaves nothing to build on.  A spare stays Inactive
 * when it was started and looked at (spare.h): from there Stop and Reconfigure lead back to Inactive.
 */
#define COMPONENT_STATES(X)       \
	X(ABSENT, "null")         \
	X(CREATED, "Created")     \
	X(INSTALLED, "Installed") \
	X(INACTIVE, "Inactive")   \
	X(ACTIVE, "Active")       \
	X(BROKEN, "Broken")       \
	X(FAILED, "Failed")

enum component_state {
#define X(name, text) COMPONENT_##name,
	COMPONENT_STATES(X)
#undef X
};
enum { COMPONENT_STATE_N = COMPONENT_FAILED + 1 };

const char *component_state_text(enum component_state);
bool component_state_parse(const char *text, enum component_state *out);
/* "Installed", "Inactive", "Active": what an operator may ask for. */
bool component_state_parse_intended(const char *text, enum component_state *out);

struct transition_rule {
	unsigned from;                 /* 1u << state: where it may begin */
	enum component_state to;       /* after success */
	enum component_state on_error; /* after failure */
};

const struct transition_rule *transition_rule(enum transition);
/* It brings the component up, or tells it how it shall be. */
bool transition_is_up(enum transition);
bool transition_is_allowed(enum component_state from, enum transition);

/*
 * The state of an assembly from those of its resources: the lowest of them; Failed when any is
 * Failed, else Broken when any is Broken.  Folds one more state in; begin with Active.
 */
enum component_state component_state_fold(
    enum component_state assembly, enum component_state child);

#define PROCESS_STATUSES(X)       \
	X(PENDING, "Pending")     \
	X(RUNNING, "In Progress") \
	X(COMPLETED, "Completed") \
	X(CANCELLED, "Cancelled") \
	X(FAILED, "Failed")

enum process_status {
#define X(name, text) PROCESS_##name,
	PROCESS_STATUSES(X)
#undef X
};
enum { PROCESS_STATUSES_N = PROCESS_FAILED + 1 };

const char *process_status_text(enum process_status);
bool process_status_parse(const char *text, enum process_status *out);

#endif

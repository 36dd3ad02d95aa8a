/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_SETTING_H
#define LM_TOSCA_SETTING_H

#include <stdbool.h>

/*
 * What the properties of a policy may be, under the names that stand in descriptors.  One row each:
 * the readers, the checks, the graph and the editor go by this table.
 */
#define POLICY_SETTINGS(X)                        \
	X(SMOOTHING, "smoothing")                 \
	X(OUT, "scaleOut_threshold")              \
	X(IN, "scaleIn_threshold")                \
	X(SMOOTHING_OUT, "scaleOut_smoothing")    \
	X(SMOOTHING_IN, "scaleIn_smoothing")      \
	X(STEP, "scaling_step")                   \
	X(TARGET, "target_load")                  \
	X(TOLERANCE, "tolerance")                 \
	X(COOLDOWN, "cooldown")                   \
	X(COOLDOWN_OUT, "scaleOut_cooldown")      \
	X(COOLDOWN_IN, "scaleIn_cooldown")        \
	X(STABILIZATION, "scaleIn_stabilization") \
	X(GUARD, "scaleIn_guard")                 \
	X(PREDICT, "predict_ahead")               \
	X(PREDICT_WINDOW, "predict_window")       \
	X(SCHEDULE, "schedule")                   \
	X(SCHEDULE_OFFSET, "schedule_offset")     \
	X(MAXIMUM, "maximum_heals")               \
	X(WINDOW, "heal_window")

enum setting {
#define X(name, text) SETTING_##name,
	POLICY_SETTINGS(X)
#undef X
	    SETTINGS_N
};

const char *setting_text(enum setting); /* "scaleOut_threshold" */

enum policy_kind { POLICY_HEAL, POLICY_SCALE };

/* Whether policies of this kind have it. */
bool setting_belongs(enum setting, enum policy_kind);
/* The one that is for both directions, of one for a direction alone; the same otherwise. */
enum setting setting_for_both(enum setting);

enum setting_form { SETTING_NUMBER, SETTING_WORD, SETTING_HOURS, SETTING_CLOCK };

/* What a value must be. */
struct setting_rule {
	enum setting_form form;
	unsigned least, most;     /* a number */
	const char *meaning;      /* of a number: "a load in percent" */
	const char *const *words; /* one of these, ended by NULL */
};

const struct setting_rule *setting_rule(enum setting);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_SETTING_H
#define LM_TOSCA_SETTING_H

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

#endif

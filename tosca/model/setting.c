/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/setting.h"

#include <stddef.h>

#include "tosca/model/keys.h"

const char *const keys_policy_properties[] = {
#define X(name, text) [SETTING_##name] = text,
    POLICY_SETTINGS(X)
#undef X
	NULL};

const char *const words_step[] = {"increment", "proportional", NULL};
const char *const words_guard[] = {"true", "false", NULL};

enum { A_DAY = 24 * 60 * 60, AN_HOUR = 60 * 60, SAMPLES_MAX = 1000000, HEALS_MAX = 1000 };

static const char percent[] = "a load in percent";
static const char points[] = "percent points around target_load";
static const char samples[] = "a number of samples";
static const char seconds[] = "in seconds";

static const struct setting_rule rules[SETTINGS_N] = {
    [SETTING_SMOOTHING] = {SETTING_NUMBER, 1, SAMPLES_MAX, samples, NULL},
    [SETTING_OUT] = {SETTING_NUMBER, 0, 100, percent, NULL},
    [SETTING_IN] = {SETTING_NUMBER, 0, 100, percent, NULL},
    [SETTING_SMOOTHING_OUT] = {SETTING_NUMBER, 1, SAMPLES_MAX, samples, NULL},
    [SETTING_SMOOTHING_IN] = {SETTING_NUMBER, 1, SAMPLES_MAX, samples, NULL},
    [SETTING_STEP] = {SETTING_WORD, 0, 0, NULL, words_step},
    [SETTING_TARGET] = {SETTING_NUMBER, 1, 100, percent, NULL},
    [SETTING_TOLERANCE] = {SETTING_NUMBER, 0, 99, points, NULL},
    [SETTING_COOLDOWN] = {SETTING_NUMBER, 0, A_DAY, seconds, NULL},
    [SETTING_COOLDOWN_OUT] = {SETTING_NUMBER, 0, A_DAY, seconds, NULL},
    [SETTING_COOLDOWN_IN] = {SETTING_NUMBER, 0, A_DAY, seconds, NULL},
    [SETTING_STABILIZATION] = {SETTING_NUMBER, 0, A_DAY, seconds, NULL},
    [SETTING_GUARD] = {SETTING_WORD, 0, 0, NULL, words_guard},
    [SETTING_PREDICT] = {SETTING_NUMBER, 0, AN_HOUR, seconds, NULL},
    [SETTING_PREDICT_WINDOW] = {SETTING_NUMBER, 1, AN_HOUR, seconds, NULL},
    [SETTING_SCHEDULE] = {SETTING_HOURS, 0, 0, NULL, NULL},
    [SETTING_SCHEDULE_OFFSET] = {SETTING_CLOCK, 0, 0, NULL, NULL},
    [SETTING_MAXIMUM] = {SETTING_NUMBER, 1, HEALS_MAX, "a number of heals", NULL},
    [SETTING_WINDOW] = {SETTING_NUMBER, 1, A_DAY, seconds, NULL},
};

const char *setting_text(enum setting s)
{
	return keys_policy_properties[s];
}

bool setting_belongs(enum setting s, enum policy_kind kind)
{
	bool heal = s == SETTING_MAXIMUM || s == SETTING_WINDOW;

	return s == SETTING_SMOOTHING || (kind == POLICY_HEAL) == heal;
}

enum setting setting_for_both(enum setting s)
{
	switch (s) {
	case SETTING_SMOOTHING_OUT:
	case SETTING_SMOOTHING_IN:
		return SETTING_SMOOTHING;
	case SETTING_COOLDOWN_OUT:
	case SETTING_COOLDOWN_IN:
		return SETTING_COOLDOWN;
	default:
		return s;
	}
}

const struct setting_rule *setting_rule(enum setting s)
{
	return &rules[s];
}

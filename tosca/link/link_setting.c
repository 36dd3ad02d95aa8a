/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/hours.h"
#include "base/time.h"
#include "tosca/link/link.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

/* What a value of a policy says, and whether it may. */

static bool check_number(
    enum setting s, enum diag_code no_number, struct setting_value *v, struct diags *diags)
{
	const struct setting_rule *rule = setting_rule(s);

	if (!expr_number(v->text, 1000000000, &v->number)) {
		diag_add(diags, no_number, &v->pos, "%s must be a whole number, not '%s'",
		    setting_text(s), v->text);
		return false;
	}
	if (v->number >= rule->least && v->number <= rule->most)
		return true;
	diag_add(diags, CODE_THRESHOLD_RANGE, &v->pos, "%s is %s, %u to %u, not %u",
	    setting_text(s), rule->meaning, rule->least, rule->most, v->number);
	return false;
}

static bool check_word(enum setting s, struct setting_value *v, struct diags *diags)
{
	const char *const *words = setting_rule(s)->words;
	struct suggest near = suggest_for(v->text);

	for (size_t i = 0; words[i] != NULL; i++) {
		if (strcmp(v->text, words[i]) == 0)
			return true;
		suggest_offer(&near, words[i]);
	}
	struct diag *d = diag_add(diags, CODE_SETTING_WORD, &v->pos, "%s is %s or %s, not '%s'",
	    setting_text(s), words[0], words[1], v->text);
	diag_did_you_mean(diags, d, near.best);
	return false;
}

static bool check_hours(enum setting s, struct setting_value *v, struct diags *diags)
{
	struct lm_hours hours;
	struct lm_hours_flaw flaw;

	if (lm_hours_parse(v->text, &hours, &flaw)) {
		for (size_t i = 0; i < hours.n; i++)
			if (hours.v[i].least > v->number)
				v->number = hours.v[i].least;
		return true;
	}
	struct source_range pos = source_part(v->pos, v->text, flaw.at, flaw.n);
	char word[32];
	size_t n = flaw.n < sizeof word ? flaw.n : sizeof word - 1;
	memcpy(word, v->text + flaw.at, n);
	word[n] = '\0';
	struct diag *d = diag_add(diags, CODE_SCHEDULE, &pos, "%s cannot be read%s%s%s: %s",
	    setting_text(s), n > 0 ? " at '" : "", word, n > 0 ? "'" : "", flaw.what);
	struct suggest near = suggest_for(word);
	for (size_t i = 0; flaw.day && lm_hours_days[i] != NULL; i++)
		suggest_offer(&near, lm_hours_days[i]);
	if (near.best != NULL)
		diag_did_you_mean(diags, d, near.best);
	else
		diag_help(diags, d, "write 'Mon-Fri 08:00-18:00 = 3; Sat 10:00-14:00 = 2'");
	return false;
}

static bool check_clock(enum setting s, struct setting_value *v, struct diags *diags)
{
	int offset_s;

	if (lm_time_offset(v->text, &offset_s))
		return true;
	struct diag *d = diag_add(diags, CODE_SCHEDULE, &v->pos,
	    "%s is the offset of a clock from UTC, not '%s'", setting_text(s), v->text);
	diag_help(diags, d, "write '+01:00' or '-05:30'; a schedule knows no summer time");
	return false;
}

bool link_setting(enum setting s, const char *text, enum diag_code no_number,
    struct setting_value *v, struct diags *diags)
{
	v->text = text;
	switch (setting_rule(s)->form) {
	case SETTING_NUMBER:
		v->known = check_number(s, no_number, v, diags);
		break;
	case SETTING_WORD:
		v->known = check_word(s, v, diags);
		break;
	case SETTING_HOURS:
		v->known = check_hours(s, v, diags);
		break;
	case SETTING_CLOCK:
		v->known = check_clock(s, v, diags);
		break;
	}
	return v->known;
}

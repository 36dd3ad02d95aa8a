/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/lifecycle.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

static const char *const transition_texts[] = {
#define X(name, text) [TRANSITION_##name] = text,
    TRANSITIONS(X)
#undef X
};

const char *transition_text(enum transition t)
{
	return transition_texts[t];
}

const char *end_state_text(enum end_state s)
{
	static const char *const texts[] = {
#define X(name, text) [END_##name] = text,
	    END_STATES(X)
#undef X
	};

	return texts[s];
}

bool transition_parse(const char *text, enum transition *out)
{
	for (size_t i = 0; i < LM_COUNT(transition_texts); i++) {
		if (strcmp(text, transition_texts[i]) != 0)
			continue;
		*out = (enum transition)i;
		return true;
	}
	return false;
}

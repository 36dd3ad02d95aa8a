/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/intent.h"

#include <string.h>

#include "base/attr.h"

static const struct {
	const char *type, *path;
} kinds[] = {
#define X(name, type, path) [INTENT_##name] = {type, path},
    INTENT_KINDS(X)
#undef X
};

const char *intent_kind_text(enum intent_kind kind)
{
	return kinds[kind].type;
}

bool intent_kind_parse(const char *path, enum intent_kind *out)
{
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strcmp(kinds[i].path, path) == 0) {
			*out = (enum intent_kind)i;
			return true;
		}
	return false;
}

bool intent_kind_parse_text(const char *type, enum intent_kind *out)
{
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0) {
			*out = (enum intent_kind)i;
			return true;
		}
	return false;
}

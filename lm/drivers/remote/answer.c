/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/remote/remote.h"

const char *remote_text(struct lm_arena *a, const json_t *v)
{
	if (json_is_string(v))
		return lm_arena_strdup(a, json_string_value(v));
	if (v == NULL || json_is_null(v))
		return NULL;
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *copy = lm_arena_strdup(a, text);
	free(text);
	return copy;
}

struct lm_kvs remote_values(struct lm_arena *a, const json_t *object)
{
	struct lm_kvs all = {LM_NEW_N(a, struct lm_kv, json_object_size(object) + 1), 0};
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const char *text = remote_text(a, value);

		if (text != NULL)
			all.v[all.n++] = (struct lm_kv){lm_arena_strdup(a, name), text};
	}
	return all;
}

const char *remote_message(struct lm_arena *a, const json_t *o)
{
	static const char *const keys[] = {
	    "localizedMessage", "requestStateReason", "message", "error", "detail"};

	for (size_t i = 0; i < LM_COUNT(keys); i++) {
		const char *text = json_string_value(json_object_get(o, keys[i]));

		if (text != NULL && *text != '\0')
			return lm_arena_strdup(a, text);
	}
	return "it does not say why";
}

enum step_failure remote_failure(const char *code)
{
	static const enum step_failure known[] = {STEP_RESOURCE_ALREADY_EXISTS,
	    STEP_RESOURCE_NOT_FOUND, STEP_INSUFFICIENT_CAPACITY, STEP_INFRASTRUCTURE_ERROR};

	for (size_t i = 0; code != NULL && i < LM_COUNT(known); i++)
		if (strcmp(step_failure_text(known[i]), code) == 0)
			return known[i];
	return STEP_INTERNAL_ERROR;
}

bool remote_is_passing(int status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

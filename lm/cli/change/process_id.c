/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/change/process_id.h"

#include <jansson.h>
#include <string.h>

#include "lm/cli/render/render.h"

enum { WHOLE = 36, LEAST = 4 };

static bool is_of_an_id(const char *word)
{
	return strspn(word, "0123456789abcdef-") == strlen(word);
}

bool process_id_is_whole(const char *word)
{
	return strlen(word) == WHOLE && is_of_an_id(word);
}

bool process_id_is_part(const char *word)
{
	size_t n = strlen(word);

	return n >= LEAST && n < WHOLE && is_of_an_id(word);
}

struct lm_err *process_id_find(
    struct lm_arena *arena, struct client *c, const char *word, const char **out)
{
	json_t *all = NULL;
	size_t n = 0;

	*out = word;
	if (!process_id_is_part(word))
		return NULL;
	struct lm_err *e = client_get_json(c, "/api/processes?limit=1000", &all);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *id = render_text(json_array_get(all, i), "id");

		if (strncmp(id, word, strlen(word)) == 0 && n++ == 0)
			*out = lm_arena_strdup(arena, id);
	}
	json_decref(all);
	if (e == NULL && n > 1)
		e = lm_err_new(LM_ERR_INVALID,
		    "%zu processes have ids that begin with '%s': say more of it", n, word);
	return e;
}

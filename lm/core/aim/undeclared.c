/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"
#include "lm/core/refer/type.h"

/*
 * Existing clients give assemblies more than their descriptors declare, so it is no mistake; but whoever
 * has mistyped a name wants to hear of it.
 */

enum { WARNINGS_MAX = 20 };

void intent_warn(
    const struct engine *e, const struct intent *i, struct lm_arena *a, struct intent_warnings *out)
{
	const struct instance *in =
	    i->assembly_name != NULL ? engine_find_instance(e, i->assembly_name)
	    : i->assembly_id != NULL ? engine_find_instance(e, i->assembly_id)
				     : NULL;
	const char *type = i->descriptor != NULL ? i->descriptor
			   : in != NULL          ? in->tree->spec.descriptor
						 : NULL;

	for (size_t k = 0; type != NULL && k < i->properties.n && out->all.n < WARNINGS_MAX; k++) {
		LM_AUTO(lm_err) err =
		    type_undeclared(e->conf.catalog, type, i->properties.v[k].name);

		if (err != NULL)
			*LM_PUSH(a, &out->all) = lm_arena_strdup(a, lm_err_text(err));
	}
}

void intent_warnings_print(const struct intent_warnings *w, struct lm_json *j)
{
	lm_json_open(j, "warnings", '[');
	for (size_t i = 0; i < w->all.n; i++)
		lm_json_str(j, NULL, w->all.v[i]);
	lm_json_close(j, ']');
}

bool engine_warn(const struct engine *e, const struct intent *i, struct lm_json *j)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct intent_warnings warnings = {0};

	intent_warn(e, i, arena, &warnings);
	if (warnings.all.n > 0)
		intent_warnings_print(&warnings, j);
	return warnings.all.n > 0;
}

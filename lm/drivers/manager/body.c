/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "lm/drivers/manager/priv.h"

/* What another resource manager is asked: the words of its API. */

/* Of several of a name the first counts; unset ones are not told. */
static void print_properties(struct lm_json *j, const struct lm_kvs *const *lists, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < lists[k]->n; i++) {
			const struct lm_kv *kv = &lists[k]->v[i];
			bool is_told = kv->value == NULL;

			for (size_t before = 0; before < k && !is_told; before++)
				is_told = lm_kvs_find(lists[before], kv->name) != NULL;
			if (!is_told)
				lm_json_str(j, kv->name, kv->value);
		}
}

void transition_print(const struct step_request *rq, const char *instance, struct lm_buf *out)
{
	const struct lm_kvs *const lists[] = {&rq->given, &rq->own, &rq->kept};
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "resourceManagerId", rq->site->manager);
	lm_json_str(&j, "deploymentLocation", rq->site->location);
	lm_json_str(&j, "resourceType", rq->descriptor);
	lm_json_str(&j, "transitionName", rq->action);
	if (instance != NULL)
		lm_json_str(&j, "resourceId", instance);
	lm_json_str(&j, "resourceName", rq->resource_name);
	lm_json_str(&j, "metricKey", rq->resource_id);
	lm_json_open(&j, "context", '{');
	lm_json_str(&j, "stepId", rq->step);
	lm_json_close(&j, '}');
	lm_json_open(&j, "properties", '{');
	print_properties(&j, lists, LM_COUNT(lists));
	lm_json_close(&j, '}');
	lm_json_close(&j, '}');
}

const char *transition_instance(const struct step_request *rq, struct lm_arena *a)
{
	const char *text = lm_kvs_find(&rq->topology, RESOURCE);
	json_t *o = text == NULL ? NULL : json_loads(text, 0, NULL);
	const char *id = lm_arena_strdup(a, json_string_value(json_object_get(o, "id")));

	json_decref(o);
	return id;
}

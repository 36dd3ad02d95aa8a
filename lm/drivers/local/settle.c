/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "lm/drivers/local/job.h"
#include "lm/drivers/local/results.h"
#include "lm/drivers/local/services.h"
#include "lm/drivers/local/tag.h"

/* What a transition's success leaves in the tag. */
static const struct mark {
	const char *action, *key, *value;
} marks[] = {
    {"Install", "installed", "true"},
    {"Start", "started", "true"},
    {"Stop", "started", NULL},
};

/* The values first: with the mark "installed" it can be found. */
static struct lm_err *note(
    struct resource *r, const struct step_request *rq, const struct step_result *result)
{
	bool changed = find_note(r, rq, &result->outputs);

	for (size_t i = 0; i < LM_COUNT(marks); i++)
		if (strcmp(rq->action, marks[i].action) == 0) {
			resource_set(r, marks[i].key, marks[i].value);
			changed = true;
		}
	return changed ? resource_save(r) : NULL;
}

struct lm_err *resource_settle(
    struct driver *d, struct resource *r, const struct job *j, const struct step_result *result)
{
	struct lm_err *e = NULL;

	if (access(r->dir, F_OK) != 0) {
		lm_map_remove(d->resources, r->id);
		services_forget(r);
		resource_free(r);
		return NULL;
	}
	/* First the result, then the mark: a crash in between is mended when the result is told again. */
	if (j->replay == NULL)
		e = result_save(r, result);
	if (e == NULL && result->failure == STEP_NONE && !j->rq.is_operation)
		e = note(r, &j->rq, result);
	/* What was dead before a Start may be alive again under the same number. */
	if (!resource_is(r, "started") || strcmp(j->rq.action, "Start") == 0)
		services_forget(r);
	return e;
}

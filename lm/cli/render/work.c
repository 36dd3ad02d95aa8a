/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/work.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/cli/render/render.h"

enum { DONE_BYTES = 4096 };

void work_init(struct work *w)
{
	*w = (struct work){.items = lm_map_new(), .left = lm_map_new(), .names = lm_arena_new()};
}

static void item_free(struct item *it)
{
	free(it->name);
	free(it->step);
	free(it->action);
	lm_buf_fini(&it->done);
	free(it);
}

void work_fini(struct work *w)
{
	struct item *it;

	for (size_t i = 0; (it = lm_map_next(w->items, &i)) != NULL;)
		item_free(it);
	lm_map_free(w->items);
	lm_map_free(w->left);
	lm_arena_free(w->names);
}

/* ---- steps to come ---------------------------------------------------------------------------- */

static void expect(struct work *w, const char *name)
{
	size_t *left = lm_map_find(w->left, name);

	if (left == NULL) {
		left = LM_NEW(w->names, size_t);
		lm_map_put(w->left, lm_arena_strdup(w->names, name), left);
	}
	*left += 1;
	w->n_planned++;
}

/* Of a process that goes on after a failure, what was done before will not be told again. */
static bool is_to_come(const json_t *step, int64_t attempt)
{
	const json_t *own = json_object_get(step, "attempt");

	return !json_is_true(json_object_get(step, "silent")) &&
	       (!json_is_integer(own) || json_integer_value(own) >= attempt);
}

void work_plan(struct work *w, const json_t *process)
{
	const json_t *steps = json_object_get(process, "executionPlan");
	int64_t attempt = json_integer_value(json_object_get(process, "attempt"));

	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);

		if (is_to_come(step, attempt))
			expect(w, render_text(step, "subject"));
	}
}

bool work_is_over(const struct work *w, const struct item *it)
{
	const size_t *left = lm_map_find(w->left, it->name);

	return it->step == NULL && w->n_planned > 0 && (left == NULL || *left == 0);
}

/* ---- steps under way -------------------------------------------------------------------------- */

static void rest(struct work *w, struct item *it)
{
	w->n_running -= it->step != NULL;
	free(it->step);
	free(it->action);
	it->step = it->action = NULL;
}

static struct item *add_item(struct work *w, const char *name)
{
	struct item *it = lm_alloc(sizeof *it);

	it->name = lm_strdup(name);
	lm_buf_init(&it->done, DONE_BYTES);
	lm_map_put(w->items, it->name, it);
	return it;
}

void work_begin(struct work *w, const json_t *event, int64_t now_ms)
{
	const char *name = render_text(event, "subject"), *step = render_text(event, "step");
	struct item *it = lm_map_find(w->items, name);

	if (it == NULL)
		it = add_item(w, name);
	if (it->step != NULL && strcmp(it->step, step) == 0)
		return;
	rest(w, it);
	it->step = lm_strdup(step);
	it->action = lm_strdup(render_text(event, "action"));
	it->since_ms = now_ms;
	w->n_running++;
}

struct item *work_end(struct work *w, const json_t *event)
{
	const char *name = render_text(event, "subject");
	struct item *it = lm_map_find(w->items, name);
	size_t *left = lm_map_find(w->left, name);

	if (it == NULL)
		return NULL;
	if (left != NULL && *left > 0)
		*left -= 1;
	lm_buf_printf(&it->done, "%s%s", it->done.n > 0 ? " " : "", render_text(event, "action"));
	it->took_ms += json_integer_value(json_object_get(event, "tookMs"));
	rest(w, it);
	return it;
}

void work_drop(struct work *w, struct item *it)
{
	rest(w, it);
	lm_map_remove(w->items, it->name);
	item_free(it);
}

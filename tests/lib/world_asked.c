/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* What the driver of a world was asked, and what it says beyond what the simulation does. */

/* "Install a{red low}@north", "add a{-1}@north": the properties that tests change. */
static void print_step(struct lm_buf *out, const struct step_request *rq)
{
	static const char *const of_transitions[] = {"color", "tone"};
	static const char *const of_operations[] = {"note", "who"};
	const char *sep = "{";

	lm_buf_printf(out, "%s %s", rq->action, rq->resource_name + strlen(rq->root) + 2);
	for (size_t i = 0; i < LM_COUNT(of_operations); i++) {
		const char *v = lm_kvs_find(
		    &rq->properties, rq->is_operation ? of_operations[i] : of_transitions[i]);

		if (v == NULL)
			continue;
		const char *turn = strchr(v, '-'); /* of an address, which of them it is */
		lm_buf_printf(out, "%s%s", sep, turn == NULL ? v : turn);
		sep = " ";
	}
	if (*sep == ' ')
		lm_buf_puts(out, "}");
	if (rq->location != NULL)
		lm_buf_printf(out, "@%s", rq->location);
}

void world_note_asked(struct world *w)
{
	for (size_t i = 0; i < w->turn.steps.n; i++) {
		const struct step_request *rq = &w->turn.steps.v[i];
		struct world_asked *a = LM_PUSH(w->arena, &w->asked);
		struct lm_buf text;

		lm_buf_init(&text, 1024);
		if (rq->is_find)
			lm_buf_printf(&text, "Find %s", rq->resource_name);
		else
			print_step(&text, rq);
		*a = (struct world_asked){
		    .step = lm_arena_strdup(w->arena, rq->step),
		    .name = lm_arena_strdup(w->arena, rq->resource_name),
		    .action = lm_arena_strdup(w->arena, rq->action),
		    .text = lm_arena_strdup(w->arena, text.p),
		};
		lm_buf_fini(&text);
	}
}

void world_forget_asked(struct world *w)
{
	w->forgotten = w->asked.n;
}

const char *world_asked(struct world *w, const char *component)
{
	struct lm_buf text;

	lm_buf_init(&text, 64 * 1024);
	for (size_t i = w->forgotten; i < w->asked.n; i++)
		if (component == NULL || strcmp(w->asked.v[i].name, component) == 0)
			lm_buf_printf(&text, "%s%s", text.n > 0 ? ", " : "", w->asked.v[i].text);
	const char *shown = lm_arena_strdup(w->arena, text.p);
	lm_buf_fini(&text);
	return shown;
}

void world_report(
    struct world *w, const char *component, const char *action, const char *name, const char *value)
{
	*LM_PUSH(w->arena, &w->reports) = (struct world_report){component, action, {name, value}};
}

/* The step's own outputs, then what was said for it; the last word on a property counts. */
void world_add_reports(struct world *w, struct step_result *r)
{
	const struct world_asked *asked = NULL;
	struct lm_kvs all = {LM_NEW_N(w->arena, struct lm_kv, r->outputs.n + w->reports.n + 1), 0};

	for (size_t i = 0; i < w->asked.n; i++)
		if (strcmp(w->asked.v[i].step, r->step) == 0)
			asked = &w->asked.v[i];
	if (asked == NULL || r->failure != STEP_NONE)
		return;
	for (size_t i = 0; i < r->outputs.n; i++)
		all.v[all.n++] = r->outputs.v[i];
	for (size_t i = 0; i < w->reports.n; i++) {
		const struct world_report *said = &w->reports.v[i];
		size_t at = 0;

		if (strcmp(said->component, asked->name) != 0 ||
		    strcmp(said->action, asked->action) != 0)
			continue;
		while (at < all.n && strcmp(all.v[at].name, said->output.name) != 0)
			at++;
		all.v[at] = said->output;
		all.n += at == all.n;
	}
	r->outputs = all;
}

/* ---- the outside and the books -------------------------------------------------------------------- */

static void check_thing(void *arg, const struct driver_thing *t)
{
	struct world *w = arg;
	const struct component *c = lm_map_find(w->engine->components, t->resource_id);

	if (c == NULL)
		w->wrong = "something exists outside that the manager does not know";
	else if (c->state == COMPONENT_ABSENT || c->state == COMPONENT_CREATED)
		w->wrong = "something exists outside that the manager takes for gone";
}

const char *world_difference(struct world *w)
{
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(w->engine->components, &i)) != NULL;) {
		const struct graph_resource *r =
		    c->tree == NULL ? NULL : c->tree->graph->nodes[c->node].resource;

		if (r == NULL || (r->declared & (1u << TRANSITION_INSTALL)) == 0)
			continue;
		if (c->state >= COMPONENT_INSTALLED && c->state <= COMPONENT_ACTIVE &&
		    !c->rebuild && !sim_is_installed(w->sim, c->id))
			w->wrong = "what the manager takes for installed does not exist";
		if (c->state == COMPONENT_ACTIVE && (r->declared & (1u << TRANSITION_START)) != 0 &&
		    !sim_is_running(w->sim, c->id))
			w->wrong = "what the manager takes for Active does not run";
	}
	sim_list(w->sim, check_thing, w);
	return w->wrong;
}

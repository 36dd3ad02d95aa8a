/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/play.h"

#include <string.h>

#include "tests/sim/lib/acts.h"
#include "tests/sim/lib/rest.h"
#include "tosca/link/check.h"

/* Actions compare as well; at the end of each it would be a fifth of all that is done. */
enum { TEXT_MAX = 256 * 1024, COMPARE_EACH = 4 };

/* ---- the assemblies -------------------------------------------------------------------------- */

void family_fini(struct family *f)
{
	catalog_free(f->catalog);
	*f = (struct family){0};
}

static struct catalog *compile(const char *text, size_t n, struct lm_buf *why)
{
	LM_AUTO(diags) diags = diags_new(20);
	struct catalog *c = catalog_new();

	catalog_put(c, "family.yml", text, n);
	catalog_check(c);
	catalog_report(c, NULL, diags);
	if (diags_errors(diags) == 0)
		return c;
	if (why != NULL)
		diags_print(diags, why, false);
	catalog_free(c);
	return NULL;
}

static void family_of(struct family *f, const struct schedule *s)
{
	struct model model = s->model;
	struct lm_buf text;

	/* Bytes between members count as well: at worst it is compiled once more. */
	if (f->is_known && memcmp(&f->model, &s->model, sizeof f->model) == 0)
		return;
	family_fini(f);
	f->is_known = true;
	memcpy(&f->model, &s->model, sizeof f->model);
	lm_buf_init(&text, TEXT_MAX);
	model_print(&model, &text);
	f->catalog = compile(text.p, text.n, NULL);
	while (f->catalog == NULL && f->degree < 2) {
		model_tame(&model, ++f->degree);
		lm_buf_clear(&text);
		model_print(&model, &text);
		f->catalog = compile(text.p, text.n, NULL);
	}
	lm_buf_fini(&text);
}

void family_print(const struct schedule *s, struct lm_buf *out)
{
	struct family family = {0};
	struct model model = s->model;
	struct lm_buf text;

	family_of(&family, s);
	if (family.degree > 0)
		model_tame(&model, family.degree);
	lm_buf_init(&text, TEXT_MAX);
	model_print(&model, &text);
	lm_buf_puts(out, text.p);
	catalog_free(compile(text.p, text.n, out));
	lm_buf_fini(&text);
	family_fini(&family);
}

/* ---- a schedule ------------------------------------------------------------------------------ */

static void count_family(const struct schedule *s, struct coverage *c)
{
	for (unsigned i = 0; i < MODEL_ASSEMBLIES; i++) {
		const struct model_assembly *a = &s->model.assemblies[i];

		c->references += a->refers_to >= 0;
		for (unsigned k = 0; k < a->n_entries; k++) {
			c->nested += a->entries[k].assembly >= 0;
			c->spares += a->entries[k].is_cluster && a->entries[k].spares > 0;
		}
	}
}

static void play_all(struct stage *s)
{
	const struct schedule *schedule = s->schedule;

	for (unsigned i = 0; i < schedule->n_actions && s->wrong[0] == '\0'; i++)
		if (!schedule->actions[i].is_gone)
			act(s, &schedule->actions[i]);
	trace_line(s->trace, s->now_ms, "---- from now on nothing goes wrong");
	s->is_calm = true;
	s->commits_to_crash = -1;
	s->disk_full = 0;
	stage_carry_out(s);
	stage_settle(s);
	if (s->wrong[0] == '\0')
		rest_check(s);
	if (s->wrong[0] == '\0' && schedule->seed % COMPARE_EACH == 0)
		stage_compare(s);
	if (s->wrong[0] == '\0')
		rest_converge(s);
	if (s->wrong[0] == '\0')
		rest_delete(s);
}

bool play(const struct schedule *schedule, struct family *f, struct coverage *coverage,
    struct trace *trace, char wrong[WRONG_SIZE])
{
	struct stage stage;

	wrong[0] = '\0';
	family_of(f, schedule);
	coverage->schedules++;
	if (f->catalog == NULL) {
		coverage->not_compiled++;
		return true;
	}
	coverage->tamed += f->degree > 0;
	count_family(schedule, coverage);
	stage_init(&stage, schedule, f->catalog, coverage, trace);
	play_all(&stage);
	memcpy(wrong, stage.wrong, WRONG_SIZE);
	stage_fini(&stage);
	return wrong[0] == '\0';
}

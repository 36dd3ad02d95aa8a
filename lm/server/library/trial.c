/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/library/priv.h"
#include "tosca/link/check.h"

/* What a change does to others. */

enum { DIAGS_MAX = 200 };

void trial_begin(struct trial *t, struct library *l)
{
	*t = (struct trial){l, lm_map_new(), diags_new(DIAGS_MAX), diags_new(DIAGS_MAX), 0};
	catalog_begin(l->catalog);
}

static void look(void *arg, const char *file)
{
	struct trial *t = arg;
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	bool own = lm_map_find(t->own, file) != NULL;

	catalog_report(t->library->catalog, file, d);
	if (own)
		diags_borrow(t->found, d);
	else if (diags_errors(d) > 0)
		diags_borrow(t->broken, d);
	t->n_broken += !own && diags_errors(d) > 0;
}

void trial_own(struct trial *t, const char *file)
{
	lm_map_put(t->own, file, (void *)(uintptr_t)file);
}

bool trial_check(struct trial *t)
{
	catalog_check(t->library->catalog);
	catalog_take_changed(t->library->catalog, look, t);
	return diags_errors(t->found) == 0;
}

static void heard(void *arg, const char *file)
{
	(void)arg;
	(void)file;
}

void trial_end(struct trial *t, bool keep, const struct diags *remarks, struct library_news *news)
{
	if (remarks != NULL)
		diags_borrow(t->found, remarks);
	if (keep)
		diags_borrow(t->found, t->broken);
	diags_sort(t->found);
	if (news != NULL)
		diags_print_json(t->found, &news->diags);
	if (keep)
		catalog_keep(t->library->catalog);
	else
		catalog_undo(t->library->catalog);
	catalog_check(t->library->catalog);
	catalog_take_changed(t->library->catalog, heard, NULL);
	diags_free(t->found);
	diags_free(t->broken);
	lm_map_free(t->own);
}

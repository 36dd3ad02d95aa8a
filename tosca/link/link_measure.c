/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/linker.h"

static void check_period(struct linker *l, const struct metric *m)
{
	const char *period = expr_literal(&m->period);

	if (period == NULL || strcmp(period, "0") != 0)
		return;
	struct diag *d = diag_add(l->diags, CODE_SCRAPE_NEVER, &m->period.pos,
	    "metric '%s' is never fetched: its publication-period is 0", m->name.text);
	diag_help(l->diags, d, "give the seconds between two fetches, or leave 'scrape' out");
	if (m->scrape->url.n > 0)
		diag_note(l->diags, d, &m->scrape->url.pos, "from here");
}

void link_measure(struct linker *l, const struct metric *m)
{
	link_expr(l, &m->period, LINK_NUMBER, NULL);
	if (m->scrape == NULL)
		return;
	link_expr(l, &m->scrape->url, LINK_VALUE, NULL);
	link_expr(l, &m->scrape->series, LINK_VALUE, NULL);
	link_expr(l, &m->scrape->full_scale, LINK_NUMBER, NULL);
	check_period(l, m);
}

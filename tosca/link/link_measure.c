/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/linker.h"

void link_measure(struct linker *l, const struct metric *m)
{
	link_expr(l, &m->period, LINK_NUMBER, NULL);
	if (m->scrape == NULL)
		return;
	link_expr(l, &m->scrape->url, LINK_VALUE, NULL);
	link_expr(l, &m->scrape->series, LINK_VALUE, NULL);
	link_expr(l, &m->scrape->full_scale, LINK_NUMBER, NULL);
}

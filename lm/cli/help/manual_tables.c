/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are made of the tables of the compiler and the server. */
#include <string.h>

#include "base/attr.h"
#include "lm/cli/help/manual.h"
#include "lm/cli/help/page.h"
#include "lm/server/auth/privilege.h"
#include "lm/server/route.h"
#include "tosca/editor/words.h"
#include "tosca/model/keys.h"

/* ---- lm-descriptor(5) ------------------------------------------------------------------------- */

struct place {
	const char *head;
	const char *const *words;
};

static void put_place(const struct place *p, struct lm_buf *out)
{
	lm_buf_printf(out, "## %s\n", p->head);
	for (const char *const *w = p->words; *w != NULL; w++) {
		const char *text = words_about(p->words, *w);

		lm_buf_printf(out, "`%s`\n:   %s\n", *w, text != NULL ? text : "");
	}
}

void manual_put_descriptor(struct lm_buf *out)
{
	const struct place places[] = {
	    {"THE DOCUMENT", keys_document},
	    {"A PROPERTY", keys_property},
	    {"A CAPABILITY OR REQUIREMENT", keys_capability},
	    {"A COMPONENT OF AN ASSEMBLY", keys_component},
	    {"ITS CLUSTER", keys_cluster},
	    {"A REFERENCE", keys_reference},
	    {"A RELATIONSHIP", keys_relationship},
	    {"ITS LIFECYCLE", keys_relationship_lifecycle},
	    {"AN OPERATION OF A RESOURCE", keys_operation},
	    {"A PROMOTED OPERATION", keys_promoted_operation},
	    {"A METRIC", keys_metric},
	    {"ITS SCRAPE", keys_scrape},
	    {"A POLICY", keys_policy},
	    {"ITS PROPERTIES", keys_policy_properties},
	    {"A TRANSITION", keys_lifecycle_entry},
	    {"ITS DRIVER", keys_driver},
	    {"THE DRIVER'S SELECTOR", keys_selector},
	    {"A KIND OF LOCATION", keys_location},
	    {"ITS TEMPLATE", keys_template},
	    {"QUERIES", keys_queries},
	};
	const struct page *page = page_find("lm-descriptor");

	lm_buf_puts(out, page != NULL ? page->text : "");
	for (size_t i = 0; i < LM_COUNT(places); i++)
		put_place(&places[i], out);
}

/* ---- lm-api(7) -------------------------------------------------------------------------------- */

void manual_put_api(struct lm_buf *out)
{
	const struct page *page = page_find("lm-api");
	size_t n = 0;
	const struct route *all = routes_all(&n);

	lm_buf_puts(out, page != NULL ? page->text : "");
	lm_buf_puts(out, "## ROUTES\n");
	for (size_t i = 0; i < n; i++)
		lm_buf_printf(out, "`%s %s`\n:   %s (%s)\n", all[i].method, all[i].pattern,
		    all[i].summary, privilege_name(all[i].need));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/model/selector.h"
#include "tosca/text/source.h"

/* ---- values that stand there --------------------------------------------------------------- */

/* What is before the first ${...} says the most of a url. */
static void check_url(struct reader *r, const struct expr *e)
{
	static const char scheme[] = "http://";
	const char *text = e->n > 0 ? e->parts[0].text : NULL;
	struct diag *d;

	if (text == NULL)
		return;
	if (strncmp(text, scheme, strlen(scheme)) != 0) {
		const char *rest = strstr(text, "://");

		d = diag_add(r->diags, CODE_SCRAPE_URL, &e->pos,
		    rest != NULL ? "only http is fetched, not '%.*s'" : "a url begins with http://",
		    rest != NULL ? (int)(rest - text) : 0, text);
		diag_help(r->diags, d, "write 'http://<address>:<port>/metrics'");
	} else if (strpbrk(text, " \t") != NULL || (e->n == 1 && text[strlen(scheme)] == '\0')) {
		d = diag_add(r->diags, CODE_SCRAPE_URL, &e->pos, "'%s' is not a url", text);
		diag_help(r->diags, d, "write 'http://<address>:<port>/metrics'");
	}
}

static void check_series(struct reader *r, const struct expr *e)
{
	const char *text = expr_literal(e);
	struct selector selector;
	struct selector_flaw flaw;

	if (text == NULL || selector_parse(r->arena, text, &selector, &flaw))
		return;
	struct source_range pos = source_part(e->pos, text, flaw.at, flaw.n);
	struct diag *d = diag_add(r->diags, CODE_SCRAPE_SERIES, &pos,
	    "'%s' does not select a series: %s", text, flaw.what);
	diag_help(r->diags, d, "write 'name' or 'name{label=\"value\"}'");
}

static void check_full_scale(struct reader *r, const struct expr *e)
{
	const char *text = expr_literal(e);

	if (text == NULL || (text[strspn(text, "0123456789.")] == '\0' && strtod(text, NULL) > 0))
		return;
	struct diag *d = diag_add(r->diags, CODE_NUMBER, &e->pos,
	    "'full-scale' must be a number above 0, not '%s'", text);
	diag_help(r->diags, d, "it is the value that counts as a load of 100 percent");
}

static void check_scrape(
    struct reader *r, const struct scrape *s, const struct spot *where, const struct metric *m)
{
	struct diag *d;

	if (s->url.n == 0 || s->series.n == 0) {
		d = diag_add(r->diags, CODE_SCRAPE, &where->pos,
		    "the scrape of metric '%s' has no '%s'", m->name.text,
		    s->url.n == 0 ? "url" : "series");
		diag_help(r->diags, d,
		    s->url.n == 0 ? "add 'url: http://<address>:<port>/metrics'"
				  : "add 'series: <name of the series in that text>'");
	}
	check_url(r, &s->url);
	check_series(r, &s->series);
	check_full_scale(r, &s->full_scale);
}

/* ---- the section --------------------------------------------------------------------------- */

const char *const keys_scrape[] = {"url", "series", "full-scale", NULL};

struct scrape *read_scrape(struct reader *r, const struct node_pair *pair, const struct metric *m)
{
	const struct node *body = read_mapping(r, &pair->value, "'scrape'");
	struct spot where = read_named(r, &pair->key);
	struct scrape *s = LM_NEW(r->arena, struct scrape);
	struct expr *const values[] = {&s->url, &s->series, &s->full_scale};

	if (r->d->name.kind == NAME_ASSEMBLY) {
		diag_add(r->diags, CODE_WRONG_KIND, &where.pos,
		    "an assembly promotes a metric, it has no 'scrape', ignored");
		return NULL;
	}
	if (body == NULL)
		return NULL;
	for (size_t i = 0; i < body->n; i++) {
		int k = read_key(r, &body->pairs[i].key, keys_scrape, "'scrape'");

		if (k >= 0)
			*values[k] = read_value(r, &body->pairs[i].value, keys_scrape[k]);
	}
	check_scrape(r, s, &where, m);
	return s;
}

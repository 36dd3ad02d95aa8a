/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/suggest.h"

/* ---- metrics ------------------------------------------------------------------------------- */

const char *const words_metric_type[] = {
    [METRIC_LOAD] = "metric::load", [METRIC_INTEGRITY] = "metric::integrity", NULL};

static enum metric_type read_metric_type(struct reader *r, const struct node *node)
{
	struct spot type = read_spot(r, node, "'type' of a metric");
	struct suggest near = suggest_for(type.text != NULL ? type.text : "");

	for (size_t i = 0; type.text != NULL && words_metric_type[i] != NULL; i++) {
		if (strcmp(type.text, words_metric_type[i]) == 0)
			return (enum metric_type)i;
		suggest_offer(&near, words_metric_type[i]);
	}
	struct diag *d = diag_add(r->diags, CODE_METRIC_TYPE, &type.pos,
	    "unknown type of metric '%s'", type.text != NULL ? type.text : "");
	if (near.best != NULL)
		diag_did_you_mean(r->diags, d, near.best);
	else
		diag_help(r->diags, d, "types are metric::load and metric::integrity");
	return METRIC_OTHER;
}

const char *const keys_metric[] = {
    "type", "description", "publication-period", "source-metric", "scrape", NULL};

static void read_metric(struct reader *r, const struct node_pair *pair, struct metric *m)
{
	bool assembly = r->d->name.kind == NAME_ASSEMBLY;
	const struct node *body = read_mapping(r, &pair->value, "a metric");

	m->name = read_named(r, &pair->key);
	m->type = METRIC_OTHER;
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;

		switch (read_key(r, &body->pairs[i].key, keys_metric, "a metric")) {
		case 0:
			m->type = read_metric_type(r, value);
			break;
		case 2:
			m->period = read_value(r, value, "'publication-period'");
			break;
		case 3:
			m->source = read_path(r, value, READ_BARE_WRONG, "'source-metric'");
			break;
		case 4:
			m->scrape = read_scrape(r, &body->pairs[i], m);
			break;
		}
	}
	unsigned period;
	const char *text = expr_literal(&m->period);
	if (text != NULL && !expr_number(text, 24 * 3600, &period))
		diag_add(r->diags, CODE_NUMBER, &m->period.pos,
		    "'publication-period' must be whole seconds, 0 to 86400");
	if (assembly && m->source.pos.source == NULL)
		diag_add(r->diags, CODE_CALL, &m->name.pos,
		    "metric '%s' of an assembly needs a 'source-metric'", m->name.text);
	bool readable = body != NULL || node_is_null(&pair->value);
	if (!assembly && readable && node_find(body, "type") == NULL) {
		struct diag *d = diag_add(r->diags, CODE_METRIC_TYPE, &m->name.pos,
		    "metric '%s' has no type", m->name.text);
		diag_help(r->diags, d, "add 'type: metric::load' or 'type: metric::integrity'");
	}
}

void read_metrics(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'metrics'");

	r->d->metrics = LM_NEW_N(r->arena, struct metric, n);
	r->d->n_metrics = n;
	for (size_t i = 0; i < n; i++)
		read_metric(r, &node->pairs[i], &r->d->metrics[i]);
}

/* ---- policies ------------------------------------------------------------------------------ */

const char *const words_policy_type[] = {
    [POLICY_HEAL] = "policy::heal", [POLICY_SCALE] = "policy::scale", NULL};

/* True when the policy has an effect in this kind of descriptor. */
static bool read_policy_type(struct reader *r, const struct node *node, struct policy *p)
{
	static const enum name_kind homes[] = {
	    [POLICY_HEAL] = NAME_RESOURCE, [POLICY_SCALE] = NAME_ASSEMBLY};
	struct spot type = read_spot(r, node, "'type' of a policy");
	struct source_range pos = type.pos.source != NULL ? type.pos : p->name.pos;
	struct suggest near = suggest_for(type.text != NULL ? type.text : "");

	for (size_t i = 0; type.text != NULL && words_policy_type[i] != NULL; i++) {
		suggest_offer(&near, words_policy_type[i]);
		if (strcmp(type.text, words_policy_type[i]) != 0)
			continue;
		p->kind = (enum policy_kind)i;
		if (homes[i] == r->d->name.kind)
			return true;
		diag_add(r->diags, CODE_POLICY_IGNORED, &pos, "'%s' belongs into %s, ignored here",
		    words_policy_type[i], homes[i] == NAME_RESOURCE ? "a resource" : "an assembly");
		return false;
	}
	struct diag *d = type.text == NULL ? diag_add(r->diags, CODE_POLICY_IGNORED, &pos,
						 "policy '%s' has no type, ignored", p->name.text)
					   : diag_add(r->diags, CODE_POLICY_IGNORED, &pos,
						 "unknown type of policy '%s', ignored", type.text);
	diag_did_you_mean(r->diags, d, near.best);
	return false;
}

static void read_policy_properties(struct reader *r, const struct node *node, struct policy *p)
{
	size_t n;
	struct mapping *list = read_mappings(r, node, true, &n);

	for (size_t i = 0; i < n; i++) {
		int k = read_key(
		    r, &node->pairs[i].key, keys_policy_properties, "the properties of a policy");

		if (k < 0)
			continue;
		if (setting_belongs((enum setting)k, p->kind))
			p->settings[k] = list[i].value;
		else
			read_report(r, CODE_SETTING_UNUSED, &node->pairs[i].key,
			    "%s has no effect: it belongs to a %s policy",
			    setting_text((enum setting)k),
			    p->kind == POLICY_HEAL ? "scale" : "heal");
	}
}

static void check_policy(struct reader *r, const struct policy *p)
{
	bool tracks = p->settings[SETTING_TARGET].n > 0;
	const struct {
		bool missing;
		const char *key;
	} rows[] = {
	    {p->metric.pos.source == NULL, "metric"},
	    {p->kind == POLICY_SCALE && p->target.text == NULL, "target"},
	    {p->kind == POLICY_SCALE && !tracks && p->settings[SETTING_OUT].n == 0,
		"scaleOut_threshold"},
	    {p->kind == POLICY_SCALE && !tracks && p->settings[SETTING_IN].n == 0,
		"scaleIn_threshold"},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		if (!rows[i].missing)
			continue;
		struct diag *d = diag_add(r->diags, CODE_POLICY_INCOMPLETE, &p->name.pos,
		    "policy '%s' has no '%s'", p->name.text, rows[i].key);
		if (i > 1)
			diag_help(r->diags, d,
			    "add both thresholds, or 'target_load', the load to be held");
	}
}

const char *const keys_policy[] = {"type", "metric", "target", "properties", "description", NULL};

static bool read_policy(struct reader *r, const struct node_pair *pair, struct policy *p)
{
	const struct node *body = read_mapping(r, &pair->value, "a policy");

	p->name = read_named(r, &pair->key);
	if (!read_policy_type(r, node_find(body, "type"), p))
		return false;
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;

		switch (read_key(r, &body->pairs[i].key, keys_policy, "a policy")) {
		case 1:
			p->metric = read_path(r, value, READ_BARE_NAME, "'metric'");
			break;
		case 2:
			p->target = read_spot(r, value, "'target'");
			break;
		case 3:
			read_policy_properties(r, value, p);
			break;
		}
	}
	check_policy(r, p);
	return true;
}

void read_policies(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'policies'");
	struct policy *list = LM_NEW_N(r->arena, struct policy, n);

	r->d->policies = list;
	for (size_t i = 0; i < n; i++) {
		struct policy p = {0};

		if (read_policy(r, &node->pairs[i], &p))
			list[r->d->n_policies++] = p;
	}
}

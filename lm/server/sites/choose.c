/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/sites/choose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

LM_PRINTF(5, 6)
static bool refuse(struct choice *c, const struct step_request *rq, struct lm_arena *a,
    enum step_failure failure, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	c->why = (struct step_result){.step = rq->step,
	    .failure = failure,
	    .is_unasked = true,
	    .message = lm_arena_strdup(a, text)};
	return false;
}

static bool is_key(const char *type)
{
	return strcasecmp(type, "key") == 0;
}

/* A property of type key names one; what it stands for goes to the driver alone. */
static bool find_keys(
    const struct sites *s, const struct step_request *rq, struct lm_arena *a, struct choice *c)
{
	struct step_key *keys = LM_NEW_N(a, struct step_key, rq->types.n + 1);

	for (size_t i = 0; i < rq->types.n; i++) {
		const char *property = rq->types.v[i].name;
		const char *name = lm_kvs_find(&rq->given, property);

		if (name == NULL)
			name = lm_kvs_find(&rq->own, property);
		if (!is_key(rq->types.v[i].value) || name == NULL || *name == '\0')
			continue;
		struct site_key k;
		if (!sites_key(s, name, &k))
			return refuse(c, rq, a, STEP_INTERNAL_ERROR,
			    "there is no infrastructure key '%s', which property '%s' names: "
			    "create it, or see 'lm get keys'",
			    name, property);
		keys[c->site.n_keys++] = (struct step_key){lm_arena_strdup(a, k.name),
		    lm_arena_strdup(a, k.public_key), lm_arena_strdup(a, k.private_key)};
	}
	c->site.keys = keys;
	return true;
}

static const char *properties_of(const struct site_location *l, struct lm_arena *a)
{
	char *text = l->values == NULL ? NULL : json_dumps(l->values, JSON_COMPACT);
	const char *copy = text == NULL ? "{}" : lm_arena_strdup(a, text);

	free(text);
	return copy;
}

static bool is_one_of(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcasecmp(*names, name) == 0)
			return true;
	return false;
}

static bool find_driver(const struct sites *s, const struct step_request *rq,
    const struct site_location *l, struct lm_arena *a, struct choice *c)
{
	const struct site_driver *d = sites_driver(s, c->driver);

	if (d == NULL)
		return refuse(c, rq, a, STEP_INTERNAL_ERROR,
		    "nobody is registered as resource driver '%s', which %s needs at '%s' (%s): "
		    "register it ('lm create driver'), or see 'lm get drivers'",
		    c->driver, rq->descriptor, l->name, l->type);
	c->site = (struct step_site){
	    .driver = lm_arena_strdup(a, c->driver),
	    .base_uri = lm_arena_strdup(a, d->base_uri),
	    .certificate = lm_arena_strdup(a, d->certificate),
	    .location = lm_arena_strdup(a, l->name),
	    .type = lm_arena_strdup(a, l->type),
	    .location_properties = properties_of(l, a),
	    .manager = lm_arena_strdup(a, l->manager),
	    .given = c->site.given,
	};
	return find_keys(s, rq, a, c);
}

/* Its locations and keys are its own; of both it needs the names alone. */
static bool find_manager(const struct sites *s, const struct step_request *rq,
    const struct site_location *l, struct lm_arena *a, struct choice *c)
{
	struct site_manager m;

	c->is_managed = true;
	if (!sites_manager(s, l->manager, &m))
		return refuse(c, rq, a, STEP_INTERNAL_ERROR,
		    "deployment location '%s' belongs to the resource manager '%s', which there is "
		    "not any more: create it ('lm create manager')",
		    l->name, l->manager);
	c->site = (struct step_site){
	    .driver = lm_arena_strdup(a, m.name),
	    .base_uri = lm_arena_strdup(a, m.url),
	    .certificate = lm_arena_strdup(a, m.certificate),
	    .location = lm_arena_strdup(a, l->name),
	    .type = lm_arena_strdup(a, l->type),
	    .location_properties = "{}",
	    .manager = lm_arena_strdup(a, m.name),
	};
	return true;
}

bool sites_choose(const struct sites *s, const char *const *own, const struct step_request *rq,
    struct lm_arena *a, struct choice *out)
{
	const struct site_location *l = sites_location(s, rq->location);

	*out = (struct choice){0};
	if (l == NULL)
		return refuse(out, rq, a, STEP_RESOURCE_NOT_FOUND,
		    "there is no deployment location '%s': create it ('lm create location'), or "
		    "see "
		    "'lm get locations'",
		    rq->location);
	if (!l->is_ours)
		return find_manager(s, rq, l, a, out);
	const struct step_driver *named = step_choose_driver(rq, l->type);
	out->driver = named != NULL ? named->type : lm_arena_strdup(a, l->type);
	out->is_own = is_one_of(own, out->driver);
	if (named != NULL)
		out->site.given = named->properties;
	return out->is_own || find_driver(s, rq, l, a, out);
}

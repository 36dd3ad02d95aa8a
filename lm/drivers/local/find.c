/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/infra.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "lm/drivers/local/tag.h"

/*
 * The tag is read as a whole when the driver opens and is small; values may be many and long, so
 * they have a file of their own, which only a find opens.
 */
enum { VALUES_MAX = 1024 * 1024, ALIAS_MAX = 256 };

/* ---- what is left for others to find -------------------------------------------------------- */

static json_t *values_load(const struct resource *r, struct lm_arena *a)
{
	char *text = file_read(a, path_in(a, r, "values"), VALUES_MAX);
	json_t *values = text == NULL ? NULL : json_loads(text, 0, NULL);

	if (json_is_object(values))
		return values;
	json_decref(values);
	return json_object();
}

static void values_set(json_t *values, const struct lm_kvs *kvs)
{
	for (size_t i = 0; i < kvs->n; i++)
		if (kvs->v[i].value != NULL)
			json_object_set_new(values, kvs->v[i].name, json_string(kvs->v[i].value));
}

/* The step has succeeded, whatever becomes of this: others find it without its properties then. */
static void values_save(const struct resource *r, struct lm_arena *a, const json_t *values)
{
	char *text = json_dumps(values, JSON_COMPACT);

	if (text == NULL)
		abort();
	LM_AUTO(lm_err) e =
	    strlen(text) > VALUES_MAX
		? lm_err_new(LM_ERR_LIMIT, "the properties are more than %d bytes", VALUES_MAX)
		: file_write(path_in(a, r, "values"), text);
	if (e != NULL)
		lm_log(LM_LOG_WARN, "local.values", "resource=%s error=\"%s\"", r->name,
		    lm_err_text(e));
	free(text);
}

bool find_note(struct resource *r, const struct step_request *rq, const struct lm_kvs *outputs)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *alias = lm_kvs_find(&rq->properties, "name");
	bool known =
	    resource_get(r, "descriptor") != NULL && access(path_in(a, r, "values"), F_OK) == 0;
	bool anew = strcmp(rq->action, "Install") == 0;

	if (known && !anew && outputs->n == 0 && strcmp(rq->action, "Reconfigure") != 0)
		return false;
	resource_set(r, "descriptor", rq->descriptor);
	resource_set(r, "alias", alias != NULL && strlen(alias) <= ALIAS_MAX ? alias : NULL);
	json_t *values = anew ? json_object() : values_load(r, a);
	values_set(values, &rq->properties);
	values_set(values, outputs);
	values_save(r, a, values);
	json_decref(values);
	return true;
}

/* ---- the find ------------------------------------------------------------------------------- */

/* What an older version has left behind says not of which type it is. */
static bool is_nameless(const struct job *j, const struct resource *r)
{
	return resource_get(r, "descriptor") == NULL && strcmp(j->rq.resource_name, r->name) == 0;
}

static enum phase_end tell(struct job *j, const struct resource *r)
{
	json_t *values = values_load(r, j->arena), *value;
	const char *name;

	json_object_foreach(values, name, value)
	{
		if (json_is_string(value))
			job_output(j, name, json_string_value(value));
	}
	json_decref(values);
	job_output(j, "id", r->id);
	return PHASE_DONE;
}

static enum phase_end look(struct job *j)
{
	const struct resource *r, *found = NULL, *nameless = NULL;
	unsigned n = 0;

	for (size_t i = 0; (r = lm_map_next(j->d->resources, &i)) != NULL;) {
		const char *descriptor = resource_get(r, "descriptor");

		if (!resource_is(r, "installed"))
			continue;
		if (is_nameless(j, r))
			nameless = r;
		if (descriptor != NULL &&
		    step_finds(&j->rq, descriptor, r->name, resource_get(r, "alias"))) {
			found = r;
			n++;
		}
	}
	if (n == 1)
		return tell(j, found);
	if (n > 1)
		return job_fail(j, STEP_RESOURCE_NOT_FOUND,
		    "%u resources of type %s are called '%s'; say the full name of one", n,
		    j->rq.descriptor, j->rq.resource_name);
	if (nameless != NULL)
		return job_fail(j, STEP_RESOURCE_NOT_FOUND,
		    "the type of '%s' is not known: an older version has installed it; stop and "
		    "start it once",
		    j->rq.resource_name);
	return job_fail(j, STEP_RESOURCE_NOT_FOUND, "no resource of type %s is called '%s' here",
	    j->rq.descriptor, j->rq.resource_name);
}

const struct phase find_phases[] = {
    {"looking for it", look, false},
    {NULL, NULL, false},
};

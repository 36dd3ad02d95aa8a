/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "lm/drivers/http/priv.h"

/* What a driver is asked: the published contract's words. */

static void print_value(struct lm_json *j, const char *name, const char *type, const char *value)
{
	lm_json_open(j, name, '{');
	lm_json_str(j, "type", type);
	lm_json_str(j, "value", value);
	lm_json_close(j, '}');
}

static void print_text(struct lm_json *j, const char *name, const char *value)
{
	if (value != NULL)
		print_value(j, name, "string", value);
}

static const struct step_key *key_of(const struct step_site *site, const char *name)
{
	for (size_t i = 0; i < site->n_keys; i++)
		if (strcmp(site->keys[i].name, name) == 0)
			return &site->keys[i];
	return NULL;
}

static void print_key(struct lm_json *j, const char *name, const struct step_key *key)
{
	lm_json_open(j, name, '{');
	lm_json_str(j, "type", "key");
	lm_json_str(j, "keyName", key->name);
	lm_json_str(j, "publicKey", key->public_key);
	lm_json_str(j, "privateKey", key->private_key);
	lm_json_close(j, '}');
}

/* Every value is text here; what the descriptor calls a number, a list, ... is one on the way out. */
static void print_typed(struct lm_json *j, const char *name, const char *type, const char *value)
{
	json_t *v = json_loads(value, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	char *text = v == NULL ? NULL : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	lm_json_open(j, name, '{');
	lm_json_str(j, "type", type);
	if (text != NULL)
		lm_json_raw(j, "value", text);
	else
		lm_json_str(j, "value", value);
	lm_json_close(j, '}');
	free(text);
	json_decref(v);
}

static bool is_text(const char *type)
{
	static const char *const texts[] = {"string", "timestamp", "key"};

	for (size_t i = 0; i < LM_COUNT(texts); i++)
		if (strcasecmp(type, texts[i]) == 0)
			return true;
	return false;
}

static void print_property(
    struct lm_json *j, const struct step_request *rq, const char *name, const char *value)
{
	const char *type = lm_kvs_find(&rq->types, name);
	bool is_key = type != NULL && strcasecmp(type, "key") == 0;
	const struct step_key *key = is_key ? key_of(rq->site, value) : NULL;

	if (key != NULL)
		print_key(j, name, key);
	else if (type == NULL || is_text(type))
		print_value(j, name, type == NULL ? "string" : type, value);
	else
		print_typed(j, name, type, value);
}

/* Those of 'over' hide those of 'kvs'. */
static void print_properties(struct lm_json *j, const struct step_request *rq,
    const struct lm_kvs *kvs, const struct lm_kvs *over)
{
	for (size_t i = 0; i < kvs->n; i++)
		if (kvs->v[i].value != NULL &&
		    (over == NULL || lm_kvs_find(over, kvs->v[i].name) == NULL))
			print_property(j, rq, kvs->v[i].name, kvs->v[i].value);
}

static void print_system(struct lm_json *j, const struct step_request *rq)
{
	lm_json_open(j, "systemProperties", '{');
	print_text(j, "resourceId", rq->resource_id);
	print_text(j, "resourceName", rq->resource_name);
	print_text(j, "requestId", rq->step);
	print_text(j, "metricKey", rq->resource_id);
	print_text(j, "resourceManagerId", rq->site->manager);
	print_text(j, "deploymentLocation", rq->site->location);
	print_text(j, "resourceType", rq->descriptor);
	lm_json_close(j, '}');
}

static void print_location(struct lm_json *j, const struct step_site *site)
{
	lm_json_open(j, "deploymentLocation", '{');
	lm_json_str(j, "name", site->location);
	lm_json_str(j, "type", site->type);
	lm_json_raw(j, "properties", site->location_properties);
	lm_json_close(j, '}');
}

static void print_execute(struct lm_json *j, const struct step_request *rq)
{
	lm_json_str(j, "lifecycleName", rq->action);
	print_system(j, rq);
	lm_json_open(j, "resourceProperties", '{');
	print_properties(j, rq, &rq->own, NULL);
	print_properties(j, rq, &rq->kept, NULL);
	lm_json_close(j, '}');
	lm_json_open(j, "requestProperties", '{');
	print_properties(j, rq, &rq->site->given, &rq->given);
	print_properties(j, rq, &rq->given, NULL);
	lm_json_close(j, '}');
	lm_json_open(j, "associatedTopology", '{');
	for (size_t i = 0; i < rq->topology.n; i++)
		lm_json_raw(j, rq->topology.v[i].name, rq->topology.v[i].value);
	lm_json_close(j, '}');
}

void body_print(const struct step_request *rq, const struct lm_buf *files, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	if (rq->is_find)
		lm_json_str(&j, "instanceName", rq->resource_name);
	else
		print_execute(&j, rq);
	print_location(&j, rq->site);
	lm_json_raw(&j, "driverFiles", files->p);
	lm_json_close(&j, '}');
}

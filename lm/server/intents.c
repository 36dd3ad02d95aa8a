/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intents.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PROPERTIES_MAX = 4096 };

#define BIT(kind) (1u << INTENT_##kind)
#define ALL       (~0u)
#define SCALES    (BIT(SCALE_OUT) | BIT(SCALE_IN))

/* Who takes which text field, and who cannot do without it. */
static const struct field {
	const char *name;
	size_t offset;
	unsigned taken, needed;
	const char *help;
} fields[] = {
    {"assemblyName", offsetof(struct intent, assembly_name), ALL, BIT(CREATE),
	"the name of the assembly instance"},
    {"assemblyId", offsetof(struct intent, assembly_id), ~BIT(CREATE), 0, ""},
    {"descriptorName", offsetof(struct intent, descriptor), BIT(CREATE), BIT(CREATE),
	"a descriptor of the catalog, see 'lm get descriptors'"},
    {"intendedState", offsetof(struct intent, intended_state), BIT(CREATE) | BIT(CHANGE_STATE),
	BIT(CREATE) | BIT(CHANGE_STATE), "Installed, Inactive or Active"},
    {"clusterName", offsetof(struct intent, cluster), SCALES, SCALES,
	"the cluster's name in the assembly's composition"},
    {"brokenComponentName", offsetof(struct intent, component_name), BIT(HEAL), 0, ""},
    {"brokenComponentId", offsetof(struct intent, component_id), BIT(HEAL), 0, ""},
    {"brokenComponentMetricKey", offsetof(struct intent, component_metric_key), BIT(HEAL), 0, ""},
};

static const char *const *field_of(const struct intent *it, const struct field *f)
{
	return (const char *const *)(const void *)((const char *)it + f->offset);
}

static struct lm_err *read_text(
    const json_t *body, const struct field *f, struct lm_arena *a, struct intent *it)
{
	const json_t *v = json_object_get(body, f->name);

	if (v == NULL || json_is_null(v))
		return NULL;
	if (!json_is_string(v) || json_string_length(v) == 0)
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be a text", f->name);
	*(const char **)(void *)((char *)it + f->offset) = lm_arena_strdup(a, json_string_value(v));
	return NULL;
}

static struct lm_err *read_texts(const json_t *body, struct lm_arena *a, struct intent *it)
{
	unsigned kind = 1u << it->kind;

	for (size_t i = 0; i < LM_COUNT(fields); i++) {
		const struct field *f = &fields[i];

		if ((f->taken & kind) == 0)
			continue;
		struct lm_err *e = read_text(body, f, a, it);
		if (e != NULL)
			return e;
		if ((f->needed & kind) != 0 && *field_of(it, f) == NULL)
			return lm_err_new(
			    LM_ERR_INVALID, "\"%s\" is missing: %s", f->name, f->help);
	}
	return NULL;
}

static const char *value_text(const json_t *v, struct lm_arena *a)
{
	if (json_is_null(v))
		return NULL;
	if (json_is_string(v))
		return lm_arena_strdup(a, json_string_value(v));
	char *p = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	if (p == NULL)
		abort();
	const char *text = lm_arena_strdup(a, p);
	free(p);
	return text;
}

static struct lm_err *read_properties(const json_t *body, struct lm_arena *a, struct intent *it)
{
	json_t *all = json_object_get(body, "properties");
	const char *name = NULL;
	json_t *v = NULL;

	if (all == NULL || json_is_null(all))
		return NULL;
	if (!json_is_object(all))
		return lm_err_new(
		    LM_ERR_INVALID, "\"properties\" must be an object: {name: value}");
	size_t n = json_object_size(all), i = 0;
	if (n > PROPERTIES_MAX)
		return lm_err_new(LM_ERR_INVALID, "%zu properties: at most %d", n, PROPERTIES_MAX);
	it->properties = (struct lm_kvs){LM_NEW_N(a, struct lm_kv, n), n};
	json_object_foreach(all, name, v)
	{
		it->properties.v[i++] = (struct lm_kv){lm_arena_strdup(a, name), value_text(v, a)};
	}
	return NULL;
}

static struct lm_err *check_choices(const struct intent *it)
{
	if (it->assembly_name == NULL && it->assembly_id == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "which assembly? \"assemblyName\" or \"assemblyId\" is missing");
	if (it->assembly_name != NULL && it->assembly_id != NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "\"assemblyName\" and \"assemblyId\" are both given: give one of them");
	if (it->kind != INTENT_HEAL)
		return NULL;
	int n = (it->component_name != NULL) + (it->component_id != NULL) +
		(it->component_metric_key != NULL);
	if (n != 1)
		return lm_err_new(LM_ERR_INVALID,
		    "which component is broken? Give one of \"brokenComponentName\" (its full "
		    "name), \"brokenComponentId\" and \"brokenComponentMetricKey\"");
	return NULL;
}

struct lm_err *intent_read(
    enum intent_kind kind, const char *body, size_t n, struct lm_arena *a, struct intent *out)
{
	json_error_t why;
	struct intent it = {.kind = kind};

	json_t *j = json_loadb(body, n, JSON_REJECT_DUPLICATES, &why);
	if (j == NULL)
		return lm_err_new(LM_ERR_INVALID, "the body is not JSON: line %d column %d: %s",
		    why.line, why.column, why.text);
	struct lm_err *e = NULL;
	if (!json_is_object(j))
		e = lm_err_new(
		    LM_ERR_INVALID, "the body must be one object: {\"assemblyName\": ...}");
	if (e == NULL)
		e = read_texts(j, a, &it);
	if (e == NULL && kind == INTENT_CREATE)
		e = read_properties(j, a, &it);
	if (e == NULL)
		e = check_choices(&it);
	json_decref(j);
	if (e == NULL)
		*out = it;
	return e;
}

const char *intent_names(void)
{
	return ""
#define X(name, type, path) ", " path
	       INTENT_KINDS(X)
#undef X
	       + 2;
}

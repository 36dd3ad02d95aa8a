/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intents.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/document/document.h"

enum { PROPERTIES_MAX = 4096, CLUSTERS_MAX = 4096, RESOURCES_MAX = 65536, TOPOLOGY_MAX = 256 };

#define BIT(kind) (1u << INTENT_##kind)
#define ALL       (~0u)
#define SCALES    (BIT(SCALE_OUT) | BIT(SCALE_IN))
#define CREATES   (BIT(CREATE) | BIT(CREATE_OR_UPGRADE) | BIT(ADOPT))
#define PROCESSES (BIT(RETRY) | BIT(ROLLBACK) | BIT(CANCEL))

/*
 * Who takes which text field, and who cannot do without it.  A field with two spellings has two
 * rows; the last of them says whether it is needed.
 */
static const struct field {
	const char *name;
	size_t offset;
	unsigned taken, needed;
	const char *help;
} fields[] = {
    {"assemblyName", offsetof(struct intent, assembly_name), ~PROCESSES, CREATES,
	"the name of the assembly instance"},
    {"assemblyId", offsetof(struct intent, assembly_id), ~(CREATES | PROCESSES), 0, ""},
    {"descriptorName", offsetof(struct intent, descriptor), CREATES | BIT(UPGRADE), CREATES,
	"a descriptor of the catalog, see 'lm get descriptors'"},
    {"intendedState", offsetof(struct intent, intended_state),
	CREATES | BIT(UPGRADE) | BIT(CHANGE_STATE), CREATES | BIT(CHANGE_STATE),
	"Installed, Inactive or Active"},
    {"clusterName", offsetof(struct intent, cluster), SCALES, SCALES,
	"the cluster's name in the assembly's composition"},
    {"brokenComponentName", offsetof(struct intent, component_name), BIT(HEAL), 0, ""},
    {"brokenComponentId", offsetof(struct intent, component_id), BIT(HEAL), 0, ""},
    {"brokenComponentMetricKey", offsetof(struct intent, component_metric_key), BIT(HEAL), 0, ""},
    {"process_id", offsetof(struct intent, process), PROCESSES, 0, ""},
    {"processId", offsetof(struct intent, process), PROCESSES, PROCESSES,
	"the id of the process, see 'lm get processes'"},
};

static const char *const *field_of(const struct intent *it, const struct field *f)
{
	return (const char *const *)(const void *)((const char *)it + f->offset);
}

static struct lm_err *read_text(
    const json_t *body, const struct field *f, struct lm_arena *a, struct intent *it)
{
	const json_t *v = json_object_get(body, f->name);

	if (v == NULL || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0))
		return NULL; /* clients whose languages have no absent texts send empty ones */
	if (!json_is_string(v))
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be a text", f->name);
	const char *before = *field_of(it, f);
	if (before != NULL && strcmp(before, json_string_value(v)) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "\"%s\" is given twice, as '%s' and as '%s': give it once", f->name, before,
		    json_string_value(v));
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

/* ---- objects ----------------------------------------------------------------------------------- */

/* An object of at most 'max' members; 'out' is NULL when it is not there at all. */
static struct lm_err *find_object(
    const json_t *in, const char *name, size_t max, const char *shape, json_t **out)
{
	json_t *o = json_object_get(in, name);

	*out = NULL;
	if (o == NULL || json_is_null(o))
		return NULL;
	if (!json_is_object(o))
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be an object: %s", name, shape);
	if (json_object_size(o) > max)
		return lm_err_new(LM_ERR_INVALID, "\"%s\" has %zu members: at most %zu", name,
		    json_object_size(o), max);
	*out = o;
	return NULL;
}

static void copy_values(json_t *all, struct lm_arena *a, struct lm_kvs *out)
{
	const char *name = NULL;
	json_t *v = NULL;

	*out = (struct lm_kvs){LM_NEW_N(a, struct lm_kv, json_object_size(all) + 1), 0};
	json_object_foreach(all, name, v)
	{
		out->v[out->n++] = (struct lm_kv){lm_arena_strdup(a, name), value_text(v, a)};
	}
}

static struct lm_err *read_values(
    const json_t *in, const char *member, struct lm_arena *a, struct lm_kvs *out)
{
	json_t *all = NULL;

	struct lm_err *e = find_object(in, member, PROPERTIES_MAX, "{name: value}", &all);
	if (all != NULL)
		copy_values(all, a, out);
	return e;
}

/* A number, or a text of digits, as it is in files whose every value is a text. */
static bool is_quantity(const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	return n > 0 && n <= 6 && strspn(text, "0123456789") == n;
}

static struct lm_err *read_clusters(const json_t *body, struct lm_arena *a, struct intent *it)
{
	const char *name = NULL;
	json_t *all = NULL, *v = NULL;

	struct lm_err *e = find_object(body, "clusters", CLUSTERS_MAX, "{name: quantity}", &all);
	if (all == NULL)
		return e;
	it->clusters = (struct lm_kvs){LM_NEW_N(a, struct lm_kv, json_object_size(all) + 1), 0};
	json_object_foreach(all, name, v)
	{
		const char *text = value_text(v, a);

		if (!is_quantity(text))
			return lm_err_new(LM_ERR_INVALID,
			    "cluster '%s': how many members it has must be a whole number, not %s",
			    name, text != NULL ? text : "null");
		it->clusters.v[it->clusters.n++] = (struct lm_kv){lm_arena_strdup(a, name), text};
	}
	return NULL;
}

/*
 * {element: {"id": .., "type": ..}}, and none of our words: what its driver had made, without more.
 */
static bool is_bare_topology(json_t *o)
{
	const char *member = NULL;
	json_t *v = NULL;

	json_object_foreach(o, member, v)
	{
		if (strcmp(member, "outputs") == 0 || strcmp(member, "associatedTopology") == 0 ||
		    !json_is_string(json_object_get(v, "id")))
			return false;
	}
	return json_object_size(o) > 0;
}

/* Anything else would be an output in the wrong place, and get lost. */
static struct lm_err *check_resource(json_t *o)
{
	static const char *const known[] = {"id", "outputs", "associatedTopology"};
	const json_t *id = json_object_get(o, "id");
	const char *member = NULL;
	json_t *v = NULL;

	if (id != NULL && !json_is_null(id) && (!json_is_string(id) || !json_string_length(id)))
		return lm_err_new(LM_ERR_INVALID, "\"id\" must be a text");
	json_object_foreach(o, member, v)
	{
		size_t i = 0;

		while (i < LM_COUNT(known) && strcmp(member, known[i]) != 0)
			i++;
		if (i == LM_COUNT(known))
			return lm_err_new(LM_ERR_INVALID,
			    "there are \"id\", \"outputs\" and \"associatedTopology\", no \"%s\": "
			    "what "
			    "the installation had reported belongs into \"outputs\"",
			    member);
	}
	return NULL;
}

/* Every element is an object; the driver gets it back as it was. */
static struct lm_err *check_topology(const struct lm_kvs *topology)
{
	if (topology->n > TOPOLOGY_MAX)
		return lm_err_new(LM_ERR_INVALID,
		    "\"associatedTopology\" has %zu elements: at most %d", topology->n,
		    TOPOLOGY_MAX);
	for (size_t i = 0; i < topology->n; i++)
		if (topology->v[i].value == NULL || topology->v[i].value[0] != '{')
			return lm_err_new(LM_ERR_INVALID,
			    "element '%s' of \"associatedTopology\" must be an object: {\"id\": "
			    ".., "
			    "\"type\": ..}",
			    topology->v[i].name);
	return NULL;
}

static struct lm_err *read_resource(json_t *o, struct lm_arena *a, struct adopted *out)
{
	if (!json_is_object(o))
		return lm_err_new(LM_ERR_INVALID,
		    "must be an object: {\"id\": text, \"outputs\": {name: value}}");
	if (is_bare_topology(o)) {
		copy_values(o, a, &out->topology);
		return NULL;
	}
	struct lm_err *e = check_resource(o);
	if (e == NULL)
		e = read_values(o, "outputs", a, &out->outputs);
	if (e == NULL)
		e = read_values(o, "associatedTopology", a, &out->topology);
	out->id = lm_arena_strdup(a, json_string_value(json_object_get(o, "id")));
	return e;
}

static struct lm_err *read_resources(const json_t *body, struct lm_arena *a, struct intent *it)
{
	const char *name = NULL;
	json_t *all = NULL, *o = NULL;

	struct lm_err *e = find_object(
	    body, "resources", RESOURCES_MAX, "{full name: {\"id\": .., \"outputs\": ..}}", &all);
	if (all == NULL)
		return e;
	struct adopted *v = LM_NEW_N(a, struct adopted, json_object_size(all) + 1);
	it->resources = v;
	json_object_foreach(all, name, o)
	{
		struct adopted *one = &v[it->n_resources];

		e = read_resource(o, a, one);
		if (e == NULL)
			e = check_topology(&one->topology);
		if (e != NULL)
			return lm_err_wrap(e, "resource '%s'", name);
		one->name = lm_arena_strdup(a, name);
		it->n_resources++;
	}
	return NULL;
}

static struct lm_err *read_queue(const json_t *body, struct intent *it)
{
	const json_t *v = json_object_get(body, "queue");

	if (v == NULL || json_is_null(v))
		return NULL;
	if (!json_is_boolean(v))
		return lm_err_new(LM_ERR_INVALID, "\"queue\" must be true or false");
	it->queue = json_is_true(v);
	return NULL;
}

static struct lm_err *read_quantity(const json_t *body, struct lm_arena *a, struct intent *it)
{
	const json_t *v = json_object_get(body, "quantity");
	const char *text = v == NULL ? NULL : value_text(v, a);
	unsigned long n = is_quantity(text) ? strtoul(text, NULL, 10) : 0;

	if (text != NULL && n == 0)
		return lm_err_new(LM_ERR_INVALID,
		    "\"quantity\" is how many members the cluster shall have: a whole number from "
		    "1, "
		    "not %s; without it the cluster's increment says how many more or less",
		    text);
	it->quantity = (unsigned)n;
	return NULL;
}

static struct lm_err *read_rest(const json_t *body, struct lm_arena *a, struct intent *it)
{
	unsigned kind = 1u << it->kind;

	struct lm_err *e = read_queue(body, it);
	if (e == NULL && (kind & (CREATES | BIT(UPGRADE))) != 0)
		e = read_values(body, "properties", a, &it->properties);
	if (e == NULL && (kind & SCALES) != 0)
		e = read_quantity(body, a, it);
	if (e == NULL && it->kind == INTENT_ADOPT)
		e = read_clusters(body, a, it);
	if (e == NULL && it->kind == INTENT_ADOPT)
		e = read_resources(body, a, it);
	return e;
}

static struct lm_err *check_choices(const struct intent *it)
{
	if (it->process != NULL)
		return NULL;
	if (it->assembly_name == NULL && it->assembly_id == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "which assembly? \"assemblyName\" or \"assemblyId\" is missing");
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
		    why.line, why.column, document_complaint(&why));
	struct lm_err *e = NULL;
	if (!json_is_object(j))
		e = lm_err_new(
		    LM_ERR_INVALID, "the body must be one object: {\"assemblyName\": ...}");
	if (e == NULL)
		e = read_texts(j, a, &it);
	if (e == NULL)
		e = read_rest(j, a, &it);
	if (e == NULL)
		e = check_choices(&it);
	json_decref(j);
	if (e == NULL)
		*out = it;
	return e;
}

const char *intent_names(void)
{
	static const char names[] =
#define X(name, type, path) ", " path
	    INTENT_KINDS(X)
#undef X
	    ;

	return names + sizeof ", " - 1;
}

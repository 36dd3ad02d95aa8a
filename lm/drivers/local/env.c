/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/env.h"

#include <ctype.h>
#include <string.h>

static char *assignment(struct lm_arena *a, const char *name, const char *value)
{
	char *text = lm_arena_printf(a, "%s=%s", name, value);

	for (char *p = text; p < text + strlen(name); p++)
		if (!isalnum((unsigned char)*p))
			*p = '_';
	return text;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n + 1) == 0;
}

/* The later one of two that have become the same name holds, save that ours come first and stay. */
static void add(char **env, size_t *n, size_t n_ours, char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (same_name(env[i], text)) {
			if (i >= n_ours)
				env[i] = text;
			return;
		}
	env[(*n)++] = text;
}

char *env_step_mark(struct lm_arena *a, const char *step)
{
	return assignment(a, "LM_STEP", step);
}

char **env_build(struct lm_arena *a, const struct step_request *rq, const struct env_conf *conf)
{
	const struct lm_kv ours[] = {
	    {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
	    {"LM_OUTPUT", conf->output},
	    {"LM_SERVICES", SERVICES_IN_CONTAINER},
	    {"LM_RESOURCE", rq->resource_name},
	    {"LM_INSTANCE_ID", rq->resource_id},
	    {"LM_TRANSITION", rq->action},
	    {"LM_STEP", rq->step},
	    {"LM_METRIC_KEY", rq->resource_id},
	    {"LM_METRICS_URL", conf->metrics_url},
	    {"LM_METRICS_TOKEN", conf->metrics_token},
	};
	char **env = LM_NEW_N(a, char *, LM_COUNT(ours) + rq->properties.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < LM_COUNT(ours); i++)
		if (ours[i].value != NULL)
			env[n++] = assignment(a, ours[i].name, ours[i].value);
	size_t n_ours = n;
	for (size_t i = 0; i < rq->properties.n; i++) {
		const struct lm_kv *kv = &rq->properties.v[i];

		if (kv->value != NULL && kv->name[0] != '\0')
			add(env, &n, n_ours, assignment(a, kv->name, kv->value));
	}
	return env;
}

static bool is_output_name(const char *p, size_t n)
{
	if (n == 0 || isdigit((unsigned char)p[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && strchr("_.-", p[i]) == NULL)
			return false;
	return true;
}

static struct lm_kv *output_at(struct lm_kvs *kvs, const char *name)
{
	for (size_t i = 0; i < kvs->n; i++)
		if (strcmp(kvs->v[i].name, name) == 0)
			return &kvs->v[i];
	return kvs->n == OUTPUTS_MAX ? NULL : &kvs->v[kvs->n++];
}

struct lm_err *outputs_parse(struct lm_arena *a, const char *text, struct lm_kvs *out)
{
	struct lm_kvs kvs = {LM_NEW_N(a, struct lm_kv, OUTPUTS_MAX), 0};
	unsigned line = 1;

	for (const char *p = text; *p != '\0'; line++) {
		size_t n = strcspn(p, "\n"), n_name = strcspn(p, "=\n");

		if (n > 0) {
			if (n_name == n || !is_output_name(p, n_name))
				return lm_err_new(LM_ERR_INVALID,
				    "line %u of LM_OUTPUT is not of the form name=value", line);
			const char *name = lm_arena_strndup(a, p, n_name);
			struct lm_kv *kv = output_at(&kvs, name);
			if (kv == NULL)
				return lm_err_new(
				    LM_ERR_LIMIT, "LM_OUTPUT has more than %d names", OUTPUTS_MAX);
			kv->name = name;
			kv->value = lm_arena_strndup(a, p + n_name + 1, n - n_name - 1);
		}
		p += n + (p[n] != '\0');
	}
	*out = kvs;
	return NULL;
}

/* Bytes of the well-formed character at p, of which n bytes are there; 0: it is not one. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char mask, lead;
		size_t length;
		unsigned min;
	} forms[] = {{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

	for (size_t i = 0; i < LM_COUNT(forms); i++) {
		if ((p[0] & forms[i].mask) != forms[i].lead)
			continue;
		unsigned c = p[0] & (unsigned char)~forms[i].mask;
		size_t k = 1;
		for (; k < forms[i].length && k < n && (p[k] & 0xc0) == 0x80; k++)
			c = c << 6 | (p[k] & 0x3f);
		bool fits = k == forms[i].length && c >= forms[i].min && c <= 0x10ffff;
		return fits && (c < 0xd800 || c > 0xdfff) ? k : 0;
	}
	return 0;
}

void text_clean(char *text, size_t n)
{
	unsigned char *p = (unsigned char *)text;

	for (size_t i = 0; i < n;) {
		size_t k = 1;

		if (p[i] >= 0x80)
			k = utf8_length(p + i, n - i);
		else if ((p[i] < 0x20 && strchr("\t\r\n", p[i]) == NULL) || p[i] == 0x7f ||
			 p[i] == '\0')
			k = 0;
		if (k == 0) {
			p[i] = '?';
			k = 1;
		}
		i += k;
	}
}

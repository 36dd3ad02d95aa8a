/* SPDX-License-Identifier: Apache-2.0 */
/* lm simulate: policies tried under a load, in a world of their own; no manager is needed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/time.h"
#include "lm/cli/check.h"
#include "lm/cli/cli.h"
#include "lm/cli/named.h"
#include "lm/cli/render/render_simulation.h"
#include "lm/simulate/override.h"
#include "tosca/link/check.h"

enum { DIAGS_MAX = 1000, TEXT_MAX = 256 * 1024 * 1024, KILLS_MAX = 1000 };

/* Monday, 5 January 2026: where a week begins. */
static const int64_t begin_default_ms = INT64_C(1767571200000);

/* Everything that a run needs, and that goes when it ends. */
struct trial {
	const struct args *args;
	struct simulation sim;
	struct catalog *catalogs[VARIANTS_MAX];
	struct site_times times;
	struct load load;
	struct lm_kvs properties;
	int64_t kills[KILLS_MAX];
	int64_t begin_ms, length_ms;
	char *instance;
	struct lm_buf warnings;
};

static void trial_fini(struct trial *t)
{
	simulation_fini(&t->sim);
	for (size_t i = 0; i < VARIANTS_MAX; i++)
		catalog_free(t->catalogs[i]);
	load_fini(&t->load);
	lm_kvs_fini(&t->properties);
	lm_buf_fini(&t->warnings);
	free(t->instance);
}

/* ---- the command line ---------------------------------------------------------------------------- */

static struct lm_err *bad(const char *option, const char *what, const char *text)
{
	return lm_err_new(LM_ERR_INVALID, "--%s needs %s, not '%s'", option, what, text);
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct lm_err *read_kills(struct trial *t, const char *text)
{
	struct world_conf *conf = &t->sim.conf;
	struct lm_err *e = NULL;
	char *copy = lm_strdup(text), *rest = copy, *one = NULL;

	while (e == NULL && (one = strsep(&rest, ",")) != NULL) {
		if (conf->n_kills == KILLS_MAX)
			e = lm_err_new(LM_ERR_INVALID, "--kill: at most %d deaths", KILLS_MAX);
		else if (!lm_time_parse_span(one, &t->kills[conf->n_kills++]))
			e = bad("kill", "times, like 90, 15min or 10:30", one);
	}
	free(copy);
	qsort(t->kills, conf->n_kills, sizeof t->kills[0], compare_times);
	conf->kills_ms = t->kills;
	return e;
}

static struct lm_err *read_properties(struct trial *t)
{
	for (size_t i = 0; i < t->args->properties.n; i++) {
		const char *text = t->args->properties.v[i], *equals = strchr(text, '=');

		if (equals == NULL || equals == text)
			return bad("property", "a name and a value, like size=3", text);
		char *name = lm_strndup(text, (size_t)(equals - text));
		lm_kvs_set(&t->properties, name, equals + 1);
		free(name);
	}
	return NULL;
}

static struct lm_err *check_number(const char *option, long n, long max)
{
	if (n >= 1 && n <= max)
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "--%s is a number from 1 to %ld", option, max);
}

static struct lm_err *read_numbers(struct trial *t)
{
	const struct args *a = t->args;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	long threads = a->threads > 0 ? a->threads : processors > 0 ? processors : 1;
	struct lm_err *e = check_number("clusters", a->clusters, CLUSTERS_MAX);

	if (e == NULL && a->threads > 0)
		e = check_number("threads", threads, THREADS_MAX);
	t->sim.clusters = (size_t)a->clusters;
	t->sim.threads = threads < THREADS_MAX ? (size_t)threads : THREADS_MAX;
	t->sim.conf.seed = (uint64_t)a->seed;
	return e;
}

static struct lm_err *read_options(struct trial *t)
{
	const struct args *a = t->args;
	struct lm_err *e = read_numbers(t);

	site_times_init(&t->times);
	t->sim.conf.times = &t->times;
	t->begin_ms = begin_default_ms;
	for (size_t i = 0; e == NULL && i < a->takes.n; i++)
		e = site_times_set(&t->times, a->takes.v[i]);
	if (e == NULL && a->kills != NULL)
		e = read_kills(t, a->kills);
	if (e == NULL)
		e = read_properties(t);
	if (e == NULL && a->length != NULL &&
	    (!lm_time_parse_span(a->length, &t->length_ms) || t->length_ms == 0))
		e = bad("for", "a time, like 90, 15min, 2h or 1d", a->length);
	if (e == NULL && a->begin != NULL &&
	    (!lm_time_parse(a->begin, &t->begin_ms) || t->begin_ms < INT64_C(86400000)))
		e = bad("begin", "a time, like 2026-11-20 or 2026-11-20T08:00:00Z", a->begin);
	if (e == NULL && a->policies.n + 1 > VARIANTS_MAX)
		e = lm_err_new(LM_ERR_INVALID, "at most %d --policy", VARIANTS_MAX - 1);
	return e;
}

/* ---- the service, and how its policy is set ------------------------------------------------------- */

static struct lm_err *load_catalog(struct trial *t, size_t variant, const char **descriptor)
{
	struct catalog *c = t->catalogs[variant] = catalog_new();

	struct lm_err *e = named_load(t->args, c, descriptor);
	catalog_check(c);
	return e;
}

/* What is wrong with packages matters when nothing can be made of them. */
static void print_errors(const struct trial *t, const struct catalog *c)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	catalog_report(c, NULL, d);
	if (diags_errors(d) > 0)
		check_print(t->args, d, stderr);
}

static struct lm_err *examine(struct trial *t, size_t i)
{
	struct world_conf conf = t->sim.conf;
	struct variant *v = &t->sim.variants[i];

	v->catalog = conf.catalog = t->catalogs[i];
	/* What the service is given is the same for all. */
	return world_examine(&conf, t->args->policy, &v->service, i == 0 ? &t->warnings : NULL);
}

static struct lm_err *add_variant(struct trial *t, const char *set)
{
	const struct world_service *written = &t->sim.variants[0].service;
	size_t i = t->sim.n_variants++;
	const char *descriptor = NULL;

	t->sim.variants[i].name = set != NULL ? set : "as written";
	struct lm_err *e = load_catalog(t, i, &descriptor);
	if (e == NULL && set == NULL) {
		t->sim.conf.descriptor = descriptor;
		t->instance = named_instance(t->args, descriptor);
		t->sim.conf.instance = t->instance;
		t->sim.conf.properties = t->properties;
	} else if (e == NULL) {
		e = override_apply(
		    t->catalogs[i], written->owner, written->policy, set, &t->warnings);
	}
	if (e == NULL)
		e = examine(t, i);
	if (e != NULL && i == 0)
		print_errors(t, t->catalogs[0]);
	return e;
}

/* ---- the load -------------------------------------------------------------------------------------- */

static struct lm_err *read_file(const char *name, struct lm_buf *out)
{
	char block[64 * 1024];
	size_t n = 0;

	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (f == NULL)
		return lm_err_errno(errno, "cannot open %s", name);
	while ((n = fread(block, 1, sizeof block, f)) > 0 && !out->cut)
		lm_buf_add(out, block, n);
	struct lm_err *e =
	    ferror(f)  ? lm_err_errno(errno, "cannot read %s", name)
	    : out->cut ? lm_err_new(LM_ERR_LIMIT, "%s is larger than %d bytes", name, TEXT_MAX)
		       : NULL;
	if (f != stdin)
		fclose(f);
	return e;
}

static struct lm_err *read_load(struct trial *t)
{
	const struct args *a = t->args;
	const struct world_service *s = &t->sim.variants[0].service;
	struct load_conf conf = {t->begin_ms, (int64_t)(s->period_s * 1000 + 0.5), t->length_ms};
	struct lm_buf text;

	t->sim.source = a->profile != NULL ? a->profile : a->load;
	t->sim.conf.load = &t->load;
	if (a->profile != NULL)
		return load_of_profile(a->profile, &conf, &t->load);
	lm_buf_init(&text, TEXT_MAX);
	struct lm_err *e = read_file(a->load, &text);
	if (e == NULL)
		e = load_of_recording(
		    &(struct recording){a->load, s->metric}, text.p, text.n, &conf, &t->load);
	lm_buf_fini(&text);
	return e;
}

/* ---- what comes out --------------------------------------------------------------------------------- */

static struct lm_err *write_picture(const struct trial *t)
{
	const char *name = t->args->svg;
	struct lm_err *e = NULL;
	struct lm_buf b;

	FILE *f = fopen(name, "we");
	if (f == NULL)
		return lm_err_errno(errno, "cannot write %s", name);
	lm_buf_init(&b, TEXT_MAX);
	simulation_draw(&t->sim, &b);
	bool written = fwrite(b.p, 1, b.n, f) == b.n;
	written = fclose(f) == 0 && written;
	if (!written)
		e = lm_err_errno(errno, "cannot write %s", name);
	lm_buf_fini(&b);
	return e;
}

static struct lm_err *print_all(const struct trial *t)
{
	struct lm_err *e = t->args->svg != NULL ? write_picture(t) : NULL;
	struct render r = render_stdout();
	struct lm_buf b;

	if (e != NULL)
		return e;
	lm_buf_init(&b, TEXT_MAX);
	if (cli_wants_json(t->args)) {
		simulation_print_json(&t->sim, &b);
		lm_buf_puts(&b, "\n");
	} else {
		render_simulation(&r, &t->sim, &b);
	}
	fputs(t->warnings.p, stderr);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	return NULL;
}

static struct lm_err *try(struct trial *t)
{
	struct lm_err *e = read_options(t);

	if (e == NULL)
		e = add_variant(t, NULL);
	for (size_t i = 0; e == NULL && i < t->args->policies.n; i++)
		e = add_variant(t, t->args->policies.v[i]);
	if (e == NULL)
		e = read_load(t);
	if (e == NULL)
		e = simulation_run(&t->sim);
	return e != NULL ? e : print_all(t);
}

static int list_profiles(void)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	load_profiles_print(&b);
	printf(
	    "Profiles, with their arguments and what these are when not given; '+' adds them up.\n"
	    "Loads are in percent of one server.\n\n%s",
	    b.p);
	lm_buf_fini(&b);
	return CLI_OK;
}

int simulate_run(const struct args *a)
{
	struct trial *t = NULL;

	if (a->profile != NULL && strcmp(a->profile, "help") == 0)
		return list_profiles();
	if ((a->profile == NULL) == (a->load == NULL))
		return cli_usage(a, "give a load: either --profile or --load");
	t = lm_alloc(sizeof *t);
	t->args = a;
	lm_buf_init(&t->warnings, TEXT_MAX);
	struct lm_err *e = try(t);
	trial_fini(t);
	free(t);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* lm get, describe, status, inventory: what there is. */
#include <stdio.h>
#include <string.h>

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/render/render.h"

enum { TEXT_MAX = 256 * 1024 * 1024, PATH_BYTES = 8192 };

/* Returns what to tell a person when there is nothing to print; NULL: there was something. */
typedef const char *print_fn(const struct render *, const json_t *, struct lm_buf *out);

/* Fetches a document and prints it: as it came with -o json, for people otherwise. */
static int show(const struct args *a, struct client *c, const char *path, print_fn *print)
{
	struct render r = render_stdout();
	json_t *j = NULL;
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	bool json = cli_wants_json(a);
	struct lm_err *e = json ? client_get(c, path, &b) : client_get_json(c, path, &j);
	const char *note = e == NULL && !json ? print(&r, j, &b) : NULL;
	if (e == NULL)
		fputs(b.p, stdout);
	if (note != NULL)
		fprintf(stderr, "%s\n",
		    note); /* a script that asks "is there anything?" reads nothing */
	if (e == NULL && json)
		fputs("\n", stdout);
	json_decref(j);
	lm_buf_fini(&b);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

static struct render_table *table(const char *const *heads, size_t n)
{
	struct render_table *t = render_table_new(n);

	for (size_t i = 0; i < n; i++)
		render_table_add(t, RENDER_FAINT, heads[i]);
	return t;
}

static void finish(struct render_table *t, const struct render *r, struct lm_buf *out)
{
	render_table_print(t, r, out);
	render_table_free(t);
}

static void add(struct render_table *t, const char *text)
{
	render_table_add(t, RENDER_PLAIN, text);
}

static void add_state(struct render_table *t, const char *state)
{
	render_table_add(t, render_hue_of(state), *state != '\0' ? state : "-");
}

/* "2026-11-20 22:42:59" */
static void add_time(struct render_table *t, const char *iso)
{
	char text[20];

	snprintf(text, sizeof text, "%s", iso);
	if (strlen(text) > 10)
		text[10] = ' ';
	add(t, text);
}

/* ---- lists ------------------------------------------------------------------------------------ */

static const char *print_assemblies(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {
	    "NAME", "STATE", "DESCRIPTOR", "LAST PROCESS", "", "CREATED"};

	if (json_array_size(all) == 0)
		return "There are no assemblies: 'lm apply -f FILE' creates some.";
	struct render_table *t = table(heads, LM_COUNT(heads));
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i),
			     *last = json_object_get(one, "lastTransition");

		add(t, render_text(one, "name"));
		add_state(t, render_text(one, "state"));
		add(t, render_text(one, "descriptorName"));
		add(t, render_text(last, "intentType"));
		add_state(t, render_text(last, "status"));
		add_time(t, render_text(one, "createdAt"));
	}
	finish(t, r, out);
	return NULL;
}

static void add_took(struct render_table *t, const json_t *process)
{
	int64_t from = render_parse_time(render_text(process, "startTime"));
	int64_t to = render_parse_time(render_text(process, "endTime"));
	struct lm_buf b;

	lm_buf_init(&b, 64);
	if (from >= 0 && to >= from)
		render_duration(to - from, &b);
	add(t, b.p);
	lm_buf_fini(&b);
}

static const char *print_processes(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {
	    "PROCESS", "ASSEMBLY", "INTENT", "STATUS", "STARTED", "TOOK", "WHY"};

	if (json_array_size(all) == 0)
		return "There are no processes.";
	struct render_table *t = table(heads, LM_COUNT(heads));
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		const char *failure = render_text(one, "statusReason");

		add(t, render_text(one, "id"));
		add(t, render_text(one, "assemblyName"));
		add(t, render_text(one, "intentType"));
		add_state(t, render_text(one, "status"));
		add_time(t, render_text(one, "startTime"));
		add_took(t, one);
		add(t, *failure != '\0' ? failure : render_text(one, "reason"));
	}
	finish(t, r, out);
	return NULL;
}

static const char *print_descriptors(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"NAME", "DESCRIPTION"};

	if (json_array_size(all) == 0)
		return "The manager knows no descriptors: start it with --packages DIR.";
	struct render_table *t = table(heads, LM_COUNT(heads));
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		const char *text = render_text(one, "description");
		char line[80];

		snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
		add(t, render_text(one, "name"));
		add(t, line);
	}
	finish(t, r, out);
	return NULL;
}

static void add_figures(struct render_table *t, const json_t *metric)
{
	json_t *values = json_object_get(metric, "values"), *v = NULL;
	const char *name = NULL;
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	json_object_foreach(values, name, v)
	{
		lm_buf_printf(&b, "%s%s=%.6g", b.n > 0 ? " " : "", name, json_number_value(v));
	}
	add(t, b.p);
	lm_buf_fini(&b);
}

static void add_metric(struct render_table *t, const json_t *m)
{
	const json_t *load = json_object_get(m, "load");
	const char *integrity = render_text(m, "integrity"), *at = render_text(m, "at");
	char text[64] = "";

	add(t, render_text(m, "component"));
	add(t, render_text(m, "metricName"));
	if (json_is_number(load))
		snprintf(text, sizeof text, "%.4g", json_number_value(load));
	if (*integrity != '\0')
		render_table_add(t, render_hue_of(integrity), integrity);
	else
		add(t, text);
	add(t, strlen(at) > 11 ? at + 11 : at);
	add_figures(t, m);
}

static void print_policies(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"POLICY", "", "SEES"};

	if (json_array_size(all) == 0)
		return;
	struct render_table *t = table(heads, LM_COUNT(heads));
	lm_buf_puts(out, "\n");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);

		add(t, render_text(one, "name"));
		add(t, json_is_true(json_object_get(one, "enabled")) ? "on" : "off");
		add(t, render_text(one, "sees"));
	}
	finish(t, r, out);
}

static void add_number(struct render_table *t, const json_t *n)
{
	char text[32];

	snprintf(text, sizeof text, "%.10g", json_number_value(n));
	add(t, text);
}

/* What the manager fetches by itself. */
static void print_scrapes(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {
	    "FETCHED", "FROM", "SERIES", "SECONDS", "SAMPLES", "FAILURES", "TROUBLE"};

	if (json_array_size(all) == 0)
		return;
	struct render_table *t = table(heads, LM_COUNT(heads));
	lm_buf_puts(out, "\n");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		struct lm_buf name;

		lm_buf_init(&name, 4096);
		lm_buf_printf(
		    &name, "%s.%s", render_text(one, "component"), render_text(one, "metricName"));
		add(t, name.p);
		add(t, render_text(one, "url"));
		add(t, render_text(one, "series"));
		add_number(t, json_object_get(one, "periodSeconds"));
		add_number(t, json_object_get(one, "samples"));
		add_number(t, json_object_get(one, "failures"));
		render_table_add(t, RENDER_BAD, render_text(one, "trouble"));
		lm_buf_fini(&name);
	}
	finish(t, r, out);
}

static const char *print_metrics(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"COMPONENT", "METRIC", "VALUE", "AT", "FIGURES"};
	const json_t *metrics = json_object_get(all, "metrics");

	if (json_array_size(metrics) > 0) {
		struct render_table *t = table(heads, LM_COUNT(heads));

		for (size_t i = 0; i < json_array_size(metrics); i++)
			add_metric(t, json_array_get(metrics, i));
		finish(t, r, out);
	}
	print_scrapes(r, json_object_get(all, "scrapes"), out);
	print_policies(r, json_object_get(all, "policies"), out);
	return json_array_size(metrics) == 0 ? "No metric has arrived yet." : NULL;
}

/* The path gets the second word for its "%", or the first path is taken without one. */
static const struct subject {
	const char *name, *path, *path_with_word;
	print_fn *print;
} subjects[] = {
    {"assemblies", "/api/topology/assemblies", NULL, print_assemblies},
    {"processes", "/api/processes", "/api/processes?assemblyName=%", print_processes},
    {"descriptors", "/api/catalog/descriptors", NULL, print_descriptors},
    {"metrics", NULL, "/api/metrics/%", print_metrics},
};

/* A descriptor's own text. */
static int show_descriptor(const struct args *a, struct client *c, const char *name)
{
	struct lm_buf path, text;
	(void)a;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&text, TEXT_MAX);
	client_path(c, &path, "/api/catalog/descriptors/%", name, NULL);
	struct lm_err *e = client_get(c, path.p, &text);
	if (e == NULL)
		fputs(text.p, stdout);
	lm_buf_fini(&path);
	lm_buf_fini(&text);
	return e != NULL ? cli_fail(e) : CLI_OK;
}

static int get_subject(const struct args *a, const struct subject *s)
{
	LM_AUTO(client) c = client_new(a->server);
	const char *word = a->n_words > 1 ? a->words[1] : NULL;
	struct lm_buf path;

	if (word != NULL && s->print == print_descriptors)
		return show_descriptor(a, c, word);
	if (word == NULL && s->path == NULL)
		return cli_usage(a, "the %s of which assembly?", s->name);
	if (word != NULL && s->path_with_word == NULL)
		return cli_usage(a, "'%s' is too much: 'lm describe %s' shows one", word, word);
	lm_buf_init(&path, PATH_BYTES);
	if (word != NULL)
		client_path(c, &path, s->path_with_word, word, NULL);
	else
		lm_buf_puts(&path, s->path);
	int status = show(a, c, path.p, s->print);
	lm_buf_fini(&path);
	return status;
}

int get_run(const struct args *a)
{
	size_t n = strlen(a->words[0]);

	/* "assembly" and "process" are meant as well */
	for (size_t i = 0; i < LM_COUNT(subjects); i++)
		if (n >= 5 && strncmp(subjects[i].name, a->words[0], n > 6 ? 6 : n) == 0)
			return get_subject(a, &subjects[i]);
	return cli_usage(a, "'%s' cannot be listed", a->words[0]);
}

/* ---- one assembly ----------------------------------------------------------------------------- */

static const char *print_assembly(
    const struct render *r, const json_t *assembly, struct lm_buf *out)
{
	render_assembly(r, assembly, out);
	return NULL;
}

static const char *print_process(const struct render *r, const json_t *process, struct lm_buf *out)
{
	render_process(r, process, out);
	return NULL;
}

int describe_run(const struct args *a)
{
	bool is_process = a->n_words == 2;
	struct lm_buf path;

	if (is_process && strcmp(a->words[0], "process") != 0)
		return cli_usage(a, "'%s' is too much; a process is described with 'process %s'",
		    a->words[1], a->words[1]);
	LM_AUTO(client) c = client_new(a->server);
	lm_buf_init(&path, PATH_BYTES);
	if (is_process)
		client_path(c, &path, "/api/processes/%", a->words[1], NULL);
	else
		client_path(c, &path, "/api/topology/assemblies/%", a->words[0], NULL);
	int status = show(a, c, path.p, is_process ? print_process : print_assembly);
	lm_buf_fini(&path);
	return status;
}

/* ---- the manager ------------------------------------------------------------------------------ */

static long long count_of(const json_t *o, const char *member)
{
	return (long long)json_integer_value(json_object_get(o, member));
}

static void print_steps(const json_t *steps, struct lm_buf *out)
{
	long long strange =
	    count_of(steps, "late") + count_of(steps, "unknown") + count_of(steps, "faulty");

	lm_buf_printf(out, "%lld steps asked of drivers, %lld under way, %lld waiting",
	    count_of(steps, "asked"), count_of(steps, "inFlight"), count_of(steps, "waiting"));
	if (count_of(steps, "timedOut") > 0)
		lm_buf_printf(out, ", %lld timed out", count_of(steps, "timedOut"));
	if (strange > 0)
		lm_buf_printf(out, "; %lld answers came late or could not be taken", strange);
	lm_buf_puts(out, "\n");
}

static void print_journal(const struct render *r, const json_t *journal, struct lm_buf *out)
{
	if (!json_is_false(json_object_get(journal, "writable")))
		return;
	render_paint(r, RENDER_BAD, "the journal cannot be written", out);
	lm_buf_puts(out, ", for ");
	render_duration(count_of(journal, "heldMs"), out);
	lm_buf_printf(out, ": %s\n", render_text(journal, "trouble"));
}

static const char *print_status(const struct render *r, const json_t *s, struct lm_buf *out)
{
	const json_t *listeners = json_object_get(s, "listeners");

	lm_buf_printf(out, "lm %s, process %lld, up ", render_text(s, "version"),
	    (long long)json_integer_value(json_object_get(s, "pid")));
	render_duration(json_integer_value(json_object_get(s, "uptimeMs")), out);
	bool idle = json_is_true(json_object_get(s, "idle"));
	lm_buf_puts(out, ", ");
	render_paint(r, idle ? RENDER_PLAIN : RENDER_BUSY, idle ? "idle" : "busy", out);
	lm_buf_printf(out,
	    "\n%.1f MB of memory, %.2f s of processor time (and %.2f s of the programs it "
	    "started)\n",
	    (double)json_integer_value(json_object_get(s, "rssKb")) / 1024,
	    json_number_value(json_object_get(s, "cpuSeconds")),
	    json_number_value(json_object_get(s, "childCpuSeconds")));
	lm_buf_printf(out, "%lld descriptors, last event %lld\n",
	    (long long)json_integer_value(json_object_get(s, "descriptors")),
	    (long long)json_integer_value(json_object_get(s, "lastEvent")));
	print_steps(json_object_get(s, "steps"), out);
	print_journal(r, json_object_get(s, "journal"), out);
	for (size_t i = 0; i < json_array_size(listeners); i++) {
		const json_t *l = json_array_get(listeners, i);

		lm_buf_printf(out, "listens on %s for %s\n", render_text(l, "address"),
		    render_text(l, "serves"));
	}
	return NULL;
}

int status_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);

	return show(a, c, "/api/status", print_status);
}

static const char *print_inventory(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"KIND", "NAME", "COMPONENT", "RESOURCE"};

	if (json_array_size(all) == 0)
		return "The drivers have nothing on this machine.";
	struct render_table *t = table(heads, LM_COUNT(heads));
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);

		add(t, render_text(one, "kind"));
		add(t, render_text(one, "name"));
		add(t, render_text(one, "resourceName"));
		add(t, render_text(one, "resourceId"));
	}
	finish(t, r, out);
	return NULL;
}

int inventory_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);

	return show(a, c, "/api/inventory", print_inventory);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* lm status, inventory: how the manager is, and what its drivers have made. */
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/look.h"
#include "lm/cli/render/render.h"

static void add(struct render_table *t, const char *text)
{
	render_table_add(t, RENDER_PLAIN, text);
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

static const char *print_status(
    const struct look *k, const struct render *r, const json_t *s, struct lm_buf *out)
{
	(void)k;
	const json_t *listeners = json_object_get(s, "listeners");

	lm_buf_printf(out, "lm %s, process %lld, up ", render_text(s, "version"),
	    (long long)json_integer_value(json_object_get(s, "pid")));
	render_duration(json_integer_value(json_object_get(s, "uptimeMs")), out);
	bool idle = json_is_true(json_object_get(s, "idle"));
	lm_buf_puts(out, ", ");
	render_paint(r, idle ? RENDER_PLAIN : RENDER_BUSY, idle ? "idle" : "busy", out);
	lm_buf_printf(out,
	    "\n%.1f MB of memory, %.2f s of processor time and %.2f s of its programs\n",
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

	return look_run(
	    &(struct look){.args = a, .client = c, .path = "/api/status", .print = print_status});
}

/* Ids are for 'lm adopt', and wide. */
static const char *print_inventory(
    const struct look *k, const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"COMPONENT", "KIND", "NAME", "RESOURCE"};
	bool is_wide = form_of(k->args) == FORM_WIDE;

	if (json_array_size(all) == 0)
		return "The drivers have nothing on this machine.";
	struct render_table *t = render_table_begin(heads, LM_COUNT(heads) - !is_wide);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);

		add(t, render_text(one, "resourceName"));
		add(t, render_text(one, "kind"));
		add(t, render_text(one, "name"));
		if (is_wide)
			add(t, render_text(one, "resourceId"));
	}
	render_table_end(t, r, out);
	return NULL;
}

int inventory_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);

	return look_run(&(struct look){
	    .args = a, .client = c, .path = "/api/inventory", .print = print_inventory});
}

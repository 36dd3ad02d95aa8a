/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"

/* One event as one line: the time of day, the assembly, and what happened in words. */

/* What does not exist has no state: null, in either spelling. */
static bool is_state(const char *text)
{
	return *text != '\0' && strcmp(text, "null") != 0;
}

/* Without the name of the assembly, which stands in front. */
static const char *own(const json_t *e, const char *member)
{
	return render_within(render_text(e, "rootAssemblyName"), render_text(e, member));
}

static void put_who(const json_t *e, const char *who, struct lm_buf *out)
{
	bool is_policy = strncmp(who, "policy ", 7) == 0;

	lm_buf_printf(out, " by %s%s", is_policy ? "policy " : "",
	    is_policy ? render_within(render_text(e, "assemblyName"), who + 7) : who);
}

static void process_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *state = render_text(e, "processState"), *why = render_text(e, "reason");
	const char *reason = render_text(e, "processStateReason");
	const char *by = render_text(e, "requestedBy");
	bool is_new = strcmp(state, "Pending") == 0 || strcmp(state, "In Progress") == 0;

	lm_buf_printf(out, "%s ", render_text(e, "intentType"));
	render_paint(r, render_hue_of(state), state, out);
	if (*by != '\0' && is_new)
		put_who(e, by, out);
	if (*why != '\0')
		lm_buf_printf(out, " because %s", why);
	if (*reason != '\0')
		lm_buf_printf(out, ": %s", reason);
}

static void component_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *name = own(e, "resourceName"), *to = render_text(e, "newState");
	const char *from = render_text(e, "previousState");

	lm_buf_printf(out, "%s ", *name != '\0' ? name : "assembly");
	if (is_state(from))
		lm_buf_printf(out, "%s -> ", from);
	render_paint(r, render_hue_of(to), is_state(to) ? to : "gone", out);
}

static void relationship_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *to = render_text(e, "newState");
	(void)r;

	lm_buf_printf(
	    out, "relationship %s %s", own(e, "relationship"), is_state(to) ? "created" : "gone");
}

static void step_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *state = render_text(e, "state"), *message = render_text(e, "message");
	const json_t *took = json_object_get(e, "tookMs");

	lm_buf_printf(out, "%s %s ", render_text(e, "action"), own(e, "subject"));
	render_paint(r, render_hue_of(state), state, out);
	if (json_is_integer(took)) {
		lm_buf_puts(out, " after ");
		render_duration(json_integer_value(took), out);
	}
	if (*message != '\0')
		lm_buf_printf(out, ": %s", message);
}

static void policy_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	lm_buf_printf(out, "policy %s: ", own(e, "policy"));
	render_paint(r, RENDER_BOLD, render_text(e, "action"), out);
	lm_buf_printf(out, ", %s", render_text(e, "reason"));
}

static void death_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	lm_buf_printf(out, "%s ", own(e, "resourceName"));
	render_paint(r, RENDER_BAD, "died", out);
	lm_buf_printf(out, ": %s", render_text(e, "what"));
}

static void alarm_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *severity = render_text(e, "severity"), *name = own(e, "resourceName");
	bool is_over = strcmp(severity, "cleared") == 0;

	render_paint(
	    r, is_over ? RENDER_GOOD : RENDER_BAD, is_over ? "alarm cleared" : "ALARM", out);
	lm_buf_printf(
	    out, " %s: %s", *name != '\0' ? name : own(e, "clusterName"), render_text(e, "text"));
}

static void webhook_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	lm_buf_printf(out, "webhook %s ", render_text(e, "webhook"));
	render_paint(r, RENDER_BAD, render_text(e, "state"), out);
	lm_buf_printf(out, ": %s", render_text(e, "text"));
}

static void sample_event(const struct render *r, const json_t *e, struct lm_buf *out)
{
	const char *name = own(e, "resourceName");
	const json_t *load = json_object_get(e, "load");
	const char *integrity = render_text(e, "integrity");

	if (*name == '\0')
		name = render_text(e, "metricKey");
	lm_buf_printf(out, "%s %s", name, render_text(e, "metricName"));
	if (json_is_number(load))
		lm_buf_printf(out, " = %.4g", json_number_value(load));
	if (*integrity != '\0') {
		lm_buf_puts(out, " = ");
		render_paint(r, render_hue_of(integrity), integrity, out);
	}
}

static const struct {
	const char *type, *root; /* the member that names the assembly */
	void (*print)(const struct render *, const json_t *, struct lm_buf *);
} kinds[] = {
    {"ProcessStateChangeEvent", "assemblyName", process_event},
    {"ComponentStateChangeEvent", "rootAssemblyName", component_event},
    {"RelationshipEvent", "rootAssemblyName", relationship_event},
    {"StepEvent", "rootAssemblyName", step_event},
    {"PolicyEvent", "rootAssemblyName", policy_event},
    {"DeathEvent", "rootAssemblyName", death_event},
    {"AlarmEvent", "rootAssemblyName", alarm_event},
    {"WebhookEvent", "rootAssemblyName", webhook_event},
    {"MetricSample", "rootAssemblyName", sample_event},
};

bool render_event(const struct render *r, const json_t *event, struct lm_buf *out)
{
	const char *type = render_text(event, "type"), *at = render_text(event, "at");

	for (size_t i = 0; i < LM_COUNT(kinds); i++) {
		if (strcmp(kinds[i].type, type) != 0)
			continue;
		const char *root = render_text(event, kinds[i].root);

		render_paint(r, RENDER_FAINT, strlen(at) > 11 ? at + 11 : at, out);
		lm_buf_printf(out, "  %s%s", root, *root != '\0' ? "  " : "");
		kinds[i].print(r, event, out);
		lm_buf_puts(out, "\n");
		return true;
	}
	return false;
}

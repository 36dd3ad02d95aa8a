/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/vec.h"
#include "lm/cli/render/render.h"

/* Policies: what each sees, how far it has counted, what it has done, and why it does nothing. */

enum { WIDTH = 100, INDENT = 16, DOTS_MAX = 12, TEXT_BYTES = 512 };

struct view {
	const struct render *render;
	int64_t now_ms;
	size_t width; /* words beyond it go to the next line */
	struct lm_buf *out;
};

/* ---- words ----------------------------------------------------------------------------------- */

static double number(const json_t *object, const char *member)
{
	const json_t *n = json_object_get(object, member);

	return json_is_number(n) ? json_number_value(n) : NAN;
}

static unsigned count(const json_t *object, const char *member)
{
	json_int_t n = json_integer_value(json_object_get(object, member));

	return n > 0 ? (unsigned)n : 0;
}

/* "53", "53.3", "-" */
static const char *figure(double n, char text[32])
{
	snprintf(text, 32, isnan(n) ? "-" : fabs(n) < 100 ? "%.3g" : "%.0f", n);
	return text;
}

static void put(const struct view *v, enum render_hue hue, const char *text)
{
	render_paint(v->render, hue, text, v->out);
}

static void put_age(const struct view *v, const char *iso)
{
	int64_t at_ms = render_parse_time(iso);

	if (at_ms < 0)
		return;
	render_duration(v->now_ms > at_ms ? v->now_ms - at_ms : 0, v->out);
	lm_buf_puts(v->out, " ago");
}

/* Words at a time, so that no line is longer than there is room; it begins where others begin. */
static void put_wrapped(const struct view *v, const char *text, enum render_hue hue)
{
	char word[TEXT_BYTES];
	size_t used = INDENT;

	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " ");

		snprintf(word, sizeof word, "%.*s", (int)n, p);
		if (used > INDENT && used + 1 + render_width(word) > v->width) {
			lm_buf_printf(v->out, "\n%*s", INDENT, "");
			used = INDENT;
		} else if (used > INDENT) {
			lm_buf_puts(v->out, " ");
			used++;
		}
		put(v, hue, word);
		used += render_width(word);
		p += n + strspn(p + n, " ");
	}
	lm_buf_puts(v->out, "\n");
}

/* "  load      53  ": what follows stands below each other. */
static void put_label(
    const struct view *v, const char *label, enum render_hue hue, const char *value)
{
	lm_buf_puts(v->out, "  ");
	put(v, RENDER_FAINT, label);
	lm_buf_printf(v->out, "%*s", (int)(INDENT - 4 - strlen(label) - render_width(value)), "");
	put(v, hue, value);
	lm_buf_puts(v->out, "  ");
}

/* ---- a window -------------------------------------------------------------------------------- */

/* Above the one threshold, below the other, or between them. */
static enum render_hue hue_of(double load, const json_t *window)
{
	double out = number(json_object_get(window, "scaleOut"), "threshold");
	double in = number(json_object_get(window, "scaleIn"), "threshold");

	if (isnan(load))
		return RENDER_FAINT;
	return load > out ? RENDER_BAD : load < in ? RENDER_BUSY : RENDER_GOOD;
}

static void put_bar(const struct view *v, double load, double top, enum render_hue hue)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int i = (int)(load / top * (double)LM_COUNT(bars));

	put(v, hue, bars[i < 0 ? 0 : i < (int)LM_COUNT(bars) ? i : (int)LM_COUNT(bars) - 1]);
}

/* The latest loads: as bars, or else as numbers. */
static void put_samples(const struct view *v, const json_t *window)
{
	const json_t *all = json_object_get(window, "samples");
	size_t n = json_array_size(all), few = v->render->unicode ? n : n < 8 ? n : 8;
	double top = 100;

	for (size_t i = 0; i < n; i++)
		top = fmax(top, number(json_array_get(all, i), "load"));
	for (size_t i = n - few; i < n; i++) {
		double load = number(json_array_get(all, i), "load");
		char text[32];

		if (v->render->unicode) {
			put_bar(v, load, top, hue_of(load, window));
			continue;
		}
		put(v, hue_of(load, window), figure(load, text));
		lm_buf_puts(v->out, " ");
	}
	if (n == 0)
		return;
	lm_buf_puts(v->out, v->render->unicode ? "  " : " ");
	put_age(v, render_text(json_array_get(all, n - 1), "at"));
	lm_buf_puts(v->out, isnan(number(window, "target")) ? "" : ", ");
}

static void put_dots(const struct view *v, unsigned n, unsigned of)
{
	const char *full = v->render->unicode ? "●" : "#", *empty = v->render->unicode ? "○" : ".";

	for (unsigned i = 0; i < of && of <= DOTS_MAX; i++)
		put(v, i < n ? RENDER_BUSY : RENDER_FAINT, i < n ? full : empty);
	lm_buf_puts(v->out, of <= DOTS_MAX ? "  " : "");
	lm_buf_printf(v->out, "%u of %u in a row", n, of);
}

static void put_direction(const struct view *v, const json_t *window, bool up)
{
	const json_t *one = json_object_get(window, up ? "scaleOut" : "scaleIn");
	double threshold = number(one, "threshold"), cooldown = number(one, "cooldown");
	double guard = number(window, "guard");
	char text[32], value[40];

	if (isnan(threshold))
		return;
	snprintf(value, sizeof value, "%c %s", up ? '>' : '<', figure(threshold, text));
	put_label(v, up ? "out" : "in", RENDER_PLAIN, value);
	put_dots(v, count(one, "samples"), count(one, "smoothing"));
	if (cooldown > 0)
		lm_buf_printf(v->out, ", cool-down %.4g s", cooldown);
	if (!up && !isnan(guard))
		lm_buf_printf(v->out, ", at most %s afterwards", figure(guard, text));
	lm_buf_puts(v->out, "\n");
}

static void put_size(const struct view *v, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window");
	unsigned min = count(window, "min"), max = count(window, "max");
	unsigned members = count(policy, "members"), size = count(window, "size");
	char text[32];

	snprintf(text, sizeof text, "%u", size);
	put_label(v, "size", RENDER_BOLD, text);
	if (members != size)
		lm_buf_printf(v->out, "in service, %u there; ", members);
	if (max == 0)
		lm_buf_printf(v->out, "of %u or more", min);
	else
		lm_buf_printf(v->out, "of %u to %u", min, max);
	if (count(window, "increment") > 1)
		lm_buf_printf(v->out, " by %u", count(window, "increment"));
	if (count(window, "scheduled") > 0)
		lm_buf_printf(v->out, ", at least %u at this hour", count(window, "scheduled"));
	if (count(policy, "spares") > 0)
		lm_buf_printf(v->out, ", %u spare%s", count(policy, "spares"),
		    count(policy, "spares") == 1 ? "" : "s");
	lm_buf_puts(v->out, "\n");
}

static void put_load(const struct view *v, const json_t *window)
{
	double load = number(window, "load"), forecast = number(window, "forecast");
	double target = number(window, "target");
	char text[32];

	put_label(v, "load", hue_of(load, window), figure(load, text));
	put_samples(v, window);
	if (!isnan(target))
		lm_buf_printf(v->out, "to be held at %s", figure(target, text));
	if (!isnan(forecast))
		lm_buf_printf(
		    v->out, "%sgoing to %s", isnan(target) ? ", " : "; ", figure(forecast, text));
	lm_buf_puts(v->out, "\n");
}

static void put_now(const struct view *v, const json_t *policy)
{
	const char *blind = render_text(policy, "blind");
	const char *held = render_text(json_object_get(policy, "window"), "held");

	put_label(v, "now", RENDER_PLAIN, "");
	if (*blind != '\0')
		put_wrapped(v, blind, RENDER_FAINT);
	else
		put_wrapped(v, *held != '\0' ? held : "acts with the next sample",
		    *held != '\0' ? RENDER_PLAIN : RENDER_BUSY);
}

static void put_last(const struct view *v, const json_t *window)
{
	const json_t *last = json_object_get(window, "last");
	unsigned size = count(last, "size");
	struct lm_buf text;
	struct view words = *v;

	if (last == NULL)
		return;
	lm_buf_init(&text, TEXT_BYTES);
	words.out = &text;
	lm_buf_puts(&text, render_text(last, "action"));
	if (size > 0)
		lm_buf_printf(&text, " to %u", size);
	lm_buf_puts(&text, ", ");
	put_age(&words, render_text(last, "at"));
	lm_buf_printf(&text, ": %s", render_text(last, "reason"));
	put_label(v, "last", RENDER_PLAIN, "");
	put_wrapped(v, text.p, RENDER_PLAIN);
	lm_buf_fini(&text);
}

static bool is_scale(const json_t *policy)
{
	return strcmp(render_text(json_object_get(policy, "window"), "kind"), "scale") == 0;
}

static void put_scale(const struct view *v, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window");
	const char *assembly = render_text(policy, "assembly");

	put(v, RENDER_BOLD, render_within(assembly, render_text(policy, "name")));
	lm_buf_puts(v->out, " scales ");
	put(v, RENDER_BOLD, render_within(assembly, render_text(policy, "cluster")));
	lm_buf_puts(v->out, "\n");
	put_size(v, policy);
	put_load(v, window);
	put_direction(v, window, true);
	put_direction(v, window, false);
	put_now(v, policy);
	put_last(v, window);
}

/* ---- heals ----------------------------------------------------------------------------------- */

static void add_of(struct render_table *t, unsigned n, unsigned of, enum render_hue hue)
{
	char text[32];

	if (of > 0)
		snprintf(text, sizeof text, "%u of %u", n, of);
	else
		snprintf(text, sizeof text, "%u", n);
	render_table_add(t, n > 0 ? hue : RENDER_PLAIN, text);
}

/* A spare, and well: its state says no more. */
static bool is_standing_by(const json_t *policy)
{
	const char *state = render_text(policy, "state");

	return json_is_true(json_object_get(policy, "spare")) &&
	       (strcmp(state, "Inactive") == 0 || strcmp(state, "Installed") == 0);
}

static void add_heal(struct render_table *t, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window"),
		     *heals = json_object_get(window, "heals");
	const char *component = render_text(policy, "component"), *seen;
	const char *state = render_text(policy, "state");
	bool blind = *render_text(policy, "blind") != '\0';
	unsigned spent = count(heals, "spent"), maximum = count(heals, "maximum");

	seen = blind ? "" : render_text(window, "integrity");
	render_table_add(
	    t, RENDER_PLAIN, render_within(render_text(policy, "assembly"), component));
	render_table_add(t, RENDER_PLAIN, render_within(component, render_text(policy, "name")));
	render_table_add(t, is_standing_by(policy) ? RENDER_PLAIN : render_hue_of(state),
	    is_standing_by(policy) ? "spare" : state);
	render_table_add(t, strcmp(seen, "missing") == 0 ? RENDER_BAD : render_hue_of(seen),
	    *seen != '\0' ? seen : "-");
	add_of(t, count(window, "broken") + count(window, "missing"), count(window, "smoothing"),
	    RENDER_BUSY);
	add_of(t, spent, maximum, spent >= maximum ? RENDER_BAD : RENDER_BUSY);
}

/* Those that have done something, or may do nothing any more. */
static void put_heal_notes(const struct view *v, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window"),
		     *heals = json_object_get(window, "heals");
	const char *name =
	    render_within(render_text(policy, "assembly"), render_text(policy, "name"));
	unsigned spent = count(heals, "spent");

	if (json_object_get(window, "last") == NULL)
		return;
	lm_buf_printf(v->out, "\n%s\n", name);
	if (spent > 0 && spent >= count(heals, "maximum")) {
		put_label(v, "now", RENDER_PLAIN, "");
		put_wrapped(v, render_text(window, "held"), RENDER_BAD);
	}
	put_last(v, window);
}

/* pbx__2 before pbx__10. */
static int by_name(const void *a, const void *b)
{
	const json_t *const *one = a, *const *other = b;

	return strverscmp(render_text(*one, "name"), render_text(*other, "name"));
}

static void put_heals(const struct view *v, const json_t *all)
{
	static const char *const heads[] = {
	    "HEALS", "POLICY", "STATE", "SEES", "IN A ROW", "HEALED"};
	struct render_table *t = render_table_new(LM_COUNT(heads));
	LM_VEC(const json_t *) heals = {0};

	for (size_t i = 0; i < LM_COUNT(heads); i++)
		render_table_add(t, RENDER_FAINT, heads[i]);
	for (size_t i = 0; i < json_array_size(all); i++)
		if (!is_scale(json_array_get(all, i)))
			*LM_PUSH(NULL, &heals) = json_array_get(all, i);
	if (heals.n > 0) {
		qsort(heals.v, heals.n, sizeof *heals.v, by_name);
		for (size_t i = 0; i < heals.n; i++)
			add_heal(t, heals.v[i]);
		lm_buf_puts(v->out, heals.n < json_array_size(all) ? "\n" : "");
		render_table_print(t, v->render, v->out);
	}
	render_table_free(t);
	for (size_t i = 0; i < heals.n; i++)
		put_heal_notes(v, heals.v[i]);
	lm_vec_free(&heals);
}

void render_policies(
    const struct render *r, const json_t *all, int64_t now_ms, unsigned columns, struct lm_buf *out)
{
	const struct view v = {r, now_ms, columns > 0 && columns < WIDTH ? columns : WIDTH, out};
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(all); i++)
		if (is_scale(json_array_get(all, i))) {
			lm_buf_puts(out, n++ > 0 ? "\n" : "");
			put_scale(&v, json_array_get(all, i));
		}
	put_heals(&v, all);
}

/* ---- all assemblies -------------------------------------------------------------------------- */

/* Of the heal policies of an assembly, how many see what. */
struct health {
	unsigned n, ok, broken, missing, quiet, spent; /* quiet: others tell when it is broken */
};

static void health_add(struct health *h, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window"),
		     *heals = json_object_get(window, "heals");
	bool blind = *render_text(policy, "blind") != '\0';
	const char *seen = blind ? "" : render_text(window, "integrity");

	h->n++;
	h->quiet += !blind && *seen == '\0' && number(window, "period") == 0;
	h->ok += strcmp(seen, "OK") == 0;
	h->broken += strcmp(seen, "BROKEN") == 0;
	h->missing += strcmp(seen, "missing") == 0;
	h->spent += count(heals, "spent");
}

static void add_health(struct render_table *t, const char *assembly, const struct health *h)
{
	unsigned other = h->n - h->ok - h->broken - h->missing - h->quiet;
	char policies[64], seen[128], spent[64] = "";
	int used;

	snprintf(policies, sizeof policies, "%u heal %s", h->n, h->n == 1 ? "policy" : "policies");
	used = snprintf(seen, sizeof seen, "%u OK", h->ok);
	if (h->broken > 0)
		used += snprintf(seen + used, sizeof seen - (size_t)used, ", %u BROKEN", h->broken);
	if (h->missing > 0)
		used +=
		    snprintf(seen + used, sizeof seen - (size_t)used, ", %u missing", h->missing);
	if (other > 0)
		snprintf(seen + used, sizeof seen - (size_t)used, ", %u unseen", other);
	if (h->spent > 0)
		snprintf(
		    spent, sizeof spent, "%u heal%s lately", h->spent, h->spent == 1 ? "" : "s");
	render_table_add(t, RENDER_BOLD, assembly);
	render_table_add(t, RENDER_PLAIN, policies);
	render_table_add(t, RENDER_PLAIN, "");
	render_table_add(t,
	    h->broken + h->missing > 0 ? RENDER_BAD
	    : h->ok + h->quiet == h->n ? RENDER_GOOD
				       : RENDER_PLAIN,
	    seen);
	render_table_add(t, RENDER_BUSY, spent);
}

/* The whole of it stands with the assembly. */
static void add_short(struct render_table *t, enum render_hue hue, const char *text)
{
	enum { ROOM = 48 };
	char cell[ROOM + 8];

	if (strlen(text) <= ROOM)
		snprintf(cell, sizeof cell, "%s", text);
	else
		snprintf(cell, sizeof cell, "%.*s...", ROOM - 3, text);
	render_table_add(t, hue, cell);
}

static void add_scale(struct render_table *t, const char *assembly, const json_t *policy)
{
	const json_t *window = json_object_get(policy, "window");
	const char *blind = render_text(policy, "blind"), *held = render_text(window, "held");
	unsigned max = count(window, "max");
	double load = number(window, "load");
	char size[64], seen[48], text[32];

	snprintf(size, sizeof size, max > 0 ? "%u of %u-%u" : "%u of %u-", count(window, "size"),
	    count(window, "min"), max);
	snprintf(seen, sizeof seen, "load %s", figure(load, text));
	render_table_add(t, RENDER_BOLD, assembly);
	render_table_add(t, RENDER_PLAIN,
	    render_within(render_text(policy, "assembly"), render_text(policy, "name")));
	render_table_add(t, RENDER_PLAIN, size);
	render_table_add(t, hue_of(load, window), seen);
	if (*blind != '\0')
		add_short(t, RENDER_FAINT, blind);
	else
		add_short(t, *held != '\0' ? RENDER_PLAIN : RENDER_BUSY,
		    *held != '\0' ? held : "acts with the next sample");
}

void render_policy_overview(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"ASSEMBLY", "POLICY", "SIZE", "SEES", "NOW"};
	struct render_table *t = render_table_new(LM_COUNT(heads));

	for (size_t i = 0; i < LM_COUNT(heads); i++)
		render_table_add(t, RENDER_FAINT, heads[i]);
	for (size_t i = 0, n = json_array_size(all); i < n;) {
		const char *assembly = render_text(json_array_get(all, i), "assembly");
		const char *label = assembly;
		struct health health = {0};

		for (; i < n; i++) {
			const json_t *one = json_array_get(all, i);

			if (strcmp(render_text(one, "assembly"), assembly) != 0)
				break;
			if (!is_scale(one)) {
				health_add(&health, one);
				continue;
			}
			add_scale(t, label, one);
			label = "";
		}
		if (health.n > 0)
			add_health(t, label, &health);
	}
	render_table_print(t, r, out);
	render_table_free(t);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/editor/thing.h"
#include "tosca/link/link.h"

enum { ROWS_MAX = 40, STEPS_MAX = 24, LEVELS_MAX = 16 };

/* ---- texts --------------------------------------------------------------------------------- */

/* Text between back quotes, on one line. */
static void add_code(struct lm_buf *out, const char *text)
{
	lm_buf_puts(out, "`");
	for (const char *p = text; *p != '\0' && p - text < 200; p++)
		lm_buf_add(out, *p == '`' || *p == '\n' ? " " : p, 1);
	lm_buf_puts(out, "`");
}

static void add_expr(struct lm_buf *out, const struct expr *e)
{
	struct lm_buf text;

	lm_buf_init(&text, 256);
	for (size_t i = 0; i < e->n; i++) {
		const struct expr_part *part = &e->parts[i];

		if (part->text != NULL)
			lm_buf_puts(&text, part->text);
		else
			lm_buf_printf(&text, "${%s%s%s}", part->scope != NULL ? part->scope : "",
			    part->scope != NULL ? "." : "", part->name);
	}
	add_code(out, text.p);
	lm_buf_fini(&text);
}

/* One cell of a table, or one line. */
static void add_line(struct lm_buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\r')
			lm_buf_puts(out, " ");
		else if (*p == '|')
			lm_buf_puts(out, "\\|");
		else
			lm_buf_add(out, p, 1);
	}
}

/* ---- where a value comes from -------------------------------------------------------------- */

struct walk {
	struct lm_buf *out;
	const struct catalog *catalog;
	size_t steps;
};

/* A property of 'd', which is a component of 'parent', or stands for itself (both NULL). */
struct seat {
	const struct descriptor *d, *parent;
	const struct component *component;
};

static void walk_property(struct walk *, struct seat, const struct property *, size_t level);

static void begin_step(struct walk *w, size_t level)
{
	lm_buf_puts(w->out, "\n");
	for (size_t i = 0; i < level; i++)
		lm_buf_puts(w->out, "  ");
	lm_buf_puts(w->out, "- ");
	w->steps++;
}

static void walk_part(struct walk *w, struct seat seat, const struct expr_part *part, size_t level)
{
	const struct component *c = NULL;
	const struct property *p = NULL;
	struct seat next = seat;

	if (part->text != NULL || w->steps >= STEPS_MAX || level >= LEVELS_MAX)
		return;
	begin_step(w, level);
	lm_buf_printf(w->out, "`%s%s%s`", part->scope != NULL ? part->scope : "",
	    part->scope != NULL ? "." : "", part->name);
	if (part->scope == NULL) {
		p = descriptor_property(seat.d, part->name);
	} else if (strcmp(part->scope, "instance") == 0) {
		lm_buf_puts(w->out, ": known when the instance is made");
		return;
	} else {
		c = descriptor_component(seat.d, part->scope);
		if (c == NULL)
			c = descriptor_reference(seat.d, part->scope);
		next = (struct seat){c != NULL ? catalog_match(w->catalog, c) : NULL, seat.d, c};
		if (next.d != NULL) {
			lm_buf_printf(w->out, " (`%s`)", descriptor_name(next.d));
			p = descriptor_property(next.d, part->name);
		}
	}
	if (p != NULL)
		walk_property(w, next, p, level + 1);
	else
		lm_buf_puts(w->out, ": unknown");
}

static void walk_expr(struct walk *w, struct seat seat, const struct expr *e, size_t level)
{
	for (size_t i = 0; i < e->n; i++)
		walk_part(w, seat, &e->parts[i], level);
}

static void say_default(struct walk *w, const struct property *p)
{
	if (p->fallback.n == 0)
		return;
	lm_buf_puts(w->out, ", otherwise ");
	add_expr(w->out, &p->fallback);
}

/* Adds ": ..." to the line that named the property, and further lines below it. */
static void walk_property(struct walk *w, struct seat seat, const struct property *p, size_t level)
{
	const struct mapping *m =
	    seat.component != NULL ? component_mapping(seat.component, p->name.text) : NULL;
	const struct expr *e = &p->value;

	if (expr_is_literal(e)) {
		lm_buf_puts(w->out, ": always ");
		add_expr(w->out, e);
		return;
	}
	if (p->read_only && e->n == 0) {
		if (seat.d->name.kind == NAME_RESOURCE)
			lm_buf_printf(w->out, ": set at run time by `%s`", descriptor_name(seat.d));
		else
			lm_buf_puts(w->out, ": never set");
		say_default(w, p);
		return;
	}
	if (!p->read_only && m != NULL && m->value.n > 0) {
		lm_buf_puts(w->out, ": ");
		add_expr(w->out, &m->value);
		say_default(w, p);
		walk_expr(w, (struct seat){seat.parent, NULL, NULL}, &m->value, level);
		return;
	}
	if (e->n > 0) {
		lm_buf_puts(w->out, ": ");
		add_expr(w->out, e);
		say_default(w, p);
		walk_expr(w, (struct seat){seat.d, seat.parent, seat.component}, e, level);
		return;
	}
	if (seat.component == NULL) {
		lm_buf_puts(w->out, ": from the intent or the assembly around it");
		say_default(w, p);
	} else if (p->fallback.n > 0) {
		lm_buf_puts(w->out, ": by default ");
		add_expr(w->out, &p->fallback);
	} else {
		lm_buf_puts(w->out, ": not set");
	}
}

/* ---- properties ---------------------------------------------------------------------------- */

static void add_attributes(struct lm_buf *out, const struct property *p)
{
	lm_buf_puts(out, p->type != NULL ? p->type : "string");
	if (p->required)
		lm_buf_puts(out, ", required");
	if (p->read_only)
		lm_buf_puts(out, ", read-only");
	if (p->is_volatile)
		lm_buf_puts(out, ", volatile");
	if (p->is_private)
		lm_buf_puts(out, ", private");
	if (p->fallback.n > 0) {
		lm_buf_puts(out, ", default ");
		add_expr(out, &p->fallback);
	}
}

/* What can be told from the text alone, when it could not be read. */
static void hover_written(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	const struct outline *o = &p->outline;
	uint32_t i = OUTLINE_NONE;

	while ((i = outline_next(o, t->entry, i)) != OUTLINE_NONE) {
		if (!o->v[i].has_value)
			continue;
		lm_buf_printf(out, "- %s: ", place_key(p, i));
		add_code(out, outline_text(o, p->arena, o->v[i].value));
		lm_buf_puts(out, "\n");
	}
}

static void hover_property(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	const struct property *x = t->owner != NULL ? descriptor_property(t->owner, t->name) : NULL;
	struct walk w = {out, p->catalog, 0};
	struct seat seat = {t->owner, NULL, NULL};

	lm_buf_printf(out, "property **%s**", t->name);
	if (t->owner != NULL)
		lm_buf_printf(out, " of `%s`", descriptor_name(t->owner));
	lm_buf_puts(out, "\n\n");
	if (x == NULL) {
		if (t->entry != OUTLINE_NONE)
			hover_written(p, t, out);
		else
			lm_buf_puts(out, "It has no such property.\n");
		return;
	}
	add_attributes(out, x);
	lm_buf_puts(out, "\n\n");
	if (x->description != NULL)
		lm_buf_printf(out, "%s\n\n", x->description);
	if (t->component != OUTLINE_NONE && p->self != NULL) {
		char *name = place_key(p, t->component);

		seat.parent = p->self;
		seat.component = descriptor_component(p->self, name);
		if (seat.component == NULL)
			seat.component = descriptor_reference(p->self, name);
	}
	lm_buf_puts(out, "Value");
	walk_property(&w, seat, x, 0);
	lm_buf_puts(out, "\n");
}

/* ---- components and descriptors ------------------------------------------------------------ */

static void add_number(
    const struct place *p, uint32_t entry, const char *key, const char *lead, struct lm_buf *out)
{
	char *text = outline_value(&p->outline, p->arena, entry, key);

	if (text == NULL)
		return;
	lm_buf_puts(out, lead);
	add_code(out, text);
}

static void add_members(const struct place *p, uint32_t entry, struct lm_buf *out)
{
	uint32_t cluster = outline_find(&p->outline, entry, "cluster");

	if (cluster != OUTLINE_NONE) {
		lm_buf_puts(out, "A cluster");
		add_number(p, cluster, "initial-quantity", ": first ", out);
		add_number(p, cluster, "minimum-nodes", ", at least ", out);
		add_number(p, cluster, "maximum-nodes", ", at most ", out);
		add_number(p, cluster, "scaling-increment", ", in steps of ", out);
		add_number(p, cluster, "spares", ", spares: ", out);
	} else if (outline_value(&p->outline, p->arena, entry, "quantity") != NULL) {
		add_number(p, entry, "quantity", "Members: ", out);
	} else {
		lm_buf_puts(out, "One member");
	}
	lm_buf_puts(out, ".\n\n");
}

static void add_descriptor(struct lm_buf *out, const struct descriptor *d)
{
	lm_buf_printf(out, "`%s`", descriptor_name(d));
	if (descriptor_description(d) != NULL)
		lm_buf_printf(out, ": %s", descriptor_description(d));
	lm_buf_printf(out, "\n\n%s\n\n", descriptor_file(d));
}

static void hover_component(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	bool reference = p->outline.v[t->entry].parent == place_section(p, "references");
	char *type = outline_value(&p->outline, p->arena, t->entry, "type");

	lm_buf_printf(
	    out, "%s **%s**\n\n", reference ? "reference" : "component", place_key(p, t->entry));
	if (!reference)
		add_members(p, t->entry, out);
	if (t->owner != NULL) {
		add_descriptor(out, t->owner);
	} else if (type != NULL) {
		add_code(out, type);
		lm_buf_puts(out, " is unknown.\n");
	} else {
		lm_buf_puts(out, "It has no type.\n");
	}
}

static void add_table(struct lm_buf *out, const struct property *list, size_t n)
{
	if (n == 0)
		return;
	lm_buf_puts(out, "\n| property | | |\n|---|---|---|\n");
	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		lm_buf_printf(out, "| `%s` | ", list[i].name.text);
		add_attributes(out, &list[i]);
		lm_buf_puts(out, " | ");
		add_line(out, list[i].description != NULL ? list[i].description : "");
		lm_buf_puts(out, " |\n");
	}
	if (n > ROWS_MAX)
		lm_buf_printf(out, "\nand %zu more\n", n - ROWS_MAX);
}

static void hover_descriptor(const struct thing *t, struct lm_buf *out)
{
	add_descriptor(out, t->owner);
	add_table(out, t->owner->properties, t->owner->n_properties);
}

/* ---- what is promoted ---------------------------------------------------------------------- */

/* One step down: the descriptor and the name that a promotion means; NULL: it ends here. */
static const struct descriptor *descend(const struct place *p, const struct descriptor *d,
    const struct path *source, struct lm_buf *out)
{
	if (d->name.kind == NAME_RESOURCE || source->scope.text == NULL)
		return NULL;
	const struct component *c = descriptor_component(d, source->scope.text);
	const struct descriptor *child = c == NULL ? NULL : catalog_get(p->catalog, c->canonical);
	lm_buf_printf(out, "- promoted from `%s.%s`", source->scope.text, source->name.text);
	if (child != NULL)
		lm_buf_printf(out, " (`%s`)", descriptor_name(child));
	lm_buf_puts(out, "\n");
	return child;
}

static void hover_operation(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	const struct descriptor *d = t->owner;
	const struct operation *o = d != NULL ? descriptor_operation(d, t->name) : NULL;

	lm_buf_printf(out, "operation **%s**", t->name);
	if (d != NULL)
		lm_buf_printf(out, " of `%s`", descriptor_name(d));
	lm_buf_puts(out, "\n\n");
	if (o == NULL)
		lm_buf_puts(out, "There is no such operation.\n");
	for (size_t i = 0; o != NULL && i < LEVELS_MAX; i++) {
		if (o->n_properties > 0)
			add_table(out, o->properties, o->n_properties);
		const struct descriptor *child = descend(p, d, &o->source, out);
		o = child != NULL ? descriptor_operation(child, o->source.name.text) : NULL;
		d = child;
	}
}

static void hover_metric(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	static const char *const types[] = {
	    [METRIC_LOAD] = "load", [METRIC_INTEGRITY] = "integrity", [METRIC_OTHER] = "other"};
	const struct descriptor *d = t->owner;
	const struct metric *m = d != NULL ? descriptor_metric(d, t->name) : NULL;

	lm_buf_printf(out, "metric **%s**", t->name);
	if (d != NULL)
		lm_buf_printf(out, " of `%s`", descriptor_name(d));
	lm_buf_puts(out, "\n\n");
	if (m == NULL)
		lm_buf_puts(out, "There is no such metric.\n");
	for (size_t i = 0; m != NULL && i < LEVELS_MAX; i++) {
		const struct descriptor *child = descend(p, d, &m->source, out);

		if (child == NULL && d->name.kind == NAME_RESOURCE) {
			lm_buf_printf(out, "- type: %s\n", types[m->type]);
			if (m->period.n > 0) {
				lm_buf_puts(out, "- seconds between two values: ");
				add_expr(out, &m->period);
				lm_buf_puts(out, "\n");
			}
		}
		m = child != NULL ? descriptor_metric(child, m->source.name.text) : NULL;
		d = child;
	}
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void hover_capability(const struct thing *t, struct lm_buf *out)
{
	lm_buf_printf(out, "capability or requirement **%s**", t->name);
	if (t->owner != NULL)
		lm_buf_printf(out, " of `%s`", descriptor_name(t->owner));
	for (size_t i = 0; t->owner != NULL && i < t->owner->n_capabilities; i++) {
		const struct capability *c = &t->owner->capabilities[i];

		if (strcmp(c->name.text, t->name) == 0 && c->type != NULL)
			lm_buf_printf(out, "\n\ntype: %s", c->type);
	}
	lm_buf_puts(out, "\n");
}

static void hover_thing(const struct place *p, const struct thing *t, struct lm_buf *out)
{
	switch (t->kind) {
	case THING_PROPERTY:
		hover_property(p, t, out);
		break;
	case THING_COMPONENT:
		hover_component(p, t, out);
		break;
	case THING_DESCRIPTOR:
		hover_descriptor(t, out);
		break;
	case THING_OPERATION:
		hover_operation(p, t, out);
		break;
	case THING_METRIC:
		hover_metric(p, t, out);
		break;
	case THING_CAPABILITY:
		hover_capability(t, out);
		break;
	case THING_INSTANCE:
		lm_buf_puts(out,
		    "The instance made from this descriptor: `instance.name`, `instance.id`, "
		    "`instance.index` (its place in a cluster).\n");
		break;
	case THING_WORD:
		lm_buf_printf(out, "**%s**: %s\n", t->name, t->text);
		break;
	case THING_NONE:
		break;
	}
}

bool editor_hover(const struct editor_query *q, struct lm_buf *out, struct editor_range *about)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct place p = place_find(a, q);
	struct thing t = thing_at(&p);

	if (t.kind == THING_NONE)
		return false;
	hover_thing(&p, &t, out);
	*about = (struct editor_range){NULL, t.about.begin, t.about.end};
	return true;
}

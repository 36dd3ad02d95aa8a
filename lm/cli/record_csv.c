/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/record_csv.h"

#include <string.h>

#include "lm/cli/render/render.h"

/* In quotes where it could be taken for something else. */
static void put_text(struct lm_buf *out, const char *text)
{
	if (text[strcspn(text, ",\"\r\n#")] == '\0') {
		lm_buf_puts(out, text);
		return;
	}
	lm_buf_puts(out, "\"");
	for (; *text != '\0'; text++) {
		/* A line is a sample: names have no line breaks. */
		char c = *text == '\n' || *text == '\r' ? ' ' : *text;

		lm_buf_add(out, "\"\"", c == '"' ? 1 : 0);
		lm_buf_add(out, &c, 1);
	}
	lm_buf_puts(out, "\"");
}

static void put_number(struct lm_buf *out, const json_t *number)
{
	if (json_is_number(number))
		lm_buf_printf(out, "%.12g", json_number_value(number));
}

/* "voice__gateway__kamailio" is a component of "voice". */
static bool is_of(const char *component, const char *assembly)
{
	size_t n = strlen(assembly);

	return strncmp(component, assembly, n) == 0 &&
	       (component[n] == '\0' || strncmp(component + n, "__", 2) == 0);
}

bool record_line(const json_t *event, const char *assembly, struct lm_buf *out)
{
	static const char *const figures[] = {"calls", "servers", "capacity"};
	const char *component = render_text(event, "resourceName");
	const json_t *values = json_object_get(event, "values");

	if (strcmp(render_text(event, "type"), "MetricSample") != 0 || !is_of(component, assembly))
		return false;
	put_text(out, render_text(event, "at"));
	lm_buf_puts(out, ",");
	put_text(out, component);
	lm_buf_puts(out, ",");
	put_text(out, render_text(event, "metricName"));
	lm_buf_puts(out, ",");
	lm_buf_puts(out, render_text(event, "integrity"));
	put_number(out, json_object_get(event, "load"));
	for (size_t i = 0; i < LM_COUNT(figures); i++) {
		lm_buf_puts(out, ",");
		put_number(out, json_object_get(values, figures[i]));
	}
	lm_buf_puts(out, "\n");
	return true;
}

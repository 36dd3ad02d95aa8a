/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/selector.h"

#include <ctype.h>
#include <string.h>

struct parser {
	struct lm_arena *arena;
	const char *text, *p;
	struct selector_flaw *flaw;
};

static void skip_blanks(struct parser *s)
{
	while (isspace((unsigned char)*s->p))
		s->p++;
}

static bool fail(struct parser *s, size_t n, const char *what)
{
	*s->flaw = (struct selector_flaw){what, (size_t)(s->p - s->text), n};
	return false;
}

static bool read_name(struct parser *s, bool label, const char **out)
{
	size_t n = 0;

	while (isalnum((unsigned char)s->p[n]) || s->p[n] == '_' || (s->p[n] == ':' && !label))
		n++;
	if (n == 0 || isdigit((unsigned char)*s->p))
		return fail(s, n > 0 || *s->p == '\0' ? n : 1,
		    label ? "the name of a label is letters, digits and '_'"
			  : "the name of a series is letters, digits, '_' and ':'");
	*out = lm_arena_strndup(s->arena, s->p, n);
	s->p += n;
	skip_blanks(s);
	return true;
}

static char unescaped(char c)
{
	return c == 'n' ? '\n' : c;
}

static bool read_text(struct parser *s, const char **out)
{
	char quote = *s->p;
	size_t n = 0;

	if (quote != '"' && quote != '\'')
		return fail(s, strcspn(s->p, ",} \t"), "the value of a label stands in quotes");
	char *text = lm_arena_alloc(s->arena, strlen(s->p));
	for (const char *p = s->p + 1; *p != '\0'; p++) {
		if (*p == quote) {
			s->p = p + 1;
			skip_blanks(s);
			*out = text;
			return true;
		}
		if (*p == '\\' && p[1] != '\0')
			text[n++] = unescaped(*++p);
		else
			text[n++] = *p;
	}
	return fail(s, 1, "this quote is not closed");
}

static bool read_label(struct parser *s, struct selector_label *out)
{
	if (!read_name(s, true, &out->name))
		return false;
	if (*s->p == '!' || (*s->p == '=' && s->p[1] == '~'))
		return fail(s, 2, "a label is compared with '=' alone");
	if (*s->p != '=')
		return fail(s, *s->p != '\0', "'=' and the value of the label are missing");
	s->p++;
	skip_blanks(s);
	return read_text(s, &out->value);
}

static bool read_labels(struct parser *s, struct selector *out)
{
	out->labels = LM_NEW_N(s->arena, struct selector_label, SELECTOR_LABELS_MAX);
	for (skip_blanks(s); *s->p != '}'; skip_blanks(s)) {
		if (out->n == SELECTOR_LABELS_MAX)
			return fail(s, 1, "there are more than 16 labels");
		if (!read_label(s, &out->labels[out->n++]))
			return false;
		if (*s->p == ',')
			s->p++;
		else if (*s->p != '}')
			return fail(s, *s->p != '\0', "',' or '}' is missing");
	}
	s->p++;
	skip_blanks(s);
	return true;
}

bool selector_parse(
    struct lm_arena *a, const char *text, struct selector *out, struct selector_flaw *flaw)
{
	struct parser s = {a, text, text, flaw};

	*out = (struct selector){NULL, NULL, 0};
	skip_blanks(&s);
	if (!read_name(&s, false, &out->name))
		return false;
	if (*s.p == '{') {
		s.p++;
		if (!read_labels(&s, out))
			return false;
	}
	if (*s.p != '\0')
		return fail(&s, strlen(s.p), "this stands behind the end of the selector");
	return true;
}

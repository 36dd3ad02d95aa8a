/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/tree.h"

#include <string.h>

#include "base/vec.h"
#include "tosca/text/codes.h"
#include "tosca/text/json.h"
#include "tosca/text/source.h"
#include "tosca/text/yaml.h"

/* ---- texts that are none ------------------------------------------------------------------- */

static const struct {
	const char *bom;
	size_t n;
	const char *name, *iconv;
} encodings[] = {
    {"\xff\xfe\0\0", 4, "UTF-32, little endian", "UTF-32LE"},
    {"\0\0\xfe\xff", 4, "UTF-32, big endian", "UTF-32BE"},
    {"\xff\xfe", 2, "UTF-16, little endian", "UTF-16LE"},
    {"\xfe\xff", 2, "UTF-16, big endian", "UTF-16BE"},
};

/* Without a mark, the zeros tell: texts begin with ASCII. */
static int encoding_by_zeros(const char *text, size_t n)
{
	size_t zeros[4] = {0}, groups = n / 4 < 64 ? n / 4 : 64;

	for (size_t i = 0; i < groups * 4; i++)
		zeros[i % 4] += text[i] == '\0';
	if (groups == 0)
		return -1;
	if (zeros[0] == 0 && zeros[2] == groups && zeros[3] == groups)
		return 0;
	if (zeros[3] == 0 && zeros[0] == groups && zeros[1] == groups)
		return 1;
	if (zeros[0] + zeros[2] == 0 && zeros[1] + zeros[3] > groups)
		return 2;
	return zeros[1] + zeros[3] == 0 && zeros[0] + zeros[2] > groups ? 3 : -1;
}

/* The index of the encoding; -1: none of these. */
static int encoding_of(const char *text, size_t n)
{
	for (size_t i = 0; i < LM_COUNT(encodings); i++)
		if (n >= encodings[i].n && memcmp(text, encodings[i].bom, encodings[i].n) == 0)
			return (int)i;
	return encoding_by_zeros(text, n);
}

static struct source_range range_at(const struct source *s, const struct source_flaw *flaw)
{
	return (struct source_range){s, flaw->first, flaw->first + 1};
}

/* A source in another encoding, or none of a text; true when it was reported. */
static bool refuse(const struct source *s, const char *text, size_t n, struct diags *diags)
{
	struct source_range whole = {s, 0, 0};
	int encoding = encoding_of(text, n);
	struct diag *d = NULL;

	if (encoding >= 0) {
		d = diag_add(
		    diags, CODE_TEXT_ENCODING, &whole, "the file is %s", encodings[encoding].name);
		diag_help(diags, d, "save it as UTF-8, or convert it: iconv -f %s -t UTF-8",
		    encodings[encoding].iconv);
		return true;
	}
	const char *nul = memchr(text, '\0', n);
	if (nul == NULL && (s->invalid.n + s->control.n) * 8 <= n)
		return false;
	if (nul != NULL)
		d = diag_add(diags, CODE_YAML_BYTES, &whole,
		    "the file is not a text: byte %zu is NUL", (size_t)(nul - text) + 1);
	else
		d = diag_add(diags, CODE_YAML_BYTES, &whole, "the file is not a text");
	diag_help(diags, d, "a descriptor is UTF-8 text without control characters");
	return true;
}

/* Flaws of single characters; the text is read nevertheless. */
static void report_flaws(const struct source *s, struct diags *diags)
{
	struct source_range invalid = range_at(s, &s->invalid), control = range_at(s, &s->control);
	struct source_range invisible = range_at(s, &s->invisible);
	struct diag *d;

	if (s->invisible.n > 0)
		diag_add(diags, CODE_YAML_INVISIBLE, &invisible,
		    "invisible characters, left out (%zu in this file)", s->invisible.n);
	if (s->control.n > 0) {
		d = diag_add(diags, CODE_TEXT_CONTROL, &control,
		    "a control character, U+%04X (%zu in this file)", s->control.value,
		    s->control.n);
		diag_help(diags, d, "remove it");
	}
	if (s->invalid.n == 0)
		return;
	d = diag_add(diags, CODE_TEXT_UTF8, &invalid, "byte 0x%02x is not UTF-8 (%zu in this file)",
	    s->invalid.value, s->invalid.n);
	uint32_t c = s->invalid.value;
	if (c >= 0xa0)
		diag_help(diags, d,
		    "in Latin-1 it is '%c%c': convert the file: iconv -f ISO-8859-1 -t UTF-8",
		    (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
	else
		diag_help(diags, d, "save the file as UTF-8");
}

/* ---- the choice ---------------------------------------------------------------------------- */

/* A file of JSON by its name, unless what it holds begins in a way that JSON cannot. */
static bool is_json(const struct source *s)
{
	size_t n = s->file != NULL ? strlen(s->file) : 0;

	return n > 5 && strcmp(s->file + n - 5, ".json") == 0 &&
	       strchr("[{/", s->text[strspn(s->text, " \t\r\n")]) != NULL;
}

static size_t limit(size_t wanted, size_t max)
{
	return wanted == 0 || wanted > max ? max : wanted;
}

struct documents tree_read(
    const struct tree_room *room, const char *file, const char *text, size_t n, struct diags *diags)
{
	struct tree_room r = *room;
	struct source_range whole = {0};
	size_t errors = diags_errors(diags);

	r.text_max = limit(r.text_max, TREE_TEXT_MAX);
	r.nodes_max = limit(r.nodes_max, TREE_NODES_MAX);
	if (n > r.text_max) {
		whole.source = source_new(r.texts, file, "", 0);
		diag_add(diags, CODE_YAML_LIMIT, &whole, "too long: %zu bytes, at most %zu", n,
		    r.text_max);
		return (struct documents){.source = whole.source};
	}
	whole.source = source_new(r.texts, file, text, n);
	if (refuse(whole.source, text, n, diags))
		return (struct documents){.source = whole.source};
	report_flaws(whole.source, diags);
	struct documents docs = is_json(whole.source) ? json_read(&r, whole.source, diags)
						      : yaml_read(&r, whole.source, diags);
	if (docs.n == 0 && diags_errors(diags) == errors)
		diag_add(diags, CODE_YAML_EMPTY, &whole, "there is no document in this file");
	return docs;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text from an exporter, and any selectors: the lines before the first one that is empty. What
 * many selectors get of a text together, each of them must get alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/scrape/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { SELECTORS_MAX = 20 };

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static bool same(const struct exposition_sum *a, const struct exposition_sum *b)
{
	return a->n == b->n && a->at_ms == b->at_ms && a->has_zero == b->has_zero &&
	       (a->value == b->value || a->value != a->value);
}

static bool read_text(struct lm_arena *a, const struct selector *const *selectors, size_t k,
    const char *text, size_t n, struct exposition_sum *sums)
{
	struct exposition_wants *w = exposition_wants_new(selectors, k);
	char *copy = lm_arena_alloc(a, n + 1);

	memcpy(copy, text, n);
	copy[n] = '\0';
	struct lm_err *e = exposition_read(w, copy, n, sums);
	bool is_good = e == NULL;
	lm_err_free(e);
	exposition_wants_free(w);
	return is_good;
}

/* The rest of the text; the selectors of the lines before it. */
static const char *take_selectors(
    struct lm_arena *a, const char *text, const struct selector **out, size_t *k)
{
	while (*text != '\0' && *text != '\n') {
		size_t n = strcspn(text, "\n");
		struct selector *s = LM_NEW(a, struct selector);
		struct selector_flaw flaw;

		if (*k < SELECTORS_MAX && selector_parse(a, lm_arena_strndup(a, text, n), s, &flaw))
			out[(*k)++] = s;
		text += n + (text[n] == '\n');
	}
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const struct selector *selectors[SELECTORS_MAX];
	struct exposition_sum together[SELECTORS_MAX], alone;
	char *all = lm_arena_alloc(a, n + 1);
	size_t k = 0;

	if (n > 0)
		memcpy(all, data, n);
	all[n] = '\0';
	const char *text = take_selectors(a, all, selectors, &k);
	size_t left = n - (size_t)(text - all);
	bool is_good = read_text(a, selectors, k, text, left, together);
	for (size_t i = 0; i < k; i++) {
		demand(read_text(a, &selectors[i], 1, text, left, &alone) == is_good);
		demand(!is_good || same(&together[i], &alone));
	}
	return 0;
}

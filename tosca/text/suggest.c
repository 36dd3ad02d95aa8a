/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/suggest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 96, COMPARED_MAX = 5000 };

struct suggest suggest_for(const char *word)
{
	size_t n = strlen(word);

	/* About every third letter may be wrong, and at least two. */
	return (struct suggest){word, NULL, n < 3 ? 2 : n / 3 + 2 < 3 ? 3 : n / 3 + 2, 0};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment; three rows of the matrix at a time. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			int ca = tolower((unsigned char)a[i - 1]);
			int cb = tolower((unsigned char)b[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

void suggest_offer(struct suggest *s, const char *candidate)
{
	if (candidate == NULL)
		return;
	size_t n = strlen(s->word), m = strlen(candidate);
	size_t gap = n > m ? n - m : m - n;

	if (n == 0 || m == 0 || n > WORD_MAX || m > WORD_MAX || gap >= s->distance)
		return;
	if (s->compared++ >= COMPARED_MAX)
		return;
	size_t d = distance(s->word, n, candidate, m);
	/* Two short words that share nothing are not near each other. */
	if (d < s->distance && d < (n > m ? n : m)) {
		s->best = candidate;
		s->distance = d;
	}
}

struct lm_err *suggest_in(struct lm_err *e, const struct suggest *s)
{
	LM_AUTO(lm_err) plain = e;

	return lm_err_new(lm_err_kind(plain), "%s%s%s%s", lm_err_text(plain),
	    s->best != NULL ? ": did you mean '" : "", s->best != NULL ? s->best : "",
	    s->best != NULL ? "'?" : "");
}

bool suggest_is_near(const char *word, const char *candidate)
{
	struct suggest near = suggest_for(word);

	suggest_offer(&near, candidate);
	return near.best != NULL;
}

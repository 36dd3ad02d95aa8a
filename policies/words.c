/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/words.h"

#include <stdio.h>

static void trimmed(struct lm_buf *out, double d, int decimals)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%.*f", decimals, d);

	if (n < 0 || (size_t)n >= sizeof text) { /* too long for a sentence */
		lm_buf_printf(out, "%.3g", d);
		return;
	}
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	lm_buf_add(out, text, (size_t)n);
}

void words_load(struct lm_buf *out, double load)
{
	trimmed(out, load, 2);
}

void words_seconds(struct lm_buf *out, long long t_ms)
{
	trimmed(out, (double)t_ms / 1000, 3);
	lm_buf_puts(out, " s");
}

void words_count(struct lm_buf *out, unsigned n)
{
	static const char *const small[] = {
	    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};

	if (n < LM_COUNT(small))
		lm_buf_puts(out, small[n]);
	else
		lm_buf_printf(out, "%u", n);
}

void words_times(struct lm_buf *out, unsigned n)
{
	if (n == 1) {
		lm_buf_puts(out, "once");
	} else if (n == 2) {
		lm_buf_puts(out, "twice");
	} else {
		words_count(out, n);
		lm_buf_puts(out, " times");
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/view/view.h"

/* Which processes are asked for. */

/* ---- words -------------------------------------------------------------------------------------- */

/* The next word of a comma list, without the blanks around it.  False: there is none. */
static bool next_word(const char **list, const char **word, size_t *n)
{
	const char *at = *list;

	if (at == NULL)
		return false;
	const char *comma = strchr(at, ',');
	*n = comma == NULL ? strlen(at) : (size_t)(comma - at);
	*list = comma == NULL ? NULL : comma + 1;
	for (; *n > 0 && *at == ' '; at++)
		--*n;
	while (*n > 0 && at[*n - 1] == ' ')
		--*n;
	*word = at;
	return true;
}

static bool is_word(const char *word, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(word, text, n) == 0;
}

static bool is_listed(const char *list, const char *text)
{
	const char *word;
	size_t n;

	while (next_word(&list, &word, &n))
		if (is_word(word, n, text))
			return true;
	return false;
}

/* Nobody is "Planned" here: what is accepted is Pending at least.  Clients may ask all the same. */
static const char *const status_words[] = {"Planned",
#define X(name, text) text,
    PROCESS_STATUSES(X)
#undef X
};

static const char *const intent_words[] = {
#define X(name, type, path) type,
    INTENT_KINDS(X)
#undef X
};

static struct lm_err *check_words(
    const char *what, const char *list, const char *const *words, size_t n_words)
{
	const char *word;
	size_t n;

	while (next_word(&list, &word, &n)) {
		size_t i = 0;
		struct lm_buf all;

		while (i < n_words && !is_word(word, n, words[i]))
			i++;
		if (i < n_words || n == 0)
			continue;
		lm_buf_init(&all, 1024);
		for (i = 0; i < n_words; i++)
			lm_buf_printf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
		struct lm_err *e = lm_err_new(LM_ERR_INVALID,
		    "'%s' is a list, with commas, of %s; not '%.*s'", what, all.p, (int)n, word);
		lm_buf_fini(&all);
		return e;
	}
	return NULL;
}

struct lm_err *process_filter_check(const struct process_filter *f)
{
	struct lm_err *e =
	    check_words("processStatuses", f->statuses, status_words, LM_COUNT(status_words));

	return e != NULL ? e
			 : check_words("intentTypes", f->intent_types, intent_words,
			       LM_COUNT(intent_words));
}

/* ---- processes ------------------------------------------------------------------------------- */

/* '*' stands for any text, however short; nothing else stands for anything but itself. */
static bool is_like(const char *pattern, const char *text)
{
	const char *star = NULL, *again = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			again = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) { /* it stands for one more character */
			pattern = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static bool is_same(const char *wanted, const char *text)
{
	return wanted == NULL || (text != NULL && strcmp(wanted, text) == 0);
}

static bool has_ended(const struct process *p)
{
	return p->status != PROCESS_PENDING && p->status != PROCESS_RUNNING;
}

bool view_passes(const struct process_filter *f, const struct process *p)
{
	return is_same(f->assembly_id, p->root_id) && is_same(f->assembly_type, p->descriptor) &&
	       (f->assembly_name == NULL || is_like(f->assembly_name, p->root_name)) &&
	       (f->statuses == NULL || is_listed(f->statuses, process_status_text(p->status))) &&
	       (f->intent_types == NULL ||
		   is_listed(f->intent_types, intent_kind_text(p->intent.kind))) &&
	       (f->started_after_ms == 0 || p->start_ms > f->started_after_ms) &&
	       (f->ended_before_ms == 0 || (has_ended(p) && p->end_ms < f->ended_before_ms));
}

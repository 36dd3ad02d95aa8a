/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/store/check.h"

#include <stdlib.h>
#include <string.h>

int64_t store_event_number(const char *key)
{
	int64_t n = 0;

	if (*key == '0')
		return 0;
	for (; *key >= '0' && *key <= '9'; key++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *key - '0', &n))
			return 0;
	}
	return *key == '\0' ? n : 0;
}

int64_t store_step_number(const char *key, char out_process[STORE_ID_MAX])
{
	const char *slash = strrchr(key, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - key);

	if (n == 0 || n >= STORE_ID_MAX)
		return 0;
	memcpy(out_process, key, n);
	out_process[n] = '\0';
	return store_event_number(slash + 1);
}

struct lm_err *store_step_orphan(const struct record *r)
{
	return lm_err_new(LM_ERR_INVALID, "step %s: its process is not in the journal", r->key);
}

static struct lm_err *check_event(const struct record *r, int64_t *io_last)
{
	int64_t n = store_event_number(r->key);

	if (n == 0)
		return lm_err_new(
		    LM_ERR_INVALID, "event '%s': the key is not a positive decimal number", r->key);
	if (r->body == NULL)
		return lm_err_new(LM_ERR_INVALID, "event %s: events are never removed", r->key);
	if (n <= *io_last)
		return lm_err_new(LM_ERR_CONFLICT,
		    "event %s: the journal has come to number %lld already", r->key,
		    (long long)*io_last);
	*io_last = n;
	return NULL;
}

struct lm_err *store_check(const struct record *records, size_t n, int64_t *io_last_event)
{
	int64_t last = *io_last_event;

	char process[STORE_ID_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct record *r = &records[i];
		struct lm_err *e = NULL;

		if ((unsigned)r->table >= RECORD_TABLE_N)
			return lm_err_new(
			    LM_ERR_INVALID, "no journal table %u", (unsigned)r->table);
		if (r->key == NULL || r->key[0] == '\0' || r->root == NULL)
			return lm_err_new(LM_ERR_INVALID, "record of table %s without %s",
			    record_table_text(r->table), r->root == NULL ? "a root" : "a key");
		if (r->table == RECORD_EVENT)
			e = check_event(r, &last);
		else if (r->table == RECORD_STEP && store_step_number(r->key, process) == 0)
			e = lm_err_new(
			    LM_ERR_INVALID, "step '%s': the key is not <process>/<number>", r->key);
		if (e != NULL)
			return e;
	}
	*io_last_event = last;
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/store/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t store_event_number(const char *key)
{
	size_t digits = strspn(key, "0123456789");

	if (digits == 0 || key[digits] != '\0' || key[0] == '0')
		return 0;
	errno = 0;
	long long n = strtoll(key, NULL, 10);
	return errno != 0 ? 0 : n;
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
		if (e != NULL)
			return e;
	}
	*io_last_event = last;
	return NULL;
}

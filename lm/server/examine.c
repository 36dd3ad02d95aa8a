/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/examine.h"

#include <string.h>

#include "lm/core/doctor.h"
#include "lm/store/store.h"

/* "component/8c...: its assembly 'voice' is missing", or a sentence about the file. */
static void add(void *arg, const char *text)
{
	size_t n = strcspn(text, ":");
	bool has_subject = text[n] == ':' && text[n + 1] == ' ' && memchr(text, ' ', n) == NULL;

	json_array_append_new(
	    arg, json_pack("{s:s, s:o, s:s, s:s, s:b}", "code", finding_kind_text(FINDING_JOURNAL),
		     "subject", has_subject ? json_stringn(text, n) : json_string("journal"),
		     "explanation", has_subject ? text + n + 2 : text, "repair",
		     "put a backup in its place, or keep a copy and report it", "repairable", 0));
}

struct lm_err *journal_examine(const char *path, json_t **out)
{
	struct store_examined x = {0};
	json_t *findings = json_array(), *records = json_object();

	struct lm_err *e = store_sqlite_examine(path, add, findings, &x);
	if (e != NULL) {
		json_decref(findings);
		json_decref(records);
		return e;
	}
	for (int t = 0; t < RECORD_TABLE_N; t++)
		json_object_set_new(
		    records, record_table_text((enum record_table)t), json_integer(x.records[t]));
	bool healthy = json_array_size(findings) == 0;
	*out = json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "healthy", healthy, "journal",
	    path, "format", (json_int_t)x.format, "bytes", (json_int_t)x.bytes, "freeBytes",
	    (json_int_t)x.free_bytes, "lastEvent", (json_int_t)x.last_event, "records", records,
	    "findings", findings);
	return *out != NULL
		   ? NULL
		   : lm_err_new(LM_ERR_INVALID, "the journal's name is not UTF-8: %s", path);
}

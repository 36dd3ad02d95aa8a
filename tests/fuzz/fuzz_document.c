/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/document/document.h"

/*
 * Bodies of requests, JSON or YAML as the first byte says: an object or an error.  An object that is
 * written as YAML reads as the same object.
 */
static void check_written(const json_t *o)
{
	struct lm_buf b;
	json_t *again = NULL;

	lm_buf_init(&b, 8 << 20);
	document_print_yaml(o, &b);
	if (!b.cut && b.n < 1 << 20) {
		struct lm_err *e = document_parse_yaml(b.p, b.n, &again);
		char *one = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
		char *two = json_dumps(again, JSON_COMPACT | JSON_REAL_PRECISION(15));

		if (e == NULL && strcmp(one, two) != 0)
			abort();
		if (e != NULL && lm_err_kind(e) != LM_ERR_LIMIT &&
		    strstr(lm_err_text(e), "deep") == NULL)
			abort();
		lm_err_free(e);
		free(one);
		free(two);
	}
	json_decref(again);
	lm_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data;
	json_t *o = NULL;

	if (n == 0 || n > 1 << 16)
		return 0;
	struct lm_err *e = data[0] == '{' ? document_parse_json(text, n, &o)
					  : document_parse_yaml(text + 1, n - 1, &o);
	if ((e == NULL) != (o != NULL))
		abort();
	if (o != NULL)
		check_written(o);
	json_decref(o);
	lm_err_free(e);
	return 0;
}

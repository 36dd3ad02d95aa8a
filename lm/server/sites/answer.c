/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"

enum { LOCATION_MAX = 1024 };

/* What was created is at this address.  Clients put its last segment into addresses as it is. */
static void put_location(struct http_request *r, const char *collection, const char *name)
{
	struct lm_buf b;

	lm_buf_init(&b, LOCATION_MAX);
	lm_buf_printf(&b, "%s/", collection);
	for (const char *p = name; *p != '\0'; p++)
		if (*p > ' ' && *p < 0x7f && strchr("\"#%<>?[\\]^`{|}", *p) == NULL)
			lm_buf_add(&b, p, 1);
		else
			lm_buf_printf(&b, "%%%02X", (unsigned char)*p);
	http_put_header(r, "Location", b.p);
	lm_buf_fini(&b);
}

static void answer_empty(struct http_request *r)
{
	struct lm_buf b;

	lm_buf_init(&b, 1);
	http_answer(r, &(struct http_answer){.status = 204}, &b);
	lm_buf_fini(&b);
}

void sites_answer_change(
    struct http_request *r, struct lm_err *e, const char *event, const char *name)
{
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	api_note(r, event, name);
	answer_empty(r);
}

void sites_answer_document(struct http_request *r, json_t *d, const char *noun, const char *name)
{
	if (d == NULL)
		http_answer_error(r, 404, "there is no %s '%s'", noun, name);
	else
		document_answer(r, 200, d);
}

void sites_answer_created(struct http_request *r, const struct created *c, json_t *document)
{
	api_note(r, c->event, c->name);
	put_location(r, c->collection, c->name);
	document_answer(r, 201, document);
}

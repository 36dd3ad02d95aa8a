/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "lm/server/http/priv.h"

/*
 * Requests that the library lets through although they can be read in two ways (RFC 9112): what stands
 * between a client and us might read them in the other, and take the end of one for a request of its
 * own.  What the library refuses itself it answers with pages of its own.
 */
struct census {
	unsigned hosts;
	const char *length, *coding;
	bool lengths_differ, codings_differ, has_odd_name;
};

static enum MHD_Result count(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct census *c = arg;
	(void)kind;

	if (value == NULL)
		value = "";
	c->has_odd_name |= strpbrk(name, " \t") != NULL; /* "Content-Length : 5" */
	if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
		c->hosts++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		c->lengths_differ |= c->length != NULL && strcmp(c->length, value) != 0;
		c->length = value;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		c->codings_differ |= c->coding != NULL;
		c->coding = value;
	}
	return MHD_YES;
}

static size_t size_of_headers(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info != NULL ? info->header_size : 0;
}

static bool refuse(struct exchange *x, int status, const char *why)
{
	http_put_header(&x->request, MHD_HTTP_HEADER_CONNECTION, "close");
	http_answer_error(&x->request, status, "%s", why);
	return false;
}

bool headers_are_clear(struct exchange *x, const char *version)
{
	struct census c = {0};

	if (size_of_headers(x->connection) > HTTP_HEADERS_MAX)
		return refuse(x, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
		    "the address and the headers have more than 32 KiB together: send less");
	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count, &c);
	if (c.has_odd_name)
		return refuse(x, MHD_HTTP_BAD_REQUEST, "the name of a header has no blanks");
	if (c.hosts > 1 || (c.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
		return refuse(x, MHD_HTTP_BAD_REQUEST, "a request has one header Host");
	if (c.coding != NULL && c.length != NULL)
		return refuse(x, MHD_HTTP_BAD_REQUEST,
		    "a body has either a Content-Length or a Transfer-Encoding, not both");
	if (c.lengths_differ)
		return refuse(x, MHD_HTTP_BAD_REQUEST, "Content-Length is given twice");
	if (c.codings_differ || (c.coding != NULL && strcasecmp(c.coding, "chunked") != 0))
		return refuse(x, MHD_HTTP_NOT_IMPLEMENTED,
		    "the only Transfer-Encoding that is read is 'chunked'");
	return true;
}

/* ---- escapes -------------------------------------------------------------------------------------- */

/* The library's own would end a text at %00. */
size_t http_on_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return unescape(text);
}

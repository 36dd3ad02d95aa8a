/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/lsp/rpc.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/heap.h"

struct rpc {
	int in, out;
	bool lost; /* nothing can be read or written any more */
	size_t begin, end;
	char bytes[64 * 1024];
};

struct rpc *rpc_new(int in, int out)
{
	struct rpc *r = lm_alloc(sizeof *r);

	r->in = in;
	r->out = out;
	return r;
}

void rpc_free(struct rpc *r)
{
	free(r);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* False: the end. */
static bool fill(struct rpc *r)
{
	ssize_t n;

	if (r->begin < r->end)
		return true;
	if (r->lost)
		return false;
	do
		n = read(r->in, r->bytes, sizeof r->bytes);
	while (n < 0 && errno == EINTR);
	r->begin = 0;
	r->end = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* A line without its end; false: the end of all, or a line too long for the buffer. */
static bool read_header_line(struct rpc *r, struct lm_buf *line)
{
	lm_buf_clear(line);
	while (fill(r)) {
		char *p = r->bytes + r->begin;
		char *newline = memchr(p, '\n', r->end - r->begin);
		size_t n = newline != NULL ? (size_t)(newline - p) : r->end - r->begin;

		lm_buf_add(line, p, n);
		r->begin += newline != NULL ? n + 1 : n;
		if (line->cut)
			return false;
		if (newline == NULL)
			continue;
		if (line->n > 0 && line->p[line->n - 1] == '\r')
			line->p[--line->n] = '\0';
		return true;
	}
	return false;
}

/* Digits and nothing else. */
static bool read_length(const char *text, uint64_t *out)
{
	char *end;

	while (*text == ' ' || *text == '\t')
		text++;
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	return errno == 0 && *end == '\0';
}

enum header { HEADER_GOOD, HEADER_BAD, HEADER_END };

static enum header read_headers(struct rpc *r, struct lm_buf *line, uint64_t *out_length)
{
	static const char key[] = "Content-Length:";
	bool found = false, bad = false, any = false;
	size_t total = 0;

	while (read_header_line(r, line)) {
		if (line->n == 0 && !any)
			continue; /* between two messages */
		if (line->n == 0)
			return found && !bad ? HEADER_GOOD : HEADER_BAD;
		any = true;
		total += line->n;
		if (total > RPC_HEADER_MAX)
			break;
		if (strncasecmp(line->p, key, sizeof key - 1) == 0)
			found = read_length(line->p + sizeof key - 1, out_length) && !found;
		else if (strchr(line->p, ':') == NULL)
			bad = true;
	}
	if (total > RPC_HEADER_MAX || line->cut) {
		rpc_fail(
		    r, NULL, RPC_PARSE_ERROR, "a header of more than %d bytes", RPC_HEADER_MAX);
		r->lost = true;
	}
	return HEADER_END;
}

static bool read_body(struct rpc *r, char *to, uint64_t n)
{
	while (n > 0) {
		if (!fill(r))
			return false;
		size_t some = r->end - r->begin < n ? r->end - r->begin : (size_t)n;

		if (to != NULL) {
			memcpy(to, r->bytes + r->begin, some);
			to += some;
		}
		r->begin += some;
		n -= some;
	}
	return true;
}

/* NULL: answered with an error, or the end. */
static json_t *read_message(struct rpc *r, uint64_t length)
{
	json_error_t error;

	if (length > RPC_MESSAGE_MAX) {
		if (read_body(r, NULL, length))
			rpc_fail(r, NULL, RPC_INVALID_REQUEST,
			    "a message of more than %d bytes is not read", RPC_MESSAGE_MAX);
		return NULL;
	}
	char *body = lm_alloc_raw((size_t)length + 1);
	json_t *message = NULL;
	if (read_body(r, body, length)) {
		message = json_loadb(body, (size_t)length, JSON_ALLOW_NUL, &error);
		if (message == NULL)
			rpc_fail(
			    r, NULL, RPC_PARSE_ERROR, "the message is not JSON: %s", error.text);
	}
	free(body);
	return message;
}

json_t *rpc_read(struct rpc *r)
{
	struct lm_buf line;
	uint64_t length = 0;
	json_t *message = NULL;

	lm_buf_init(&line, RPC_HEADER_MAX);
	while (message == NULL) {
		enum header header = read_headers(r, &line, &length);

		if (header == HEADER_END)
			break;
		if (header == HEADER_GOOD)
			message = read_message(r, length);
		else
			rpc_fail(
			    r, NULL, RPC_PARSE_ERROR, "a header without a usable Content-Length");
	}
	lm_buf_fini(&line);
	return message;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void write_all(struct rpc *r, const char *p, size_t n)
{
	while (n > 0 && !r->lost) {
		ssize_t done = write(r->out, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			r->lost = true;
			return;
		}
		p += done;
		n -= (size_t)done;
	}
}

static void write_header(struct rpc *r, size_t n)
{
	char header[64];

	snprintf(header, sizeof header, "Content-Length: %zu\r\n\r\n", n);
	write_all(r, header, strlen(header));
}

void rpc_send(struct rpc *r, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);

	if (text == NULL)
		abort();
	size_t n = strlen(text);
	write_header(r, n);
	write_all(r, text, n);
	free(text);
	json_decref(message);
}

static json_t *begin_message(const json_t *id)
{
	json_t *m = json_object();

	json_object_set_new(m, "jsonrpc", json_string("2.0"));
	json_object_set_new(m, "id", id != NULL ? json_copy((json_t *)(uintptr_t)id) : json_null());
	return m;
}

void rpc_reply(struct rpc *r, const json_t *id, json_t *result)
{
	json_t *m = begin_message(id);

	json_object_set_new(m, "result", result);
	rpc_send(r, m);
}

void rpc_reply_text(struct rpc *r, const json_t *id, const struct lm_buf *result)
{
	static const char begin[] = "{\"jsonrpc\":\"2.0\",\"id\":", middle[] = ",\"result\":";
	char *name = json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY);

	if (name == NULL)
		abort();
	size_t n = strlen(name);
	write_header(r, sizeof begin - 1 + n + sizeof middle - 1 + result->n + 1);
	write_all(r, begin, sizeof begin - 1);
	write_all(r, name, n);
	write_all(r, middle, sizeof middle - 1);
	write_all(r, result->p, result->n);
	write_all(r, "}", 1);
	free(name);
}

void rpc_notify(struct rpc *r, const char *method, json_t *params)
{
	json_t *m = json_object();

	json_object_set_new(m, "jsonrpc", json_string("2.0"));
	json_object_set_new(m, "method", json_string(method));
	json_object_set_new(m, "params", params);
	rpc_send(r, m);
}

void rpc_fail(struct rpc *r, const json_t *id, enum rpc_error code, const char *fmt, ...)
{
	json_t *m = begin_message(id), *error = json_object();
	struct lm_buf text;
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	lm_buf_init(&text, sizeof line);
	for (const char *p = line; *p != '\0'; p++)
		lm_buf_add(&text, isprint((unsigned char)*p) ? p : "?", 1);
	json_object_set_new(error, "code", json_integer(code));
	json_object_set_new(error, "message", json_string(text.p));
	json_object_set_new(m, "error", error);
	lm_buf_fini(&text);
	rpc_send(r, m);
}

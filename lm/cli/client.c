/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/client.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/heap.h"
#include "lm/cli/login/tokens.h"

enum {
	ANSWER_MAX = 256 * 1024 * 1024,
	LINE_MAX_N = 64 * 1024 * 1024,
	TICK_MS = 100,
	TIMEOUT_S = 60,
	EARLY_S = 10, /* so long before its end a token is made anew */
};

struct client {
	CURL *curl;
	char *server;
	const char *token;  /* LM_TOKEN; NULL: what is kept */
	const char *cacert; /* LM_CACERT, or that of the login; NULL: the machine's */
	struct kept kept;   /* "": nothing */
	long timeout_ms;
};

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

struct client *client_new(const char *server)
{
	struct client *c = lm_alloc(sizeof *c);

	curl_global_init(
	    strncmp(server, "https:", 6) == 0 ? CURL_GLOBAL_DEFAULT : CURL_GLOBAL_NOTHING);
	c->curl = curl_easy_init();
	c->server = lm_strdup(server);
	c->timeout_ms = TIMEOUT_S * 1000L;
	if (c->curl == NULL)
		abort();
	size_t n = strlen(c->server);
	while (n > 0 && c->server[n - 1] == '/')
		c->server[--n] = '\0';
	c->token = setting("LM_TOKEN");
	c->cacert = setting("LM_CACERT");
	if (!tokens_find(c->server, &c->kept) || c->token != NULL)
		c->kept.refresh[0] = '\0';
	if (c->cacert == NULL && c->kept.cacert[0] != '\0')
		c->cacert = c->kept.cacert;
	return c;
}

void client_free(struct client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->curl);
	curl_global_cleanup();
	free(c->server);
	free(c);
}

void client_hurry(struct client *c, long ms)
{
	c->timeout_ms = ms;
}

void client_path(struct client *c, struct lm_buf *out, const char *pattern, ...)
{
	va_list ap;

	va_start(ap, pattern);
	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p != '%') {
			lm_buf_add(out, p, 1);
			continue;
		}
		char *text = curl_easy_escape(c->curl, va_arg(ap, const char *), 0);
		if (text == NULL)
			abort();
		lm_buf_puts(out, text);
		curl_free(text);
	}
	va_end(ap);
}

/* ---- one request ------------------------------------------------------------------------------ */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	lm_buf_add(arg, p, size * n);
	return size * n;
}

static void prepare_bare(struct client *c, const char *path)
{
	struct lm_buf url;

	curl_easy_reset(c->curl);
	lm_buf_init(&url, 64 * 1024);
	lm_buf_printf(&url, "%s%s", c->server, path);
	curl_easy_setopt(c->curl, CURLOPT_URL, url.p);
	curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(c->curl, CURLOPT_USERAGENT, "lm");
	if (c->cacert != NULL)
		curl_easy_setopt(c->curl, CURLOPT_CAINFO, c->cacert);
	lm_buf_fini(&url);
}

static void renew(struct client *c);

static void prepare(struct client *c, const char *path)
{
	if (c->kept.refresh[0] != '\0' && c->kept.until_s - EARLY_S < time(NULL))
		renew(c);
	prepare_bare(c, path);
	const char *token = c->token != NULL ? c->token : c->kept.token;
	if (*token == '\0')
		return;
	curl_easy_setopt(c->curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
	curl_easy_setopt(c->curl, CURLOPT_XOAUTH2_BEARER, token);
}

static struct lm_err *unreachable(const struct client *c, CURLcode code)
{
	if (code == CURLE_COULDNT_CONNECT)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "cannot reach the manager at %s: start it with 'lm serve', or name another "
		    "with "
		    "--server or LM_SERVER",
		    c->server);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "the certificate of %s is not one that is trusted here: name it with --cacert "
		    "or LM_CACERT (a manager keeps the one it made as tls.crt in its state folder)",
		    c->server);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return lm_err_new(
		    LM_ERR_INVALID, "there are no certificates to be read in %s", c->cacert);
	return lm_err_new(LM_ERR_UNAVAILABLE, "no answer from the manager at %s: %s%s", c->server,
	    curl_easy_strerror(code), code == CURLE_GOT_NOTHING ? ": does it want https://?" : "");
}

/* What the manager says in {"localizedMessage": ...}; of what it did not expect in {"message": ...}. */
static struct lm_err *refusal(long status, const struct lm_buf *body)
{
	json_t *j = json_loadb(body->p, body->n, 0, NULL);
	const char *text =
	    json_string_value(json_object_get(j, status == 500 ? "message" : "localizedMessage"));
	enum lm_err_kind kind = status == 404   ? LM_ERR_NOT_FOUND
				: status == 409 ? LM_ERR_CONFLICT
				: status < 500  ? LM_ERR_INVALID
						: LM_ERR_IO;
	struct lm_err *e = text != NULL
			       ? lm_err_new(kind, "%s", text)
			       : lm_err_new(kind, "the manager answers with status %ld", status);

	json_decref(j);
	return e;
}

static struct lm_err *finish(struct client *c, CURLcode code, const struct lm_buf *body)
{
	long status = 0;

	if (code != CURLE_OK)
		return unreachable(c, code);
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status >= 300)
		return refusal(status, body);
	if (body->cut)
		return lm_err_new(LM_ERR_LIMIT, "the answer is larger than %zu bytes", body->max);
	return NULL;
}

struct lm_err *client_get(struct client *c, const char *path, struct lm_buf *out)
{
	prepare(c, path);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, c->timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, out);
	return finish(c, curl_easy_perform(c->curl), out);
}

struct lm_err *client_get_json(struct client *c, const char *path, json_t **out)
{
	json_error_t why;
	struct lm_buf b;

	lm_buf_init(&b, ANSWER_MAX);
	struct lm_err *e = client_get(c, path, &b);
	if (e == NULL) {
		json_t *j = json_loadb(b.p, b.n, 0, &why);

		if (j == NULL)
			e = lm_err_new(LM_ERR_IO,
			    "the answer of %s%s is not JSON (%s): is this a manager?", c->server,
			    path, why.text);
		else
			*out = j;
	}
	lm_buf_fini(&b);
	return e;
}

/* What goes up: a text, or a file as the field "file" of a form. */
static curl_mime *put_message(struct client *c, const struct client_message *m)
{
	curl_mime *form = NULL;

	if (m->upload != NULL) {
		form = curl_mime_init(c->curl);
		curl_mimepart *part = curl_mime_addpart(form);

		curl_mime_name(part, "file");
		curl_mime_filedata(part, m->upload);
		curl_easy_setopt(c->curl, CURLOPT_MIMEPOST, form);
	} else if (m->body != NULL) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(m->body));
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, m->body);
	}
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, m->method);
	return form;
}

static struct lm_err *send_prepared(
    struct client *c, const struct client_message *m, struct lm_buf *out)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	char type[96];

	if (m->type != NULL) {
		snprintf(type, sizeof type, "Content-Type: %s", m->type);
		headers = curl_slist_append(headers, type);
	}
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, c->timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	curl_mime *form = put_message(c, m);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, out);
	struct lm_err *e = finish(c, curl_easy_perform(c->curl), out);
	curl_mime_free(form);
	curl_slist_free_all(headers);
	return e;
}

struct lm_err *client_send(
    struct client *c, const char *path, const struct client_message *m, struct lm_buf *out)
{
	prepare(c, path);
	return send_prepared(c, m, out);
}

struct lm_err *client_post(struct client *c, const char *path, const char *body, struct lm_buf *out)
{
	struct client_message m = {.method = "POST", .type = "application/json", .body = body};

	return client_send(c, path, &m, out);
}

/* ---- who one is ------------------------------------------------------------------------------- */

static struct lm_err *read_login(const struct lm_buf *answer, struct kept *k)
{
	json_t *j = json_loadb(answer->p, answer->n, 0, NULL);
	const char *token = json_string_value(json_object_get(j, "token"));
	const char *refresh = json_string_value(json_object_get(j, "refresh_token"));
	struct lm_err *e = NULL;

	if (token == NULL)
		token = json_string_value(json_object_get(j, "access_token"));
	k->until_s = time(NULL) + json_integer_value(json_object_get(j, "expires_in"));
	if (token == NULL || strlen(token) >= KEPT_MAX)
		e = lm_err_new(LM_ERR_IO, "there is no token in the answer: is this a manager?");
	else
		snprintf(k->token, sizeof k->token, "%s", token);
	if (refresh != NULL)
		snprintf(k->refresh, sizeof k->refresh, "%s", refresh);
	json_decref(j);
	return e;
}

/* So that it need not be named again; from wherever the next command is called. */
static void keep_cacert(const struct client *c, struct kept *k)
{
	char *path = c->cacert != NULL ? realpath(c->cacert, NULL) : NULL;

	if (path != NULL && strlen(path) < sizeof k->cacert)
		snprintf(k->cacert, sizeof k->cacert, "%s", path);
	free(path);
}

struct lm_err *client_login(struct client *c, const char *path, const struct client_message *m)
{
	struct kept k = {.until_s = 0};
	struct lm_buf answer;

	keep_cacert(c, &k);
	lm_buf_init(&answer, 4 * KEPT_MAX);
	prepare_bare(c, path);
	struct lm_err *e = send_prepared(c, m, &answer);
	if (e == NULL)
		e = read_login(&answer, &k);
	if (e == NULL)
		e = tokens_keep(c->server, &k);
	if (e == NULL)
		c->kept = k;
	explicit_bzero(answer.p, answer.n);
	lm_buf_fini(&answer);
	return e;
}

struct lm_err *client_logout(struct client *c, bool *was_there)
{
	c->kept = (struct kept){.until_s = 0};
	return tokens_drop(c->server, was_there);
}

/* When that does not succeed the manager says of the next request what there is to say. */
static void renew(struct client *c)
{
	struct client_message m = {.method = "POST", .type = "application/x-www-form-urlencoded"};
	struct kept k = c->kept;
	struct lm_buf text;

	c->kept.refresh[0] = '\0'; /* once is enough */
	lm_buf_init(&text, 4 * KEPT_MAX);
	client_path(c, &text, "grant_type=refresh_token&refresh_token=%", k.refresh, NULL);
	char *body = lm_buf_detach(&text);
	m.body = body;
	prepare_bare(c, "/oauth/token");
	struct lm_err *e = send_prepared(c, &m, &text);
	if (e == NULL)
		e = read_login(&text, &k);
	if (e == NULL) {
		c->kept = k;
		e = tokens_keep(c->server, &k);
	}
	lm_err_free(e);
	free(body);
	lm_buf_fini(&text);
}

/* ---- following -------------------------------------------------------------------------------- */

struct following {
	CURL *curl;
	const struct client_follow *fns;
	struct lm_buf text; /* the line that is not complete yet; the body, of a refusal */
	bool is_refused, has_stopped;
};

static size_t on_lines(char *p, size_t size, size_t n, void *arg)
{
	struct following *f = arg;
	long status = 0;
	size_t left = size * n;

	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	f->is_refused = status != 200;
	while (left > 0) {
		const char *end = f->is_refused ? NULL : memchr(p, '\n', left);
		size_t k = end != NULL ? (size_t)(end - p) : left;

		lm_buf_add(&f->text, p, k);
		if (end == NULL)
			break;
		if (f->text.n > 0 && !f->has_stopped)
			f->has_stopped = !f->fns->line(f->fns->arg, f->text.p);
		lm_buf_clear(&f->text);
		p += k + 1;
		left -= k + 1;
	}
	return size * n;
}

static CURLcode drive(CURLM *multi, struct following *f)
{
	int running = 1, queued = 0;

	while (running > 0 && !f->has_stopped) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return CURLE_RECV_ERROR;
		if (f->fns->tick != NULL && !f->fns->tick(f->fns->arg))
			f->has_stopped = true;
		if (running > 0 && !f->has_stopped)
			curl_multi_poll(multi, NULL, 0, TICK_MS, NULL);
	}
	const CURLMsg *m = f->has_stopped ? NULL : curl_multi_info_read(multi, &queued);
	return m != NULL ? m->data.result : CURLE_OK;
}

struct lm_err *client_follow(struct client *c, const char *path, const struct client_follow *fns)
{
	struct following f = {.curl = c->curl, .fns = fns};
	CURLM *multi = curl_multi_init();
	struct lm_err *e = NULL;

	if (multi == NULL)
		abort();
	lm_buf_init(&f.text, LINE_MAX_N);
	prepare(c, path);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_lines);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &f);
	curl_multi_add_handle(multi, c->curl);
	CURLcode code = drive(multi, &f);
	if (!f.has_stopped || f.is_refused)
		e = finish(c, code, &f.text);
	curl_multi_remove_handle(multi, c->curl);
	curl_multi_cleanup(multi);
	lm_buf_fini(&f.text);
	return e;
}

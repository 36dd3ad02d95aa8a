/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/lsp/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/lsp/lsp.h"

json_t *lsp_string(const char *text)
{
	json_t *s = json_string(text);

	if (s != NULL)
		return s;
	char *copy = lm_strdup(text);
	for (char *p = copy; *p != '\0'; p++)
		*p = (unsigned char)*p < 0x80 ? *p : '?';
	s = json_string(copy);
	free(copy);
	return s;
}

const char *lsp_text_at(const json_t *o, const char *key, const char *inner)
{
	const json_t *v = json_object_get(o, key);

	return json_string_value(inner != NULL ? json_object_get(v, inner) : v);
}

/* ---- the life of the server ---------------------------------------------------------------- */

static bool offers_utf8(const json_t *capabilities)
{
	const json_t *general = json_object_get(capabilities, "general");
	const json_t *list = json_object_get(general, "positionEncodings");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name != NULL && strcmp(name, "utf-8") == 0)
			return true;
	}
	return false;
}

static json_t *our_capabilities(const struct lsp *l)
{
	static const char text[] =
	    "{\"textDocumentSync\": {\"openClose\": true, \"change\": 2, \"save\": true},"
	    " \"definitionProvider\": true, \"hoverProvider\": true,"
	    " \"completionProvider\": {\"triggerCharacters\": [\"{\", \".\", \":\", \" \"]},"
	    " \"documentSymbolProvider\": true,"
	    " \"codeActionProvider\": {\"codeActionKinds\": [\"quickfix\"]},"
	    " \"workspace\": {\"workspaceFolders\":"
	    "  {\"supported\": true, \"changeNotifications\": true}}}";
	json_t *o = json_loads(text, 0, NULL);

	json_object_set_new(
	    o, "positionEncoding", json_string(l->unit == TEXT_UTF8 ? "utf-8" : "utf-16"));
	return o;
}

static json_t *initialize(struct lsp *l, const json_t *params)
{
	const json_t *capabilities = json_object_get(params, "capabilities");
	const json_t *watched =
	    json_object_get(json_object_get(capabilities, "workspace"), "didChangeWatchedFiles");
	json_t *o = json_object(), *info = json_object();

	l->unit = offers_utf8(capabilities) ? TEXT_UTF8 : TEXT_UTF16;
	l->parent = (long)json_integer_value(json_object_get(params, "processId"));
	l->watches = json_is_true(json_object_get(watched, "dynamicRegistration"));
	l->initialized = true;
	workspace_load(l, params);
	json_object_set_new(info, "name", json_string("lm"));
	json_object_set_new(info, "version", json_string(l->version));
	json_object_set_new(o, "capabilities", our_capabilities(l));
	json_object_set_new(o, "serverInfo", info);
	return o;
}

static json_t *shut_down(struct lsp *l, const json_t *params)
{
	(void)params;
	l->shut_down = true;
	return json_null();
}

/* Asks the client to tell about files that change on disk. */
static void on_initialized(struct lsp *l, const json_t *params)
{
	static const char text[] =
	    "{\"jsonrpc\": \"2.0\", \"id\": \"lm-watch\", \"method\": "
	    "\"client/registerCapability\","
	    " \"params\": {\"registrations\": [{\"id\": \"lm-files\","
	    "  \"method\": \"workspace/didChangeWatchedFiles\", \"registerOptions\":"
	    "  {\"watchers\": [{\"globPattern\": \"**/*.{yml,yaml}\"}]}}]}}";

	(void)params;
	if (l->watches)
		rpc_send(l->rpc, json_loads(text, 0, NULL));
}

static void ignore(struct lsp *l, const json_t *params)
{
	(void)l;
	(void)params;
}

/* ---- dispatch ------------------------------------------------------------------------------ */

static const struct request {
	const char *method;
	json_t *(*answer)(struct lsp *, const json_t *params); /* NULL: malformed params */
	/* In place of it, where the answer may be large; false: malformed params. */
	bool (*write)(struct lsp *, const json_t *params, struct lm_buf *out);
} requests[] = {
    {"shutdown", .answer = shut_down},
    {"textDocument/definition", .answer = feature_definition},
    {"textDocument/hover", .answer = feature_hover},
    {"textDocument/completion", .answer = feature_completion},
    {"textDocument/documentSymbol", .write = feature_symbols},
    {"textDocument/codeAction", .answer = feature_actions},
};

static const struct notification {
	const char *method;
	void (*act)(struct lsp *, const json_t *params);
} notifications[] = {
    {"initialized", on_initialized},
    {"textDocument/didOpen", workspace_open},
    {"textDocument/didChange", workspace_change},
    {"textDocument/didClose", workspace_close},
    {"textDocument/didSave", ignore},
    {"workspace/didChangeWatchedFiles", workspace_watch},
    {"workspace/didChangeWorkspaceFolders", workspace_folders},
    /* Requests are answered before the next message is read: nothing is left to cancel. */
    {"$/cancelRequest", ignore},
};

/* False: malformed params. */
static bool reply(
    struct lsp *l, const json_t *id, const struct request *request, const json_t *params)
{
	struct lm_buf text;

	if (request->write == NULL) {
		json_t *result = request->answer(l, params);

		if (result != NULL)
			rpc_reply(l->rpc, id, result);
		return result != NULL;
	}
	lm_buf_init(&text, SIZE_MAX);
	bool good = request->write(l, params, &text);
	if (good)
		rpc_reply_text(l->rpc, id, &text);
	lm_buf_fini(&text);
	return good;
}

static void answer(struct lsp *l, const json_t *id, const char *method, const json_t *params)
{
	if (l->shut_down) {
		rpc_fail(l->rpc, id, RPC_INVALID_REQUEST, "after shutdown only exit may come");
		return;
	}
	if (strcmp(method, "initialize") == 0) {
		if (l->initialized)
			rpc_fail(l->rpc, id, RPC_INVALID_REQUEST, "initialized already");
		else
			rpc_reply(l->rpc, id, initialize(l, params));
		return;
	}
	if (!l->initialized) {
		rpc_fail(l->rpc, id, RPC_NOT_INITIALIZED, "'initialize' must come first");
		return;
	}
	for (size_t i = 0; i < LM_COUNT(requests); i++) {
		if (strcmp(requests[i].method, method) != 0)
			continue;
		if (!reply(l, id, &requests[i], params))
			rpc_fail(l->rpc, id, RPC_INVALID_PARAMS, "unusable params of '%s'", method);
		return;
	}
	rpc_fail(l->rpc, id, RPC_METHOD_NOT_FOUND, "there is no method '%s'", method);
}

static void act(struct lsp *l, const char *method, const json_t *params)
{
	for (size_t i = 0; l->initialized && !l->shut_down && i < LM_COUNT(notifications); i++)
		if (strcmp(notifications[i].method, method) == 0)
			notifications[i].act(l, params);
}

static bool is_id(const json_t *id)
{
	return json_is_integer(id) || json_is_string(id);
}

/* False: exit. */
static bool handle(struct lsp *l, const json_t *message)
{
	const json_t *id = json_object_get(message, "id");
	const char *method = lsp_text_at(message, "method", NULL);
	const json_t *params = json_object_get(message, "params");

	if (method == NULL && (json_object_get(message, "result") != NULL ||
				  json_object_get(message, "error") != NULL))
		return true; /* an answer to what we asked */
	if (method == NULL || (id != NULL && !is_id(id)) ||
	    json_object_get(message, "jsonrpc") == NULL) {
		rpc_fail(l->rpc, is_id(id) ? id : NULL, RPC_INVALID_REQUEST,
		    "neither a request nor a notification of JSON-RPC 2.0");
		return true;
	}
	if (l->verbose)
		lm_log(LM_LOG_INFO, "lsp.message", "method=%s", method);
	if (id == NULL && strcmp(method, "exit") == 0)
		return false;
	if (id != NULL)
		answer(l, id, method, params);
	else
		act(l, method, params);
	return true;
}

static bool has_parent(const struct lsp *l)
{
	return l->parent <= 0 || kill((pid_t)l->parent, 0) == 0 || errno != ESRCH;
}

int lsp_serve(int in, int out, const char *version, bool verbose)
{
	struct lsp l = {.rpc = rpc_new(in, out), .version = version, .verbose = verbose};
	json_t *message;
	bool goes_on = true, said_exit = false;

	signal(SIGPIPE, SIG_IGN);
	workspace_init(&l);
	while (goes_on && (message = rpc_read(l.rpc)) != NULL) {
		goes_on = has_parent(&l);
		if (goes_on && !handle(&l, message)) {
			said_exit = true;
			goes_on = false;
		}
		json_decref(message);
	}
	workspace_fini(&l);
	rpc_free(l.rpc);
	return said_exit && l.shut_down ? 0 : 1;
}

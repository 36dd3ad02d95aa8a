/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LSP_RPC_H
#define LM_LSP_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * Messages of JSON-RPC 2.0, each behind a header with Content-Length.
 * Limits: RPC_HEADER_MAX bytes of headers, RPC_MESSAGE_MAX bytes of a message.
 */
enum { RPC_HEADER_MAX = 8 * 1024, RPC_MESSAGE_MAX = 64 * 1024 * 1024 };

enum rpc_error {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_NOT_INITIALIZED = -32002,
	RPC_REQUEST_CANCELLED = -32800,
};

struct rpc;

/* The descriptors are borrowed. */
struct rpc *rpc_new(int in, int out);
void rpc_free(struct rpc *);

/*
 * The next message, owned by the caller; waits for it.  What is no message is answered with an
 * error and passed over.  NULL: there will be no more.
 */
json_t *rpc_read(struct rpc *);

/* These take over the value.  A lost client is noticed by rpc_read(). */
void rpc_reply(struct rpc *, const json_t *id, json_t *result);
/* The result as JSON text, which is not taken over. */
void rpc_reply_text(struct rpc *, const json_t *id, const struct lm_buf *result);
void rpc_notify(struct rpc *, const char *method, json_t *params);
void rpc_send(struct rpc *, json_t *message); /* as it is */
/* 'id' NULL: null. */
void rpc_fail(struct rpc *, const json_t *id, enum rpc_error, const char *fmt, ...) LM_PRINTF(4, 5);

LM_DEFINE_AUTO(rpc, rpc_free);

#endif

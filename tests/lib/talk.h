/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_TALK_H
#define TESTS_LIB_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/buf.h"
#include "lm/server/http.h"

/*
 * A listener on a free port of the loopback and a client with a bare socket, both on one thread: the
 * loop turns while the client waits.
 */
enum { TURNS_MAX = 2000, BODY_OVER = HTTP_BODY_MAX + 1 };

extern struct talk {
	uv_loop_t loop;
	struct http_listener *listener;
	struct http_request *request; /* the last one handed over, not yet answered */
	int client;
	struct lm_buf heard; /* what the client has received */
	bool is_cut;         /* the server has closed the connection */
	/* What the receiver does when the headers are in. */
	int refuses_with; /* 0: it lets them in */
	size_t allows;    /* bytes; 0: what it usually does */
} talk;

void talk_begin(void);
void talk_end(void);
struct http_conf conf_at(const char *address, unsigned port);
void connect_client(void);
void close_client(void);

void talk_turn(void);
void turn_without_reading(void);
void talk_receive(void);
void says(const char *text);
struct http_request *handed_over(void);
void hears(const char *part);
void is_cut_off(void);
/* With a Location. */
void answers(struct http_request *, int status, const char *text);

#endif

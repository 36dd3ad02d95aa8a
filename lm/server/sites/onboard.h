/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_ONBOARD_H
#define LM_SERVER_SITES_ONBOARD_H

#include <jansson.h>

/*
 * How other resource managers are made known: each is asked first what it can do (inquiry.h), then
 * its types go into the library and its locations onto the shelf, as far as nobody else has those
 * names.  One that cannot be asked is refused, and nothing has changed.
 */
enum { ONBOARD_MAX = 4 }; /* that are asked at once */

struct api;
struct http_request;
struct onboarder;
struct uv_loop_s;

struct onboarder *onboarder_new(struct uv_loop_s *);
/* Who waits is not answered any more.  Memory: the loop's next turn.  NULL is fine. */
void onboarder_free(struct onboarder *);

/* Answers later: 201, or 200 when 'name' is that of one that is read again.  The body goes. */
void onboard(struct api *, struct http_request *, json_t *body, const char *name);

/* {operation, success, reason, details}: what became of one location or type. */
json_t *onboard_item(const char *operation, const char *why);
/* The answer of all; takes both. */
json_t *onboard_document(const char *operation, json_t *locations, json_t *types);

#endif

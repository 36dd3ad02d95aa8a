/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_LIMITER_H
#define LM_SERVER_AUTH_LIMITER_H

#include <stdint.h>

/*
 * Slows down who guesses passwords.  Failures are counted by who is asked for from where, by the
 * address alone, and by the name alone; each count runs dry with time, and beyond what is free a pause
 * is due after every failure, longer each time.  A name alone costs a short pause only: nobody can be
 * kept out by others who get his password wrong.  Whoever asks looks before he begins with an attempt,
 * and begins with one at a time, so that many at once gain nothing.
 *
 * Memory is what it is, however many names are tried: who has the least to say is forgotten.
 */
struct limiter;

struct limiter *limiter_new(void);
void limiter_free(struct limiter *); /* NULL is fine */

/* Milliseconds to wait before the next attempt; 0: now. */
int64_t limiter_wait_ms(struct limiter *, const char *address, const char *name, int64_t now_ms);
void limiter_failed(struct limiter *, const char *address, const char *name, int64_t now_ms);
/* He got it right: from there, he begins anew. */
void limiter_passed(struct limiter *, const char *address, const char *name, int64_t now_ms);

#endif

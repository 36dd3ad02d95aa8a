/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_TIMER_H
#define LM_CORE_TIMER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Times at which something of the engine wants to be called: a heap, so that a tick costs what is
 * due and not what waits.  A timer is a field of its owner, who sets 'owner' and 'due' once and
 * stops the timer before it goes.  It rings once; 'due' may set it again, and may free the owner.
 * Nothing of it is durable: after a restart its owner sets it again from what the journal says.
 */
struct engine;
struct turn;

struct timer {
	void *owner;
	void (*due)(struct engine *, void *owner, int64_t now_ms, struct turn *);
	int64_t at_ms;
	uint64_t serial; /* at the same time: first set, first served */
	size_t place;    /* in the heap, from 1; 0: not set */
};

struct timers {
	struct timer **v;
	size_t n, cap;
	uint64_t serial;
};

void timers_fini(struct timers *); /* the timers themselves are their owners' */
/* Setting one that is set moves it. */
void timer_set(struct timers *, struct timer *, int64_t at_ms);
void timer_stop(struct timers *, struct timer *);  /* one that is not set: nothing */
struct timer *timers_first(const struct timers *); /* NULL: none is set */

#endif

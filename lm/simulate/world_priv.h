/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_WORLD_PRIV_H
#define LM_SIMULATE_WORLD_PRIV_H

#include "lm/core/engine.h"
#include "lm/core/view/look.h"
#include "lm/simulate/world.h"

/*
 * A world from inside.
 *
 *	world.c   the engine, its site and the clock: what is asked is done, time passes
 *	create.c  the service is brought up, with all that it refers to
 *	play.c    the load, sample by sample, and what it comes to
 */
struct world {
	const struct world_conf *conf;
	struct engine *engine;
	struct site *site;
	struct turn turn;
	int64_t now_ms;
	int64_t tick_ms; /* when the engine wants to be called */
	int64_t next_ms; /* when it does, or the site has news */
	uint64_t seed;
	bool has_changed; /* since this was last set to false */
	struct lm_buf
	    *warnings; /* of the compiler, about what the service is given; NULL: not wanted */
};

struct world *world_new(const struct world_conf *, int64_t now_ms);
void world_free(struct world *);

/* What the turn asks is begun. */
void world_carry_out(struct world *);
/* Everything happens that is due up to then. */
void world_pass(struct world *, int64_t until_ms);
/* Time passes until nothing runs any more; false: it never ends. */
bool world_settle(struct world *);
/* Lets the engine's own timers run. */
void world_tick(struct world *);

/* create.c */
struct lm_err *world_create(struct world *) LM_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_ASKED_H
#define LM_TESTS_ASKED_H

#include "lm/core/engine.h"
#include "lm/store/store.h"

/*
 * An engine whose driver is the test: what the driver was asked is written down, and the test
 * answers, or does not.  Records go to a journal in memory, time is what the test says.
 *
 * assembly::one::1.0 has a part with a limit of 60 s for Install; assembly::three::1.0 has leaves x,
 * y and z that are only installed, at the location 'where'; assembly::pair::1.0 has two leaves and
 * a relationship between them: y.join and y.leave; assembly::foreign::1.0 has a box for drivers of
 * others, with the same operations of its own.
 */
struct asked {
	char step[64], what[128]; /* "Install a__part" */
	unsigned timeout_s;
	char told[512]; /* to drivers of others: "drivers ansible{x=1} openstack*; kept a=b; ..." */
};

extern struct engine *engine;
extern struct turn turn;
extern int64_t now_ms, wake_ms; /* wake_ms: when the engine next wants to be called */
extern struct asked_list {
	struct asked *v;
	size_t n, cap;
} asked;
extern char cancelled[1024]; /* what was cancelled, in order: "<step> " */
extern struct store *store;

void given_an_engine(void);
/* Anew; the driver of the locations "x1" and "x2" is "x". */
void given_limits(unsigned per_location, unsigned per_driver);
void done(void);
/* As the manager does: the records first, then the effects. */
void carry_out(void);

void create_at(const char *name, const char *descriptor, const char *where);
void create(const char *name); /* an assembly::one::1.0 */
void remove_assembly(const char *name);

struct asked *last_asked(void);
/* All that was asked from a place on: "Install a__x, Install b__x". */
const char *asked_from(size_t from);
void answer(const char *step, enum step_failure failure, const char *message);
void succeed(const char *what);
/* Everything that is asked succeeds at once, until nothing is asked any more. */
void all_succeed(void);

/* Time passes until the engine next wants to be called, or as long as is said. */
void wait_for_the_engine(void);
void wait_ms(int64_t ms);
void restart_after_ms(int64_t ms);

/* Why the newest process failed; "" when none has. */
const char *reason(void);

#endif

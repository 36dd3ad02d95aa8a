/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_PLAY_H
#define TESTS_SIM_PLAY_H

#include "tests/sim/lib/coverage.h"
#include "tests/sim/lib/schedule.h"
#include "tests/sim/lib/trace.h"
#include "tosca/catalog/catalog.h"

/* A family of assemblies, compiled; kept while schedules of the same family follow each other. */
struct family {
	bool is_known;
	struct model model;      /* of which it was made */
	unsigned degree;         /* how far it had to be tamed until it compiled */
	struct catalog *catalog; /* NULL: it does not compile */
};

void family_fini(struct family *);
/* What the compiler says against the assemblies of a schedule; "" when nothing. */
void family_print(const struct schedule *, struct lm_buf *out);

enum { WRONG_SIZE = 400 };

/* Plays a schedule to its end.  True: everything was as it must be; else 'wrong' says what was not. */
bool play(const struct schedule *, struct family *, struct coverage *, struct trace *,
    char wrong[WRONG_SIZE]);

#endif

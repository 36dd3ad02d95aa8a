/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_TALLY_H
#define LM_SERVER_INTAKE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "lm/core/engine.h"

/*
 * What became of the samples of one report.  The elements of a report that are well formed are used
 * even when others are not; the answer names those others and says what is wrong with them.
 */

/* What engine_sample() says, in its order, and then more; with the members of the answer. */
#define INTAKE_FATES(X)                                                                         \
	X(TAKEN, "accepted")                                                                    \
	X(DUPLICATE, "duplicates") /* as old as the latest of this metric */                    \
	X(LATE, "late")            /* older than the latest */                                  \
	X(STALE, "stale")          /* too old to mean anything now */                           \
	X(FUTURE, "future")        /* somebody's clock is wrong */                              \
	X(NOT_A_NUMBER, "notANumber")                                                           \
	X(STRANGER, "strangers")   /* of a component or metric nobody knows */                  \
	X(OTHER_KIND, "otherKind") /* a load where the descriptor has integrity, or the like */ \
	X(FORBIDDEN, "forbidden")  /* about somebody the writer has nothing to do with */       \
	X(HELD, "held")            /* the journal cannot be written: see GET /api/status */

enum intake_fate {
#define X(name, member) INTAKE_##name,
	INTAKE_FATES(X)
#undef X
	    INTAKE_FATES_N,
};

/* Somebody who takes samples; one is borrowed for the call. */
typedef enum intake_fate intake_fn(void *arg, const struct sample *);

struct tally {
	size_t n[INTAKE_FATES_N], bad;
	struct lm_buf errors; /* JSON: [{"index": i, "message": ...}, ...], the first 100; lazily */
};

/* Where in the report: no element of it, but all. */
#define TALLY_ALL SIZE_MAX

void tally_init(struct tally *);
void tally_fini(struct tally *);
void tally_count(struct tally *, enum intake_fate);
void tally_bad(struct tally *, size_t index, const char *fmt, ...) LM_PRINTF(3, 4);
/* The reader has found what it cannot read in this element: nothing more was read. */
struct lm_jread;
void tally_not_json(struct tally *, size_t index, const struct lm_jread *);
/* "accepted", "late", ... */
const char *tally_member(enum intake_fate);
/* Of the answer: 400 when an element was bad, else 403 when one was forbidden, else 200. */
int tally_status(const struct tally *);
/*
 * {"accepted": n, "dropped": n, "errors": [...]}: dropped are all that were well formed and did not
 * count, and for each reason why there is a member with their number.
 */
void tally_print(const struct tally *, struct lm_buf *out);

#endif

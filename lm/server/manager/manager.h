/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_MANAGER_MANAGER_H
#define LM_SERVER_MANAGER_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lm/core/engine.h"
#include "lm/server/intake/tally.h"
#include "lm/server/intake/token.h"
#include "lm/server/manager/driver_set.h"
#include "lm/server/meter/histogram.h"
#include "lm/server/sites/sites.h"
#include "lm/store/store.h"

/*
 * The manager: engine, journal and drivers, and the one rule that binds them.  Whatever comes in
 * during a turn of the loop (intents, results, deaths, samples, time) goes to the engine at once;
 * manager_settle(), once per turn, makes the records of all of it durable in one transaction and
 * only then asks the drivers.
 *
 * Time is the wall clock at the start plus what the monotonic clock has counted since.
 */
struct uv_loop_s;
struct manager;

struct manager_events {
	/* A record of table EVENT is durable now. */
	void (*published)(void *arg, int64_t seq, const char *body);
	void (*host_address)(void *arg, const char *address, bool up); /* see driver.h */
	void *arg;
};

struct manager_conf {
	struct uv_loop_s *loop;
	struct store *store;           /* borrowed */
	const struct catalog *catalog; /* borrowed */
	const struct driver_ops *const *drivers;
	size_t n_drivers; /* 1 to 8; the first serves locations nobody names */
	const char *driver_dir, *images_dir;
	unsigned metrics_port;
	const struct token_key *token_key; /* borrowed; NULL: no tokens are given out */
	/*
	 * Borrowed: locations, and who serves them.  NULL: a location is the name of a driver.
	 */
	const struct sites *sites;
	const char *reply_url; /* borrowed: where drivers of others answer; NULL: nowhere */
	unsigned steps_per_location, steps_per_driver; /* in flight at once; 0: no limit */
	struct manager_history {
		uint64_t events, processes; /* kept in the journal; 0: 50000, 10000 */
		unsigned days;              /* older processes are forgotten; 0: 30 */
	} keep;
	struct manager_events events;
};

/* Opens the drivers, restores the engine from the journal and carries on what was in flight. */
struct lm_err *manager_open(const struct manager_conf *, struct manager **out) LM_MUST_USE;
/* Closes the drivers; what runs outside keeps running.  NULL is fine. */
void manager_close(struct manager *);

/* For questions.  Its answers may be ahead of the journal until manager_settle(). */
struct engine *manager_engine(struct manager *);
/* For what is asked of them beside steps. */
struct driver_set *manager_drivers(struct manager *);
int64_t manager_now_ms(const struct manager *);
/*
 * Another one after every change that has been made durable; 0 while there is something that has not.
 * What was said under one revision is true as long as there is no other.
 */
uint64_t manager_revision(const struct manager *);
int64_t manager_last_event(const struct manager *); /* sequence number; 0: none yet */

/* UNAVAILABLE: nothing new is begun now, because the journal cannot be written. */
struct lm_err *manager_check(const struct manager *) LM_MUST_USE;
struct lm_err *manager_intent(struct manager *, const struct intent *, char process[LM_ID_SIZE])
    LM_MUST_USE;
/* See engine_forget(). */
struct lm_err *manager_forget(struct manager *, const char *assembly) LM_MUST_USE;
/* Somebody's wish from outside, see engine_alert(). */
struct lm_err *manager_alert(struct manager *, const struct alert *, char process[LM_ID_SIZE])
    LM_MUST_USE;
/* See engine_note_webhook(). */
void manager_note_webhook(struct manager *, const char *webhook, const char *why);
enum intake_fate manager_sample(struct manager *, const struct sample *, int64_t now_ms);

/*
 * Commits and carries out.  A disk without room, or somebody else's lock, may pass: then the turn is
 * held back, and with every call that comes due the same records are tried again.  Meanwhile
 * questions are answered, results of drivers are taken, nothing is asked of drivers, intents are
 * UNAVAILABLE and samples dropped; the time does not count for anybody's deadline.
 *
 * An error means that the engine knows more than the journal ever will: the process must end
 * without answering anybody, and start again from the journal.
 */
struct lm_err *manager_settle(struct manager *) LM_MUST_USE;
/* Something has come in since then, and can be settled. */
bool manager_has_work(const struct manager *);
struct manager_trouble {
	const char *why; /* borrowed until the next settle; NULL: the journal can be written */
	int64_t held_ms; /* for so long */
	uint64_t samples_dropped; /* in all */
};
struct manager_trouble manager_trouble(const struct manager *);
/* Since it was opened. */
struct manager_figures {
	uint64_t intents[INTENT_KINDS_N][2]; /* refused, accepted */
	struct histogram commits;
	uint64_t commits_failed;
};
const struct manager_figures *manager_figures(const struct manager *);
/* See engine_lost(), engine_lost_end(). */
bool manager_lost(struct manager *, const char *resource_id, const char *why);
void manager_lost_end(struct manager *, const char *root);

#endif

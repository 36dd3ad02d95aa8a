/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_LIB_LOCAL_WORLD_H
#define LM_TESTS_LIB_LOCAL_WORLD_H

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lm/drivers/driver.h"

/*
 * A world for the driver `local` on a real kernel: network, mount and process namespaces of its own,
 * with file systems in memory.  Whatever way the program ends, nothing of it stays behind.
 *
 * 198.51.100.1/24 is an address of the machine.  The images are "box" (busybox and tini) and "bare"
 * (without tini).  Resources are called box, box2, router, net and net2.
 */
struct local_world {
	uv_loop_t loop;
	uv_timer_t patience;
	struct driver *driver;
	struct lm_arena *arena; /* a test's */
	struct lm_buf heard;    /* "died <id> <what>", "up <address>", "down <address>": lines */
	char base[32], state[64], images[64], package[64];
	unsigned n_steps;

	struct { /* the last result */
		bool there;
		enum step_failure failure;
		char *message, *log; /* never NULL */
		struct lm_kvs outputs;
	} got;
};

extern struct local_world lw;

/*
 * The whole program: runs the suite inside of the world.  Status 77, with a reason, where such
 * namespaces cannot be made.
 */
int local_main(Suite *(*suite)(void));

/* A test's fixture: an open driver and nothing there; at the end all is removed, and looked for. */
void local_setup(void);
void local_teardown(void);
void local_open(void);
void local_close(void);

/* Writes lifecycle/<name>.sh of the package. */
void local_script(const char *name, const char *text);

struct ask {
	const char *step, *id, *action, *kind; /* step NULL: a new one */
	const char *find, *type; /* the name and type looked for, instead of all that */
	struct lm_kv infra[8], properties[4]; /* end with the first without a name */
	bool is_operation;
	unsigned timeout_s;
};

void local_begin(const struct ask *);
/* Begins, and waits for the result; prints how long it took. */
enum step_failure local_ask(const struct ask *);
#define ASK(...) local_ask(&(struct ask){__VA_ARGS__})
#define MUST(...)                                                                                 \
	do {                                                                                      \
		local_ask(&(struct ask){__VA_ARGS__});                                            \
		ck_assert_msg(lw.got.failure == STEP_NONE, "%s\n%s", lw.got.message, lw.got.log); \
	} while (0)

char *local_install_network(const char *id, const char *subnet, const char *management);
enum step_failure local_install(const char *id, const char *image, const char *network);
enum step_failure local_transition(const char *action); /* of the box */
/* The box, in the management network 10.77.0.0/24 of net. */
void given_a_container(void);
const char *local_output(const char *name); /* "(none)" when there is none */

/* Runs the loop until 'done', which something that happens in it makes true; aborts after 20 s. */
void local_run_until(bool (*done)(void));
bool local_has_result(void);
void local_await(const char *text); /* until it is heard */
double local_now_ms(void);

const char *local_inventory(void);
size_t local_count(const char *text, const char *what);
/* Until just so many processes of ours are left, which must be soon. */
void local_await_processes(size_t n);
pid_t local_find_process(const char *name); /* one of ours that is called so */

#endif

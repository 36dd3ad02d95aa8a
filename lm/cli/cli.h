/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_CLI_H
#define LM_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The operator's commands.  Each is a line of the table in commands.c: name, what stands after
 * it, the options it takes, help, and the function that does it.
 */

/* How a command ended, for scripts. */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,      /* refused, failed, errors found */
	CLI_USAGE = 2,       /* the command line was not understood */
	CLI_UNREACHABLE = 3, /* no manager there */
	CLI_TIMEOUT = 4,     /* still going on when the time was up */
};

/* What is given several times. */
struct arg_list {
	const char *v[64];
	size_t n;
};

/* The command line, understood.  Everything is borrowed from argv. */
struct args {
	const struct command *command;
	const char *const *words; /* what is no option */
	size_t n_words;
	const char *server;
	const char *output; /* NULL, or what -o says */
	const char *file, *name, *process, *state_dir, *images_dir, *listen, *log_level, *journal;
	const char *log_format;
	const char *callback;
	struct arg_list packages, properties; /* "name=value" */
	const char *descriptor, *intended;    /* NULL: as it is */
	const char *to;                       /* NULL: by the increment */
	long timeout_s, after, metrics_port, steps_per_location, steps_per_driver;
	long keep_events, keep_processes, keep_days;
	const char *format, *colour; /* NULL: text, auto */
	bool no_wait, queue, follow, watch, help, verbose, order, strict, quiet, repair, yes;
	bool no_journal_copy, relay, insecure, tls;
	const char *tls_cert, *tls_key;
	const char *writer, *component; /* token */
	/* user, client, login; whoever asks a manager */
	struct arg_list roles, grants;
	bool generate, is_client;
	const char *cacert;
	/* simulate, record */
	const char *load, *profile, *svg, *length, *kills, *policy, *begin;
	struct arg_list policies, takes;
	long clusters, seed, threads;
};

typedef int command_fn(const struct args *);

struct command {
	const char *name;
	const char *words;   /* "NAME CLUSTER out|in" */
	const char *options; /* letters, see options.c */
	const char *summary; /* one line */
	const char *group;   /* what it is for; those of one group stand together */
	size_t min_words, max_words;
	command_fn *run;
};

const struct command *commands_all(size_t *n);
const struct command *commands_find(const char *name); /* NULL: no such command */

/* What -o may say there: "json yaml". */
const char *command_outputs(const struct command *);

/* The manager that is meant when nobody says which. */
const char *cli_server(void);

/* argv as main() has it. */
int cli_main(int argc, char **argv);

/* "lm: ..." on standard error, with what to do next; frees the error; the exit status for it. */
int cli_fail(struct lm_err *);
int cli_usage(const struct args *, const char *fmt, ...) LM_PRINTF(2, 3);
/* Says that there is no such kind, what was probably meant, and which there are. */
int kind_unknown(const struct args *, const char *word);
bool cli_wants_json(const struct args *);

/* What 'lm graph -o' may say. */
#define GRAPH_OUTPUTS       "dot mermaid svg json"
#define GRAPH_ORDER_OUTPUTS "text dot svg json"

/* ---- the commands, one file per subject ---------------------------------------------------- */

command_fn check_run, explain_run, graph_run, serve_command_run, lsp_command_run, apply_run,
    change_run, create_run, update_run, push_run, delete_run, plan_run, get_run, describe_run,
    events_run, logs_run, status_run, inventory_run, policy_run, doctor_run, simulate_run,
    record_run, token_run, user_run, forget_run, login_run, logout_run, whoami_run, completion_run,
    version_run, help_run, man_run;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/cli/cli.h"
#include "lm/cli/complete/complete.h"
#include "lm/cli/help/manual.h"
#include "lm/cli/options.h"
#include "lm/cli/render/render.h"
#include "lm/server/serve.h"
#include "tosca/text/suggest.h"

enum { HELP_MAX = 256 * 1024 };

#define WAITS "stWoQ"

static const struct command commands[] = {
    {"apply", "", "fy" WAITS, "bring about the assemblies described in a file", "change assemblies",
	0, 0, apply_run},
    {"plan", "apply|create|adopt -f FILE | CHANGE ...", "sofdKZN",
	"show the steps that a change would take", "change assemblies", 1, 4, plan_run},
    {"upgrade", "NAME", "dKZ" WAITS, "give an assembly other properties, or another descriptor",
	"change assemblies", 1, 1, change_run},
    {"state", "NAME Installed|Inactive|Active", WAITS, "bring an assembly into a state",
	"change assemblies", 2, 2, change_run},
    {"scale", "NAME CLUSTER out|in", "N" WAITS, "add members to a cluster, or remove them",
	"change assemblies", 3, 3, change_run},
    {"heal", "NAME COMPONENT", WAITS, "heal a broken component", "change assemblies", 2, 2,
	change_run},
    {"delete", "[KIND] NAME...", "y" WAITS,
	"delete an assembly and everything in it, or another thing", "change assemblies", 1, 64,
	delete_run},
    {"adopt", "", "f" WAITS, "take over what exists already as assemblies", "change assemblies", 0,
	0, apply_run},
    {"forget", "NAME...", "sy", "take assemblies out of the books; what they made stays",
	"change assemblies", 1, 64, forget_run},
    {"retry", "PROCESS", WAITS, "go on with a process that failed or was cancelled",
	"their processes", 1, 1, change_run},
    {"rollback", "PROCESS", WAITS, "bring an assembly back to how it was before a process",
	"their processes", 1, 1, change_run},
    {"cancel", "PROCESS", WAITS, "end a process early", "their processes", 1, 1, change_run},
    {"get", "KIND [NAME]", "sow", "list what there is", "look", 1, 2, get_run},
    {"describe", "[KIND] NAME", "sow",
	"show an assembly with its states and addresses, or another thing", "look", 1, 2,
	describe_run},
    {"events", "", "soFA", "show what has happened", "look", 0, 0, events_run},
    {"logs", "NAME [COMPONENT]", "soPF", "show what the scripts of an assembly printed", "look", 1,
	2, logs_run},
    {"policy", "[ASSEMBLY]", "sow", "show what the policies see and do, and why they do nothing",
	"look", 0, 1, policy_run},
    {"status", "", "so", "show how the manager is", "look", 0, 0, status_run},
    {"inventory", "", "so", "show what the drivers have made on this machine", "look", 0, 0,
	inventory_run},
    {"create", "[KIND [NAME]]", "fK" WAITS, "create assemblies, or things of other kinds",
	"descriptors, packages, locations, drivers, keys, webhooks", 0, 2, create_run},
    {"update", "KIND [NAME]", "sofK", "change a thing of another kind than assembly",
	"descriptors, packages, locations, drivers, keys, webhooks", 1, 2, update_run},
    {"push", "DIR|ARCHIVE...", "s",
	"hand packages to the manager: new, or in place of the old ones",
	"descriptors, packages, locations, drivers, keys, webhooks", 1, 1000, push_run},
    {"check", "FILE|DIR|ARCHIVE...", "RTqCo", "compile descriptors and say what is wrong with them",
	"write descriptors", 1, 1000, check_run},
    {"explain", "[CODE...]", "C", "tell what the code of a diagnostic means, with an example",
	"write descriptors", 0, 100, explain_run},
    {"graph", "FILE|DESCRIPTOR", "opnOC", "draw the service graph of an assembly",
	"write descriptors", 1, 1, graph_run},
    {"lsp", "", "v", "the language server for editors, on standard input and output",
	"write descriptors", 0, 0, lsp_command_run},
    {"simulate", "FILE|DESCRIPTOR", "%~+045678@9=Kpno",
	"try the policies of a service under a load, in a world of their own", "try policies", 1, 1,
	simulate_run},
    {"record", "ASSEMBLY", "s7>", "write down the metrics of an assembly, for 'lm simulate'",
	"try policies", 1, 1, record_run},
    {"login", "[NAME]", "s#", "log in at the manager; later commands find the token by themselves",
	"log in", 0, 1, login_run},
    {"logout", "", "s", "forget what 'lm login' has got", "log in", 0, 0, logout_run},
    {"whoami", "", "so", "show who one is at the manager, and what one may", "log in", 0, 0,
	whoami_run},
    {"serve", "", "pSILV[]{M1XYEUHBG|^", "run the manager", "run a manager", 0, 0,
	serve_command_run},
    {"doctor", "[SUBJECT...]", "soDyJtW",
	"compare the journal with what is outside, and repair what differs", "run a manager", 0,
	1000, doctor_run},
    {"user", "add|passwd|remove|suspend|resume|list [NAME]", "S!?o", "who may log in: people",
	"run a manager", 1, 2, user_run},
    {"client", "add|passwd|remove|suspend|resume|list [NAME]", "S!&?o",
	"who may log in: programs, with a secret, at POST /oauth/token", "run a manager", 1, 2,
	user_run},
    {"token", "", "23Ss", "print a token with which metrics may be reported", "run a manager", 0, 0,
	token_run},
    {"completion", "bash|zsh|fish", "", "print what makes a shell complete lm's words",
	"this program", 1, 1, completion_run},
    {"version", "", "", "print the version", "this program", 0, 0, version_run},
    {"help", "[COMMAND|TOPIC]", "", "explain a command", "this program", 0, 1, help_run},
};

/* For the Makefile and for shells; nobody types them. */
static const struct command hidden[] = {
    {"__man", "[PAGE]", "", "the manual pages, or one of them", NULL, 0, 1, man_run},
};

const struct command *commands_all(size_t *n)
{
	*n = LM_COUNT(commands);
	return commands;
}

const struct command *commands_find(const char *name)
{
	for (size_t i = 0; i < LM_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	for (size_t i = 0; i < LM_COUNT(hidden); i++)
		if (strcmp(hidden[i].name, name) == 0)
			return &hidden[i];
	return NULL;
}

/* ---- help ------------------------------------------------------------------------------------- */

static void print_overview(FILE *to)
{
	struct lm_buf b;

	lm_buf_init(&b, HELP_MAX);
	manual_print_overview(&b);
	fputs(b.p, to);
	lm_buf_fini(&b);
}

static void print_help(const struct command *c)
{
	struct lm_buf b;

	lm_buf_init(&b, HELP_MAX);
	manual_print_command(c, render_stdout().colour, &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
}

static bool print_topic(const char *name)
{
	struct lm_buf b;

	lm_buf_init(&b, HELP_MAX);
	bool is_known = manual_print_topic(name, render_stdout().colour, &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	return is_known;
}

static int unknown(const char *name)
{
	struct suggest s = suggest_for(name);

	for (size_t i = 0; i < LM_COUNT(commands); i++)
		suggest_offer(&s, commands[i].name);
	fprintf(stderr, "lm: there is no command '%s': ", name);
	if (s.best != NULL)
		fprintf(stderr, "did you mean '%s'? ", s.best);
	fputs("'lm help' lists them\n", stderr);
	return CLI_USAGE;
}

int help_run(const struct args *a)
{
	if (a->n_words == 0) {
		print_overview(stdout);
		return CLI_OK;
	}
	const struct command *c = commands_find(a->words[0]);
	if (c != NULL)
		print_help(c);
	return c != NULL || print_topic(a->words[0]) ? CLI_OK : unknown(a->words[0]);
}

int man_run(const struct args *a)
{
	struct lm_buf b;
	bool is_known = true;

	lm_buf_init(&b, HELP_MAX);
	if (a->n_words == 0)
		manual_list(&b);
	else
		is_known = manual_print_man(a->words[0], &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	return is_known ? CLI_OK : cli_usage(a, "there is no page '%s'", a->words[0]);
}

int completion_run(const struct args *a)
{
	const char *text = complete_script(a->words[0]);

	if (text == NULL)
		return cli_usage(a, "there is bash, zsh and fish, not '%s'", a->words[0]);
	fputs(text, stdout);
	return CLI_OK;
}

int version_run(const struct args *a)
{
	(void)a;
	puts("lm " LM_VERSION);
	return CLI_OK;
}

/* ---- dispatch --------------------------------------------------------------------------------- */

static struct args defaults(const struct command *c)
{
	return (struct args){
	    .command = c,
	    .server = cli_server(),
	    .state_dir = "/var/lib/lm",
	    .listen = "127.0.0.1:8280",
	    .metrics_port = 8285,
	    .steps_per_location = 64,
	    .steps_per_driver = 128,
	    .keep_events = 50000,
	    .keep_processes = 10000,
	    .keep_days = 30,
	    .timeout_s = 900,
	    .clusters = 1,
	    .seed = 1,
	};
}

static const char *outputs_of(const struct args *a)
{
	bool order = a->command->run == graph_run && a->order;

	return order ? GRAPH_ORDER_OUTPUTS : command_outputs(a->command);
}

static bool is_known_output(const struct args *a)
{
	size_t n = a->output != NULL ? strlen(a->output) : 0;

	if (a->output == NULL)
		return true;
	for (const char *p = outputs_of(a); p != NULL; p = strchr(p, ' ')) {
		p += *p == ' ';
		if (n > 0 && n == strcspn(p, " ") && strncmp(p, a->output, n) == 0)
			return true;
	}
	return false;
}

static bool is_known_colour(const struct args *a)
{
	return a->colour == NULL || strcmp(a->colour, "always") == 0 ||
	       strcmp(a->colour, "never") == 0 || strcmp(a->colour, "auto") == 0;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct args a = defaults(c);

	struct lm_err *e = options_read(&a, argc, argv);
	if (e != NULL) {
		int status = cli_usage(&a, "%s", lm_err_text(e));

		lm_err_free(e);
		return status;
	}
	if (a.cacert != NULL)
		setenv("LM_CACERT", a.cacert, 1); /* where the client looks */
	if (a.help) {
		print_help(c);
		return CLI_OK;
	}
	if (a.n_words < c->min_words)
		return cli_usage(&a, "something is missing after '%s'",
		    a.n_words > 0 ? a.words[a.n_words - 1] : c->name);
	if (a.n_words > c->max_words)
		return cli_usage(&a, "'%s' is too much", a.words[c->max_words]);
	if (!is_known_output(&a))
		return cli_usage(
		    &a, "the output '%s' is not known here: there is %s", a.output, outputs_of(&a));
	if (!is_known_colour(&a))
		return cli_usage(&a, "--colour is always, never or auto, not '%s'", a.colour);
	return c->run(&a);
}

static int complete(int argc, char **argv)
{
	bool skip = argc > 0 && strcmp(argv[0], "--") == 0;
	struct lm_buf b;

	lm_buf_init(&b, HELP_MAX);
	complete_words((const char *const *)(void *)(argv + skip), (size_t)(argc - skip), &b);
	fputs(b.p, stdout);
	lm_buf_fini(&b);
	return CLI_OK;
}

int cli_main(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr);
		return CLI_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	/* What somebody types is no command line yet: options are not understood, but completed. */
	if (strcmp(name, "__complete") == 0)
		return complete(argc - 2, argv + 2);
	const struct command *c = commands_find(name);
	return c != NULL ? run(c, argc - 1, argv + 1) : unknown(name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/cli/cli.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/options.h"
#include "lm/server/serve.h"

#define WAITS "stWoQ"

static const struct command commands[] = {
    {"check", "FILE|DIR|ARCHIVE...", "RTqCo", "compile descriptors and say what is wrong with them",
	"Everything that is named is compiled against each other.\n"
	"Exit status 0: no errors, though there may be warnings; 1: errors, or with --strict\n"
	"warnings; 2: the command line was not understood.\n"
	"--format json and sarif: what each means stands in README.md.  -o json: one object with\n"
	"all diagnostics.\n",
	1, 1000, check_run},
    {"explain", "[CODE...]", "C", "tell what the code of a diagnostic means, with an example",
	"Without a code all are listed: lm explain; lm explain LM0302\n", 0, 100, explain_run},
    {"graph", "FILE|DESCRIPTOR", "opnOC", "draw the service graph of an assembly",
	"-o dot (the default; for graphviz), mermaid, svg (where graphviz is installed) or json.\n"
	"--order: what waits for what when it is brought up, as a table, or -o dot, svg or json.\n"
	"Other descriptors are looked for in --packages, or else in the folders around FILE.\n",
	1, 1, graph_run},
    {"lsp", "", "v", "the language server for editors, on standard input and output",
	"An editor starts it, in the folder of a project or with folders of its own: it tells "
	"what\n"
	"is wrong while one is typing, goes to definitions, explains and completes.  It ends with\n"
	"the editor.  README.md says how to set up Neovim, Emacs and VS Code.\n",
	0, 0, lsp_command_run},
    {"serve", "", "pSILV[]{M1XYEUHBG^", "run the manager",
	"Stops at SIGTERM or SIGINT; what it manages keeps running and is found again.\n", 0, 0,
	serve_command_run},
    {"apply", "", "fy" WAITS, "bring about the assemblies described in a file",
	"Those that are not there are created; what differs in the others is upgraded, and what "
	"is\n"
	"as the file says is left alone.  One or several documents, one after another:\n\n"
	"  assemblyName: voice\n"
	"  descriptorName: assembly::voice-service::1.0\n"
	"  intendedState: Active        # the default\n"
	"  properties: {name: value}    # null: back to the default\n\n"
	"Properties that an assembly has and the file does not name stay as they are, and so does\n"
	"the number of a cluster's members.\n\n"
	"First it shows what it would do, and asks; --yes does not ask, and must be said where "
	"there\n"
	"is no terminal (exit status 2 otherwise).  A document that needs one before it is "
	"planned\n"
	"and asked about when that is done.\n",
	0, 0, apply_run},
    {"create", "[KIND [NAME]]", "fK" WAITS, "create assemblies, or things of other kinds",
	"Without a kind: the assemblies described in -f FILE, as for 'lm apply'; a name that is\n"
	"taken is refused.  Of a kind ('lm get' lists the kinds):\n\n"
	"  lm create descriptor -f assembly.yml          # as it is; several documents are "
	"several\n"
	"  lm create package -f ip-pbx.zip\n"
	"  lm create location edge -p infrastructureType=openstack -p resourceManager=lm\n"
	"  lm create webhook pager -p url=https://... -p secret=@secret.txt\n\n"
	"-p MEMBER=VALUE says one member, MEMBER.INNER=VALUE one inside of another, and\n"
	"MEMBER=@FILE takes the value from a file, which is how to give secrets.\n",
	0, 2, create_run},
    {"update", "KIND [NAME]", "sofK", "change a thing of another kind than assembly",
	"With -f FILE all of it is said anew; with -p MEMBER=VALUE alone the rest stays as it is:\n"
	"  lm update descriptor -f assembly.yml\n"
	"  lm update location edge -p description='in the cellar'\n"
	"An assembly is changed by 'lm apply' or 'lm upgrade'.\n",
	1, 2, update_run},
    {"adopt", "", "f" WAITS, "take over what exists already as assemblies",
	"Documents as for 'lm apply', which also say what there is:\n\n"
	"  clusters: {pbx: 2}                   # how many members\n"
	"  resources:\n"
	"    voice__gateway__kamailio:          # full name in the new assembly\n"
	"      id: 8c1f...                      # that it was made with, if it has one\n"
	"      outputs: {address: 10.0.0.5}     # what its installation had reported\n",
	0, 0, apply_run},
    {"upgrade", "NAME", "dKZ" WAITS, "give an assembly other properties, or another descriptor",
	"What changes is rebuilt, or reconfigured where only volatile properties differ:\n"
	"  lm upgrade NAME -d assembly::service::1.1 -p codec=opus\n",
	1, 1, change_run},
    {"state", "NAME Installed|Inactive|Active", WAITS, "bring an assembly into a state", "", 2, 2,
	change_run},
    {"scale", "NAME CLUSTER out|in", "N" WAITS, "add members to a cluster, or remove them",
	"CLUSTER is the cluster's name in the assembly: lm scale voice pbx out\n"
	"How many members come or go says the descriptor, or --to; the limits are the "
	"descriptor's:\n"
	"  lm scale voice pbx out --to 4\n",
	3, 3, change_run},
    {"heal", "NAME COMPONENT", WAITS, "heal a broken component",
	"COMPONENT is its name, with or without that of the assembly in front:\n"
	"  lm heal voice voip-server__1__asterisk\n",
	2, 2, change_run},
    {"delete", "[KIND] NAME...", WAITS, "delete an assembly and everything in it, or another thing",
	"  lm delete voice\n"
	"  lm delete location edge west\n",
	1, 64, delete_run},
    {"retry", "PROCESS", WAITS, "go on with a process that failed or was cancelled",
	"PROCESS is its id: 'lm get processes'.\n", 1, 1, change_run},
    {"rollback", "PROCESS", WAITS, "bring an assembly back to how it was before a process",
	"A process of its own.  PROCESS is an id: 'lm get processes'.\n", 1, 1, change_run},
    {"cancel", "PROCESS", WAITS, "end a process early",
	"Steps under way come to their end, no other begins.  PROCESS is an id:\n"
	"'lm get processes'.  What is left can be done with 'lm retry'.\n",
	1, 1, change_run},
    {"plan", "create|apply|adopt -f FILE | upgrade|state|scale|heal|delete|retry|rollback ...",
	"sofdKZN", "show the steps that a change would take",
	"The words are those of the change itself: lm plan scale voice pbx out\n"
	"A picture of it: lm plan delete voice -o dot | dot -Tsvg > plan.svg\n",
	1, 4, plan_run},
    {"simulate", "FILE|DESCRIPTOR", "%~+045678@9=Kpno",
	"try the policies of a service under a load, in a world of their own",
	"The real engine and its policies on a virtual clock; every step takes the time that was\n"
	"measured on the voice service, or what --takes says.  Prints what was decided, when and\n"
	"why, how long more was offered than the servers carried, and what it cost.\n\n"
	"Loads are in percent of one server: 250 is what two and a half servers carry.\n"
	"  --profile day:peak=450+noise:8    'lm simulate --profile help' lists them\n"
	"  --load monday.csv                 what 'lm record' wrote, or columns time and load;\n"
	"                                    with servers it is the load of each of them\n\n"
	"Each --policy is one more way to set the scale policy, beside the one that is written:\n"
	"  lm simulate services/voice-service/assembly.yml --profile day --svg day.svg \\\n"
	"      --policy scaling_step=proportional \\\n"
	"      --policy target_load=55,scaleOut_threshold=,scaleIn_threshold=\n"
	"A property without a value is taken out.  -o: text (the default) or json.\n",
	1, 1, simulate_run},
    {"record", "ASSEMBLY", "s7>", "write down the metrics of an assembly, for 'lm simulate'",
	"Comma-separated values, a line for each sample, until ^C or for as long as --for says:\n"
	"  lm record voice --for 1h -o monday.csv\n"
	"  lm simulate services/voice-service/assembly.yml --load monday.csv\n"
	"When the connection is lost it is made again; what is missing then is told, and noted in\n"
	"the file.\n",
	1, 1, record_run},
    {"get", "KIND [NAME]", "sow", "list what there is",
	"Kinds are assemblies, processes, descriptors, packages, locations, managers, drivers, "
	"keys\n"
	"and webhooks; and metrics, of the assembly NAME.  Of processes, NAME is an id, or an\n"
	"assembly (with * as wildcard).  -o wide has more columns, -o name has only names.\n",
	1, 2, get_run},
    {"policy", "[ASSEMBLY]", "sow", "show what the policies see and do, and why they do nothing",
	"Of one assembly: size, latest loads, how many in a row are beyond each threshold, what\n"
	"keeps it from acting now, and the last decision with its reason; and of each component\n"
	"that heals its integrity and how often it was healed lately.\n",
	0, 1, policy_run},
    {"describe", "[KIND] NAME", "sow",
	"show an assembly: components, states, addresses, relationships; or a process",
	"  lm describe voice\n"
	"  lm describe process 8c1f...\n"
	"Of a process: every step with its state, when it began and how long it took, which\n"
	"attempt it was, and of failed ones the end of what they printed.\n",
	1, 2, describe_run},
    {"logs", "NAME [COMPONENT]", "soP", "show what the scripts of an assembly printed", "", 1, 2,
	logs_run},
    {"events", "", "soFA", "show what has happened", "-o json: one JSON object per line.\n", 0, 0,
	events_run},
    {"status", "", "so", "show how the manager is", "", 0, 0, status_run},
    {"inventory", "", "so", "show what the drivers have made on this machine", "", 0, 0,
	inventory_run},
    {"token", "", "23Ss", "print a token with which metrics may be reported",
	"For collectd, Prometheus' Alertmanager and other monitors: --writer NAME, any name that "
	"is\n"
	"theirs.  For a component that this manager did not start: --component NAME.  Scripts of "
	"a\n"
	"component have theirs in LM_METRICS_TOKEN.  A token is a secret; it is sent as the "
	"header\n"
	"'Authorization: Bearer TOKEN', and stays good for as long as metrics.key in --state "
	"does.\n",
	0, 0, token_run},
    {"login", "[NAME]", "s#", "log in at the manager; later commands find the token by themselves",
	"The password is asked for on the terminal, or is the first line of standard input.  The\n"
	"token is kept in ~/.config/lm/tokens for its owner alone, and made anew for some eight\n"
	"hours.  LM_TOKEN is used in its place when it is set.  --client: NAME is a client's, and\n"
	"its secret is asked for.\n",
	0, 1, login_run},
    {"logout", "", "s", "forget what 'lm login' has got", "", 0, 0, logout_run},
    {"whoami", "", "so", "show who one is at the manager, and what one may", "", 0, 0, whoami_run},
    {"user", "add|passwd|remove|suspend|resume NAME | list", "S!?o", "who may log in: people",
	"Works on the state folder, for its owner; a running manager sees the change.  The\n"
	"password is asked for on the terminal, or is the first line of standard input:\n"
	"  lm user add jack --role SLMAdmin\n"
	"Roles: SLMAdmin (everything but users), Portal (reads, creates assemblies), ReadOnly,\n"
	"RootSecAdmin (users and clients only), BehaviourScenarioExecute (reads).\n"
	"Another password, a suspension and a removal end what the user has been given before.\n",
	1, 2, user_run},
    {"client", "add|passwd|remove|suspend|resume NAME | list", "S!&?o",
	"who may log in: programs, with a secret, at POST /oauth/token",
	"As 'lm user'.  Grants are client_credentials (the default: the client for itself, with\n"
	"its own roles), password (for users who come by it, with theirs) and refresh_token.\n"
	"  lm client add ci --role SLMAdmin --generate     # prints the secret, once\n",
	1, 2, user_run},
    {"doctor", "[SUBJECT...]", "soDyJtW",
	"compare the journal with what is outside, and repair what differs",
	"orphan: outside, and no component stands for it; missing, partial: a component of which\n"
	"nothing or not all is outside; stuck, contradiction, journal: the books are not in "
	"order.\n"
	"--repair removes orphans, and installs anew what is missing or partial by a heal of its\n"
	"assembly.  SUBJECT: names, resource ids or assemblies out of what was found; none: all.\n"
	"An orphan that shall stay is taken into an assembly by 'lm adopt'.\n"
	"Exit status 0: nothing found; 1: findings; 2: it could not look; 3: no manager.\n",
	0, 1000, doctor_run},
    {"version", "", "", "print the version", "", 0, 0, version_run},
    {"help", "[COMMAND]", "", "explain a command", "", 0, 1, help_run},
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
	return NULL;
}

/* ---- help ------------------------------------------------------------------------------------- */

static void print_overview(FILE *to)
{
	fprintf(to,
	    "lm %s: a lifecycle manager for VoIP network services\n\n"
	    "usage: lm COMMAND ...\n\n",
	    LM_VERSION);
	for (size_t i = 0; i < LM_COUNT(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to,
	    "\n'lm help COMMAND' explains one.\n\n"
	    "Exit status: %d done; %d refused, failed, or errors found; %d the command line was "
	    "not\n"
	    "understood; %d no manager could be reached; %d still going on when the time was "
	    "up.\n\n"
	    "Environment: LM_SERVER is the manager's URL, LM_TOKEN a token for it, LM_CACERT a "
	    "file of\n"
	    "certificates to trust; NO_COLOR turns colours off.\n",
	    CLI_OK, CLI_FAILED, CLI_USAGE, CLI_UNREACHABLE, CLI_TIMEOUT);
}

static void print_help(const struct command *c, FILE *to)
{
	struct lm_buf b;

	lm_buf_init(&b, 8192);
	options_print(c, &b);
	fprintf(to, "usage: lm %s%s%s%s\n\n%s\n", c->name, c->words[0] != '\0' ? " " : "", c->words,
	    c->options[0] != '\0' ? " [options]" : "", c->summary);
	if (c->help[0] != '\0')
		fprintf(to, "\n%s", c->help);
	fprintf(to, "\n%s", b.p);
	lm_buf_fini(&b);
}

static int unknown(const char *name)
{
	fprintf(stderr, "lm: there is no command '%s': 'lm help' lists them\n", name);
	return CLI_USAGE;
}

int help_run(const struct args *a)
{
	if (a->n_words == 0) {
		print_overview(stdout);
		return CLI_OK;
	}
	const struct command *c = commands_find(a->words[0]);
	if (c == NULL)
		return unknown(a->words[0]);
	print_help(c, stdout);
	return CLI_OK;
}

int version_run(const struct args *a)
{
	(void)a;
	puts("lm " LM_VERSION);
	return CLI_OK;
}

/* ---- errors ----------------------------------------------------------------------------------- */

int cli_fail(struct lm_err *e)
{
	int status = lm_err_kind(e) == LM_ERR_UNAVAILABLE ? CLI_UNREACHABLE
		     : lm_err_kind(e) == LM_ERR_TIMEOUT   ? CLI_TIMEOUT
							  : CLI_FAILED;

	fprintf(stderr, "lm: %s\n", lm_err_text(e));
	lm_err_free(e);
	return status;
}

int cli_usage(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	fputs("lm: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: lm %s%s%s%s\n", a->command->name,
	    a->command->words[0] != '\0' ? " " : "", a->command->words,
	    a->command->options[0] != '\0' ? " [options]" : "");
	return CLI_USAGE;
}

int kind_unknown(const struct args *a, const char *word)
{
	struct lm_buf why;

	lm_buf_init(&why, 1024);
	kind_explain_unknown(word, &why);
	int status = cli_usage(a, "%s", why.p);
	lm_buf_fini(&why);
	return status;
}

bool cli_wants_json(const struct args *a)
{
	return a->output != NULL && strcmp(a->output, "json") == 0;
}

/* ---- dispatch --------------------------------------------------------------------------------- */

static struct args defaults(const struct command *c)
{
	const char *server = getenv("LM_SERVER");

	return (struct args){
	    .command = c,
	    .server = server != NULL && *server != '\0' ? server : "http://127.0.0.1:8280",
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

const char *command_outputs(const struct command *c)
{
	static const struct {
		command_fn *run;
		const char *outputs;
	} rows[] = {
	    {plan_run, "json dot"},
	    {simulate_run, "text json"},
	    {graph_run, GRAPH_OUTPUTS},
	    {get_run, "wide json yaml name"},
	    {describe_run, "json yaml name"},
	    {create_run, "json yaml name"},
	    {update_run, "json yaml name"},
	    {status_run, "json yaml"},
	    {inventory_run, "json yaml"},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (rows[i].run == c->run)
			return rows[i].outputs;
	return "json";
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
	if (a.help) {
		print_help(c, stdout);
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
	if (a.cacert != NULL)
		setenv("LM_CACERT", a.cacert, 1); /* where the client looks */
	return c->run(&a);
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
	const struct command *c = commands_find(name);
	return c != NULL ? run(c, argc - 1, argv + 1) : unknown(name);
}

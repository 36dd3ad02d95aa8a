/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/text/suggest.h"

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_LIST };

/* What is no small letter has no short form (but see short_of): it names the option in struct command. */
static const struct option_row {
	char letter;
	const char *name;
	enum option_type type;
	size_t offset;
	const char *value, *help; /* without help: another spelling of the row before */
} rows[] = {
    {'s', "server", OPTION_TEXT, offsetof(struct args, server), "URL",
	"the manager (LM_SERVER, or http://127.0.0.1:8280)"},
    {'o', "output", OPTION_TEXT, offsetof(struct args, output), "FORMAT", "json: for programs"},
    {'f', "file", OPTION_TEXT, offsetof(struct args, file), "FILE",
	"YAML or JSON; - reads standard input"},
    {'p', "packages", OPTION_LIST, offsetof(struct args, packages), "PACKAGE",
	"a folder or archive with descriptors; may be given several times"},
    {'d', "descriptor", OPTION_TEXT, offsetof(struct args, descriptor), "NAME",
	"of another descriptor than it has"},
    {'K', "property", OPTION_LIST, offsetof(struct args, properties), "NAME=VALUE",
	"may be given several times; all others keep their values"},
    {'Z', "state", OPTION_TEXT, offsetof(struct args, intended), "STATE",
	"Installed, Inactive or Active; it stays in its state without"},
    {'N', "to", OPTION_TEXT, offsetof(struct args, to), "MEMBERS",
	"so many shall be in service, instead of an increment more or less"},
    {'Q', "queue", OPTION_FLAG, offsetof(struct args, queue), NULL,
	"wait behind what runs on the assembly, instead of being refused"},
    {'n', "name", OPTION_TEXT, offsetof(struct args, name), "NAME", "name of the instance"},
    {'O', "order", OPTION_FLAG, offsetof(struct args, order), NULL,
	"what waits for what, instead of what belongs to what"},
    {'t', "timeout", OPTION_NUMBER, offsetof(struct args, timeout_s), "SECONDS",
	"how long to wait (900); the work goes on after that"},
    {'W', "no-wait", OPTION_FLAG, offsetof(struct args, no_wait), NULL,
	"return as soon as the manager has accepted"},
    {'F', "follow", OPTION_FLAG, offsetof(struct args, follow), NULL, "go on with what happens"},
    {'w', "watch", OPTION_FLAG, offsetof(struct args, watch), NULL,
	"look again every second, until ^C"},
    {'A', "after", OPTION_NUMBER, offsetof(struct args, after), "N", "only events above number N"},
    {'P', "process", OPTION_TEXT, offsetof(struct args, process), "ID", "only of this process"},
    {'S', "state", OPTION_TEXT, offsetof(struct args, state_dir), "DIR",
	"where the journal lies (/var/lib/lm)"},
    {'I', "images", OPTION_TEXT, offsetof(struct args, images_dir), "DIR",
	"root file systems by image name (images in --state)"},
    {'L', "listen", OPTION_TEXT, offsetof(struct args, listen), "ADDR:PORT",
	"where the API is served (127.0.0.1:8280)"},
    {'e', "cacert", OPTION_TEXT, offsetof(struct args, cacert), "FILE",
	"whose certificates the manager's is checked against (LM_CACERT)"},
    {'!', "role", OPTION_LIST, offsetof(struct args, roles), "ROLE",
	"what one may; may be given several times"},
    {'&', "grant", OPTION_LIST, offsetof(struct args, grants), "GRANT",
	"how a client asks for tokens (client_credentials); may be given several times"},
    {'?', "generate", OPTION_FLAG, offsetof(struct args, generate), NULL,
	"make a secret and print it, instead of asking for one"},
    {'#', "client", OPTION_FLAG, offsetof(struct args, is_client), NULL,
	"NAME is a client's, with a secret"},
    {'^', "callback", OPTION_TEXT, offsetof(struct args, callback), "URL",
	"how resource drivers reach the API, when not at the address of --listen: "
	"http://HOST:PORT"},
    {'V', "insecure", OPTION_FLAG, offsetof(struct args, insecure), NULL,
	"nobody is asked who he is; only where this machine alone can reach it"},
    {'[', "tls", OPTION_FLAG, offsetof(struct args, tls), NULL,
	"the API is served by HTTPS, with a certificate made here: tls.crt in --state"},
    {']', "tls-cert", OPTION_TEXT, offsetof(struct args, tls_cert), "FILE",
	"by HTTPS, with this certificate and what is between it and its root, PEM"},
    {'{', "tls-key", OPTION_TEXT, offsetof(struct args, tls_key), "FILE", "its key, PEM"},
    {'M', "metrics-port", OPTION_NUMBER, offsetof(struct args, metrics_port), "PORT",
	"of the metrics webhook on management networks (8285)"},
    {'1', "relay", OPTION_FLAG, offsetof(struct args, relay), NULL,
	"take samples from anybody by GET /api/send/...; for monitors that know no tokens"},
    {'X', "steps-per-location", OPTION_NUMBER, offsetof(struct args, steps_per_location), "N",
	"in flight at once (64); 0: no limit"},
    {'Y', "steps-per-driver", OPTION_NUMBER, offsetof(struct args, steps_per_driver), "N",
	"in flight at once (128); 0: no limit"},
    {'E', "keep-events", OPTION_NUMBER, offsetof(struct args, keep_events), "N",
	"events kept in the journal (50000)"},
    {'U', "keep-processes", OPTION_NUMBER, offsetof(struct args, keep_processes), "N",
	"ended processes kept in the journal (10000)"},
    {'H', "keep-days", OPTION_NUMBER, offsetof(struct args, keep_days), "DAYS",
	"ended processes are forgotten after so long (30)"},
    {'B', "no-journal-copy", OPTION_FLAG, offsetof(struct args, no_journal_copy), NULL,
	"of an older format, before it is brought to today's"},
    {'G', "log-level", OPTION_TEXT, offsetof(struct args, log_level), "LEVEL",
	"debug, info, warn or error (info)"},
    {'|', "log-format", OPTION_TEXT, offsetof(struct args, log_format), "FORM",
	"text, or json: one object a line (text)"},
    {'2', "writer", OPTION_TEXT, offsetof(struct args, writer), "NAME",
	"somebody outside, who may report about every component"},
    {'3', "component", OPTION_TEXT, offsetof(struct args, component), "NAME",
	"its full name or id; about itself, and those it is related with"},
    {'D', "repair", OPTION_FLAG, offsetof(struct args, repair), NULL,
	"repair what is found, or what is named"},
    {'y', "yes", OPTION_FLAG, offsetof(struct args, yes), NULL, "do not ask first"},
    {'J', "journal", OPTION_TEXT, offsetof(struct args, journal), "FILE",
	"look at this journal alone; no manager is needed"},
    {'%', "load", OPTION_TEXT, offsetof(struct args, load), "FILE",
	"what was offered, as comma-separated values: see above"},
    {'~', "profile", OPTION_TEXT, offsetof(struct args, profile), "PROFILE",
	"a load by rule, such as day:peak=450+noise:8; help: lists them"},
    {'+', "policy", OPTION_LIST, offsetof(struct args, policies), "SET",
	"properties of the policy, such as cooldown=60,smoothing=5"},
    {'0', "scale", OPTION_TEXT, offsetof(struct args, policy), "POLICY",
	"which scale policy, where there are several"},
    {'4', "clusters", OPTION_NUMBER, offsetof(struct args, clusters), "N",
	"so many services beside each other (1)"},
    {'5', "seed", OPTION_NUMBER, offsetof(struct args, seed), "N",
	"what chance decides: noise, who dies (1)"},
    {'6', "svg", OPTION_TEXT, offsetof(struct args, svg), "FILE", "draw a picture"},
    {'>', "output", OPTION_TEXT, offsetof(struct args, file), "FILE",
	"where to write (standard output); a file that is there is left alone"},
    {'7', "for", OPTION_TEXT, offsetof(struct args, length), "TIME",
	"how long: 90, 15min, 2h, 1d, 10:30"},
    {'8', "takes", OPTION_LIST, offsetof(struct args, takes), "STEP=TIME",
	"how long a step takes, such as Start=25"},
    {'9', "kill", OPTION_TEXT, offsetof(struct args, kills), "TIME,...",
	"a server dies then, since the beginning"},
    {'@', "begin", OPTION_TEXT, offsetof(struct args, begin), "TIME",
	"when it begins (2026-01-05, a Monday)"},
    {'=', "threads", OPTION_NUMBER, offsetof(struct args, threads), "N",
	"as many at a time (one a processor)"},
    {'v', "verbose", OPTION_FLAG, offsetof(struct args, verbose), NULL,
	"say on standard error what goes on"},
    {'R', "format", OPTION_TEXT, offsetof(struct args, format), "FORMAT",
	"text; json: one object per line; sarif: for editors and CI"},
    {'T', "strict", OPTION_FLAG, offsetof(struct args, strict), NULL, "warnings are errors"},
    {'q', "quiet", OPTION_FLAG, offsetof(struct args, quiet), NULL,
	"only the diagnostics, no summary"},
    {'C', "colour", OPTION_TEXT, offsetof(struct args, colour), "WHEN",
	"always, never or auto: on a terminal, unless NO_COLOR is set"},
    {'C', "color", OPTION_TEXT, offsetof(struct args, colour), "WHEN", NULL},
    {'h', "help", OPTION_FLAG, offsetof(struct args, help), NULL, "this text"},
};

static bool takes(const struct command *c, const struct option_row *r)
{
	/* Whoever asks a manager can be told whom to trust. */
	char letter = r->letter == 'e' ? 's' : r->letter;

	return letter == 'h' || strchr(c->options, letter) != NULL;
}

/* '\0': it has only its name.  Where properties are taken, packages leave their letter to them. */
static char short_of(const struct command *c, const struct option_row *r)
{
	if (r->letter == 'K')
		return 'p';
	if (r->letter == '>')
		return 'o';
	if (r->letter == 'p' && strchr(c->options, 'K') != NULL)
		return '\0';
	return r->letter >= 'a' && r->letter <= 'z' && r->letter != 'e' ? r->letter : '\0';
}

/* What getopt_long() returns for a row by its name; for its short form it is the letter. */
enum { BY_NAME = 256 };

static const struct option_row *row_of(const struct command *c, int found)
{
	if (found >= BY_NAME)
		return &rows[found - BY_NAME];
	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (takes(c, &rows[i]) && short_of(c, &rows[i]) == found)
			return &rows[i];
	return NULL;
}

static struct lm_err *add(char *at, const struct option_row *r, const char *value)
{
	struct arg_list *list = (struct arg_list *)(void *)at;

	if (list->n == LM_COUNT(list->v))
		return lm_err_new(
		    LM_ERR_INVALID, "too many --%s: at most %zu", r->name, LM_COUNT(list->v));
	list->v[list->n++] = value;
	return NULL;
}

static struct lm_err *store(struct args *a, const struct option_row *r, const char *value)
{
	char *at = (char *)a + r->offset, *end = NULL;

	switch (r->type) {
	case OPTION_FLAG:
		*(bool *)(void *)at = true;
		break;
	case OPTION_TEXT:
		*(const char **)(void *)at = value;
		break;
	case OPTION_NUMBER:
		*(long *)(void *)at = strtol(value, &end, 10);
		if (end == value || *end != '\0' || *(long *)(void *)at < 0)
			return lm_err_new(
			    LM_ERR_INVALID, "--%s needs a number, not '%s'", r->name, value);
		break;
	case OPTION_LIST:
		return add(at, r, value);
	}
	return NULL;
}

/* The tables getopt_long() wants, with the rows this command takes. */
static void fill(const struct command *c, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		const struct option_row *r = &rows[i];
		bool value = r->type != OPTION_FLAG;

		if (!takes(c, r))
			continue;
		*longs++ = (struct option){
		    r->name, value ? required_argument : no_argument, NULL, BY_NAME + (int)i};
		if (short_of(c, r) == '\0')
			continue;
		*shorts++ = short_of(c, r);
		if (value)
			*shorts++ = ':';
	}
	*shorts = '\0';
}

/* "--fil" is told of "--file". */
static struct lm_err *not_taken(const struct command *c, const char *word)
{
	struct suggest s = suggest_for(word[1] == '-' ? word + 2 : "");

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (takes(c, &rows[i]))
			suggest_offer(&s, rows[i].name);
	if (s.best == NULL)
		return lm_err_new(LM_ERR_INVALID, "'lm %s' does not take %s", c->name, word);
	return lm_err_new(
	    LM_ERR_INVALID, "'lm %s' does not take %s: did you mean --%s?", c->name, word, s.best);
}

struct lm_err *options_read(struct args *a, int argc, char **argv)
{
	struct option longs[LM_COUNT(rows) + 1] = {0};
	char shorts[2 * LM_COUNT(rows) + 2];
	int found = 0;

	fill(a->command, longs, shorts);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *word = argv[optind > 0 ? optind - 1 : 0];

		if (found == '?')
			return not_taken(a->command, word);
		if (found == ':')
			return lm_err_new(LM_ERR_INVALID, "%s needs a value", word);
		struct lm_err *e = store(a, row_of(a->command, found), optarg);
		if (e != NULL)
			return e;
	}
	a->words = (const char *const *)(void *)(argv + optind);
	a->n_words = (size_t)(argc - optind);
	return NULL;
}

/* What -o may say is the command's; json alone needs an explanation. */
static void print_meaning(const struct command *c, const struct option_row *r, struct lm_buf *out)
{
	const char *outputs = r->letter == 'o' ? command_outputs(c) : "json";

	if (strcmp(outputs, "json") == 0)
		lm_buf_puts(out, r->help);
	for (const char *p = outputs; strcmp(outputs, "json") != 0 && *p != '\0';) {
		size_t n = strcspn(p, " ");
		bool is_last = p[n] == '\0';

		lm_buf_printf(out, "%s%.*s",
		    p == outputs ? ""
		    : is_last    ? " or "
				 : ", ",
		    (int)n, p);
		p += n + !is_last;
	}
}

void options_put(const struct command *c, struct lm_buf *out)
{
	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		const struct option_row *r = &rows[i];

		if (!takes(c, r) || r->help == NULL)
			continue;
		if (short_of(c, r) != '\0')
			lm_buf_printf(out, "`-%c`, ", short_of(c, r));
		lm_buf_printf(out, "`--%s`%s%s\n:   ", r->name, r->value != NULL ? " " : "",
		    r->value != NULL ? r->value : "");
		print_meaning(c, r, out);
		lm_buf_puts(out, "\n");
	}
}

/* In the column of explanations, which ends where narrow terminals do. */
static void put_wrapped(const char *text, struct lm_buf *out)
{
	enum { LEFT = 29, LAST = 80 };
	size_t used = LEFT;

	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (used > LEFT && used + 1 + n > LAST) {
			lm_buf_printf(out, "\n%*s", LEFT, "");
			used = LEFT;
		} else if (used > LEFT) {
			lm_buf_puts(out, " ");
			used++;
		}
		lm_buf_add(out, p, n);
		used += n;
		p += n + strspn(p + n, " ");
	}
	lm_buf_puts(out, "\n");
}

void options_print(const struct command *c, struct lm_buf *out)
{
	struct lm_buf text;
	char left[64];

	lm_buf_init(&text, 4096);
	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		const struct option_row *r = &rows[i];

		if (!takes(c, r) || r->help == NULL)
			continue;
		char lead[8] = "    ";
		if (short_of(c, r) != '\0')
			snprintf(lead, sizeof lead, "-%c, ", short_of(c, r));
		snprintf(left, sizeof left, "%s--%s%s%s", lead, r->name,
		    r->value != NULL ? " " : "", r->value != NULL ? r->value : "");
		lm_buf_printf(out, "  %-26s ", left);
		lm_buf_clear(&text);
		print_meaning(c, r, &text);
		put_wrapped(text.p, out);
	}
	lm_buf_fini(&text);
}

bool options_at(const struct command *c, size_t i, struct option_info *out)
{
	const struct option_row *r = i < LM_COUNT(rows) ? &rows[i] : NULL;

	if (r == NULL)
		return false;
	*out = takes(c, r) ? (struct option_info){r->name, short_of(c, r), r->value, r->help}
			   : (struct option_info){0};
	return true;
}

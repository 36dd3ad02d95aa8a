/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/complete/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lm/cli/cli.h"
#include "lm/cli/complete/names.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/options.h"
#include "tosca/explain/explain.h"

enum { WORDS_MAX = 64, TOKEN_MAX = 128 };

struct completing {
	const struct command *command;
	const char *last;             /* what is being typed */
	const char *words[WORDS_MAX]; /* before it, without options */
	size_t n_words;
	struct names names;
	struct lm_buf *out;
};

/* ---- offers ----------------------------------------------------------------------------------- */

static void offer(struct completing *c, const char *word, const char *what)
{
	if (strncmp(word, c->last, strlen(c->last)) == 0)
		lm_buf_printf(c->out, "%s\t%.*s\n", word, (int)strcspn(what, "\n"), what);
}

static void on_name(void *arg, const char *name, const char *what)
{
	offer(arg, name, what);
}

static void offer_list(struct completing *c, const char *words, const char *prefix)
{
	char word[TOKEN_MAX];

	for (const char *p = words; *p != '\0'; p += strspn(p, " |")) {
		size_t n = strcspn(p, " |");

		snprintf(word, sizeof word, "%s%.*s", prefix, (int)n, p);
		offer(c, word, "");
		p += n;
	}
}

static void offer_commands(struct completing *c)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	for (size_t i = 0; i < n; i++)
		offer(c, all[i].name, all[i].summary);
}

static void offer_kinds(struct completing *c)
{
	size_t n = 0;
	const struct kind *all = kinds_all(&n);
	bool is_list = strcmp(c->command->name, "get") == 0;

	for (size_t i = 0; i < n; i++)
		offer(c, is_list ? all[i].plural : all[i].name, all[i].path);
	if (is_list)
		offer(c, "metrics", "/api/metrics");
}

static void offer_codes(struct completing *c)
{
	size_t n = 0;
	const struct explanation *all = explain_all(&n);

	for (size_t i = 0; i < n; i++)
		offer(c, all[i].code, all[i].title);
}

/* ---- words ------------------------------------------------------------------------------------ */

/* What "NAME" stands for depends on the word before it: of which kind. */
static const struct kind *kind_before(const struct completing *c)
{
	const struct kind *k = c->n_words > 0 ? kind_find(c->words[0]) : NULL;

	return k != NULL && strstr(c->command->words, "KIND") != NULL ? k : kind_find("assembly");
}

/* One alternative of a place: text that is meant as it stands, or the name of what stands there. */
static void offer_token(struct completing *c, const char *token)
{
	const char *assembly = c->n_words > 0 ? c->words[0] : "";

	if (strcmp(token, "KIND") == 0)
		offer_kinds(c);
	else if (strcmp(token, "NAME") == 0 || strcmp(token, "ASSEMBLY") == 0)
		names_of_kind(&c->names, kind_before(c));
	else if (strcmp(token, "PROCESS") == 0)
		names_of_kind(&c->names, kind_find("process"));
	else if (strcmp(token, "CLUSTER") == 0)
		names_of_clusters(&c->names, assembly);
	else if (strcmp(token, "COMPONENT") == 0)
		names_of_components(&c->names, assembly);
	else if (strcmp(token, "COMMAND") == 0)
		offer_commands(c);
	else if (strcmp(token, "TOPIC") == 0)
		offer_list(c, "descriptor api", "");
	else if (strcmp(token, "CODE") == 0)
		offer_codes(c);
	else if (strcmp(token, "FILE") == 0)
		lm_buf_puts(c->out, ":files\n");
	else if (strpbrk(token, "abcdefghijklmnopqrstuvwxyz") != NULL)
		offer(c, token, "");
}

/* The place of 'words' ("KIND [NAME]") with this index; the last one again, when it is repeated. */
static bool find_place(const char *words, size_t index, const char **place, size_t *size)
{
	bool is_repeated = false;

	*size = 0;
	for (const char *p = words; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		is_repeated = n >= 3 && memmem(p, n, "...", 3) != NULL;
		*place = p;
		*size = n;
		if (index-- == 0)
			return true;
		p += n;
	}
	return is_repeated;
}

static void offer_place(struct completing *c, const char *place, size_t size)
{
	char token[TOKEN_MAX];
	size_t n = 0;

	for (size_t i = 0; i <= size && n + 1 < sizeof token; i++) {
		if (i < size && place[i] != '|' && place[i] != ' ') {
			if (strchr("[].", place[i]) == NULL)
				token[n++] = place[i];
			continue;
		}
		token[n] = '\0';
		n = 0;
		offer_token(c, token);
	}
}

static void offer_word(struct completing *c)
{
	const char *place = NULL;
	size_t size = 0, index = c->n_words;

	/* 'lm plan scale voice pbx out': the words behind 'plan' are those of the change. */
	if (c->command->run == plan_run && index > 0) {
		c->command = commands_find(c->words[0]);
		memmove(c->words, c->words + 1, --c->n_words * sizeof c->words[0]);
		index--;
	} else if (c->command->run == plan_run) {
		offer_list(
		    c, "create apply adopt upgrade state scale heal delete retry rollback", "");
		return;
	}
	if (c->command == NULL)
		return;
	/* An optional kind may be left out: then the name stands first. */
	if (index == 0 && strncmp(c->command->words, "[KIND] ", 7) == 0)
		names_of_kind(&c->names, kind_find("assembly"));
	if (find_place(c->command->words, index, &place, &size))
		offer_place(c, place, size);
}

/* ---- options ---------------------------------------------------------------------------------- */

static void offer_value(struct completing *c, const struct option_info *o, const char *prefix)
{
	static const struct {
		const char *option, *values;
	} rows[] = {
	    {"colour", "always never auto"},
	    {"color", "always never auto"},
	    {"format", "text json sarif"},
	    {"log-level", "debug info warn error"},
	    {"log-format", "text json"},
	    {"role", "SLMAdmin Portal ReadOnly RootSecAdmin BehaviourScenarioExecute"},
	};

	if (strcmp(o->value, "FORMAT") == 0 && o->letter == 'o')
		offer_list(c, command_outputs(c->command), prefix);
	else if (strcmp(o->value, "STATE") == 0)
		offer_list(c, "Installed Inactive Active", prefix);
	else if (strcmp(o->name, "descriptor") == 0)
		names_of_kind(&c->names, kind_find("descriptor"));
	else if (strcmp(o->value, "ID") == 0)
		names_of_kind(&c->names, kind_find("process"));
	else if (strcmp(o->value, "FILE") == 0 || strcmp(o->value, "DIR") == 0 ||
		 strcmp(o->value, "PACKAGE") == 0)
		lm_buf_puts(c->out, ":files\n");
	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (strcmp(rows[i].option, o->name) == 0)
			offer_list(c, rows[i].values, prefix);
}

static bool is_option(const struct option_info *o, const char *word, size_t n)
{
	if (word[1] != '-')
		return n == 2 && o->letter != '\0' && word[1] == o->letter;
	return n == strlen(o->name) + 2 && strncmp(word + 2, o->name, n - 2) == 0;
}

/* n bytes of "--file", or "-f". */
static bool find_option(
    const struct command *c, const char *word, size_t n, struct option_info *out)
{
	for (size_t i = 0; n >= 2 && options_at(c, i, out); i++)
		if (out->name != NULL && is_option(out, word, n))
			return true;
	return false;
}

static void offer_options(struct completing *c)
{
	struct option_info o = {0};
	size_t n = strcspn(c->last, "=");
	char word[TOKEN_MAX];

	if (c->last[n] == '=' && find_option(c->command, c->last, n, &o) && o.value != NULL) {
		snprintf(word, sizeof word, "%.*s=", (int)n, c->last);
		offer_value(c, &o, word);
		return;
	}
	for (size_t i = 0; options_at(c->command, i, &o); i++) {
		if (o.name == NULL || o.help == NULL)
			continue;
		snprintf(word, sizeof word, "--%s", o.name);
		offer(c, word, o.help);
	}
}

/* Sorts what has been typed into words and options; true: the last word is an option's value. */
static bool read_words(
    struct completing *c, const char *const *words, size_t n, struct option_info *pending)
{
	for (size_t i = 1; i + 1 < n; i++) {
		bool is_last = i + 2 == n;
		size_t size = strcspn(words[i], "=");

		if (words[i][0] != '-' || words[i][1] == '\0') {
			if (c->n_words < WORDS_MAX)
				c->words[c->n_words++] = words[i];
			continue;
		}
		if (!find_option(c->command, words[i], size, pending) || pending->value == NULL)
			continue;
		const char *value = words[i][size] == '=' ? words[i] + size + 1 : words[i + 1];
		if (words[i][size] != '=' && is_last)
			return true;
		if (strcmp(pending->name, "server") == 0)
			c->names.server = value;
		i += words[i][size] != '=';
	}
	return false;
}

void complete_words(const char *const *words, size_t n, struct lm_buf *out)
{
	struct completing c = {.last = n > 0 ? words[n - 1] : "", .out = out};
	struct option_info pending = {0};

	c.names = (struct names){.server = NULL, .tell = on_name, .arg = &c};
	if (n < 2) {
		offer_commands(&c);
		return;
	}
	c.command = commands_find(words[0]);
	if (c.command == NULL)
		return;
	if (read_words(&c, words, n, &pending))
		offer_value(&c, &pending, "");
	else if (c.last[0] == '-')
		offer_options(&c);
	else
		offer_word(&c);
}

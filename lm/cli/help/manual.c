/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/help/manual.h"

#include <ctype.h>
#include <string.h>

#include "lm/cli/help/page.h"
#include "lm/cli/options.h"
#include "lm/server/serve.h"

enum { PAGE_MAX = 256 * 1024 };

/* Of the words, not of the program: a page that has not changed is the same in every build. */
#define MANUAL_DATE "2026-11-21"

static const struct {
	int status;
	const char *text;
} exits[] = {
    {CLI_OK, "done; what was asked for is so"},
    {CLI_FAILED, "refused, failed, not agreed to, or errors were found"},
    {CLI_USAGE, "not understood, or somebody had to be asked and nobody was there"},
    {CLI_UNREACHABLE, "no manager could be reached"},
    {CLI_TIMEOUT, "still going on when the time was up; the work goes on"},
};

/* clang-format off */
static const struct {
	const char *name, *text;
} variables[] = {
    {"LM_SERVER", "the manager (http://127.0.0.1:8280); --server goes before it"},
    {"LM_TOKEN", "what to show to the manager in place of a login"},
    {"LM_CACERT", "a file of certificates that the manager's is signed by, for https"},
    {"NO_COLOR", "turns colours off"},
};

/* Pages beside those of the commands. */
static const struct topic {
	const char *name, *section, *summary;
	void (*put)(struct lm_buf *out);
} topics[] = {
    {"descriptor", "5", "the words of assembly and resource descriptors", manual_put_descriptor},
    {"api", "7", "what the manager answers over HTTP", manual_put_api},
};
/* clang-format on */

static const char *page_text(const char *name)
{
	const struct page *p = page_find(name);

	return p != NULL ? p->text : "";
}

static const char *text_of(const struct command *c)
{
	char name[64];

	snprintf(name, sizeof name, "lm-%s", c->name);
	return page_text(name);
}

/* ---- for a terminal --------------------------------------------------------------------------- */

void manual_print_command(const struct command *c, bool bold, struct lm_buf *out)
{
	const char *text = text_of(c);

	lm_buf_printf(out, "usage: lm %s%s%s%s\n\n%s\n", c->name, c->words[0] != '\0' ? " " : "",
	    c->words, c->options[0] != '\0' ? " [options]" : "", c->summary);
	if (*text != '\0') {
		lm_buf_puts(out, "\n");
		page_print_text(text, bold, out);
	}
	lm_buf_puts(out, "\n");
	options_print(c, out);
}

void manual_print_overview(struct lm_buf *out)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	lm_buf_puts(out, "lm " LM_VERSION ": a lifecycle manager for VoIP network services\n\n"
			 "usage: lm COMMAND ...\n\n");
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(all[i].group, all[i - 1].group) != 0)
			lm_buf_printf(out, "%s%s\n", i == 0 ? "" : "\n", all[i].group);
		lm_buf_printf(out, "  %-11s%s\n", all[i].name, all[i].summary);
	}
	lm_buf_puts(out, "\n'lm help COMMAND' explains one; 'lm help descriptor' the words of "
			 "descriptors,\n'lm help api' what the manager answers.\n\nExit status:\n");
	for (size_t i = 0; i < LM_COUNT(exits); i++)
		lm_buf_printf(out, "  %d  %s\n", exits[i].status, exits[i].text);
	lm_buf_puts(out, "\nEnvironment:\n");
	for (size_t i = 0; i < LM_COUNT(variables); i++)
		lm_buf_printf(out, "  %-10s %s\n", variables[i].name, variables[i].text);
}

static const struct topic *find_topic(const char *name)
{
	for (size_t i = 0; i < LM_COUNT(topics); i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}

bool manual_print_topic(const char *name, bool bold, struct lm_buf *out)
{
	const struct topic *t = find_topic(name);
	struct lm_buf text;

	if (t == NULL)
		return false;
	lm_buf_init(&text, PAGE_MAX);
	t->put(&text);
	page_print_text(text.p, bold, out);
	lm_buf_fini(&text);
	return true;
}

/* ---- manual pages ----------------------------------------------------------------------------- */

void manual_list(struct lm_buf *out)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	lm_buf_puts(out, "lm.1\n");
	for (size_t i = 0; i < n; i++)
		lm_buf_printf(out, "lm-%s.1\n", all[i].name);
	for (size_t i = 0; i < LM_COUNT(topics); i++)
		lm_buf_printf(out, "lm-%s.%s\n", topics[i].name, topics[i].section);
}

static void put_title(const char *name, const char *section, struct lm_buf *out)
{
	lm_buf_puts(out, ".\\\" Made by lm from its own tables.\n.TH ");
	for (; *name != '\0'; name++) {
		char c = (char)toupper((unsigned char)*name);

		lm_buf_puts(out, c == '-' ? "\\" : "");
		lm_buf_add(out, &c, 1);
	}
	lm_buf_printf(out, " %s " MANUAL_DATE " \"lm " LM_VERSION "\" \"lm manual\"\n", section);
}

static void put_exits(struct lm_buf *md)
{
	lm_buf_puts(md, "## EXIT STATUS\n");
	for (size_t i = 0; i < LM_COUNT(exits); i++)
		lm_buf_printf(md, "`%d`\n:   %s\n", exits[i].status, exits[i].text);
}

static void put_variables(struct lm_buf *md)
{
	lm_buf_puts(md, "## ENVIRONMENT\n");
	for (size_t i = 0; i < LM_COUNT(variables); i++)
		lm_buf_printf(md, "`%s`\n:   %s\n", variables[i].name, variables[i].text);
}

static void put_command(const struct command *c, struct lm_buf *md)
{
	lm_buf_printf(md, "## NAME\nlm-%s - %s\n## SYNOPSIS\n`lm %s`%s%s%s\n", c->name, c->summary,
	    c->name, c->words[0] != '\0' ? " " : "", c->words,
	    c->options[0] != '\0' ? " [options]" : "");
	const char *text = text_of(c);
	if (*text != '\0')
		lm_buf_printf(md, "## DESCRIPTION\n%s", text);
	lm_buf_puts(md, "## OPTIONS\n");
	options_put(c, md);
	put_exits(md);
	lm_buf_puts(md, "## SEE ALSO\n`lm(1)`\n");
}

static void put_overview(struct lm_buf *md)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	lm_buf_printf(md,
	    "## NAME\nlm - a lifecycle manager for VoIP network services\n## SYNOPSIS\n`lm` "
	    "COMMAND "
	    "[words and options]\n## DESCRIPTION\n%s## COMMANDS\n",
	    page_text("lm"));
	for (size_t i = 0; i < n; i++)
		lm_buf_printf(
		    md, "`lm %s`\n:   %s: lm-%s(1)\n", all[i].name, all[i].summary, all[i].name);
	put_exits(md);
	put_variables(md);
	lm_buf_puts(md, "## FILES\n`/var/lib/lm/journal.db`\n:   what the manager remembers\n"
			"## SEE ALSO\n`lm-descriptor(5)`, `lm-api(7)`\n");
}

bool manual_print_man(const char *file, struct lm_buf *out)
{
	const char *dot = strrchr(file, '.');
	size_t n = dot != NULL ? (size_t)(dot - file) : 0;
	char name[64] = "";
	struct lm_buf md;

	if (n < 2 || n >= sizeof name || strncmp(file, "lm", 2) != 0)
		return false;
	snprintf(name, sizeof name, "%.*s", (int)n, file);
	const char *own = name[2] == '-' ? name + 3 : "";
	const struct command *c = commands_find(own);
	const struct topic *t = find_topic(own);
	lm_buf_init(&md, PAGE_MAX);
	if (t != NULL && strcmp(dot + 1, t->section) == 0) {
		lm_buf_printf(&md, "## NAME\n%s - %s\n", name, t->summary);
		t->put(&md);
		lm_buf_puts(&md, "## SEE ALSO\n`lm(1)`\n");
	} else if (c != NULL && strcmp(dot, ".1") == 0) {
		put_command(c, &md);
	} else if (strcmp(file, "lm.1") == 0) {
		put_overview(&md);
	}
	bool is_known = md.n > 0;
	if (is_known) {
		put_title(name, dot + 1, out);
		page_print_man(md.p, out);
	}
	lm_buf_fini(&md);
	return is_known;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lsp LM SESSION
 *
 * Plays a client of 'LM lsp' and prints what it is told.  tests/lib/session.h says how a session is
 * written; places are given by the text around them, with the cursor as '|'.
 *
 *	file NAME            (text)  a file on disk, before or after 'start'
 *	start [utf-8] [no-folder] [watch] [show]      launch    without 'initialize'
 *	open NAME            (text)  without a text: as it is on disk
 *	change NAME          (text)  all of it
 *	replace NAME "old" "new"     the first one, as an incremental change
 *	type NAME "a|b" "text"       character by character; 'erase NAME "a|b" N' the other way round
 *	save, close NAME             watch NAME 1|2|3 (created, changed, deleted)
 *	delete NAME                  the file on disk
 *	definition, hover, complete NAME "a|b"        symbols NAME        fixes NAME "a|b"
 *	send JSON            a message, and whatever is answered
 *	raw "bytes"          as they are, and whatever is answered
 *	part "bytes"         of something that never comes to its end
 *	flood N              a message of N blanks
 *	stop, eof            shutdown and exit; the end of the input; prints the exit status
 *
 * There are no pauses: after each step the client asks for something unknown, and what comes
 * before the refusal belongs to the step.
 */
#include <ctype.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "tests/lib/session.h"

enum { TEXT_MAX = 64 * 1024 * 1024, ANSWER_SECONDS = 120 };

struct file {
	char *name, *text; /* as the client has it, or last wrote it */
	bool open;
};

struct client {
	char folder[64];
	const char *lm;
	pid_t pid;
	int to;
	FILE *from;
	json_int_t id;
	bool utf8, dead;
	struct lm_map *files;
	int version;
};

/* ---- names and places ---------------------------------------------------------------------- */

static void path_of(const struct client *c, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", c->folder, name);
}

static char *finish_text(struct lm_buf *b)
{
	char *text = lm_buf_detach(b);

	lm_buf_fini(b);
	return text;
}

static char *uri_of(const struct client *c, const char *name)
{
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	if (strchr(name, ':') != NULL) {
		lm_buf_puts(&b, name);
		return finish_text(&b);
	}
	lm_buf_printf(&b, "file://%s/", c->folder);
	for (const char *p = name; *p != '\0'; p++) {
		if (isalnum((unsigned char)*p) || strchr("/-._~", *p) != NULL)
			lm_buf_add(&b, p, 1);
		else
			lm_buf_printf(&b, "%%%02X", (unsigned char)*p);
	}
	return finish_text(&b);
}

/* What stands in the folder without it, wherever it is named. */
static void print_relative(const struct client *c, const char *text)
{
	size_t n = strlen(c->folder);

	for (const char *p = text; *p != '\0';) {
		if (strncmp(p, "file://", 7) == 0 && strncmp(p + 7, c->folder, n) == 0)
			p += 7;
		else if (strncmp(p, c->folder, n) == 0)
			p += p[n] == '/' ? n + 1 : n;
		else
			putchar(*p++);
	}
}

static struct file *file_of(struct client *c, const char *name)
{
	struct file *f = lm_map_find(c->files, name);

	if (f == NULL) {
		f = calloc(1, sizeof *f);
		f->name = strdup(name);
		f->text = strdup("");
		lm_map_put(c->files, f->name, f);
	}
	return f;
}

static json_t *position(const struct client *c, const char *text, size_t offset)
{
	json_int_t line = 0;
	size_t begin = 0;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] != '\n')
			continue;
		line++;
		begin = i + 1;
	}
	return json_pack("{sIsI}", "line", line, "character",
	    session_columns(c->utf8, text + begin, offset - begin));
}

/* Where "a|b" is. */
static size_t find(const struct file *f, const char *snippet)
{
	const char *bar = strchr(snippet, '|');
	struct lm_buf b;

	if (bar == NULL)
		session_die("no '|' in \"%s\"", snippet);
	lm_buf_init(&b, 4096);
	lm_buf_add(&b, snippet, (size_t)(bar - snippet));
	lm_buf_puts(&b, bar + 1);
	const char *at = strstr(f->text, b.p);
	if (at == NULL)
		session_die("%s has no \"%s\"", f->name, b.p);
	lm_buf_fini(&b);
	return (size_t)(at - f->text) + (size_t)(bar - snippet);
}

static void splice(struct file *f, size_t begin, size_t end, const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	lm_buf_add(&b, f->text, begin);
	lm_buf_puts(&b, text);
	lm_buf_puts(&b, f->text + end);
	free(f->text);
	f->text = finish_text(&b);
}

/* ---- printing ------------------------------------------------------------------------------ */

static json_int_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void print_range(const json_t *range)
{
	const json_t *a = json_object_get(range, "start"), *b = json_object_get(range, "end");

	printf("%d:%d-%d:%d", (int)number(a, "line") + 1, (int)number(a, "character") + 1,
	    (int)number(b, "line") + 1, (int)number(b, "character") + 1);
}

static const char *string(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* Several lines, each moved to the right. */
static void print_lines(const struct client *c, const char *text, const char *indent)
{
	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, "\n");
		char *line = strndup(p, n);

		if (n > 0)
			fputs(indent, stdout);
		print_relative(c, line);
		putchar('\n');
		free(line);
		p += p[n] == '\n' ? n + 1 : n;
	}
}

static void print_diagnostics(const struct client *c, const json_t *params)
{
	const json_t *list = json_object_get(params, "diagnostics");

	fputs("  ", stdout);
	print_relative(c, string(params, "uri"));
	puts(json_array_size(list) == 0 ? ": nothing is wrong" : ":");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		const json_t *related = json_object_get(d, "relatedInformation");

		fputs("    ", stdout);
		print_range(json_object_get(d, "range"));
		printf(
		    " %s %s ", number(d, "severity") == 1 ? "error" : "warning", string(d, "code"));
		const char *message = string(d, "message");
		printf("%.*s\n", (int)strcspn(message, "\n"), message);
		if (strchr(message, '\n') != NULL)
			print_lines(c, strchr(message, '\n') + 1, "      ");
		for (size_t k = 0; k < json_array_size(related); k++) {
			const json_t *r = json_array_get(related, k);
			const json_t *where = json_object_get(r, "location");

			fputs("      see ", stdout);
			print_relative(c, string(where, "uri"));
			putchar(' ');
			print_range(json_object_get(where, "range"));
			printf(": %s\n", string(r, "message"));
		}
	}
}

static void print_json(const struct client *c, const json_t *v)
{
	char *text = json_dumps(v, JSON_SORT_KEYS | JSON_INDENT(1) | JSON_ENCODE_ANY);

	print_lines(c, text, "  ");
	free(text);
}

static void print_message(const struct client *c, const json_t *message)
{
	if (strcmp(string(message, "method"), "textDocument/publishDiagnostics") == 0)
		print_diagnostics(c, json_object_get(message, "params"));
	else
		print_json(c, message);
}

/* ---- conversation -------------------------------------------------------------------------- */

/* Prints what comes before the answer to the request, which is returned; NULL: nothing came. */
static json_t *await(struct client *c, json_int_t id)
{
	json_t *message;

	alarm(ANSWER_SECONDS);
	while ((message = session_get_message(c->from)) != NULL) {
		const json_t *have = json_object_get(message, "id");

		if (json_is_integer(have) && json_integer_value(have) == id &&
		    json_object_get(message, "method") == NULL)
			break;
		print_message(c, message);
		json_decref(message);
	}
	alarm(0);
	c->dead = message == NULL;
	return message;
}

/* The result, owned by the caller; errors are printed. */
static json_t *ask(struct client *c, const char *method, json_t *params)
{
	json_t *m = json_pack("{sssIss}", "jsonrpc", "2.0", "id", ++c->id, "method", method);

	if (params != NULL)
		json_object_set_new(m, "params", params);
	session_put_message(c->to, m);
	json_t *answer = await(c, c->id);
	if (answer == NULL)
		return NULL;
	const json_t *error = json_object_get(answer, "error");
	json_t *result = json_incref(json_object_get(answer, "result"));
	if (error != NULL)
		printf("  refused: %d %s\n", (int)number(error, "code"), string(error, "message"));
	json_decref(answer);
	return result;
}

/* Everything that the server had to say has been printed when this returns. */
static void settle(struct client *c)
{
	if (c->pid == 0 || c->dead)
		return;
	session_put_message(
	    c->to, json_pack("{sssIss}", "jsonrpc", "2.0", "id", ++c->id, "method", "test/settle"));
	json_decref(await(c, c->id));
}

static void tell(struct client *c, const char *method, json_t *params)
{
	session_put_message(
	    c->to, json_pack("{ssssso}", "jsonrpc", "2.0", "method", method, "params", params));
	settle(c);
}

/* ---- steps --------------------------------------------------------------------------------- */

static json_t *document(const struct client *c, const char *name)
{
	char *uri = uri_of(c, name);
	json_t *o = json_pack("{ss}", "uri", uri);

	free(uri);
	return o;
}

static void step_file(struct client *c, struct session_step *s)
{
	char path[512];

	path_of(c, s->words[1], path, sizeof path);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0700); /* it may be there */
	*slash = '/';
	FILE *f = fopen(path, "w");
	if (f == NULL)
		session_die("cannot write %s", path);
	fwrite(s->text.p, 1, s->text.n, f);
	fclose(f);
	struct file *known = file_of(c, s->words[1]);
	if (!known->open)
		splice(known, 0, strlen(known->text), s->text.p);
}

static void step_delete(struct client *c, struct session_step *s)
{
	char path[512];

	path_of(c, s->words[1], path, sizeof path);
	unlink(path);
}

static bool has_word(const struct session_step *s, const char *word)
{
	for (size_t i = 1; i < s->n; i++)
		if (strcmp(s->words[i], word) == 0)
			return true;
	return false;
}

static void launch(struct client *c)
{
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0)
		session_die("no pipe");
	c->pid = fork();
	if (c->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execl(c->lm, c->lm, "lsp", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	c->from = fdopen(out[0], "r");
}

static void step_launch(struct client *c, struct session_step *s)
{
	(void)s;
	launch(c);
}

static void step_start(struct client *c, struct session_step *s)
{
	char *uri = uri_of(c, "");

	uri[strlen(uri) - 1] = '\0';
	launch(c);
	c->utf8 = has_word(s, "utf-8");
	json_t *params = json_pack("{sis{s{so}s{s{sb}}}}", "processId", (int)getpid(),
	    "capabilities", "general", "positionEncodings",
	    c->utf8 ? json_pack("[ss]", "utf-16", "utf-8") : json_pack("[s]", "utf-16"),
	    "workspace", "didChangeWatchedFiles", "dynamicRegistration",
	    has_word(s, "watch") ? 1 : 0);
	json_object_set_new(params, "workspaceFolders",
	    has_word(s, "no-folder") ? json_null()
				     : json_pack("[{ssss}]", "uri", uri, "name", "test"));
	json_t *result = ask(c, "initialize", params);
	if (has_word(s, "show"))
		print_json(c, result);
	json_decref(result);
	free(uri);
	tell(c, "initialized", json_object());
}

static void step_open(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);
	json_t *item = document(c, f->name);

	if (s->has_text)
		splice(f, 0, strlen(f->text), s->text.p);
	f->open = true;
	json_object_set_new(item, "languageId", json_string("yaml"));
	json_object_set_new(item, "version", json_integer(++c->version));
	json_object_set_new(item, "text", json_string(f->text));
	tell(c, "textDocument/didOpen", json_pack("{so}", "textDocument", item));
}

static void change(struct client *c, struct file *f, json_t *what)
{
	json_t *d = document(c, f->name);

	json_object_set_new(d, "version", json_integer(++c->version));
	tell(c, "textDocument/didChange",
	    json_pack("{sos[o]}", "textDocument", d, "contentChanges", what));
}

static void step_change(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);

	splice(f, 0, strlen(f->text), s->text.p);
	change(c, f, json_pack("{ss}", "text", f->text));
}

static void edit(struct client *c, struct file *f, size_t begin, size_t end, const char *text)
{
	json_t *what = json_pack("{s{soso}ss}", "range", "start", position(c, f->text, begin),
	    "end", position(c, f->text, end), "text", text);

	splice(f, begin, end, text);
	change(c, f, what);
}

static void step_replace(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);
	const char *at = strstr(f->text, s->words[2]);

	if (at == NULL)
		session_die("%s has no \"%s\"", f->name, s->words[2]);
	size_t begin = (size_t)(at - f->text);
	edit(c, f, begin, begin + strlen(s->words[2]), s->words[3]);
}

static size_t char_size(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void step_type(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);
	size_t at = find(f, s->words[2]);

	for (const char *p = s->words[3]; *p != '\0';) {
		size_t n = char_size(p);
		char one[8] = "";

		memcpy(one, p, n);
		printf(" '%s'\n", *p == '\n' ? "\\n" : one);
		edit(c, f, at, at, one);
		at += n;
		p += n;
	}
}

static void step_erase(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);
	size_t at = find(f, s->words[2]);

	for (long n = strtol(s->words[3], NULL, 10); n > 0 && at > 0; n--) {
		size_t begin = at - 1;

		while (begin > 0 && ((unsigned char)f->text[begin] & 0xc0) == 0x80)
			begin--;
		printf(" <-\n");
		edit(c, f, begin, at, "");
		at = begin;
	}
}

static void step_save(struct client *c, struct session_step *s)
{
	tell(
	    c, "textDocument/didSave", json_pack("{so}", "textDocument", document(c, s->words[1])));
}

static void step_close(struct client *c, struct session_step *s)
{
	file_of(c, s->words[1])->open = false;
	tell(c, "textDocument/didClose",
	    json_pack("{so}", "textDocument", document(c, s->words[1])));
}

static void step_watch(struct client *c, struct session_step *s)
{
	json_t *change = document(c, s->words[1]);

	json_object_set_new(change, "type", json_integer(strtol(s->words[2], NULL, 10)));
	tell(c, "workspace/didChangeWatchedFiles", json_pack("{s[o]}", "changes", change));
}

static json_t *ask_at(struct client *c, struct session_step *s, const char *method)
{
	struct file *f = file_of(c, s->words[1]);
	json_t *params = json_pack("{soso}", "textDocument", document(c, f->name), "position",
	    position(c, f->text, find(f, s->words[2])));

	return ask(c, method, params);
}

static void step_definition(struct client *c, struct session_step *s)
{
	json_t *r = ask_at(c, s, "textDocument/definition");

	if (json_is_object(r)) {
		fputs("  ", stdout);
		print_relative(c, string(r, "uri"));
		putchar(' ');
		print_range(json_object_get(r, "range"));
		putchar('\n');
	} else {
		puts("  nowhere");
	}
	json_decref(r);
}

static void step_hover(struct client *c, struct session_step *s)
{
	json_t *r = ask_at(c, s, "textDocument/hover");

	if (json_is_object(r)) {
		fputs("  ", stdout);
		print_range(json_object_get(r, "range"));
		putchar('\n');
		print_lines(c, string(json_object_get(r, "contents"), "value"), "    ");
	} else {
		puts("  nothing");
	}
	json_decref(r);
}

static void step_complete(struct client *c, struct session_step *s)
{
	json_t *r = ask_at(c, s, "textDocument/completion");
	const json_t *list = json_object_get(r, "items");

	if (json_is_true(json_object_get(r, "isIncomplete")))
		puts("  there is more");
	if (json_array_size(list) == 0)
		puts("  nothing");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const json_t *edit = json_object_get(item, "textEdit");

		if (i == 0) {
			fputs("  in place of ", stdout);
			print_range(json_object_get(edit, "range"));
			putchar('\n');
		}
		printf("    %s", string(edit, "newText"));
		if (json_object_get(item, "detail") != NULL)
			fputs(" (", stdout), print_relative(c, string(item, "detail")),
			    fputs(")", stdout);
		if (json_object_get(item, "documentation") != NULL)
			printf(": %s", string(item, "documentation"));
		putchar('\n');
	}
	json_decref(r);
}

static void print_symbols(const json_t *list, int level)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);

		printf("%*s%s %s", 2 + 2 * level, "", string(s, "name"), string(s, "detail"));
		printf(" [%d] ", (int)number(s, "kind"));
		print_range(json_object_get(s, "range"));
		putchar('\n');
		print_symbols(json_object_get(s, "children"), level + 1);
	}
}

static void step_symbols(struct client *c, struct session_step *s)
{
	json_t *r = ask(c, "textDocument/documentSymbol",
	    json_pack("{so}", "textDocument", document(c, s->words[1])));

	print_symbols(r, 0);
	json_decref(r);
}

static void step_fixes(struct client *c, struct session_step *s)
{
	struct file *f = file_of(c, s->words[1]);
	size_t at = find(f, s->words[2]);
	json_t *r = ask(c, "textDocument/codeAction",
	    json_pack("{sos{soso}s{s[]}}", "textDocument", document(c, f->name), "range", "start",
		position(c, f->text, at), "end", position(c, f->text, at), "context",
		"diagnostics"));

	if (json_array_size(r) == 0)
		puts("  nothing");
	for (size_t i = 0; i < json_array_size(r); i++) {
		const json_t *a = json_array_get(r, i);
		char *uri = uri_of(c, f->name);
		const json_t *edit = json_array_get(
		    json_object_get(json_object_get(json_object_get(a, "edit"), "changes"), uri),
		    0);

		printf("  %s: ", string(a, "title"));
		print_range(json_object_get(edit, "range"));
		printf(" becomes '%s'\n", string(edit, "newText"));
		free(uri);
	}
	json_decref(r);
}

static void step_send(struct client *c, struct session_step *s)
{
	json_t *m = json_loads(s->words[1], 0, NULL);

	if (m == NULL)
		session_die("not JSON: %s", s->words[1]);
	session_put_message(c->to, m);
	settle(c);
}

static void step_raw(struct client *c, struct session_step *s)
{
	session_put(c->to, s->words[1], strlen(s->words[1]));
	settle(c);
}

static void step_part(struct client *c, struct session_step *s)
{
	session_put(c->to, s->words[1], strlen(s->words[1]));
}

/* More than anybody can read. */
static void step_flood(struct client *c, struct session_step *s)
{
	size_t n = (size_t)strtoul(s->words[1], NULL, 10);
	char *text = malloc(n + 64);

	int head = snprintf(text, 64, "Content-Length: %zu\r\n\r\n", n);
	memset(text + head, ' ', n);
	session_put(c->to, text, (size_t)head + n);
	free(text);
	settle(c);
}

static void finish(struct client *c)
{
	json_t *message;
	int status = 0;

	close(c->to);
	alarm(ANSWER_SECONDS);
	while ((message = session_get_message(c->from)) != NULL) {
		print_message(c, message);
		json_decref(message);
	}
	waitpid(c->pid, &status, 0);
	alarm(0);
	if (WIFEXITED(status))
		printf("  exit status %d\n", WEXITSTATUS(status));
	else
		printf("  ended by signal %d\n", WTERMSIG(status));
	fclose(c->from);
	c->pid = 0;
	c->dead = false;
}

static void step_stop(struct client *c, struct session_step *s)
{
	(void)s;
	json_decref(ask(c, "shutdown", NULL));
	session_put_message(c->to, json_pack("{ssss}", "jsonrpc", "2.0", "method", "exit"));
	finish(c);
}

static void step_eof(struct client *c, struct session_step *s)
{
	(void)s;
	finish(c);
}

static const struct {
	const char *name;
	size_t words;
	void (*run)(struct client *, struct session_step *);
} steps[] = {
    {"file", 2, step_file},
    {"delete", 2, step_delete},
    {"launch", 1, step_launch},
    {"start", 1, step_start},
    {"open", 2, step_open},
    {"change", 2, step_change},
    {"replace", 4, step_replace},
    {"type", 4, step_type},
    {"erase", 4, step_erase},
    {"save", 2, step_save},
    {"close", 2, step_close},
    {"watch", 3, step_watch},
    {"definition", 3, step_definition},
    {"hover", 3, step_hover},
    {"complete", 3, step_complete},
    {"symbols", 2, step_symbols},
    {"fixes", 3, step_fixes},
    {"send", 2, step_send},
    {"raw", 2, step_raw},
    {"part", 2, step_part},
    {"flood", 2, step_flood},
    {"stop", 1, step_stop},
    {"eof", 1, step_eof},
};

/* ---- the whole ----------------------------------------------------------------------------- */

static void run(struct client *c, struct session_step *s)
{
	for (size_t i = 0; i < LM_COUNT(steps); i++) {
		if (strcmp(steps[i].name, s->words[0]) != 0)
			continue;
		if (s->n < steps[i].words)
			session_die("'%s' needs %zu words", s->words[0], steps[i].words - 1);
		steps[i].run(c, s);
		return;
	}
	session_die("there is no step '%s'", s->words[0]);
}

static void play(struct client *c, FILE *session)
{
	struct session_step s;

	while (session_next(session, &s)) {
		if (s.n == 0) {
			puts(s.line);
		} else {
			printf("> %s\n", s.line);
			run(c, &s);
		}
		fflush(stdout);
		session_step_fini(&s);
	}
}

int main(int argc, char **argv)
{
	struct client c = {.files = lm_map_new()};
	struct file *f;
	char command[128];

	if (argc != 3)
		session_die("usage: lsp LM SESSION");
	signal(SIGPIPE, SIG_IGN);
	c.lm = argv[1];
	snprintf(c.folder, sizeof c.folder, "/tmp/lsp-XXXXXX");
	if (mkdtemp(c.folder) == NULL)
		session_die("no folder for the files");
	FILE *session = fopen(argv[2], "r");
	if (session == NULL)
		session_die("cannot read %s", argv[2]);
	play(&c, session);
	fclose(session);
	if (c.pid != 0)
		finish(&c);
	for (size_t i = 0; (f = lm_map_next(c.files, &i)) != NULL;) {
		lm_map_remove(c.files, f->name);
		free(f->name);
		free(f->text);
		free(f);
	}
	lm_map_free(c.files);
	snprintf(command, sizeof command, "rm -rf '%s'", c.folder);
	return system(command) == 0 ? 0 : 1;
}

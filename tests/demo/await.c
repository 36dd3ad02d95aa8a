/* SPDX-License-Identifier: Apache-2.0 */
/*
 * await FILE SECONDS AFTER_MS CONDITION...
 * await -l FILE SECONDS PATTERN
 *
 * Waits until FILE, which grows by one JSON event per line, holds an event that happened at or
 * after AFTER_MS (0: any) and fulfils all conditions (tests/lib/match.h); or, with -l, until FILE,
 * which grows by lines of text, holds one that PATTERN, a basic regular expression, is in.  Prints
 * the line and ends with 0; ends with 1 when SECONDS have passed, with 2 when it was called wrongly.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <regex.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/match.h"

struct await {
	FILE *file;
	int notify;
	bool is_text;
	regex_t pattern; /* of text */
	int64_t after_ms;
	const char *const *conditions;
	size_t n;
	char *line; /* of getline() */
	size_t size;
	char pending[1 << 18]; /* a line that may not have ended yet: have bytes of it */
	size_t have;
};

static int64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool event_fits(struct await *a)
{
	json_t *event = json_loadb(a->pending, a->have, 0, NULL);
	const json_t *at = json_object_get(event, "at_ms");
	bool fits = json_is_integer(at) && json_integer_value(at) >= a->after_ms &&
		    match_all(event, a->conditions, a->n);

	json_decref(event);
	return fits;
}

static bool line_fits(struct await *a)
{
	if (!a->is_text)
		return event_fits(a);
	a->pending[a->have - 1] = '\0';
	if (regexec(&a->pattern, a->pending, 0, NULL, 0) != 0)
		return false;
	a->pending[a->have - 1] = '\n';
	return true;
}

/* Reads what is there now; a line without its end waits for the rest. */
static bool read_on(struct await *a)
{
	ssize_t n;

	clearerr(a->file);
	while ((n = getline(&a->line, &a->size, a->file)) > 0) {
		bool whole = a->line[n - 1] == '\n';

		if (a->have + (size_t)n < sizeof a->pending) {
			memcpy(a->pending + a->have, a->line, (size_t)n);
			a->have += (size_t)n;
		}
		if (!whole)
			continue;
		if (line_fits(a)) {
			fwrite(a->pending, 1, a->have, stdout);
			return true;
		}
		a->have = 0;
	}
	return false;
}

static int await_event(struct await *a, int64_t until_ms)
{
	char changes[4096];

	while (!read_on(a)) {
		struct pollfd p = {.fd = a->notify, .events = POLLIN};
		int64_t left = until_ms - monotonic_ms();

		if (left <= 0)
			return 1;
		if (poll(&p, 1, (int)left) > 0 && read(a->notify, changes, sizeof changes) < 0)
			return 2;
	}
	return 0;
}

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "await: %s: %s\n", what, about);
	return 2;
}

static int await_in(struct await *a, const char *path, const char *seconds)
{
	int64_t until_ms = monotonic_ms() + (int64_t)(strtod(seconds, NULL) * 1000);
	int rc;

	a->notify = inotify_init1(IN_CLOEXEC);
	a->file = fopen(path, "re");
	if (a->file == NULL || inotify_add_watch(a->notify, path, IN_MODIFY) < 0)
		return complain(strerror(errno), path);
	rc = await_event(a, until_ms);
	free(a->line);
	fclose(a->file);
	close(a->notify);
	return rc;
}

static int await_text(struct await *a, char **argv)
{
	int rc;

	a->is_text = true;
	if (regcomp(&a->pattern, argv[2], REG_NOSUB) != 0)
		return complain("not a regular expression", argv[2]);
	rc = await_in(a, argv[0], argv[1]);
	regfree(&a->pattern);
	return rc;
}

int main(int argc, char **argv)
{
	static struct await a;

	if (argc == 5 && strcmp(argv[1], "-l") == 0)
		return await_text(&a, argv + 2);
	if (argc < 5)
		return complain(
		    "usage", "await FILE SECONDS AFTER_MS CONDITION... | -l FILE SECONDS PATTERN");
	for (int i = 4; i < argc; i++)
		if (!match_is_valid(argv[i]))
			return complain("not a condition (key=text, key~part, key>3)", argv[i]);
	a.after_ms = strtoll(argv[3], NULL, 10);
	a.conditions = (const char *const *)argv + 4;
	a.n = (size_t)argc - 4;
	return await_in(&a, argv[1], argv[2]);
}

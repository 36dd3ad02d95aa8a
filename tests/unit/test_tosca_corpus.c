/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other people's descriptors, with their mistakes: a folder of them is one catalog, and its
 * VERDICTS.tsv says what is to be made of each file:
 *
 *	path TAB verdict TAB line: kind; line: kind; ...
 *
 * Nothing in a file may be an error unless the verdict says so, and each of the lines must carry a
 * diagnostic of that kind; others may.  The folder is LM_CORPUS, or ../shared/corpus/lm beside the
 * checkout.  It is no part of the project: where it is not there this says so and counts nothing.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/link/check.h"
#include "tosca/text/source.h"

enum { FILE_MAX = 16 * 1024 * 1024 };

static const struct {
	const char *kind, *code, *help;
} kinds[] = {
    {"unknown property type", "LM0212", NULL},
    {"undeclared capability or requirement", "LM0313", NULL},
    {"policy can flap", "LM0405", NULL},
    {"read-only meant", "LM0206", NULL},
    {"publication-period meant", "LM0206", NULL},
    {"unknown key, description meant", "LM0205", "'description'"},
    {"ignored key", "LM0208", NULL},
    {"undeclared property", "LM0303", NULL},
};

static struct catalog *catalog; /* nftw() hands nothing on */
static size_t skip;             /* of every path: the folder and its slash */

static char *read_all(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text = f == NULL ? NULL : malloc(FILE_MAX + 1);

	if (f == NULL)
		return NULL;
	*n = text == NULL ? 0 : fread(text, 1, FILE_MAX, f);
	if (text != NULL)
		text[*n] = '\0';
	fclose(f);
	return text;
}

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *dot = strrchr(path, '.');
	size_t n;

	(void)st, (void)at;
	if (type != FTW_F || dot == NULL || strcmp(dot, ".yml") != 0)
		return 0;
	char *text = read_all(path, &n);
	if (text == NULL)
		return 1;
	catalog_put(catalog, path + skip, text, n);
	free(text);
	return 0;
}

/* True when line 'line' carries a diagnostic of that kind. */
static bool carries(const struct diags *list, unsigned long line, const char *kind)
{
	for (size_t k = 0; k < LM_COUNT(kinds); k++)
		for (size_t i = 0; i < diags_count(list); i++) {
			const struct diag *d = diags_at(list, i);

			if (strncmp(kinds[k].kind, kind, strlen(kinds[k].kind)) == 0 &&
			    strcmp(d->code, kinds[k].code) == 0 &&
			    source_place(&d->pos).line == line &&
			    (kinds[k].help == NULL ||
				(d->help != NULL && strstr(d->help, kinds[k].help) != NULL)))
				return true;
		}
	return false;
}

static bool is_known(const char *path)
{
	for (size_t i = 0; i < catalog_file_count(catalog); i++)
		if (strcmp(catalog_file_at(catalog, i), path) == 0)
			return true;
	return false;
}

/* Prints what the compiler makes of a file otherwise than its verdict. */
static bool check(const char *path, const char *verdict, char *lines)
{
	LM_AUTO(diags) list = diags_new(1000);
	bool good = is_known(path), errors = strstr(verdict, "error") != NULL;
	char *rest = NULL;

	if (!good)
		printf("%s: is not there\n", path);
	catalog_report(catalog, path, list);
	if ((diags_errors(list) > 0) != errors) {
		printf("%s: %zu errors, the verdict is '%s'\n", path, diags_errors(list), verdict);
		good = false;
	}
	for (char *p = strtok_r(lines, ";", &rest); p != NULL; p = strtok_r(NULL, ";", &rest)) {
		char *colon;
		unsigned long line = strtoul(p, &colon, 10);

		if (line == 0 || strncmp(colon, ": ", 2) != 0) {
			printf("%s: not a line of a verdict: '%s'\n", path, p);
			good = false;
		} else if (!carries(list, line, colon + 2)) {
			printf("%s:%lu: says nothing of '%s'\n", path, line, colon + 2);
			good = false;
		}
	}
	if (!good) {
		struct lm_buf out;

		lm_buf_init(&out, 1 << 20);
		diags_print(list, &out, false);
		fwrite(out.p, 1, out.n, stdout);
		lm_buf_fini(&out);
	}
	return good;
}

/* One line a file after the first, which names the columns. */
static void check_all(char *verdicts, int *passed, int *failed)
{
	char *rest = NULL;

	strtok_r(verdicts, "\n", &rest);
	for (char *row = strtok_r(NULL, "\n", &rest); row != NULL;
	     row = strtok_r(NULL, "\n", &rest)) {
		char *path = strsep(&row, "\t");
		char *verdict = row != NULL ? strsep(&row, "\t") : (char[]){""};

		if (check(path, verdict, row != NULL ? row : (char[]){""}))
			++*passed;
		else
			++*failed;
	}
}

int main(void)
{
	const char *folder = getenv("LM_CORPUS");
	char path[4096];
	size_t n;
	int passed = 0, failed = 0;

	if (folder == NULL || *folder == '\0')
		folder = "../shared/corpus/lm";
	snprintf(path, sizeof path, "%s/VERDICTS.tsv", folder);
	char *verdicts = read_all(path, &n);
	if (verdicts == NULL) {
		printf("skip: no corpus at %s\ncorpus: 0 passed, 0 failed\n", folder);
		return 0;
	}
	catalog = catalog_new();
	skip = strlen(folder) + 1;
	if (nftw(folder, add_file, 16, FTW_PHYS) != 0) {
		printf("cannot read %s\n", folder);
		failed++;
	}
	catalog_check(catalog);
	check_all(verdicts, &passed, &failed);
	printf("corpus: %d passed, %d failed\n", passed, failed);
	free(verdicts);
	catalog_free(catalog);
	return failed > 0;
}

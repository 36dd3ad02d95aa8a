/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an archive.  Nothing may come out of it by a name that leads out of the package, nor
 * twice, and what is refused leaves no descriptor behind.
 */
#include <stdint.h>

#include "lm/packages/packages.h"
#include "tosca/link/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static void check_name(const char *file)
{
	static const char prefix[] = "x.csar!/";
	const char *path = file + strlen(prefix);

	if (strcmp(file, "x.csar") == 0)
		return;
	demand(strncmp(file, prefix, strlen(prefix)) == 0);
	demand(path[0] != '/' && path[0] != '\0' && strchr(path, '\\') == NULL);
	for (const char *p = path; p != NULL; p = strchr(p, '/')) {
		p += *p == '/';
		demand(strncmp(p, "../", 3) != 0 && strcmp(p, "..") != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) diags = diags_new(100);
	struct lm_buf out;

	bool good = packages_read_memory("x.csar", (const char *)data, n, c, NULL);
	catalog_check(c);
	catalog_report(c, NULL, diags);
	demand(good || (diags_errors(diags) > 0 && catalog_count(c) == 0));
	for (size_t i = 0; i < catalog_file_count(c); i++)
		check_name(catalog_file_at(c, i));
	lm_buf_init(&out, 16 << 20);
	diags_print(diags, &out, false);
	lm_buf_fini(&out);
	return 0;
}

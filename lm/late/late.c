/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/late/late.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

/* What generate.sh writes; NULL where the libraries are linked. */
extern const struct late_library late_libraries[] __attribute__((weak));
extern const size_t late_libraries_n __attribute__((weak));

static struct lm_err *fill(const struct late_library *l, void *handle)
{
	/* The first is filled last: it says that all are there. */
	for (size_t i = l->n; i-- > 0;) {
		void *function = dlsym(handle, l->names[i]);

		if (function == NULL)
			return lm_err_new(LM_ERR_UNAVAILABLE,
			    "%s has no %s: it is older than the one lm was built with", l->soname,
			    l->names[i]);
		l->slots[i] = function;
	}
	return NULL;
}

static struct lm_err *load(const struct late_library *l)
{
	if (l->slots[0] != NULL)
		return NULL;
	void *handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return lm_err_new(LM_ERR_UNAVAILABLE, "cannot load %s: %s: is it installed?",
		    l->soname, dlerror());
	struct lm_err *e = fill(l, handle);
	/* Where pages are larger than those of the table it stays as it is. */
	if (e == NULL)
		(void)mprotect(l->slots, l->bytes, PROT_READ);
	return e;
}

struct lm_err *late_need(const char *name)
{
	if (&late_libraries_n == NULL)
		return NULL;
	for (size_t i = 0; i < late_libraries_n; i++)
		if (strcmp(late_libraries[i].name, name) == 0)
			return load(&late_libraries[i]);
	return NULL;
}

struct lm_err *late_need_all(void)
{
	struct lm_err *e = NULL;

	for (size_t i = 0; &late_libraries_n != NULL && e == NULL && i < late_libraries_n; i++)
		e = load(&late_libraries[i]);
	return e;
}

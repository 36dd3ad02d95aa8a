/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_NAME_H
#define LM_TOSCA_NAME_H

#include <stdbool.h>

#include "base/arena.h"

/* Names: of descriptors ("resource::asterisk::1.0"), components and instances. */
enum { NAME_MAX_LENGTH = 128 };
/* What the user interfaces of other managers take. */
enum { NAME_SHOWN_MAX = 50, VERSION_SHOWN_MAX = 10 };

enum name_kind { NAME_ASSEMBLY, NAME_RESOURCE };

struct name {
	enum name_kind kind;
	const char *full;      /* blanks around the parts taken away */
	const char *canonical; /* version without trailing zeros: equal names are equal texts */
	const char *name, *version;
	bool trimmed; /* there were blanks */
	bool ranged;  /* the version is a range: ^ ~ * x >= */
	bool dotted;  /* there is a '.' in the name of a resource, which the rules do not foresee */
};

/* NULL on success; otherwise what is wrong, as a phrase.  'out' is written on success only. */
const char *name_parse(struct lm_arena *, const char *text, struct name *out);

/* "$lmctl:/...": a name that lmctl fills in before it uploads. */
bool name_is_lmctl(const char *text);

/*
 * "assembly::storage_cluster::^1.0" against a descriptor's name.  Ranges: exact, ^ ~ * x >=
 * with npm's meaning; for references only.
 */
bool name_matches(const char *pattern, const char *name);

/* Versions, numerically: below 0, 0 or above 0.  What is no version counts as 0. */
int name_compare(const char *version_a, const char *version_b);

/*
 * NULL when it will do; otherwise what is wrong.  Components: a letter, then letters, digits, '_'
 * and '-', no "__", a letter or digit at the end.
 */
const char *name_component_flaw(const char *);
/* Instances: no blanks, no "__", no digit first, nothing a path or terminal would act on. */
const char *name_instance_flaw(const char *);

#endif

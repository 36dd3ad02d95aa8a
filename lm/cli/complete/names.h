/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_NAMES_H
#define LM_CLI_NAMES_H

#include "lm/cli/kinds/kind.h"

/* Names that the manager knows, for completion: told one by one; none when it does not answer soon. */
struct names {
	const char *server; /* NULL: the one of the environment */
	void (*tell)(void *arg, const char *name, const char *what);
	void *arg;
};

void names_of_kind(const struct names *, const struct kind *);
void names_of_clusters(const struct names *, const char *assembly);
/* Without the assembly's own in front. */
void names_of_components(const struct names *, const char *assembly);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_NAMED_H
#define LM_CLI_NAMED_H

#include "lm/cli/cli.h"
#include "tosca/catalog/catalog.h"

/*
 * The assembly that the first word of a command line names, a descriptor or a file, with the packages
 * that it needs: those of --packages, or what is found around the file.  'name' lives as long as the
 * catalog; what is wrong in the packages is the catalog's to report.
 */
struct lm_err *named_load(const struct args *, struct catalog *, const char **name) LM_MUST_USE;

/* What its instance is called: --name, or assembly::voice-service::1.0 -> voice-service.  Heap. */
char *named_instance(const struct args *, const char *descriptor);

#endif

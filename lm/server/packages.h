/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_PACKAGES_H
#define LM_SERVER_PACKAGES_H

#include "base/err.h"
#include "tosca/link/catalog.h"

/*
 * Reads descriptors from disk into a catalog: one file, or every *.yml and *.yaml below a folder,
 * in the order of their names.  Not looked at: hidden entries, symbolic links, and folders named
 * lifecycle, config, images or examples.
 * Limits: 1 MiB per file, 10000 files, 16 levels.
 */
struct lm_err *packages_load(const char *file_or_folder, struct catalog *) LM_MUST_USE;

#endif

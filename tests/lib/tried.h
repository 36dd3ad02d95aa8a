/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_LIB_TRIED_H
#define LM_TESTS_LIB_TRIED_H

#include "base/err.h"

/* For tests of what returns errors, and of what keeps files. */

/* Fails the test with the error's text, when there is one. */
void passed(struct lm_err *);
/* Fails the test unless it is an error of this kind whose text has 'says' in it; frees it. */
void failed(struct lm_err *, enum lm_err_kind, const char *says);

/* A new folder in /tmp, which the caller removes with all that is in it. */
enum { SCRATCH_SIZE = 32 };
void scratch_make(char path[SCRATCH_SIZE]);
void scratch_remove(const char *path);

#endif

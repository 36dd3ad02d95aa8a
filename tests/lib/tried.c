/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/tried.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void passed(struct lm_err *e)
{
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

void failed(struct lm_err *e, enum lm_err_kind kind, const char *says)
{
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), says) != NULL, "%s", lm_err_text(e));
	ck_assert_int_eq(lm_err_kind(e), kind);
	lm_err_free(e);
}

void scratch_make(char path[SCRATCH_SIZE])
{
	snprintf(path, SCRATCH_SIZE, "/tmp/lm-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

void scratch_remove(const char *path)
{
	ck_assert_int_eq(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

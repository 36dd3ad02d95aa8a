/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_POWER_H
#define TESTS_LIB_POWER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A folder on a disk that forgets: of what was written and not forced a part may arrive; of names that
 * were made, changed or removed since the folder was forced, the first few.  For programs that are
 * linked with POWER_WRAPS (Makefile): it stands before what lm/disk calls of the C library.
 */
void power_begin(const char *folder, uint64_t seed); /* what is in it now is safe */
/* The n-th call from now that changes the disk does not happen, nor does any after it; 0: never. */
void power_stop_after(unsigned n);
bool power_has_stopped(void);
/*
 * It is there again.  With 'is_lost' the power was lost, and the disk has forgotten; otherwise only the
 * process has died.  Nothing stops any more.
 */
void power_end(bool is_lost);

#endif

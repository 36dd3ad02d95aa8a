/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_DISK_H
#define TESTS_LIB_DISK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A disk below SQLite that forgets: what was written and not synced may be lost, all of it, some of
 * it, or half a write.  Everything SQLite does in this process goes through it once it is installed;
 * what others do to the same files does not.
 */
void disk_install(uint64_t seed);
/* The n-th write, truncation or sync from now does not happen, nor does anything after it; 0: never. */
void disk_crash_after(unsigned n);
bool disk_has_crashed(void);
/*
 * After everything was closed: the machine is there again.  With 'power' lost, files hold what was
 * synced and a part of the rest; otherwise only the process has died, and they hold all that was
 * written.
 */
void disk_restart(bool power);

#endif

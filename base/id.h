/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_ID_H
#define LM_BASE_ID_H

#include <stdint.h>

/*
 * Identifiers without randomness: the same seed and name give the same id, so that the engine
 * stays deterministic.  The seed comes in with the event that creates the thing.
 */
enum { LM_ID_SIZE = 37 }; /* 36 characters in the form of a UUID (version 8, RFC 9562), and NUL */

void lm_id(uint64_t seed, const char *name, char out[LM_ID_SIZE]);

#endif

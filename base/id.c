/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <stdio.h>

#include "base/map.h"

/* The finalizer of splitmix64: every input bit reaches every output bit. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

void lm_id(uint64_t seed, const char *name, char out[LM_ID_SIZE])
{
	uint64_t a = mix(seed ^ lm_hash(name));
	uint64_t b = mix(a + mix(seed));

	snprintf(out, LM_ID_SIZE, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(a >> 32),
	    (unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu,
	    ((unsigned)(b >> 48) & 0x3fffu) | 0x8000u, (unsigned long long)(b & 0xffffffffffffu));
}

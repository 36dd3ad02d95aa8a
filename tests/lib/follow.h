/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_FOLLOW_H
#define LM_TESTS_FOLLOW_H

#include <stddef.h>

/* Follows the events of a manager on 127.0.0.1, from the first of its journal, without samples. */
struct follow {
	int fd;
	char text[1 << 16];
	size_t n, at; /* bytes read, and of them passed */
};

void follow_open(struct follow *, unsigned port);
void follow_close(struct follow *);
/* Reads on until an event with all three of these texts has come; aborts at the end. */
void follow_await(struct follow *, const char *a, const char *b, const char *c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_BANNED_H
#define LM_BASE_BANNED_H

/* Given to every compilation (-include): what can overflow, truncate in silence or keep hidden state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof

#endif

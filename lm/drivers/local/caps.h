/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_CAPS_H
#define LM_DRIVERS_LOCAL_CAPS_H

/*
 * What root may do inside a container: own and read its own files, change users, end its own
 * processes, listen below port 1024.  Nothing that reaches the network's set-up or the machine.
 */
#define CONTAINER_CAPS(X)   \
	X(CAP_CHOWN)        \
	X(CAP_DAC_OVERRIDE) \
	X(CAP_FOWNER)       \
	X(CAP_KILL)         \
	X(CAP_SETGID)       \
	X(CAP_SETUID)       \
	X(CAP_NET_BIND_SERVICE)

#endif

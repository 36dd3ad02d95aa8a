/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_NOTIFY_H
#define LM_SERVER_NOTIFY_H

/*
 * Tells the service manager that started us, if it wants to know ($NOTIFY_SOCKET, sd_notify(3)):
 * "READY=1", "STOPPING=1".  One datagram is all of that protocol, so there is no library for it.
 */
void notify_service_manager(const char *state);

#endif

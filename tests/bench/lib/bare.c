/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/lib/bare.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static enum MHD_Result discard(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state)
{
	static int seen;
	(void)url;
	(void)method;
	(void)version;
	(void)p;

	if (*state == NULL) {
		*state = &seen;
		return MHD_YES;
	}
	if (*n > 0) {
		*n = 0;
		return MHD_YES;
	}
	return MHD_queue_response(c, MHD_HTTP_OK, cls);
}

static void serve(int tell, const char *answer, size_t n)
{
	struct MHD_Response *r =
	    MHD_create_response_from_buffer(n, (void *)(uintptr_t)answer, MHD_RESPMEM_PERSISTENT);

	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	struct MHD_Daemon *d = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, discard, r, MHD_OPTION_END);
	if (d == NULL)
		_exit(1);
	unsigned port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
	if (write(tell, &port, sizeof port) != sizeof port)
		_exit(1);
	for (;;)
		pause();
}

void bare_start(struct bare *b, const char *answer, size_t n)
{
	int tell[2];

	if (pipe2(tell, O_CLOEXEC) != 0)
		abort();
	b->pid = fork();
	if (b->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(tell[1], answer, n);
	}
	close(tell[1]);
	if (b->pid < 0 || read(tell[0], &b->port, sizeof b->port) != sizeof b->port) {
		fprintf(stderr, "the floor does not start\n");
		exit(1);
	}
	close(tell[0]);
}

void bare_stop(struct bare *b)
{
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
}

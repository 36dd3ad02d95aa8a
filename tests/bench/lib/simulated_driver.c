/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/lib/simulated_driver.h"

#include <fcntl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/lib/bench.h"
#include "tests/lib/hammer.h"

enum { BODY_MAX = 1 << 20 };

/* An answer that is due. */
struct due {
	char step[128], token[256];
	double at_s;
	STAILQ_ENTRY(due) next;
};

/* All steps take as long, so who was first accepted is first answered. */
struct line {
	unsigned manager_port;
	double delay_s;
	pthread_mutex_t lock;
	pthread_cond_t is_not_empty;
	STAILQ_HEAD(, due) all;
};

/* ---- accepting ------------------------------------------------------------------------------------ */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *text)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);

	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	enum MHD_Result ok = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result accept_step(
    struct line *line, struct MHD_Connection *c, const struct lm_buf *b)
{
	json_t *body = json_loadb(b->p, b->n, 0, NULL);
	const char *step = json_string_value(
	    json_object_get(json_object_get(body, "systemProperties"), "requestId"));
	const char *token = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "X-LM-Callback-Token");
	struct due *d = calloc(1, sizeof *d);
	char text[200];

	if (step == NULL || token == NULL || d == NULL)
		abort();
	snprintf(d->step, sizeof d->step, "%s", step);
	snprintf(d->token, sizeof d->token, "%s", token);
	d->at_s = bench_wall_s() + line->delay_s;
	snprintf(text, sizeof text, "{\"requestId\":\"%s\"}", step);
	json_decref(body);
	pthread_mutex_lock(&line->lock);
	STAILQ_INSERT_TAIL(&line->all, d, next);
	pthread_cond_signal(&line->is_not_empty);
	pthread_mutex_unlock(&line->lock);
	return answer(c, MHD_HTTP_ACCEPTED, text);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state)
{
	struct lm_buf *b = *state;
	(void)url;
	(void)method;
	(void)version;

	if (b == NULL) {
		b = calloc(1, sizeof *b);
		if (b == NULL)
			abort();
		lm_buf_init(b, BODY_MAX);
		*state = b;
		return MHD_YES;
	}
	if (*n == 0)
		return accept_step(cls, c, b);
	lm_buf_add(b, p, *n);
	*n = 0;
	return MHD_YES;
}

static void on_completed(
    void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	if (*state != NULL)
		lm_buf_fini(*state);
	free(*state);
}

/* ---- answering ------------------------------------------------------------------------------------ */

static struct due *first(struct line *line)
{
	pthread_mutex_lock(&line->lock);
	while (STAILQ_EMPTY(&line->all))
		pthread_cond_wait(&line->is_not_empty, &line->lock);
	struct due *d = STAILQ_FIRST(&line->all);
	STAILQ_REMOVE_HEAD(&line->all, next);
	pthread_mutex_unlock(&line->lock);
	return d;
}

static void complete(int fd, const struct due *d)
{
	char body[200], heard[4096];
	size_t n = 0;

	snprintf(body, sizeof body, "{\"requestId\":\"%s\",\"status\":\"COMPLETE\"}", d->step);
	char *text = hammer_post("/api/driver/responses", d->token, body, &n);
	bool ok = write(fd, text, n) == (ssize_t)n && read(fd, heard, sizeof heard) > 12 &&
		  memcmp(heard + strlen("HTTP/1.1 "), "200", 3) == 0;
	free(text);
	if (!ok) {
		fprintf(stderr, "simulated driver: an answer is not taken\n");
		_exit(1);
	}
}

static void *tell(void *arg)
{
	struct line *line = arg;
	int fd = hammer_connect(line->manager_port);

	for (;;) {
		struct due *d = first(line);
		double left_s = d->at_s - bench_wall_s();

		if (left_s > 0)
			usleep((useconds_t)(left_s * 1e6));
		complete(fd, d);
		free(d);
	}
	return NULL;
}

/* ---- the process ---------------------------------------------------------------------------------- */

static void drive(int port_to, unsigned manager_port, unsigned delay_ms)
{
	static struct line line = {
	    .lock = PTHREAD_MUTEX_INITIALIZER, .is_not_empty = PTHREAD_COND_INITIALIZER};
	pthread_t teller;

	line.manager_port = manager_port;
	line.delay_s = delay_ms / 1e3;
	STAILQ_INIT(&line.all);
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
	    on_request, &line, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	if (d == NULL || pthread_create(&teller, NULL, tell, &line) != 0)
		_exit(1);
	unsigned port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
	if (write(port_to, &port, sizeof port) != sizeof port)
		_exit(1);
	for (;;)
		pause();
}

void simulated_driver_start(struct simulated_driver *s, unsigned manager_port, unsigned delay_ms)
{
	int told[2];

	if (pipe2(told, O_CLOEXEC) != 0)
		abort();
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		drive(told[1], manager_port, delay_ms);
	}
	close(told[1]);
	if (s->pid < 0 || read(told[0], &s->port, sizeof s->port) != sizeof s->port) {
		fprintf(stderr, "the simulated driver does not start\n");
		exit(1);
	}
	close(told[0]);
}

void simulated_driver_stop(struct simulated_driver *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/heap.h"
#include "lm/drivers/local/enter.h"
#include "lm/drivers/local/proc.h"

enum { OUT, ERR, STREAMS, EXEC_FAILED = 127, GRACE_MS = 5000, FORGET_MS = 1000, DRAIN_MAX = 64 };

struct stream {
	uv_poll_t poll;
	int fd;
};

struct child {
	uv_poll_t exit;
	uv_timer_t limit;
	struct stream streams[STREAMS];
	unsigned open_handles;

	pid_t pid, init;
	int pidfd;
	const char *mark;
	child_done_fn *done;
	void *arg;
	bool timed_out;

	struct lm_buf log;
	char line[CHILD_LINE_MAX], last_line[CHILD_LINE_MAX]; /* of standard error */
	size_t n_line;
};

/* ---- in the child ---- */

struct plan {
	const struct child_spec *spec;
	int in, out[STREAMS];
};

static const char *go(const struct child_spec *s)
{
	const char *failed = NULL;

	if (s->make_netns != NULL)
		failed = enter_netns_make(s->make_netns);
	if (failed == NULL && s->netns != NULL)
		failed = enter_netns(s->netns, s->forward);
	if (failed == NULL && s->init != 0)
		failed = enter_container(s->init, s->init_pidfd);
	return failed;
}

static _Noreturn void run(const struct plan *p)
{
	char path[] = "PATH=" PROGRAM_PATH;
	char *const bare[] = {path, NULL};
	char text[CHILD_LINE_MAX];
	const char *failed;

	if (dup2(p->in, STDIN_FILENO) < 0 || dup2(p->out[OUT], STDOUT_FILENO) < 0 ||
	    dup2(p->out[ERR], STDERR_FILENO) < 0)
		_exit(EXEC_FAILED);
	failed = enter_fresh();
	if (failed == NULL)
		failed = go(p->spec);
	if (failed == NULL) {
		execvpe(p->spec->argv[0], (char *const *)p->spec->argv,
		    p->spec->envp != NULL ? p->spec->envp : bare);
		failed = p->spec->argv[0];
	}
	int n = snprintf(text, sizeof text, "%s: %s\n", failed, strerror(errno));
	if (n > 0 && write(STDERR_FILENO, text, strnlen(text, sizeof text)) < 0)
		_exit(EXEC_FAILED);
	_exit(EXEC_FAILED);
}

/* ---- its end ---- */

static void note_line(struct child *c)
{
	c->line[c->n_line] = '\0';
	if (strspn(c->line, " \t\r") < c->n_line)
		memcpy(c->last_line, c->line, c->n_line + 1);
	c->n_line = 0;
}

static void note_errors(struct child *c, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n')
			note_line(c);
		else if (c->n_line < sizeof c->line - 1)
			c->line[c->n_line++] = p[i];
}

/* False at the end of the stream, or when there is nothing at the moment. */
static bool read_some(struct child *c, int which, bool *at_end)
{
	char piece[16384];
	ssize_t n = read(c->streams[which].fd, piece, sizeof piece);

	*at_end = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n <= 0)
		return false;
	lm_buf_add(&c->log, piece, (size_t)n);
	if (which == ERR)
		note_errors(c, piece, (size_t)n);
	return true;
}

static void on_closed(uv_handle_t *h)
{
	struct child *c = h->data;

	if (--c->open_handles > 0)
		return;
	for (int i = 0; i < STREAMS; i++)
		close(c->streams[i].fd);
	close(c->pidfd);
	lm_buf_fini(&c->log);
	free(c);
}

/* After this there is no child, only memory until the loop's next turns. */
static void let_go(struct child *c)
{
	uv_close((uv_handle_t *)&c->exit, on_closed);
	uv_close((uv_handle_t *)&c->limit, on_closed);
	for (int i = 0; i < STREAMS; i++)
		uv_close((uv_handle_t *)&c->streams[i].poll, on_closed);
}

/*
 * Takes what is in the pipes now and no more: something that the program left running may hold
 * them open for ever.
 */
static void finish(struct child *c, int status)
{
	bool at_end;

	for (int i = 0; i < STREAMS; i++)
		for (int n = 0; n < DRAIN_MAX && read_some(c, i, &at_end); n++)
			continue;
	note_line(c);
	let_go(c);
	c->done(c->arg, &(struct child_exit){
			    .status = status,
			    .timed_out = c->timed_out,
			    .log = c->log.p,
			    .last_line = c->last_line,
			});
}

static void on_exit_poll(uv_poll_t *h, int status, int events)
{
	struct child *c = h->data;
	int wait_status = 0;

	(void)status, (void)events;
	if (waitpid(c->pid, &wait_status, WNOHANG) != 0)
		finish(c, wait_status);
}

static void on_output(uv_poll_t *h, int status, int events)
{
	struct child *c = h->data;
	int which = h == &c->streams[OUT].poll ? OUT : ERR;
	bool at_end = false;

	(void)events;
	if (status == 0)
		read_some(c, which, &at_end);
	if (status != 0 || at_end)
		uv_poll_stop(h);
}

static void on_unkillable(uv_timer_t *h)
{
	finish(h->data, SIGKILL); /* stuck in the kernel */
}

void child_kill(struct child *c)
{
	uv_timer_start(&c->limit, on_unkillable, GRACE_MS, 0);
	kill(-c->pid, SIGKILL);
	pidfd_kill(c->pidfd); /* it may not have a group of its own yet */
	if (c->init != 0 && c->mark != NULL)
		proc_kill_marked(c->init, c->mark);
}

void child_forget(struct child *c)
{
	struct pollfd p = {.fd = c->pidfd, .events = POLLIN};

	/*
	 * A script would be killed with us in any case.  It must also be collected: as long as nobody
	 * has, the container that it ran in cannot end.
	 */
	if (c->init != 0) {
		child_kill(c);
		if (poll(&p, 1, FORGET_MS) == 1)
			waitpid(c->pid, NULL, WNOHANG);
	}
	let_go(c);
}

static void on_limit(uv_timer_t *h)
{
	struct child *c = h->data;

	c->timed_out = true;
	child_kill(c);
}

/* ---- its beginning ---- */

static struct lm_err *open_input(const char *text, int *out)
{
	int fd = text == NULL ? open("/dev/null", O_RDONLY | O_CLOEXEC)
			      : memfd_create("lm-input", MFD_CLOEXEC);

	if (fd < 0)
		return lm_err_errno(errno, "opening a program's standard input");
	if (text != NULL && (write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
				lseek(fd, 0, SEEK_SET) != 0)) {
		struct lm_err *e = lm_err_errno(errno, "writing a program's standard input");
		close(fd);
		return e;
	}
	*out = fd;
	return NULL;
}

/*
 * A fork whose child is in the container's process namespace.  Ours is left as it is: setns() with
 * a process namespace says only where children go.
 */
static pid_t fork_into(int init_pidfd)
{
	int home = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return -1;
	pid_t pid = setns(init_pidfd, CLONE_NEWPID) != 0 ? -1 : fork();
	if (pid == 0)
		return 0;
	int why = errno;
	if (setns(home, CLONE_NEWPID) != 0)
		abort(); /* every later child would land in a foreign container */
	close(home);
	errno = why;
	return pid;
}

static struct lm_err *fork_plan(const struct plan *p, pid_t *out)
{
	sigset_t all, before;

	sigfillset(&all); /* no handler of ours may run in the child */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t pid = p->spec->init != 0 ? fork_into(p->spec->init_pidfd) : fork();
	if (pid == 0)
		run(p);
	int why = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid > 0) {
		*out = pid;
		return NULL;
	}
	if (p->spec->init != 0 && pidfd_has_ended(p->spec->init_pidfd))
		return lm_err_new(LM_ERR_NOT_FOUND, "the container has ended");
	return lm_err_errno(why, "starting %s", p->spec->argv[0]);
}

static void watch_stream(uv_loop_t *loop, struct child *c, int which, int fd)
{
	struct stream *s = &c->streams[which];

	s->fd = fd;
	s->poll.data = c;
	uv_poll_init(loop, &s->poll, fd); /* sets O_NONBLOCK */
	uv_poll_start(&s->poll, UV_READABLE, on_output);
}

static struct child *child_new(uv_loop_t *loop, const struct child_spec *spec, pid_t pid)
{
	struct child *c = lm_alloc(sizeof *c);

	c->pid = pid;
	c->pidfd = pidfd_of(pid);
	if (c->pidfd < 0)
		abort(); /* open() has made sure that there are such descriptors */
	c->init = spec->init;
	c->mark = spec->mark;
	c->open_handles = 2 + STREAMS;
	lm_buf_init(&c->log, CHILD_LOG_MAX);
	c->exit.data = c->limit.data = c;
	uv_poll_init(loop, &c->exit, c->pidfd);
	uv_poll_start(&c->exit, UV_READABLE, on_exit_poll);
	uv_timer_init(loop, &c->limit);
	uv_timer_start(&c->limit, on_limit, spec->limit_ms, 0);
	return c;
}

struct lm_err *child_start(uv_loop_t *loop, const struct child_spec *spec, child_done_fn *done,
    void *arg, struct child **out)
{
	struct plan p = {.spec = spec, .in = -1};
	int pipes[STREAMS][2];
	pid_t pid = 0;
	struct lm_err *e = open_input(spec->input, &p.in);

	if (e != NULL)
		return e;
	if (pipe2(pipes[OUT], O_CLOEXEC) != 0) {
		e = lm_err_errno(errno, "making a pipe");
		close(p.in);
		return e;
	}
	if (pipe2(pipes[ERR], O_CLOEXEC) != 0) {
		e = lm_err_errno(errno, "making a pipe");
		close(p.in), close(pipes[OUT][0]), close(pipes[OUT][1]);
		return e;
	}
	for (int i = 0; i < STREAMS; i++)
		p.out[i] = pipes[i][1];
	e = fork_plan(&p, &pid);
	close(p.in);
	for (int i = 0; i < STREAMS; i++) {
		close(pipes[i][1]);
		if (e != NULL)
			close(pipes[i][0]);
	}
	if (e != NULL)
		return e;
	struct child *c = child_new(loop, spec, pid);
	c->done = done;
	c->arg = arg;
	for (int i = 0; i < STREAMS; i++)
		watch_stream(loop, c, i, pipes[i][0]);
	*out = c;
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/preflight.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm/drivers/local/child.h"
#include "lm/drivers/local/proc.h"

enum { SENTENCE_MAX = 512, PROGRAM_LIMIT_S = 15 };

static const struct program {
	const char *name, *argument, *mend;
} programs[] = {
    {"ip", "-V", "install the package iproute2"},
    {"nft", "-v", "install the package nftables"},
    {"runc", "-v", "install the package runc"},
};

/* Runs a program with 'input'; true: it succeeded. */
static bool try_program(const char *const *argv, const char *input)
{
	char path[] = "PATH=" PROGRAM_PATH;
	char *env[] = {path, NULL};
	int status = -1;
	int in = memfd_create("lm-input", MFD_CLOEXEC);

	if (in < 0 || write(in, input, strlen(input)) != (ssize_t)strlen(input) ||
	    lseek(in, 0, SEEK_SET) != 0) {
		close(in);
		return false;
	}
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		alarm(PROGRAM_LIMIT_S);
		dup2(in, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvpe(argv[0], (char *const *)argv, env);
		_exit(127);
	}
	close(in);
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	return status == 0;
}

static bool try_ip(const char *batch)
{
	static const char *const argv[] = {"ip", "-batch", "-", NULL};

	return try_program(argv, batch);
}

static const char *check_programs(char *text)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		const struct program *p = &programs[i];
		const char *argv[] = {p->name, p->argument, NULL};

		if (try_program(argv, ""))
			continue;
		snprintf(text, SENTENCE_MAX,
		    "the program '%s' is missing or does not run; %s (looked for in %s)", p->name,
		    p->mend, PROGRAM_PATH);
		return text;
	}
	return NULL;
}

/* In a child that has network and mount namespaces of its own by now. */
static const char *check_links(void)
{
	if (!try_ip("link add lmprobe0 type bridge\n"))
		return "this kernel has no bridges; load the module with 'modprobe bridge'";
	if (!try_ip("link add lmprobe1 type veth peer name lmprobe2\n"))
		return "this kernel has no veth pairs; load the module with 'modprobe veth'";
	return NULL;
}

static const char *check_overlay(const char *state_dir, char *text)
{
	static const char *const names[] = {"lower", "upper", "work", "merged"};
	char path[4][PATH_MAX], options[3 * PATH_MAX + 64], probe[PATH_MAX];
	bool mounted;

	snprintf(probe, sizeof probe, "%s/.probe", state_dir);
	mkdir(probe, 0700);
	for (int i = 0; i < 4; i++) {
		snprintf(path[i], sizeof path[i], "%s/.probe/%s", state_dir, names[i]);
		mkdir(path[i], 0700);
	}
	snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", path[0], path[1],
	    path[2]);
	mounted = mount("overlay", path[3], "overlay", 0, options) == 0;
	int why = errno;
	if (mounted)
		umount2(path[3], MNT_DETACH);
	if (mounted)
		return NULL;
	if (why == ENODEV)
		return "this kernel has no overlay file system; load the module with 'modprobe "
		       "overlay'";
	snprintf(text, SENTENCE_MAX,
	    "no overlay can be mounted over %s (%s); put the state folder on ext4, xfs, btrfs or "
	    "tmpfs",
	    state_dir, strerror(why));
	return text;
}

static const char *try_in_namespaces(const char *state_dir, char *text)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID) != 0) {
		snprintf(text, SENTENCE_MAX,
		    "namespaces cannot be made here (%s); run lm outside of a restricted "
		    "container, "
		    "with all capabilities",
		    strerror(errno));
		return text;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		snprintf(text, SENTENCE_MAX,
		    "nothing can be mounted here (%s); run lm outside of a restricted container",
		    strerror(errno));
		return text;
	}
	return check_overlay(state_dir, text);
}

/* Runs in children what needs namespaces; their sentence, if any, arrives through a pipe. */
static const char *check_in_child(
    const char *(*check)(const char *state_dir, char *text), const char *state_dir, char *text)
{
	int out[2];

	if (pipe2(out, O_CLOEXEC) != 0)
		return "no pipe can be made; raise the limit of open files (ulimit -n)";
	pid_t pid = fork();
	if (pid == 0) {
		const char *sentence = check(state_dir, text);
		size_t n = sentence == NULL ? 0 : strlen(sentence);

		_exit(write(out[1], sentence == NULL ? "" : sentence, n) == (ssize_t)n ? 0 : 1);
	}
	close(out[1]);
	ssize_t n = read(out[0], text, SENTENCE_MAX - 1);
	close(out[0]);
	int status = -1;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	text[n > 0 ? n : 0] = '\0';
	if (n > 0)
		return text;
	return status == 0 ? NULL
			   : "the check of this machine's kernel ended by itself; free memory";
}

static const char *links_in_child(const char *state_dir, char *text)
{
	(void)state_dir, (void)text;
	return unshare(CLONE_NEWNET) == 0
		   ? check_links()
		   : "network namespaces cannot be made here; run lm with all "
		     "capabilities";
}

/* A folder can be made in each hierarchy that is mounted. */
static const char *check_cgroups(char *text)
{
	char path[PATH_MAX];
	struct dirent *d;
	DIR *dir = opendir("/sys/fs/cgroup");
	const char *failed = NULL;
	unsigned n = 0;

	for (; dir != NULL && failed == NULL && (d = readdir(dir)) != NULL; n++) {
		struct stat s;

		snprintf(path, sizeof path, "/sys/fs/cgroup/%s/cgroup.procs", d->d_name);
		if (d->d_name[0] == '.' && d->d_name[1] == '.')
			continue;
		if (stat(path, &s) != 0) /* not the root of a hierarchy */
			continue;
		snprintf(
		    path, sizeof path, "/sys/fs/cgroup/%s/lm-probe-%d", d->d_name, (int)getpid());
		/* One is there when a manager whose process has the same number elsewhere looks just now. */
		if (mkdir(path, 0755) != 0 && errno != EEXIST) {
			snprintf(text, SENTENCE_MAX,
			    "no cgroup can be made in /sys/fs/cgroup/%s (%s); mount it writable",
			    d->d_name, strerror(errno));
			failed = text;
		}
		rmdir(path);
		if (d->d_name[0] == '.')
			break; /* one unified hierarchy: its folders are cgroups, not hierarchies */
	}
	if (dir != NULL)
		closedir(dir);
	if (n <= 2)
		return "cgroups are not mounted; mount them on /sys/fs/cgroup";
	return failed;
}

static const char *check_state_dir(const char *state_dir, char *text)
{
	if (access(state_dir, W_OK | X_OK) == 0)
		return NULL;
	snprintf(text, SENTENCE_MAX, "the state folder %s cannot be written (%s); choose another",
	    state_dir, strerror(errno));
	return text;
}

static const char *check_kernel(void)
{
	int fd = pidfd_of(getpid());

	if (fd < 0)
		return "this kernel has no process descriptors; Linux 5.8 or later is needed";
	close(fd);
	return NULL;
}

static void remove_probe(const char *state_dir)
{
	static const char *const names[] = {"work/work", "lower", "upper", "work", "merged", "."};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/.probe/%s", state_dir, names[i]);
		rmdir(path);
	}
	snprintf(path, sizeof path, "%s/.probe", state_dir);
	rmdir(path);
}

struct lm_err *preflight_early(const char *state_dir, const char *images_dir)
{
	const char *const folders[] = {state_dir, images_dir};

	if (geteuid() != 0)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "networks and containers need the rights of root; run lm as root");
	for (int i = 0; i < 2; i++)
		if (strpbrk(folders[i], ",:\\\"") != NULL)
			return lm_err_new(LM_ERR_UNAVAILABLE,
			    "the folder '%s' has one of the characters , : \\ \" in its path, "
			    "which "
			    "overlays cannot take; choose another",
			    folders[i]);
	return NULL;
}

struct lm_err *preflight(const char *state_dir)
{
	char text[SENTENCE_MAX];
	const char *failed = check_state_dir(state_dir, text);

	if (failed == NULL)
		failed = check_kernel();
	if (failed == NULL)
		failed = check_programs(text);
	if (failed == NULL)
		failed = check_in_child(try_in_namespaces, state_dir, text);
	if (failed == NULL)
		failed = check_in_child(links_in_child, state_dir, text);
	if (failed == NULL)
		failed = check_cgroups(text);
	remove_probe(state_dir);
	return failed == NULL ? NULL : lm_err_new(LM_ERR_UNAVAILABLE, "%s", failed);
}

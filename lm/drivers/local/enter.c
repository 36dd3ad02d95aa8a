/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "lm/drivers/local/caps.h"

enum { CGROUP_TEXT = 4096, FILES_MAX = 65536 };

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text);
}

/* 'line' is "<n>:<controllers>:<path>" of /proc/<pid>/cgroup. */
static bool join_cgroup(char *line)
{
	char *controllers = strchr(line, ':');
	char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
	char file[512];
	bool unified;

	if (path == NULL || strcmp(path, ":/") == 0)
		return true;
	*path++ = '\0';
	controllers++;
	unified = *controllers == '\0';
	if (strncmp(controllers, "name=", 5) == 0)
		controllers += 5;
	snprintf(file, sizeof file, "/sys/fs/cgroup/%s%s/cgroup.procs",
	    unified ? "unified" : controllers, path);
	if (unified && access(file, F_OK) != 0)
		snprintf(file, sizeof file, "/sys/fs/cgroup%s/cgroup.procs", path);
	return write_text(file, "0");
}

static const char *join_cgroups(pid_t init)
{
	char path[64], text[CGROUP_TEXT];

	snprintf(path, sizeof path, "/proc/%d/cgroup", (int)init);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "reading the container's cgroups";
	text[n] = '\0';
	for (char *line = text; *line != '\0';) {
		char *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		if (!join_cgroup(line))
			return "joining the container's cgroup";
		line = end == NULL ? line + strlen(line) : end + 1;
	}
	return NULL;
}

/* Root of the container, and nothing that this machine's root belongs to besides. */
static const char *become_root(void)
{
	if (setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
		return "leaving this machine's groups";
	return NULL;
}

/* Leaves nothing but the container's capabilities, now and after any exec. */
static const char *drop_capabilities(void)
{
	static const int kept[] = {
#define X(name) name,
	    CONTAINER_CAPS(X)
#undef X
	};
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	uint64_t keep = 0;

	for (size_t i = 0; i < LM_COUNT(kept); i++)
		keep |= UINT64_C(1) << kept[i];
	for (int cap = 0; cap < 64; cap++) {
		if ((keep >> cap & 1) != 0)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap) != 0) {
			if (errno == EINVAL)
				break; /* beyond the last one that this kernel knows */
			return "dropping capabilities";
		}
	}
	data[0].effective = data[0].permitted = (uint32_t)keep;
	data[1].effective = data[1].permitted = (uint32_t)(keep >> 32);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ||
	    syscall(SYS_capset, &head, data) != 0)
		return "dropping capabilities";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "giving up new privileges";
	return NULL;
}

const char *enter_container(pid_t init, int init_pidfd)
{
	struct rlimit files = {FILES_MAX, FILES_MAX}, core = {0, 0};

	/* Until exec this still is the manager's memory: nobody in the container may look at it. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return "hiding from the container";
	const char *failed = join_cgroups(init);
	if (failed != NULL)
		return failed;
	if (setns(init_pidfd, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
		return "entering the container";
	if (chdir("/") != 0)
		return "entering the container's root";
	umask(022);
	setrlimit(RLIMIT_NOFILE, &files); /* a lower limit of the manager's own stays */
	setrlimit(RLIMIT_CORE, &core);
	failed = become_root();
	if (failed == NULL)
		failed = drop_capabilities();
	if (failed != NULL)
		return failed;
	/* A script does not outlive the manager that waits for it; it will be asked again. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return "tying the script to the manager";
	return NULL;
}

const char *enter_netns_make(const char *path)
{
	const char *failed = NULL;
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return "opening the network namespace";
	if (unshare(CLONE_NEWNET) != 0)
		failed = "making a network namespace";
	else if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) != 0)
		failed = "binding the network namespace";
	else if (setns(home, CLONE_NEWNET) != 0)
		failed = "leaving the network namespace";
	close(home);
	return failed;
}

const char *enter_netns(const char *path, bool forward)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return "opening the network namespace";
	int rc = setns(fd, CLONE_NEWNET);
	close(fd);
	if (rc != 0)
		return "entering the network namespace";
	if (forward && !write_text("/proc/sys/net/ipv4/ip_forward", "1"))
		return "turning on forwarding";
	return NULL;
}

const char *enter_fresh(void)
{
	sigset_t none;

	if (setsid() < 0)
		return "making a session";
	for (int sig = 1; sig < SIGRTMIN; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Where the kernel is too old for it, what we opened is marked close-on-exec one by one. */
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	return NULL;
}

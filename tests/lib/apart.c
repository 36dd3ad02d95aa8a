/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/apart.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* /sys shows the links of the namespace in which it was mounted; control groups stay as they are. */
static bool mount_sys(void)
{
	static const char keep[] = "/run/cgroup";

	return mkdir(keep, 0755) == 0 &&
	       mount("/sys/fs/cgroup", keep, NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       mount("sysfs", "/sys", "sysfs", 0, NULL) == 0 &&
	       mount(keep, "/sys/fs/cgroup", NULL, MS_MOVE, NULL) == 0 && rmdir(keep) == 0;
}

static bool loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

pid_t apart_fork(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID) != 0)
		return -1;
	return fork();
}

const char *apart_furnish(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return "mounts cannot be kept apart";
	if (mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") != 0)
		return "/run cannot be mounted";
	if (mount("proc", "/proc", "proc", 0, NULL) != 0)
		return "/proc cannot be mounted";
	if (!mount_sys())
		return "/sys cannot be mounted";
	return loopback_up() ? NULL : "the loopback cannot be set up";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/bundle.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "lm/drivers/local/caps.h"

struct mount {
	const char *at, *type, *source, *options; /* options: blank-separated, NULL for none */
};

/* clang-format off */
static const struct mount fixed[] = {
	{"/proc",    "proc",   "proc",  "nosuid noexec nodev"},
	{"/dev",     "tmpfs",  "tmpfs", "nosuid strictatime mode=755 size=64k"},
	{"/dev/pts", "devpts", "devpts", "nosuid noexec newinstance ptmxmode=0666 mode=0620"},
	{"/dev/shm", "tmpfs",  "shm",   "nosuid noexec nodev mode=1777 size=64m"},
	{"/sys",     "sysfs",  "sysfs", "nosuid noexec nodev ro"},
	{"/run",     "tmpfs",  "tmpfs", "nosuid nodev mode=755 size=64m"},
	{"/tmp",     "tmpfs",  "tmpfs", "nosuid nodev mode=1777 size=256m"},
};

static const char *const masked[] = {
	"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi",
	"/sys/firmware",
};
static const char *const read_only[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};
static const char *const caps[] = {
#define X(name) #name,
	CONTAINER_CAPS(X)
#undef X
};
static const char *const cap_sets[] = {"bounding", "effective", "permitted"};
static const char *const namespaces[] = {"pid", "ipc", "uts", "mount"};
/* clang-format on */

static void write_list(struct lm_json *j, const char *key, const char *const *v, size_t n)
{
	lm_json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		lm_json_str(j, NULL, v[i]);
	lm_json_close(j, ']');
}

static void write_mount(struct lm_json *j, const struct mount *m)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "destination", m->at);
	lm_json_str(j, "type", m->type);
	lm_json_str(j, "source", m->source);
	lm_json_open(j, "options", '[');
	for (const char *p = m->options; *p != '\0';) {
		size_t n = strcspn(p, " ");
		char option[32] = "";

		memcpy(option, p, n < sizeof option ? n : sizeof option - 1);
		lm_json_str(j, NULL, option);
		p += n + (p[n] != '\0');
	}
	lm_json_close(j, ']');
	lm_json_close(j, '}');
}

static void write_process(struct lm_json *j, const struct bundle *b)
{
	size_t n_init = 0;

	while (b->init[n_init] != NULL)
		n_init++;
	lm_json_open(j, "process", '{');
	lm_json_bool(j, "terminal", false);
	lm_json_open(j, "user", '{');
	lm_json_int(j, "uid", 0);
	lm_json_int(j, "gid", 0);
	lm_json_close(j, '}');
	write_list(j, "args", b->init, n_init);
	lm_json_open(j, "env", '[');
	lm_json_str(j, NULL, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	lm_json_close(j, ']');
	lm_json_str(j, "cwd", "/");
	lm_json_bool(j, "noNewPrivileges", true);
	lm_json_open(j, "capabilities", '{');
	for (size_t i = 0; i < LM_COUNT(cap_sets); i++)
		write_list(j, cap_sets[i], caps, LM_COUNT(caps));
	lm_json_close(j, '}');
	lm_json_close(j, '}');
}

static void write_mounts(struct lm_json *j, const struct bundle *b)
{
	const struct mount ours[] = {
	    {"/run/lm", "bind", b->run_dir, "bind nosuid nodev noexec"},
	    {"/package", "bind", b->package_dir, "rbind ro nosuid nodev"},
	    {"/etc/hosts", "bind", b->hosts, "bind ro"},
	};

	lm_json_open(j, "mounts", '[');
	for (size_t i = 0; i < LM_COUNT(fixed); i++)
		write_mount(j, &fixed[i]);
	for (size_t i = 0; i < LM_COUNT(ours); i++)
		write_mount(j, &ours[i]);
	lm_json_close(j, ']');
}

static void write_linux(struct lm_json *j, const struct bundle *b)
{
	lm_json_open(j, "linux", '{');
	lm_json_str(j, "cgroupsPath", b->cgroup);
	lm_json_open(j, "namespaces", '[');
	for (size_t i = 0; i < LM_COUNT(namespaces); i++) {
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "type", namespaces[i]);
		lm_json_close(j, '}');
	}
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "type", "network");
	lm_json_str(j, "path", b->netns);
	lm_json_close(j, '}');
	lm_json_close(j, ']');
	write_list(j, "maskedPaths", masked, LM_COUNT(masked));
	write_list(j, "readonlyPaths", read_only, LM_COUNT(read_only));
	lm_json_raw(j, "resources", "{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}");
	lm_json_close(j, '}');
}

void bundle_write(const struct bundle *b, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "ociVersion", "1.0.2");
	lm_json_str(&j, "hostname", b->hostname);
	lm_json_open(&j, "root", '{');
	lm_json_str(&j, "path", b->rootfs);
	lm_json_close(&j, '}');
	write_process(&j, b);
	write_mounts(&j, b);
	write_linux(&j, b);
	lm_json_close(&j, '}');
}

void bundle_hostname(const char *resource_name, char out[HOSTNAME_SIZE])
{
	size_t n = 0;

	for (const char *p = resource_name; *p != '\0' && n < HOSTNAME_SIZE - 1; p++) {
		bool letter = isalnum((unsigned char)*p);

		if (letter)
			out[n++] = (char)tolower((unsigned char)*p);
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	if (n == 0)
		out[n++] = 'x';
	out[n] = '\0';
}

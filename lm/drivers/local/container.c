/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "lm/drivers/local/attrs.h"
#include "lm/drivers/local/bundle.h"
#include "lm/drivers/local/infra.h"
#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/services.h"

/* A container: an overlay over an image, cables into its networks, and a first process that reaps. */

enum { CONFIG_MAX = 64 * 1024, TAKEN_MAX = 64 * 1024, PID_TEXT = 32 };

/* ---- its addresses ---- */

/* Addresses that containers have in a network; an array of the arena. */
static uint32_t *taken_in(struct job *j, const char *networkid, size_t *n)
{
	LM_VEC(uint32_t) taken = {0};
	struct resource *r;
	const char *ifname, *id;

	for (size_t i = 0; (r = lm_map_next(j->d->resources, &i)) != NULL;)
		for (void *at = NULL; resource_next(r, "network", &at, &ifname, &id);) {
			const char *text =
			    resource_get(r, lm_arena_printf(j->arena, "address.%s", ifname));
			uint32_t address;

			if (r != j->r && strcmp(id, networkid) == 0 && text != NULL &&
			    ipv4_parse(text, &address) && taken.n < TAKEN_MAX)
				*LM_PUSH(j->arena, &taken) = address;
		}
	*n = taken.n;
	return taken.v;
}

static struct lm_err *plug(struct job *j, const struct port *p)
{
	const struct resource *network = network_find(j->d, p->network);
	char text[IPV4_TEXT];
	size_t n;

	if (network == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "networks.%s.network: there is no network '%s' here; it must be the networkid "
		    "of an "
		    "installed one",
		    p->ifname, p->network);
	struct subnet s = network_subnet(network);
	const char *id = resource_get(network, "networkid");
	const uint32_t *taken = taken_in(j, id, &n);
	uint32_t address = subnet_pick(&s, taken, n);
	if (address == 0)
		return lm_err_new(LM_ERR_LIMIT, "no address is left in %s (%s)", network->name,
		    resource_get(network, "subnet"));
	ipv4_text(address, text);
	resource_set(j->r, lm_arena_printf(j->arena, "network.%s", p->ifname), id);
	resource_set(j->r, lm_arena_printf(j->arena, "address.%s", p->ifname), text);
	return NULL;
}

static const char *address_of(struct job *j, const char *ifname)
{
	return resource_get(j->r, lm_arena_printf(j->arena, "address.%s", ifname));
}

/* ---- its folder ---- */

static char *image_dir(struct job *j, const struct container_attrs *attrs)
{
	return lm_arena_printf(j->arena, "%s/%s", j->d->images_dir, attrs->image);
}

static enum phase_end check(struct job *j)
{
	struct container_attrs *attrs = LM_NEW(j->arena, struct container_attrs);
	struct lm_err *e = container_attrs_read(&j->rq.infra, attrs);
	struct stat s;

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	if (stat(image_dir(j, attrs), &s) != 0 || !S_ISDIR(s.st_mode))
		return job_fail(j, STEP_INFRASTRUCTURE_ERROR,
		    "image '%s' is not in %s; 'vnfs/images/build -d %s %s' makes those that come "
		    "with lm",
		    attrs->image, j->d->images_dir, j->d->images_dir, attrs->image);
	return PHASE_DONE;
}

/* The first process only reaps what services leave behind. */
static const char *const *choose_init(struct job *j, const char *image)
{
	static const char *const places[] = {
	    "/usr/bin/tini", "/sbin/tini", "/bin/tini", "/usr/bin/tini-static"};
	const char **argv = LM_NEW_N(j->arena, const char *, 5);

	for (size_t i = 0; i < LM_COUNT(places); i++)
		if (access(lm_arena_printf(j->arena, "%s%s", image, places[i]), X_OK) == 0) {
			argv[0] = places[i];
			argv[1] = "--";
			argv[2] = "sleep";
			argv[3] = "infinity";
			return argv;
		}
	lm_log(LM_LOG_WARN, "local.no-tini",
	    "image=%s text=\"it has no tini; a shell is its first process instead\"", image);
	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = "sleep 2147483647 & while :; do wait; done";
	return argv;
}

static struct lm_err *write_hosts(
    struct job *j, const struct container_attrs *attrs, const char *hostname)
{
	char *text = lm_arena_printf(j->arena, "127.0.0.1 localhost\n");

	for (size_t i = 0; i < attrs->n_ports; i++)
		text = lm_arena_printf(
		    j->arena, "%s%s %s\n", text, address_of(j, attrs->ports[i].ifname), hostname);
	struct lm_err *e = file_write(path_in(j->arena, j->r, "hosts"), text);
	if (e == NULL)
		chmod(path_in(j->arena, j->r, "hosts"), 0644);
	return e;
}

static struct lm_err *write_bundle(struct job *j, const struct container_attrs *attrs)
{
	const struct resource *r = j->r;
	char hostname[HOSTNAME_SIZE], name[LONG_NAME_SIZE];
	char *package = realpath(j->rq.package_dir == NULL ? "" : j->rq.package_dir, NULL);
	struct lm_buf b;

	if (package == NULL)
		return lm_err_errno(errno, "package folder '%s'",
		    j->rq.package_dir == NULL ? "" : j->rq.package_dir);
	bundle_hostname(j->rq.resource_name, hostname);
	name_long(j->d, r, '-', name);
	struct lm_err *e = write_hosts(j, attrs, hostname);
	lm_buf_init(&b, CONFIG_MAX);
	bundle_write(
	    &(struct bundle){
		.hostname = hostname,
		.init = choose_init(j, image_dir(j, attrs)),
		.rootfs = path_in(j->arena, r, "rootfs"),
		.netns = netns_path(j->arena, r),
		.package_dir = package,
		.run_dir = path_in(j->arena, r, "run"),
		.hosts = path_in(j->arena, r, "hosts"),
		.cgroup = lm_arena_printf(j->arena, "/%s", name),
	    },
	    &b);
	if (e == NULL)
		e = file_write(path_in(j->arena, r, "bundle/config.json"), b.p);
	lm_buf_fini(&b);
	free(package);
	return e;
}

/*
 * "volatile": nothing of it needs to survive a power cut, so that unmounting need not wait for the
 * disk.  Older kernels do not know it.
 */
static struct lm_err *mount_overlay(struct job *j, const char *image)
{
	struct lm_arena *a = j->arena;
	const char *rootfs = path_in(a, j->r, "rootfs");
	const char *options = lm_arena_printf(a, "lowerdir=%s,upperdir=%s,workdir=%s", image,
	    path_in(a, j->r, "upper"), path_in(a, j->r, "work"));

	if (mount("overlay", rootfs, "overlay", MS_NODEV,
		lm_arena_printf(a, "%s,volatile", options)) == 0 ||
	    mount("overlay", rootfs, "overlay", MS_NODEV, options) == 0)
		return NULL;
	return lm_err_errno(errno,
	    "mounting an overlay of %s (state folder on a file system that "
	    "cannot hold one?)",
	    image);
}

static enum phase_end prepare(struct job *j)
{
	static const struct {
		const char *name;
		unsigned mode;
	} folders[] = {{"upper", 0755}, {"work", 0700}, {"rootfs", 0755}, {"bundle", 0700},
	    {"run", 0755}, {"run/services", 0755}};
	struct container_attrs attrs;
	struct lm_err *e = container_attrs_read(&j->rq.infra, &attrs);

	for (size_t i = 0; e == NULL && i < attrs.n_ports; i++)
		e = plug(j, &attrs.ports[i]);
	if (e != NULL)
		return job_fail_err(j,
		    lm_err_kind(e) == LM_ERR_LIMIT ? STEP_INSUFFICIENT_CAPACITY
						   : STEP_INFRASTRUCTURE_ERROR,
		    e);
	e = resource_save(j->r);
	for (size_t i = 0; e == NULL && i < LM_COUNT(folders); i++)
		e = folder_make(path_in(j->arena, j->r, folders[i].name), folders[i].mode);
	if (e == NULL)
		e = netns_prepare(j->r, "lmc");
	if (e == NULL)
		e = write_bundle(j, &attrs);
	if (e == NULL)
		e = mount_overlay(j, image_dir(j, &attrs));
	return e == NULL ? PHASE_DONE : job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
}

/* ---- its network ---- */

/* From the machine's side: the namespace, and a cable from each of its networks into it. */
static enum phase_end plug_in(struct job *j)
{
	struct lm_arena *a = j->arena;
	const char *alias = name_alias(a, j->d, j->r), *netns = netns_path(a, j->r);
	const char *ifname, *bridge, *batch = "";
	char link[LINK_NAME_SIZE];
	int index = 0;

	for (void *at = NULL; resource_next(j->r, "network", &at, &ifname, &bridge);) {
		uint32_t address = 0;

		ipv4_parse(address_of(j, ifname), &address);
		name_link(j->r, "lmv", index++, link);
		/*
		 * The hardware address follows from the IPv4 address: who replaces a dead container
		 * is reached at once, neighbours need not learn anything.
		 */
		batch = lm_arena_printf(a,
		    "%slink add name %s master %s up type veth peer name %s address "
		    "02:76:%02x:%02x:%02x:%02x netns %s\nlink set dev %s alias \"%s\"\n",
		    batch, link, bridge, ifname, address >> 24, address >> 16 & 255,
		    address >> 8 & 255, address & 255, netns, link, alias);
	}
	return infra_ip(j, &(struct child_spec){.make_netns = netns}, batch);
}

/* From inside.  The default route leads to the first network that has a router. */
static enum phase_end set_addresses(struct job *j)
{
	struct lm_arena *a = j->arena;
	const char *ifname, *id, *route = "", *batch = "link set dev lo up\n";
	bool has_router = false;
	char text[IPV4_TEXT];

	for (void *at = NULL; resource_next(j->r, "network", &at, &ifname, &id);) {
		const struct resource *network = network_find(j->d, id);

		if (network == NULL)
			return job_fail(
			    j, STEP_INFRASTRUCTURE_ERROR, "network %s was removed meanwhile", id);
		struct subnet s = network_subnet(network);
		batch = lm_arena_printf(a, "%saddress add %s/%u brd + dev %s\nlink set dev %s up\n",
		    batch, address_of(j, ifname), s.prefix, ifname, ifname);
		if (route[0] != '\0' && (has_router || !network_has_router(j->d, id)))
			continue;
		has_router = network_has_router(j->d, id);
		ipv4_text(subnet_first(&s), text);
		route = lm_arena_printf(a, "route add default via %s dev %s\n", text, ifname);
	}
	return infra_ip(j, &(struct child_spec){.netns = netns_path(a, j->r)},
	    lm_arena_printf(a, "%s%s", batch, route));
}

/* ---- its life ---- */

static enum phase_end runc_run(struct job *j)
{
	char name[LONG_NAME_SIZE];
	const char *argv[] = {"runc", "--root", j->d->runc_dir, "run", "--detach", "--bundle",
	    path_in(j->arena, j->r, "bundle"), "--pid-file", path_in(j->arena, j->r, "pid"), name,
	    NULL};

	name_long(j->d, j->r, '-', name);
	return job_start(j, &(struct child_spec){.argv = argv, .limit_ms = INFRA_LIMIT_MS});
}

void container_find_init(struct resource *r)
{
	const char *pid = resource_get(r, "init"), *started = resource_get(r, "init_started");

	if (r->init_fd >= 0)
		close(r->init_fd);
	r->init = pid == NULL ? 0 : (pid_t)strtol(pid, NULL, 10);
	r->init_fd = pidfd_of_started(r->init, started == NULL ? 0 : strtoull(started, NULL, 10));
}

static enum phase_end note_init(struct job *j)
{
	char *pid = file_read(j->arena, path_in(j->arena, j->r, "pid"), PID_TEXT);
	unsigned long long started = pid == NULL ? 0 : proc_started((pid_t)strtol(pid, NULL, 10));

	if (started == 0)
		return job_fail(j, STEP_INFRASTRUCTURE_ERROR,
		    "the container ended at once; its image needs tini, or /bin/sh and sleep");
	resource_set(j->r, "init", pid);
	resource_set(j->r, "init_started", lm_arena_printf(j->arena, "%llu", started));
	container_find_init(j->r);
	struct lm_err *e = resource_save(j->r);
	return e == NULL ? PHASE_DONE : job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
}

static enum phase_end report(struct job *j)
{
	struct container_attrs attrs;
	struct lm_err *e = container_attrs_read(&j->rq.infra, &attrs);

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	for (size_t i = 0; i < attrs.n_ports; i++)
		if (attrs.ports[i].address_property != NULL &&
		    attrs.ports[i].address_property[0] != '\0')
			job_output(j, attrs.ports[i].address_property,
			    address_of(j, attrs.ports[i].ifname));
	return PHASE_DONE;
}

/* ---- its end ---- */

/* With its first process all others go; it takes the time in which the links are removed. */
enum phase_end container_end_all(struct job *j)
{
	struct resource *r = j->r;

	services_forget(r);
	if (r->init_fd >= 0)
		pidfd_kill(r->init_fd);
	return PHASE_DONE;
}

enum phase_end container_delete(struct job *j)
{
	char name[LONG_NAME_SIZE];
	const char *argv[] = {"runc", "--root", j->d->runc_dir, "delete", "--force", name, NULL};

	name_long(j->d, j->r, '-', name);
	if (access(lm_arena_printf(j->arena, "%s/%s", j->d->runc_dir, name), F_OK) != 0)
		return PHASE_DONE;
	return job_start(j, &(struct child_spec){.argv = argv, .limit_ms = INFRA_LIMIT_MS});
}

/* clang-format off */
#define REMOVE                                                                                     \
	{"ending the container's processes", container_end_all,             false},                          \
	{"removing its interfaces",          infra_remove_links,  false},                          \
	{"removing the container",           container_delete,         false},                          \
	{"removing its folder",              infra_remove_folder, false},                          \
	{"removing its folder",              infra_remove_trash,  false}

const struct phase container_install[] = {
	{"checking the container",           infra_check_new,     false},
	{"checking the container",           check,               false},
	REMOVE, /* what was half made */
	{"preparing the container",          prepare,             false},
	{"plugging the container in",        plug_in,             false},
	{"setting its addresses",            set_addresses,       false},
	{"starting the container",           runc_run,            false},
	{"starting the container",           note_init,           false},
	{"reporting its addresses",          report,              false},
	{"running the script",               script_run_optional, false},
	{"reading its outputs",              script_read_outputs, false},
	{NULL, NULL, false},
};

const struct phase container_uninstall[] = {
	{"running the script",               script_run_optional, true},
	REMOVE,
	{NULL, NULL, false},
};
/* clang-format on */

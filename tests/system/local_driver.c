/* SPDX-License-Identifier: Apache-2.0 */
/* The driver `local` on a real kernel: networks, routers, containers and scripts. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/local_world.h"

enum { PORT = 5000 };

/* ---- before anything is made ---- */

/* What open() of another driver says. */
static const char *complaint(const char *state_dir)
{
	struct driver_conf conf = {.loop = &lw.loop,
	    .state_dir = state_dir,
	    .images_dir = lw.images,
	    .events = {NULL, NULL, NULL, NULL}};
	struct driver *other = NULL;
	struct lm_err *e = driver_local.open(&conf, &other);

	ck_assert_msg(e != NULL, "it opened all the same");
	const char *text = lm_arena_strdup(lw.arena, lm_err_text(e));
	lm_err_free(e);
	return text;
}

START_TEST(only_root_may_open_it)
{
	ck_assert_int_eq(seteuid(65534), 0);
	const char *text = complaint("/tmp/other");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_str_eq(text, "networks and containers need the rights of root; run lm as root");
}
END_TEST

START_TEST(a_state_folder_that_an_overlay_cannot_take_is_refused)
{
	ck_assert_str_eq(complaint("/tmp/a,b"),
	    "the folder '/tmp/a,b' has one of the characters , : \\ \" in its path, which overlays "
	    "cannot take; choose another");
	ck_assert_int_ne(access("/tmp/a,b", F_OK), 0);
}
END_TEST

START_TEST(a_state_folder_that_cannot_be_made_is_named)
{
	ck_assert_str_eq(complaint("/proc/nosuch"),
	    "choose another state folder: making folder /proc/nosuch: No such file or directory");
}
END_TEST

static const struct {
	const char *name, *package;
} programs[] = {{"ip", "iproute2"}, {"nft", "nftables"}, {"runc", "runc"}};

START_TEST(a_program_that_is_missing_is_named_with_its_package)
{
	const char *found = lm_arena_printf(lw.arena, "/usr/sbin/%s", programs[_i].name);

	ck_assert_int_eq(mount("/dev/null", found, NULL, MS_BIND, NULL), 0);
	const char *text = complaint(lw.state);
	ck_assert_int_eq(umount(found), 0);
	ck_assert_msg(
	    strstr(text, lm_arena_printf(lw.arena,
			     "the program '%s' is missing or does not run; install the package %s",
			     programs[_i].name, programs[_i].package)) == text,
	    "%s", text);
}
END_TEST

START_TEST(cgroups_that_are_not_mounted_are_noticed)
{
	ck_assert_int_eq(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL), 0);
	const char *text = complaint(lw.state);
	ck_assert_int_eq(umount("/sys/fs/cgroup"), 0);
	ck_assert_str_eq(text, "cgroups are not mounted; mount them on /sys/fs/cgroup");
}
END_TEST

/* ---- networks ---- */

START_TEST(a_management_network_gives_this_machine_the_last_address_and_says_so)
{
	char *id = local_install_network("net", "10.77.0.0/24", "true");

	ck_assert_str_eq(local_output("subnet"), "10.77.0.0/24");
	ck_assert_int_eq(strncmp(id, "lmb", 3), 0);
	ck_assert_int_eq(strncmp(local_output("subnetid"), "lms", 3), 0);
	MUST(.id = "net", .action = "Uninstall", .kind = "network");
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\ndown 10.77.0.254\n");
}
END_TEST

START_TEST(a_subnet_that_this_machine_uses_is_refused_and_both_are_named)
{
	ck_assert_int_eq(ASK(.id = "net", .action = "Install", .kind = "network",
			     .infra = {{"subnet", "198.51.100.0/25"}}),
	    STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message,
	    "subnet 198.51.100.0/25 of voice__net overlaps 198.51.100.0/24, which this machine "
	    "reaches through lo; give it another subnet");
}
END_TEST

START_TEST(a_subnet_of_another_management_network_is_refused_and_both_are_named)
{
	local_install_network("net", "10.77.0.0/24", "true");
	ck_assert_int_eq(ASK(.id = "net2", .action = "Install", .kind = "network",
			     .infra = {{"subnet", "10.77.0.0/16"}}),
	    STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message,
	    "subnet 10.77.0.0/16 of voice__net2 overlaps 10.77.0.0/24 of voice__net; give one of "
	    "them another subnet");
}
END_TEST

START_TEST(tenant_networks_may_have_the_same_subnet)
{
	char *one = local_install_network("net", "10.77.0.0/24", "false");

	ck_assert_str_ne(one, local_install_network("net2", "10.77.0.0/24", "false"));
}
END_TEST

/* Where the caller of listen_and_call() came from. */
static char caller[INET_ADDRSTRLEN];

static void on_caller(uv_poll_t *h, int status, int events)
{
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	int *fd = h->data;
	int peer = accept(*fd, (struct sockaddr *)&a, &n);

	(void)status, (void)events;
	ck_assert_int_ge(peer, 0);
	inet_ntop(AF_INET, &a.sin_addr, caller, sizeof caller);
	close(peer); /* which ends the call */
}

/* Has the box call an address of this machine. */
static void listen_and_call(const char *address)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uv_poll_t poll = {.data = &fd};

	inet_pton(AF_INET, address, &a.sin_addr);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	uv_poll_init(&lw.loop, &poll, fd);
	uv_poll_start(&poll, UV_READABLE, on_caller);
	local_script("call", "nc -w 5 $peer 5000 </dev/null\n");
	MUST(.id = "box", .action = "call", .kind = "container", .is_operation = true,
	    .properties = {{"peer", address}});
	uv_close((uv_handle_t *)&poll, NULL);
	uv_run(&lw.loop, UV_RUN_NOWAIT);
	close(fd);
}

START_TEST(a_container_reaches_this_machine_over_the_management_network)
{
	given_a_container();
	listen_and_call("10.77.0.254");
	ck_assert_str_eq(caller, "10.77.0.10");
}
END_TEST

static char *net, *net2; /* networkids of the router's networks */

static void install_router(const char *masquerade)
{
	char *ids;

	net = local_install_network("net", "10.77.0.0/24", "false");
	ids = lm_arena_strdup(lw.arena, local_output("subnetid"));
	net2 = local_install_network("net2", "10.78.0.0/24", "false");
	ids = lm_arena_printf(lw.arena, "%s %s", ids, local_output("subnetid"));
	MUST(.id = "router", .action = "Install", .kind = "router",
	    .infra = {{"interfaces", ids}, {"masquerade", masquerade}});
}

START_TEST(a_router_carries_calls_from_one_network_to_the_other)
{
	install_router("false");
	local_script("start", "setsid nc -ll -p 5000 -e cat </dev/null >/dev/null 2>&1 &\n"
			      "echo $! >$LM_SERVICES/echo.pid\n"
			      "until nc -w 1 127.0.0.1 5000 </dev/null; do :; done\n");
	ck_assert_int_eq(local_install("box", "box", net), STEP_NONE);
	ck_assert_int_eq(local_install("box2", "box", net2), STEP_NONE);
	ck_assert_str_eq(local_output("mgmt_address"), "10.78.0.10");
	MUST(.id = "box2", .action = "Start", .kind = "container");
	local_script("echo", "echo hello | nc -w 5 $peer 5000\n");
	MUST(.id = "box", .action = "echo", .kind = "container", .is_operation = true,
	    .properties = {{"peer", "10.78.0.10"}});
	ck_assert_str_eq(lw.got.log, "hello\n");
}
END_TEST

START_TEST(a_masquerading_router_hides_its_networks_from_the_outside)
{
	install_router("true");
	ck_assert_int_eq(local_install("box", "box", net), STEP_NONE);
	listen_and_call("198.51.100.1");
	ck_assert_msg(strncmp(caller, "100.", 4) == 0, "the caller was %s", caller);
}
END_TEST

/* ---- containers and scripts ---- */

START_TEST(what_a_script_writes_and_the_addresses_become_outputs)
{
	local_script("install", "echo who=me >>$LM_OUTPUT; echo said; echo warned >&2\n");
	given_a_container();
	ck_assert_str_eq(local_output("mgmt_address"), "10.77.0.10");
	ck_assert_str_eq(local_output("who"), "me");
	ck_assert_ptr_nonnull(strstr(lw.got.log, "said\n"));
	ck_assert_ptr_nonnull(strstr(lw.got.log, "warned\n"));
}
END_TEST

START_TEST(a_script_has_the_managers_webhook_and_nothing_else_of_the_manager)
{
	setenv("MANAGERS_SECRET", "x", 1);
	given_a_container();
	local_script("start", "env; ls /proc/self/fd | wc -l\n");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_ptr_nonnull(
	    strstr(lw.got.log, "LM_METRICS_URL=http://10.77.0.254:8291/api/metrics\n"));
	ck_assert_ptr_null(strstr(lw.got.log, "MANAGERS_SECRET"));
	/* standard input, output and error, and the one with which ls reads the folder */
	ck_assert_ptr_nonnull(strstr(lw.got.log, "\n4\n"));
}
END_TEST

static const char *const forbidden[] = {
    "mount -t tmpfs x /mnt",
    "touch /package/x",
    "ifconfig mgmt down",
    "mknod /tmp/disk b 254 0",
    "chroot / true",
    "echo 1 >/proc/sys/kernel/sysrq",
};

START_TEST(a_script_cannot_change_its_interfaces_its_package_or_the_machine)
{
	given_a_container();
	local_script("start", lm_arena_printf(lw.arena, "if %s; then exit 3; fi\n", forbidden[_i]));
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
}
END_TEST

START_TEST(a_script_that_fails_fails_its_step_with_its_last_words)
{
	given_a_container();
	local_script("start", "echo out; echo one >&2; echo 'no license' >&2; echo >&2; exit 4\n");
	ck_assert_int_eq(local_transition("Start"), STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message, "lifecycle/start.sh: no license");
	local_script("start", "exit 4\n");
	ck_assert_int_eq(local_transition("Start"), STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message, "lifecycle/start.sh: exit status 4");
}
END_TEST

START_TEST(a_script_that_is_missing_is_named)
{
	given_a_container();
	ck_assert_int_eq(local_transition("Start"), STEP_INTERNAL_ERROR);
	ck_assert_str_eq(lw.got.message,
	    lm_arena_printf(lw.arena, "%s/lifecycle/start.sh is missing", lw.package));
}
END_TEST

START_TEST(an_image_that_is_missing_is_named_with_the_way_to_make_it)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	ck_assert_int_eq(local_install("box", "nosuch", network), STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message, lm_arena_printf(lw.arena,
					     "image 'nosuch' is not in %s; 'vnfs/images/build -d "
					     "%s nosuch' makes those that come with lm",
					     lw.images, lw.images));
}
END_TEST

START_TEST(an_image_without_tini_serves_as_well)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_script("start", "(sleep 0 &); echo fine\n");
	ck_assert_int_eq(local_install("box", "bare", network), STEP_NONE);
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_str_eq(lw.got.log, "fine\n");
}
END_TEST

START_TEST(beyond_its_time_a_script_and_all_it_started_is_killed)
{
	given_a_container();
	local_script("start", "setsid sleep 1000 & sleep 1001\n");
	ck_assert_int_eq(
	    ASK(.id = "box", .action = "Start", .kind = "container", .timeout_s = 1), STEP_TIMEOUT);
	ck_assert_str_eq(
	    lw.got.message, "lifecycle/start.sh: not done within its time limit, killed");
	local_await_processes(2); /* tini and its sleep */
}
END_TEST

START_TEST(a_cancelled_step_ends_as_cancelled)
{
	given_a_container();
	local_script("start", "sleep 1000\n");
	local_begin(
	    &(struct ask){.step = "slow", .id = "box", .action = "Start", .kind = "container"});
	uv_run(&lw.loop, UV_RUN_NOWAIT);
	driver_local.cancel(lw.driver, "slow");
	local_run_until(local_has_result);
	ck_assert_int_eq(lw.got.failure, STEP_CANCELLED);
	local_await_processes(2);
}
END_TEST

START_TEST(of_a_scripts_output_64_kib_are_kept)
{
	given_a_container();
	local_script("start", "head -c 1000000 /dev/zero | tr '\\000' x\n");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_uint_eq(strlen(lw.got.log), 64 * 1024);
}
END_TEST

START_TEST(a_replaced_container_gets_the_lowest_free_address)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_install("box", "box", network);
	local_install("box2", "box", network);
	ck_assert_str_eq(local_output("mgmt_address"), "10.77.0.11");
	MUST(.id = "box", .action = "Uninstall", .kind = "container");
	local_install("box", "box", network);
	ck_assert_str_eq(local_output("mgmt_address"), "10.77.0.10");
}
END_TEST

START_TEST(what_is_installed_is_not_installed_twice)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_install("box", "box", network);
	ck_assert_int_eq(local_install("box", "box", network), STEP_RESOURCE_ALREADY_EXISTS);
}
END_TEST

START_TEST(a_failed_uninstall_script_does_not_keep_the_container)
{
	given_a_container();
	local_script("uninstall", "echo 'cannot leave' >&2; exit 1\n");
	ck_assert_int_eq(local_transition("Uninstall"), STEP_NONE);
	ck_assert_ptr_nonnull(strstr(lw.got.log, "cannot leave"));
	ck_assert_uint_eq(local_count(local_inventory(), "container "), 0);
}
END_TEST

/* ---- the program ---- */

static Suite *suite(void)
{
	Suite *s = suite_create("local driver");
	TCase *preflight = tcase_create("preflight"), *networks = tcase_create("networks"),
	      *scripts = tcase_create("scripts");
	TCase *const all[] = {preflight, networks, scripts};

	for (size_t i = 0; i < LM_COUNT(all); i++) {
		tcase_add_checked_fixture(all[i], local_setup, local_teardown);
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(s, all[i]);
	}
	tcase_add_test(
	    networks, a_management_network_gives_this_machine_the_last_address_and_says_so);
	tcase_add_test(networks, a_subnet_that_this_machine_uses_is_refused_and_both_are_named);
	tcase_add_test(
	    networks, a_subnet_of_another_management_network_is_refused_and_both_are_named);
	tcase_add_test(networks, tenant_networks_may_have_the_same_subnet);
	tcase_add_test(networks, a_container_reaches_this_machine_over_the_management_network);
	tcase_add_test(networks, a_router_carries_calls_from_one_network_to_the_other);
	tcase_add_test(networks, a_masquerading_router_hides_its_networks_from_the_outside);
	tcase_add_test(scripts, what_a_script_writes_and_the_addresses_become_outputs);
	tcase_add_test(scripts, a_script_has_the_managers_webhook_and_nothing_else_of_the_manager);
	tcase_add_loop_test(scripts,
	    a_script_cannot_change_its_interfaces_its_package_or_the_machine, 0,
	    (int)LM_COUNT(forbidden));
	tcase_add_test(scripts, a_script_that_fails_fails_its_step_with_its_last_words);
	tcase_add_test(scripts, a_script_that_is_missing_is_named);
	tcase_add_test(scripts, an_image_that_is_missing_is_named_with_the_way_to_make_it);
	tcase_add_test(scripts, an_image_without_tini_serves_as_well);
	tcase_add_test(scripts, beyond_its_time_a_script_and_all_it_started_is_killed);
	tcase_add_test(scripts, a_cancelled_step_ends_as_cancelled);
	tcase_add_test(scripts, of_a_scripts_output_64_kib_are_kept);
	tcase_add_test(scripts, a_replaced_container_gets_the_lowest_free_address);
	tcase_add_test(scripts, what_is_installed_is_not_installed_twice);
	tcase_add_test(scripts, a_failed_uninstall_script_does_not_keep_the_container);
	tcase_add_test(preflight, only_root_may_open_it);
	tcase_add_test(preflight, a_state_folder_that_an_overlay_cannot_take_is_refused);
	tcase_add_test(preflight, a_state_folder_that_cannot_be_made_is_named);
	tcase_add_loop_test(preflight, a_program_that_is_missing_is_named_with_its_package, 0,
	    (int)LM_COUNT(programs));
	tcase_add_test(preflight, cgroups_that_are_not_mounted_are_noticed);
	return s;
}

int main(void)
{
	return local_main(suite);
}

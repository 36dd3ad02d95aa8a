/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lm/drivers/local/env.h"
#include "lm/drivers/local/infra.h"
#include "lm/drivers/local/proc.h"

/* Lifecycle scripts: run inside the container, with their properties and nothing else. */

enum { OUTPUT_FILE_MAX = 256 * 1024 };

/* A package of lmctl's has a folder for each type of driver; any other, lifecycle/. */
static const char *scripts_folder(struct job *j)
{
	static const char theirs[] = "Lifecycle/local";
	const char *dir = j->rq.package_dir;

	return dir != NULL && access(lm_arena_printf(j->arena, "%s/%s", dir, theirs), X_OK) == 0
		   ? theirs
		   : "lifecycle";
}

/* "lifecycle/start.sh": transitions in lower case, operations as they are called. */
static const char *script_name(struct job *j)
{
	char *name = lm_arena_strdup(j->arena, j->rq.action);

	for (char *p = name; !j->rq.is_operation && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lm_arena_printf(j->arena, "%s/%s.sh", scripts_folder(j), name);
}

static bool script_is_there(struct job *j)
{
	if (j->rq.package_dir == NULL)
		return false;
	return access(lm_arena_printf(j->arena, "%s/%s", j->rq.package_dir, script_name(j)),
		   R_OK) == 0;
}

/*
 * The file of LM_OUTPUT.  That it exists already means that this step was begun before, in another
 * life of the manager: then what the script of that time left running is ended first.
 */
static struct lm_err *begin_output(struct job *j, const char *mark, const char **in_container)
{
	const struct resource *r = j->r;
	char *name = lm_arena_printf(j->arena, "output.%016" PRIx64, lm_hash(j->rq.step));
	char *path = lm_arena_printf(j->arena, "%s/run/%s", r->dir, name);

	if (access(path, F_OK) == 0) {
		proc_kill_marked(r->init, mark);
		unlink(path);
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "making %s", path);
	close(fd);
	j->output_path = path;
	*in_container = lm_arena_printf(j->arena, "/run/lm/%s", name);
	return NULL;
}

/* Where a script reports metrics to: nowhere without a management network. */
static struct env_conf metrics_conf(struct job *j)
{
	const struct driver_conf *c = &j->d->conf;
	const char *address = network_host_address(j->d, j->r);
	struct env_conf env = {0};

	if (address == NULL)
		return env;
	env.metrics_url =
	    lm_arena_printf(j->arena, "http://%s:%u/api/metrics", address, c->metrics_port);
	if (c->metrics_token != NULL)
		env.metrics_token = c->metrics_token(c->token_arg, j->rq.resource_id, j->arena);
	return env;
}

static enum phase_end start(struct job *j)
{
	struct resource *r = j->r;
	const char *script = lm_arena_printf(j->arena, "/package/%s", script_name(j));
	const char *argv[] = {"/bin/sh", "-eu", script, NULL};
	const char *mark = env_step_mark(j->arena, j->rq.step);
	struct env_conf env = metrics_conf(j);
	struct lm_err *e = begin_output(j, mark, &env.output);

	if (e != NULL)
		return job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
	j->in_script = true;
	j->what = script_name(j);
	return job_start(
	    j, &(struct child_spec){
		   .argv = argv,
		   .envp = env_build(j->arena, &j->rq, &env),
		   .limit_ms = (j->rq.timeout_s != 0 ? j->rq.timeout_s : SCRIPT_LIMIT_S) * 1000,
		   .init = r->init,
		   .init_pidfd = r->init_fd,
		   .mark = mark,
	       });
}

/* Whether an action has nothing left to do when the container has ended. */
static bool is_farewell(const struct job *j)
{
	static const char *const farewells[] = {"Stop", "Uninstall", "Delete"};

	for (size_t i = 0; i < LM_COUNT(farewells) && !j->rq.is_operation; i++)
		if (strcmp(j->rq.action, farewells[i]) == 0)
			return true;
	return false;
}

static enum phase_end run(struct job *j, bool must_be_there)
{
	bool in_container = j->r != NULL && strcmp(j->r->kind, "container") == 0;
	bool is_create = !j->rq.is_operation && strcmp(j->rq.action, "Create") == 0;

	if (in_container && !is_create && pidfd_has_ended(j->r->init_fd)) {
		if (is_farewell(j))
			return PHASE_DONE;
		return job_fail(j, STEP_RESOURCE_NOT_FOUND, "%s: its container is not running",
		    j->rq.resource_name);
	}
	if (!script_is_there(j)) {
		/* Without a container, or before it, a transition only changes the records. */
		bool nothing_to_do = !j->rq.is_operation && (!in_container || is_create);

		if (!must_be_there || nothing_to_do)
			return PHASE_DONE;
		return job_fail(j, STEP_INTERNAL_ERROR, "%s/%s is missing",
		    j->rq.package_dir == NULL ? "package" : j->rq.package_dir, script_name(j));
	}
	if (!in_container || is_create)
		return job_fail(j, STEP_INTERNAL_ERROR,
		    "%s cannot run: scripts run in a container, and %s has none%s", script_name(j),
		    j->rq.resource_name, is_create ? " before Install" : "");
	return start(j);
}

static enum phase_end script_run(struct job *j)
{
	return run(j, true);
}

enum phase_end script_run_optional(struct job *j)
{
	return run(j, false);
}

enum phase_end script_read_outputs(struct job *j)
{
	struct lm_kvs outputs;

	if (j->output_path == NULL)
		return PHASE_DONE;
	char *text = file_read(j->arena, j->output_path, OUTPUT_FILE_MAX);
	unlink(j->output_path);
	if (text == NULL)
		return PHASE_DONE;
	text_clean(text, strlen(text));
	struct lm_err *e = outputs_parse(j->arena, text, &outputs);
	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, lm_err_wrap(e, "%s", script_name(j)));
	for (size_t i = 0; i < outputs.n; i++)
		job_output(j, outputs.v[i].name, outputs.v[i].value);
	return PHASE_DONE;
}

/* clang-format off */
const struct phase script_only[] = {
	{"running the script",   script_run,          false},
	{"reading its outputs",  script_read_outputs, false},
	{NULL, NULL, false},
};
/* clang-format on */

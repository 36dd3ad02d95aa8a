/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/package_check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

/* ---- files ---------------------------------------------------------------------------------- */

int package_path_compare(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	int x = *a == '/' ? 1 : (unsigned char)*a, y = *b == '/' ? 1 : (unsigned char)*b;
	return x - y;
}

static int by_path(const void *a, const void *b)
{
	const struct package_file *x = a, *y = b;

	return package_path_compare(x->path, y->path);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

void package_files_index(struct package_files *f)
{
	f->by_name = lm_map_new();
	if (f->n > 0)
		qsort(f->v, f->n, sizeof f->v[0], by_path);
	for (size_t i = 0; i < f->n; i++)
		lm_map_put(f->by_name, name_of(f->v[i].path), &f->v[i]);
}

void package_files_fini(struct package_files *f)
{
	lm_map_free(f->by_name);
	f->by_name = NULL;
}

static bool is_before(const struct package_file *f, const char *path)
{
	return package_path_compare(f->path, path) < 0;
}

/* The first file whose path is not before this one. */
static size_t lower_bound(const struct package_files *f, const char *path)
{
	return LM_PLACE(f->v, f->n, is_before, path);
}

const struct package_file *package_files_find(const struct package_files *f, const char *path)
{
	size_t i = lower_bound(f, path);

	return i < f->n && strcmp(f->v[i].path, path) == 0 ? &f->v[i] : NULL;
}

/* Where the last folder of path[0, n) begins, when it is called so; n: it is not. */
static size_t without_last(const char *path, size_t n, const char *name)
{
	size_t size = strlen(name);

	if (n < size || strncasecmp(path + n - size, name, size) != 0)
		return n;
	if (n == size)
		return 0;
	return path[n - size - 1] == '/' ? n - size - 1 : n;
}

size_t package_root(const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - file);
	size_t root = without_last(file, n, "Definitions/lm");

	return root < n ? root : without_last(file, n, "descriptor");
}

/* ---- scripts -------------------------------------------------------------------------------- */

struct check {
	const struct descriptor *d;
	const struct package_files *files;
	const struct remarks *out;
	const char *folder; /* "ip-pbx/asterisk/lifecycle" */
};

/* "Start" -> "start": so the scripts of transitions are called. */
static const char *script_of(struct lm_arena *a, enum transition t)
{
	char *name = lm_arena_strdup(a, transition_text(t));

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

/* Install and Uninstall have the container itself to do; before and after it nothing can run. */
static bool needs_script(enum transition t)
{
	return t != TRANSITION_CREATE && t != TRANSITION_INSTALL && t != TRANSITION_UNINSTALL &&
	       t != TRANSITION_DELETE;
}

static struct source_range file_range(const struct check *c, const char *path)
{
	return (struct source_range){.source = source_new(c->out->arena, path, "", 0)};
}

static void check_script(const struct check *c, const char *name, const char *what,
    const struct source_range *named, bool needed)
{
	const char *path = lm_arena_printf(c->out->arena, "%s/%s.sh", c->folder, name);
	const struct package_file *f = package_files_find(c->files, path);
	struct diags *ds = c->out->diags;

	if (f == NULL) {
		if (!needed)
			return;
		struct diag *d = diag_add(ds, CODE_SCRIPT_MISSING, named,
		    "the script of %s is not in the package: %s", what, path);
		diag_help(ds, d, "write it, or take %s out", what);
		return;
	}
	if (f->readable && f->size > 0)
		return;
	struct source_range at = file_range(c, path);
	struct diag *d = diag_add(ds, CODE_SCRIPT_UNUSABLE, &at,
	    f->readable ? "the script of %s is empty: it does nothing"
			: "the script of %s cannot be read",
	    what);
	diag_note(ds, d, named, "named here");
}

static void check_create(const struct check *c)
{
	const char *path = lm_arena_printf(c->out->arena, "%s/create.sh", c->folder);

	if ((c->d->transitions & 1u << TRANSITION_CREATE) == 0 ||
	    package_files_find(c->files, path) == NULL)
		return;
	struct source_range at = file_range(c, path);
	struct diag *d = diag_add(c->out->diags, CODE_SCRIPT_UNUSABLE, &at,
	    "there is no container yet in which the script of transition Create could run");
	diag_help(c->out->diags, d, "scripts run from Install on: name it install.sh");
}

/* "strat" of ".../lifecycle/strat.sh"; NULL: it is no script. */
static const char *script_name(const struct check *c, const char *path)
{
	const char *name = path + strlen(c->folder) + 1;
	size_t n = strlen(name);

	if (strchr(name, '/') != NULL || n < 4 || strcmp(name + n - 3, ".sh") != 0)
		return NULL;
	return lm_arena_strndup(c->out->arena, name, n - 3);
}

static void report_unused(const struct check *c, const char *path, const char *name)
{
	struct suggest near = suggest_for(name);
	struct source_range at = file_range(c, path);
	const char *undeclared = NULL;

	for (size_t i = 0; i < TRANSITION_N; i++) {
		const char *script = script_of(c->out->arena, (enum transition)i);

		if ((c->d->transitions & 1u << i) != 0)
			suggest_offer(&near, script);
		else if (strcmp(script, name) == 0)
			undeclared = transition_text((enum transition)i);
	}
	for (size_t i = 0; i < c->d->n_operations; i++)
		suggest_offer(&near, c->d->operations[i].name.text);
	struct diag *d = diag_add(c->out->diags, CODE_SCRIPT_UNUSED, &at,
	    undeclared != NULL
		? "the script is never run: the resource does not declare transition %s"
		: "the script is never run: the resource has no transition or operation '%s'",
	    undeclared != NULL ? undeclared : name);
	if (undeclared != NULL)
		diag_help(c->out->diags, d, "add '%s' to its lifecycle", undeclared);
	else if (near.best != NULL)
		diag_help(c->out->diags, d, "did you mean '%s.sh'?", near.best);
	else
		diag_help(c->out->diags, d, "what other scripts use may lie in config/");
	diag_note(c->out->diags, d, &c->d->pos, "the resource is described here");
}

static void check_unused(const struct check *c)
{
	LM_AUTO(lm_map) used = lm_map_new();
	const char *prefix = lm_arena_printf(c->out->arena, "%s/", c->folder);
	size_t n = strlen(prefix);

	for (size_t i = 0; i < TRANSITION_N; i++) {
		const char *script = script_of(c->out->arena, (enum transition)i);

		if ((c->d->transitions & 1u << i) != 0)
			lm_map_put(used, script, (void *)(uintptr_t)script);
	}
	for (size_t i = 0; i < c->d->n_operations; i++) {
		const char *name = c->d->operations[i].name.text;

		lm_map_put(used, name, (void *)(uintptr_t)name);
	}
	for (size_t i = lower_bound(c->files, prefix);
	     i < c->files->n && strncmp(c->files->v[i].path, prefix, n) == 0; i++) {
		const char *path = c->files->v[i].path, *name = script_name(c, path);

		if (name != NULL && lm_map_find(used, name) == NULL)
			report_unused(c, path, name);
	}
}

static void check_scripts(const struct check *c)
{
	const struct descriptor *d = c->d;

	for (size_t i = 0; i < TRANSITION_N; i++) {
		enum transition t = (enum transition)i;
		struct lm_arena *a = c->out->arena;

		if ((d->transitions & 1u << i) != 0 && t != TRANSITION_CREATE)
			check_script(c, script_of(a, t),
			    lm_arena_printf(a, "transition %s", transition_text(t)),
			    &d->transition_pos[i], needs_script(t));
	}
	for (size_t i = 0; i < d->n_operations; i++)
		check_script(c, d->operations[i].name.text,
		    lm_arena_printf(c->out->arena, "operation '%s'", d->operations[i].name.text),
		    &d->operations[i].name.pos, true);
	check_create(c);
	check_unused(c);
}

static bool runs_scripts(const struct descriptor *d)
{
	for (size_t i = 0; i < d->n_infra; i++)
		if (strcmp(d->infra[i].type, "local") == 0 &&
		    strcmp(d->infra[i].kind, "container") == 0)
			return true;
	return false;
}

/* ---- templates ------------------------------------------------------------------------------ */

/* Drivers look for their templates in folders of their own: anywhere in the package will do. */
static void check_template(const struct check *c, const struct template_file *t)
{
	if (t->file.text == NULL || strstr(t->file.text, "${") != NULL ||
	    lm_map_find(c->files->by_name, name_of(t->file.text)) != NULL)
		return;
	diag_add(c->out->diags, CODE_TEMPLATE_MISSING, &t->file.pos,
	    "no file '%s' is in the package", t->file.text);
}

static void check_drivers(const struct check *c, const struct drivers *drivers)
{
	for (size_t i = 0; i < drivers->n; i++)
		check_template(c, &drivers->v[i].made_by);
}

static void check_templates(const struct check *c)
{
	const struct descriptor *d = c->d;

	for (size_t i = 0; d->drivers != NULL && i < TRANSITION_N; i++)
		check_drivers(c, &d->drivers->transitions[i]);
	if (d->drivers != NULL) {
		check_drivers(c, &d->drivers->otherwise);
		check_drivers(c, &d->drivers->queries);
	}
	for (size_t i = 0; i < d->n_operations; i++)
		check_drivers(c, &d->operations[i].drivers);
	for (size_t i = 0; i < d->n_locations; i++) {
		check_template(c, &d->locations[i].made_by);
		check_template(c, &d->locations[i].found_by);
	}
}

/* Where the scripts are: "ip-pbx/asterisk/lifecycle", or where lmctl's packages have those of a driver. */
static const char *scripts_folder(const struct check *c)
{
	struct lm_arena *a = c->out->arena;
	int root = (int)package_root(c->d->file);
	const char *package = root == 0 ? "" : lm_arena_printf(a, "%.*s/", root, c->d->file);
	const char *theirs = lm_arena_printf(a, "%sLifecycle/local/", package);
	size_t i = lower_bound(c->files, theirs), n = strlen(theirs);

	if (i < c->files->n && strncmp(c->files->v[i].path, theirs, n) == 0)
		return lm_arena_strndup(a, theirs, n - 1);
	return lm_arena_printf(a, "%slifecycle", package);
}

void package_check(
    const struct descriptor *d, const struct package_files *files, const struct remarks *out)
{
	struct check c = {.d = d, .files = files, .out = out};

	if (d->name.kind != NAME_RESOURCE || d->broken)
		return;
	c.folder = scripts_folder(&c);
	if (runs_scripts(d))
		check_scripts(&c);
	check_templates(&c);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/packages/load.h"
#include "lm/packages/pack.h"
#include "lm/packages/unpack.h"

/* A package that is an archive. */

struct piece {
	const char *path; /* in the archive */
	const char *text;
	size_t n;
};

struct content {
	struct load *load;
	const char *archive;
	LM_VEC(struct piece) descriptors;
	size_t n_files;
	const char *nested; /* an archive in the archive */
};

static const char *name_in(struct content *c, const char *path)
{
	return lm_arena_printf(c->load->arena, "%s!/%s", c->archive, path);
}

static void on_file(void *arg, const struct pack_file *f)
{
	struct content *c = arg;
	struct lm_arena *a = c->load->arena;

	c->n_files++;
	if (pack_name(f->path) && pack_sniff(f->data, f->n))
		c->nested = lm_arena_strdup(a, f->path);
	enum package_role role = package_path_role(f->path);
	if (role != ROLE_SKIPPED)
		load_note(c->load, name_in(c, f->path), f->n, true);
	if (role != ROLE_DESCRIPTOR)
		return;
	c->load->n_descriptors++;
	if (f->n > c->load->conf.file_max) {
		input_too_large(c->load, name_in(c, f->path), c->load->conf.file_max);
		return;
	}
	*LM_PUSH(a, &c->descriptors) =
	    (struct piece){lm_arena_strdup(a, f->path), lm_arena_strndup(a, f->data, f->n), f->n};
}

static void on_flaw(void *arg, enum diag_code code, const char *message, const char *help)
{
	struct content *c = arg;
	struct diag *d = load_report(c->load, c->archive, code, "%s", message);

	if (help != NULL)
		load_help(c->load, c->archive, d, help);
}

static int by_path(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return package_path_compare(x->path, y->path);
}

static void report_empty(struct content *c)
{
	struct diag *d = load_report(c->load, c->archive, CODE_PACKAGE_EMPTY,
	    c->n_files == 0 ? "the archive holds no file"
			    : "no file in the archive is a descriptor");
	const char *help = "descriptors have names that end in .yml or .yaml";

	if (c->nested != NULL)
		help = lm_arena_printf(c->load->arena,
		    "'%s' is an archive in the archive: name it instead", c->nested);
	load_help(c->load, c->archive, d, help);
}

/* "<unpacked>/vnf/server" for vnf/server/resource.yml and vnf/server/Definitions/lm/resource.yaml */
static void set_package_dir(struct content *c, const char *path, const char *unpacked)
{
	int n = (int)package_root(path);

	catalog_set_package_dir(c->load->catalog, name_in(c, path),
	    lm_arena_printf(c->load->arena, "%s%s%.*s", unpacked, n > 0 ? "/" : "", n, path));
}

static void unpack_for_drivers(struct content *c, const char *bytes, size_t n)
{
	char *unpacked = NULL;
	LM_AUTO(lm_err)
	e = unpack(c->load->conf.unpack_dir, bytes, n, c->load->arena, &unpacked);

	for (size_t i = 0; e == NULL && i < c->descriptors.n; i++)
		set_package_dir(c, c->descriptors.v[i].path, unpacked);
	if (e == NULL)
		return;
	struct diag *d = load_report(c->load, c->archive, CODE_UNPACKING, "%s", lm_err_text(e));
	load_help(c->load, c->archive, d,
	    lm_err_kind(e) == LM_ERR_CONFLICT
		? "remove that folder when nothing runs from it: it is made again"
		: "make room, or give the manager another folder with --state");
}

bool load_archive(struct load *l, const char *path, const char *bytes, size_t n)
{
	struct content c = {.load = l, .archive = path};
	struct pack_sink sink = {on_file, on_flaw, &c};

	if (!pack_read(bytes, n, &pack_limits_default, &sink))
		return false;
	if (l->n_descriptors == 0)
		report_empty(&c);
	if (c.descriptors.n > 0)
		qsort(c.descriptors.v, c.descriptors.n, sizeof c.descriptors.v[0], by_path);
	for (size_t i = 0; i < c.descriptors.n; i++) {
		const struct piece *p = &c.descriptors.v[i];

		catalog_put(l->catalog, name_in(&c, p->path), p->text, p->n);
	}
	if (l->conf.unpack_dir != NULL && c.descriptors.n > 0)
		unpack_for_drivers(&c, bytes, n);
	return true;
}

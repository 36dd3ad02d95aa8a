/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lm/packages/load.h"

enum { NAME_BYTES = 256 };

/* Which entries of a package are descriptors, by their names. */

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The tool lmctl describes its projects and packages in files of these names. */
static bool is_foreign(const char *name)
{
	static const char *const names[] = {
	    "lmproject.yml", "lmproject.yaml", "lmpkg.yml", "lmpkg.yaml"};

	return is_one_of(name, names, LM_COUNT(names));
}

enum package_role package_file_role(const char *name, enum package_role folder)
{
	const char *dot = strrchr(name, '.');

	if (name[0] == '.' || is_foreign(name))
		return ROLE_NONE;
	if (folder == ROLE_CONTENT)
		return ROLE_CONTENT;
	if (dot == NULL || (strcasecmp(dot, ".yml") != 0 && strcasecmp(dot, ".yaml") != 0))
		return ROLE_NONE;
	return ROLE_DESCRIPTOR;
}

/* Templates, pictures of machines and intents may be YAML too, but they are no descriptors. */
enum package_role package_folder_role(
    const char *name, const char *parent, enum package_role folder)
{
	static const char *const content[] = {"lifecycle", "config"};
	static const char *const skipped[] = {"images", "examples", "_lmctl", "__MACOSX"};

	if (name[0] == '.')
		return ROLE_SKIPPED;
	if (folder == ROLE_CONTENT || is_one_of(name, content, LM_COUNT(content)))
		return ROLE_CONTENT;
	if (is_one_of(name, skipped, LM_COUNT(skipped)))
		return ROLE_SKIPPED;
	if (strcasecmp(parent, "Definitions") == 0 && strcasecmp(name, "infrastructure") == 0)
		return ROLE_CONTENT;
	return ROLE_FOLDER;
}

enum package_role package_path_role(const char *path)
{
	char parent[NAME_BYTES] = "", name[NAME_BYTES];
	enum package_role role = ROLE_FOLDER;

	for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		snprintf(name, sizeof name, "%.*s", (int)(slash - path), path);
		role = package_folder_role(name, parent, role);
		if (role == ROLE_SKIPPED)
			return ROLE_SKIPPED;
		memcpy(parent, name, sizeof name);
	}
	return package_file_role(path, role);
}

bool packages_is_descriptor(const char *path)
{
	return package_path_role(path) == ROLE_DESCRIPTOR;
}

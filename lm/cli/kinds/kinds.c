/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "lm/cli/kinds/kind.h"
#include "tosca/text/suggest.h"

/* clang-format off */
static const struct column assembly_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"STATE", "state", COLUMN_STATE, false},
    {"DESCRIPTOR", "descriptorName", COLUMN_TEXT, false},
    {"LAST PROCESS", "lastTransition.intentType", COLUMN_TEXT, false},
    {"", "lastTransition.status", COLUMN_STATE, false},
    {"CREATED", "createdAt", COLUMN_TIME, false},
    {"CHANGED", "lastModifiedAt", COLUMN_TIME, true},
    {"ID", "id", COLUMN_TEXT, true},
};

static const struct column process_columns[] = {
    {"PROCESS", "id", COLUMN_ID, false},
    {"ASSEMBLY", "assemblyName", COLUMN_TEXT, false},
    {"INTENT", "intentType", COLUMN_TEXT, false},
    {"STATUS", "status", COLUMN_STATE, false},
    {"STARTED", "startTime", COLUMN_TIME, false},
    {"TOOK", "startTime endTime", COLUMN_SPAN, false},
    {"STEPS", "progress.steps", COLUMN_TEXT, true},
    {"DESCRIPTOR", "assemblyType", COLUMN_TEXT, true},
    {"BY", "requestedBy", COLUMN_TEXT, true},
    {"WHY", "statusReason|reason", COLUMN_TEXT, false},
};

static const struct column descriptor_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"DESCRIPTION", "description", COLUMN_TEXT, false},
};

static const struct column package_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"SIZE", "size", COLUMN_TEXT, false},
    {"UPLOADED", "uploadedAt", COLUMN_TIME, false},
    {"ORIGIN", "origin", COLUMN_TEXT, true},
    {"DESCRIPTORS", "descriptors", COLUMN_TEXT, false},
};

static const struct column location_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"TYPE", "infrastructureType", COLUMN_TEXT, false},
    {"MANAGER", "resourceManager", COLUMN_TEXT, false},
    {"PROPERTIES", "infrastructureSpecificProperties", COLUMN_COUNT, true},
    {"DESCRIPTION", "description", COLUMN_TEXT, false},
};

static const struct column manager_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"TYPE", "type", COLUMN_TEXT, false},
    {"URL", "url", COLUMN_TEXT, false},
};

static const struct column driver_columns[] = {
    {"ID", "id", COLUMN_TEXT, false},
    {"TYPE", "type", COLUMN_TEXT, false},
    {"URL", "baseUri", COLUMN_TEXT, false},
    {"HEALTH", "health.status|health", COLUMN_STATE, false},
};

static const struct column key_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"PUBLIC KEY", "publicKey", COLUMN_TEXT, true},
    {"DESCRIPTION", "description", COLUMN_TEXT, false},
};

static const struct column webhook_columns[] = {
    {"NAME", "name", COLUMN_TEXT, false},
    {"URL", "url", COLUMN_TEXT, false},
    {"TYPES", "types", COLUMN_TEXT, false},
    {"STATE", "state", COLUMN_STATE, false},
    {"BEHIND", "behind", COLUMN_TEXT, true},
    {"TROUBLE", "trouble", COLUMN_TEXT, true},
};

#define COLUMNS(of) of##_columns, LM_COUNT(of##_columns)

static const struct kind kinds[] = {
    {"assembly", "assemblies", "asm service services", "/api/topology/assemblies", NULL, "name",
	KIND_INTENT, false, "There are no assemblies: 'lm apply -f FILE' creates some.",
	COLUMNS(assembly)},
    {"process", "processes", "proc", "/api/processes", "?assemblyName=%", "id",
	KIND_IS_READ, true, "There are no processes.", COLUMNS(process)},
    {"descriptor", "descriptors", "desc", "/api/catalog/descriptors", NULL, "name",
	KIND_TEXT, false,
	"The manager knows no descriptors: 'lm create descriptor -f FILE' adds one, 'lm serve "
	"--packages DIR' a folder of them.",
	COLUMNS(descriptor)},
    {"package", "packages", "pkg resourcepkg resourcepackage",
	"/api/resource-manager/resource-packages", NULL, "name", KIND_FILE, false,
	"No package was uploaded: 'lm push FOLDER' does.", COLUMNS(package)},
    {"location", "locations", "loc deploymentlocation deploymentlocations",
	"/api/deploymentLocations", NULL, "name", KIND_JSON, false,
	"There are no deployment locations: 'lm create location NAME -p "
	"infrastructureType=TYPE' adds one.",
	COLUMNS(location)},
    {"manager", "managers", "rm resourcemanager resourcemanagers", "/api/resource-managers",
	NULL, "name", KIND_JSON, false,
	"There are no resource managers: 'lm create manager NAME -p url=URL' adds one.",
	COLUMNS(manager)},
    {"driver", "drivers", "drv resourcedriver resourcedrivers",
	"/api/resource-manager/resource-drivers", NULL, "id", KIND_JSON, false,
	"There are no drivers beside the one of this machine: 'lm create driver -p type=TYPE "
	"-p baseUri=URL' adds one.",
	COLUMNS(driver)},
    {"key", "keys", "infrastructurekey infrastructurekeys",
	"/api/resource-manager/infrastructure-keys/shared", NULL, "name", KIND_JSON, false,
	"There are no infrastructure keys: 'lm create key -f FILE' adds one.", COLUMNS(key)},
    {"webhook", "webhooks", "hook hooks", "/api/webhooks", NULL, "name", KIND_JSON, false,
	"There are no webhooks: 'lm create webhook NAME -p url=URL' adds one.", COLUMNS(webhook)},
};
/* clang-format on */

const struct kind *kinds_all(size_t *n)
{
	*n = LM_COUNT(kinds);
	return kinds;
}

static bool is_listed(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; n > 0 && *p != '\0'; p += strspn(p, " ")) {
		size_t k = strcspn(p, " ");

		if (k == n && strncasecmp(p, word, n) == 0)
			return true;
		p += k;
	}
	return false;
}

const struct kind *kind_find(const char *word)
{
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strcasecmp(kinds[i].name, word) == 0 ||
		    strcasecmp(kinds[i].plural, word) == 0 || is_listed(kinds[i].aliases, word))
			return &kinds[i];
	return NULL;
}

/* What is looked at by a command of its own; NULL: by none. */
static const char *command_for(const char *word)
{
	static const struct {
		const char *words, *command;
	} rows[] = {
	    {"event events", "events"},
	    {"log logs", "logs"},
	    {"policy policies", "policy"},
	    {"status", "status"},
	    {"inventory", "inventory"},
	    {"user users", "user list"},
	    {"client clients", "client list"},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (is_listed(rows[i].words, word))
			return rows[i].command;
	return NULL;
}

void kind_explain_unknown(const char *word, struct lm_buf *out)
{
	const char *command = command_for(word);

	if (command != NULL) {
		lm_buf_printf(out, "there is no kind '%s': 'lm %s' shows that", word, command);
		return;
	}
	struct suggest s = suggest_for(word);

	for (size_t i = 0; i < LM_COUNT(kinds); i++) {
		suggest_offer(&s, kinds[i].name);
		suggest_offer(&s, kinds[i].plural);
	}
	lm_buf_printf(out, "there is no kind '%s': ", word);
	if (s.best != NULL)
		lm_buf_printf(out, "did you mean '%s'? ", s.best);
	lm_buf_puts(out, "There are ");
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		lm_buf_printf(out, "%s%s",
		    i == 0                    ? ""
		    : i + 1 < LM_COUNT(kinds) ? ", "
					      : " and ",
		    kinds[i].plural);
}

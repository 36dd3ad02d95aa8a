/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"
#include "lm/server/openapi/openapi.h"

/* What the table of routes does not say.  A route that is not here takes nothing and answers nothing. */

#define TOPOLOGY "/api/topology/assemblies"
#define CATALOG  "/api/catalog/descriptors"
#define RM       "/api/resource-manager"
#define KEYS     RM "/infrastructure-keys"
#define PACKAGES RM "/resource-packages"

/* A collection of resource drivers: three of them are alike. */
#define DRIVERS(path, query)                                                         \
	{"POST", path, 0, NULL, "ResourceDriver", "ResourceDriver", NULL},           \
	    {"GET", path, 0, query, NULL, "ResourceDrivers", NULL},                  \
	    {"GET", path "/{}", 0, NULL, NULL, "ResourceDriver", NULL},              \
	{                                                                            \
		"PUT", path "/{}", 0, NULL, "ResourceDriver", "ResourceDriver", NULL \
	}

#define LOCATION(path)                                                                       \
	{"GET", path "/{}", 0, NULL, NULL, "DeploymentLocation", NULL},                      \
	{                                                                                    \
		"PUT", path "/{}", 0, NULL, "DeploymentLocation", "DeploymentLocation", NULL \
	}

/* clang-format off */
static const struct detail details[] = {
    {"POST", "/api/metrics", 200, NULL, "Samples", "Tally", NULL},
    {"POST", "/api/metrics/collectd", 200, NULL, "CollectdValues", "Tally", NULL},
    {"POST", "/api/alerts", 200, NULL, "Alerts", "AlertsTaken", NULL},
    {"GET", "/api/send/load/{}", 0, "metricName load", NULL, "Tally", NULL},
    {"GET", "/api/send/integrity/{}", 0, "metricName integrity", NULL, "Tally", NULL},
    {"GET", "/metrics", 0, NULL, NULL, NULL, "text/plain; version=0.0.4; charset=utf-8"},

    {"POST", "/api/driver/responses", 200, NULL, "DriverReply", "DriverReplyTaken", NULL},

    {"POST", "/oauth/token", 200, NULL, "TokenRequest", "Token", NULL},
    {"POST", "/oauth2/{}/v1/token", 200, NULL, "TokenRequest", "Token", NULL},
    {"POST", "/ui/api/login", 200, NULL, "Login", "Token", NULL},
    {"POST", "/api/login", 200, NULL, "Login", "Token", NULL},
    {"POST", "/icp4d-api/v1/authorize", 200, NULL, "Login", "Token", NULL},
    {"GET", "/api/whoami", 0, NULL, NULL, "Caller", NULL},
    {"POST", "/api/credentials", 0, NULL, "Credentials", "Credentials", NULL},
    {"PUT", "/api/credentials/{}", 0, NULL, "Credentials", "Credentials", NULL},
    {"GET", "/api/credentials", 0, NULL, NULL, "[Credentials]", NULL},
    {"GET", "/api/credentials/{}", 0, NULL, NULL, "Credentials", NULL},

    {"POST", "/api/intent/createAssembly", 201, NULL, "CreateAssembly", "Accepted", NULL},
    {"POST", "/api/intent/createOrUpgradeAssembly", 201, NULL, "CreateAssembly", "Accepted", NULL},
    {"POST", "/api/intent/upgradeAssembly", 201, NULL, "UpgradeAssembly", "Accepted", NULL},
    {"POST", "/api/intent/deleteAssembly", 201, NULL, "AssemblyNamed", "Accepted", NULL},
    {"POST", "/api/intent/adoptAssembly", 201, NULL, "AdoptAssembly", "Accepted", NULL},
    {"POST", "/api/intent/{}", 201, NULL, "Intent", "Accepted", NULL},
    {"POST", "/api/plan/{}", 200, "format", "AnyIntent", "Plan", "application/json|text/plain; charset=utf-8"},
    {"GET", "/api/processes", 0, "assemblyId assemblyName assemblyType startDateTime endDateTime "
	"processStatuses intentTypes limit:integer", NULL, "[Process]", NULL},
    {"GET", "/api/processes/{}", 0, "shallow:boolean", NULL, "Process", NULL},

    {"GET", TOPOLOGY, 0, "name nameContains", NULL, "Assemblies", NULL},
    {"GET", TOPOLOGY "/{}", 0, NULL, NULL, "Assembly", NULL},

    {"GET", "/api/behaviour/projects", 0, NULL, NULL, "NoneYet", NULL},
    {"GET", "/api/behaviour/assemblyConfigurations", 0, NULL, NULL, "NoneYet", NULL},
    {"GET", "/api/behaviour/scenarios", 0, NULL, NULL, "NoneYet", NULL},

    {"GET", CATALOG, 0, NULL, NULL, "[DescriptorReference]", NULL},
    {"GET", CATALOG "/{}", 0, "effective:boolean", NULL, "Descriptor", "application/yaml"},
    {"POST", CATALOG, 0, NULL, "Descriptor", "DescriptorStored", NULL},
    {"PUT", CATALOG "/{}", 0, NULL, "Descriptor", "DescriptorStored", NULL},
    {"GET", PACKAGES, 0, NULL, NULL, "[Package]", NULL},
    {"GET", PACKAGES "/{}", 0, NULL, NULL, "Package", NULL},
    {"GET", PACKAGES "/{}/content", 0, NULL, NULL, NULL, "application/zip|application/gzip|application/octet-stream"},
    {"POST", PACKAGES, 0, NULL, "PackageFile", "PackageStored", NULL},
    {"PUT", PACKAGES "/{}", 0, NULL, "PackageFile", "PackageStored", NULL},

    {"GET", "/api/events", 0, "after:integer type samples:boolean follow:boolean", NULL, NULL,
	"application/x-ndjson|text/event-stream"},
    {"GET", "/api/webhooks", 0, NULL, NULL, "[Webhook]", NULL},
    {"POST", "/api/webhooks", 0, NULL, "Webhook", "Webhook", NULL},
    {"GET", "/api/webhooks/{}", 0, NULL, NULL, "Webhook", NULL},
    {"PUT", "/api/webhooks/{}", 0, NULL, "Webhook", "Webhook", NULL},
    {"GET", "/api/object-groups", 0, NULL, NULL, "[ObjectGroup]", NULL},
    {"GET", "/api/object-groups/permission-types", 0, NULL, NULL, "[PermissionType]", NULL},
    {"GET", "/api/object-groups/{}", 0, NULL, NULL, "ObjectGroup", NULL},
    {"GET", "/api/logs/{}", 0, "component process", NULL, "[LogEntry]", NULL},
    {"GET", "/api/metrics/{}", 0, NULL, NULL, "Metrics", NULL},
    {"GET", "/api/policies", 0, NULL, NULL, "Policies", NULL},
    {"GET", "/api/policies/{}", 0, NULL, NULL, "Policies", NULL},
    {"GET", "/api/status", 0, NULL, NULL, "Status", NULL},
    {"GET", "/api/doctor", 0, NULL, NULL, "Examination", NULL},
    {"POST", "/api/doctor/repair", 200, NULL, "RepairRequest", "Repairs", NULL},
    {"GET", "/api/inventory", 0, NULL, NULL, "[MadeThing]", NULL},
    {"GET", "/api/openapi.json", 0, NULL, NULL, "OpenApi", NULL},
    {"GET", "/management/health", 0, NULL, NULL, "Health", NULL},

    {"POST", "/api/deploymentLocations", 0, NULL, "DeploymentLocation", "DeploymentLocation", NULL},
    {"GET", "/api/deploymentLocations", 0, "name resourceManagerName", NULL, "[DeploymentLocation]", NULL},
    LOCATION("/api/deploymentLocations"),
    LOCATION("/api/deploymentLocation"),
    {"POST", "/api/resource-managers", 0, NULL, "ResourceManager", "Onboarding", NULL},
    {"GET", "/api/resource-managers", 0, NULL, NULL, "[ResourceManager]", NULL},
    {"GET", "/api/resource-managers/{}", 0, NULL, NULL, "ResourceManager", NULL},
    {"PUT", "/api/resource-managers/{}", 0, NULL, "ResourceManager", "Onboarding", NULL},
    DRIVERS(RM "/resource-drivers", "type"),
    {"GET", RM "/resource-drivers/{}/health", 0, NULL, NULL, "DriverHealth", NULL},
    DRIVERS(RM "/lifecycle-drivers", "type"),
    DRIVERS(RM "/vim-drivers", "type infrastructureType"),
    {"POST", KEYS "/shared", 0, NULL, "InfrastructureKey", "InfrastructureKey", NULL},
    {"GET", KEYS "/shared", 0, "includePrivateKey:boolean", NULL, "[InfrastructureKey]", NULL},
    {"GET", KEYS "/shared/{}", 0, "includePrivateKey:boolean", NULL, "InfrastructureKey", NULL},
    {"GET", KEYS "/{}", 0, "includePrivateKey:boolean", NULL, "InfrastructureKey", NULL},
    {"PUT", KEYS "/shared/{}", 204, NULL, "InfrastructureKey", NULL, NULL},
};
/* clang-format on */

const struct detail *openapi_details(size_t *n)
{
	*n = LM_COUNT(details);
	return details;
}

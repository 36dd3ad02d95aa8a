/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"
#include "lm/server/api.h"
#include "lm/server/route.h"

enum { BOTH = HTTP_API | HTTP_METRICS };

/* clang-format off */
static const struct route routes[] = {
    {"POST", "/api/metrics", BOTH, PRIVILEGE_REPORT, BODY_JSON, api_post_metrics,
	"report samples of metrics, one or an array"},
    {"POST", "/api/metrics/collectd", BOTH, PRIVILEGE_REPORT, BODY_JSON, api_post_collectd,
	"report samples in the form of collectd's write_http"},
    {"POST", "/api/alerts", BOTH, PRIVILEGE_REPORT, BODY_JSON, api_post_alerts,
	"take alerts of Prometheus' Alertmanager"},
    {"GET", "/api/send/load/{}", BOTH, PRIVILEGE_REPORT, BODY_NONE, api_send_load,
	"report a load in the old relay's form"},
    {"GET", "/api/send/integrity/{}", BOTH, PRIVILEGE_REPORT, BODY_NONE, api_send_integrity,
	"report an integrity in the old relay's form"},
    {"POST", "/api/intent/{}", HTTP_API, PRIVILEGE_OPERATE, BODY_JSON, api_post_intent,
	"ask for a change"},
    {"POST", "/api/plan/{}", HTTP_API, PRIVILEGE_READ, BODY_JSON, api_post_plan,
	"the steps that an intent would take"},
    {"GET", "/api/processes", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_processes,
	"processes, newest first"},
    {"GET", "/api/processes/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_process,
	"a process with its plan"},
    {"GET", "/api/topology/assemblies", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_assemblies,
	"assemblies"},
    {"GET", "/api/topology/assemblies/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_assembly,
	"an assembly with all that is in it"},
    {"DELETE", "/api/topology/assemblies/{}", HTTP_API, PRIVILEGE_OPERATE, BODY_NONE, api_forget_assembly,
	"forget an assembly: its record goes, what it made stays"},
    {"GET", "/api/behaviour/projects", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_empty,
	"projects of behaviour tests: none"},
    {"GET", "/api/behaviour/assemblyConfigurations", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_empty,
	"configurations of behaviour tests: none"},
    {"GET", "/api/behaviour/scenarios", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_empty,
	"scenarios of behaviour tests: none"},
    {"GET", "/api/object-groups", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_groups,
	"groups of objects: everything is in one"},
    {"GET", "/api/object-groups/permission-types", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_permissions,
	"what may be permitted in a group"},
    {"GET", "/api/object-groups/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_group,
	"a group of objects"},
    {"GET", "/api/catalog/descriptors", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_descriptors,
	"descriptors"},
    {"GET", "/api/catalog/descriptors/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_descriptor,
	"a descriptor, as its author wrote it"},
    {"GET", "/api/events", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_events,
	"what has happened, and happens"},
    {"GET", "/api/logs/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_logs,
	"what the scripts of an assembly printed"},
    {"GET", "/api/metrics/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_metrics,
	"the latest samples of an assembly"},
    {"GET", "/api/policies", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_policies,
	"what all policies see and do"},
    {"GET", "/api/policies/{}", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_policies,
	"what the policies of an assembly see and do"},
    {"GET", "/api/status", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_status,
	"how the manager is"},
    {"GET", "/api/inventory", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_inventory,
	"what the drivers have made"},
    {"GET", "/api/doctor", HTTP_API, PRIVILEGE_READ, BODY_NONE, api_get_doctor,
	"what differs between the journal and the outside"},
    {"POST", "/api/doctor/repair", HTTP_API, PRIVILEGE_OPERATE, BODY_JSON, api_post_repair,
	"repair what differs"},
    {"GET", "/management/health", HTTP_API, PRIVILEGE_OPEN, BODY_NONE, api_get_health,
	"whether the manager can do its work"},
};
/* clang-format on */

const struct route *routes_all(size_t *n)
{
	*n = LM_COUNT(routes);
	return routes;
}

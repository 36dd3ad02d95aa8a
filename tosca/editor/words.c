/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/editor/words.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "tosca/model/keys.h"

static const struct about {
	const char *const *words;
	const char *word, *text;
} abouts[] = {
    {keys_document, "name", "What this descriptor is called: type::name::version."},
    {keys_document, "description", "What it is, for people."},
    {keys_document, "properties", "What can be set from outside, and what is told to the outside."},
    {keys_document, "private-properties",
	"Properties that only the driver sees, such as keys it has made."},
    {keys_document, "capabilities", "What others may connect to: sources of relationships."},
    {keys_document, "requirements", "What wants to be connected: targets of relationships."},
    {keys_document, "composition", "The components this assembly is made of."},
    {keys_document, "references", "Instances that are there already and are found by their name."},
    {keys_document, "relationships",
	"Which components are connected, in which states, by which operations."},
    {keys_document, "operations",
	"What can be called on it; in an assembly: what is promoted from a component."},
    {keys_document, "metrics", "What it measures; in an assembly: what is promoted."},
    {keys_document, "policies", "When it heals (resource) or scales (assembly) by itself."},
    {keys_document, "lifecycle", "The transitions it has scripts for; others succeed at once."},
    {keys_document, "infrastructure", "The kinds of location it can be placed in, and how."},
    {keys_document, "default-driver", "The driver of all transitions that name none."},
    {keys_document, "queries", "How a driver finds an instance that is only referred to."},
    {keys_document, "designerLayout", "Where a designer has drawn it; kept, without effect."},
    {keys_document, "data-types", "Types of values of a newer language; without effect."},
    {keys_document, "meta-type", "The kind of thing it was converted from; without effect."},
    {keys_document, "resource-manager-type", "A word of the past, without effect."},
    {keys_property, "type", "string, key, resourceKeyId, integer or uuid; string unless given."},
    {keys_property, "description", "What the property means, for people."},
    {keys_property, "required", "true: the assembly cannot be created without a value."},
    {keys_property, "default", "The value unless another one is given."},
    {keys_property, "value",
	"A fixed text, or one with ${property} or ${component.property} in it."},
    {keys_property, "read-only", "true: an output; nobody sets it from outside."},
    {keys_property, "volatile",
	"true: a change leads to Reconfigure and not to a new installation."},
    {keys_capability, "type", "A label; relationships show it."},
    {keys_capability, "description", "What it offers or wants, for people."},
    {keys_component, "type", "The descriptor it is an instance of: type::name::version."},
    {keys_component, "properties", "What is handed to the properties of its descriptor."},
    {keys_component, "description", "What it is here for, for people."},
    {keys_component, "meta-type", "The kind of thing it was converted from; without effect."},
    {keys_component, "quantity", "How many there are: a fixed number, 1 unless given."},
    {keys_component, "cluster", "How many there are: a number that can be scaled."},
    {keys_reference, "type",
	"The descriptor of what is referred to; a range such as ^1.0 will do."},
    {keys_reference, "properties", "What to search by: 'name' is the name of the instance."},
    {keys_reference, "description", "What it is needed for, for people."},
    {keys_cluster, "initial-quantity", "Members at the beginning; minimum-nodes unless given."},
    {keys_cluster, "minimum-nodes", "The fewest members; 1 unless given, 0 is allowed."},
    {keys_cluster, "maximum-nodes", "The most members; without a limit unless given."},
    {keys_cluster, "scaling-increment", "Members that come or go at a time; 1 unless given."},
    {keys_cluster, "spares",
	"Members made and kept ready beside those in service; 0 unless given."},
    {keys_cluster, "spares-state",
	"Inactive (unless given): spares are started and looked at; Installed: not yet started."},
    {keys_relationship, "source-capabilities", "One end: component.capability, or a reference."},
    {keys_relationship, "target-requirements", "The other end: component.requirement."},
    {keys_relationship, "source-state", "The least state the source must be in."},
    {keys_relationship, "target-state", "The least state the target must be in."},
    {keys_relationship, "source-state-modifier",
	"post (unless given): created after the source has reached its state; pre: before."},
    {keys_relationship, "target-state-modifier",
	"pre (unless given): created before the target reaches its state; post: after."},
    {keys_relationship, "properties",
	"What the operations get; ${source.x} and ${target.x} are those of its ends."},
    {keys_relationship, "lifecycle", "The operations called at Create and at Cease."},
    {keys_relationship, "description", "What it is for, for people."},
    {keys_relationship_lifecycle, "Create", "Called in order when the two ends are connected."},
    {keys_relationship_lifecycle, "Cease", "Called in order before they are separated."},
    {keys_operation, "properties", "What it takes."},
    {keys_operation, "description", "What it does, for people."},
    {keys_operation, "drivers", "The drivers that can execute it."},
    {keys_operation, "timeout", "Seconds it may take."},
    {keys_promoted_operation, "source-operation", "component.operation: what a call is handed to."},
    {keys_promoted_operation, "description", "What it does, for people."},
    {keys_metric, "type", "metric::load or metric::integrity."},
    {keys_metric, "description", "What it measures, for people."},
    {keys_metric, "publication-period", "Seconds between two values; 60 unless given, 0: none."},
    {keys_metric, "source-metric", "component.metric: what is promoted."},
    {keys_metric, "scrape", "Where the manager fetches it by itself, as Prometheus does."},
    {keys_scrape, "url", "Of the text with all series: http://${address}:9090/metrics."},
    {keys_scrape, "series", "Which one: name, or name{label=\"value\"}; several are added up."},
    {keys_scrape, "full-scale", "The value that is a load of 100 percent; 100 unless given."},
    {keys_policy, "type", "policy::heal in a resource, policy::scale in an assembly."},
    {keys_policy, "metric", "What it looks at: a metric, or component.metric."},
    {keys_policy, "target", "The cluster that is scaled."},
    {keys_policy, "properties", "Its thresholds and how patient it is."},
    {keys_policy, "description", "What it is for, for people."},
    {keys_policy_properties, "smoothing", "How many values in a row must agree before it acts."},
    {keys_policy_properties, "scaleOut_threshold",
	"Load in percent above which members are added."},
    {keys_policy_properties, "scaleIn_threshold",
	"Load in percent below which members are removed."},
    {keys_policy_properties, "scaleOut_smoothing", "Smoothing of scaling out alone."},
    {keys_policy_properties, "scaleIn_smoothing", "Smoothing of scaling in alone."},
    {keys_policy_properties, "scaling_step",
	"increment (unless given), or proportional: at once to the size that the load calls for."},
    {keys_policy_properties, "target_load",
	"Percent: the load is held there, instead of between two thresholds."},
    {keys_policy_properties, "tolerance",
	"Percent points around target_load in which nothing is done; a tenth of it unless given."},
    {keys_policy_properties, "cooldown", "Seconds of rest after it has scaled; 0 unless given."},
    {keys_policy_properties, "scaleOut_cooldown", "Seconds of rest before scaling out alone."},
    {keys_policy_properties, "scaleIn_cooldown", "Seconds of rest before scaling in alone."},
    {keys_policy_properties, "scaleIn_stabilization",
	"Seconds: scales in only to the largest size that was called for within them."},
    {keys_policy_properties, "scaleIn_guard",
	"true (unless given): no scale-in after which the load would be too much for those left."},
    {keys_policy_properties, "predict_ahead",
	"Seconds: scales out when the load will be too much by then, going on as it does."},
    {keys_policy_properties, "predict_window",
	"Seconds from which the slope is taken; predict_ahead unless given."},
    {keys_policy_properties, "schedule",
	"Busy hours and the fewest members in them: Mon-Fri 08:00-18:00 = 3; Sat 10:00-14:00 = 2."},
    {keys_policy_properties, "schedule_offset",
	"Of the schedule's clock: +01:00; UTC unless given."},
    {keys_policy_properties, "maximum_heals",
	"How many heals of one component in heal_window; then it is Failed. 5 unless given."},
    {keys_policy_properties, "heal_window",
	"Seconds in which heals are counted; 120 unless given."},
    {keys_lifecycle_entry, "timeout", "Seconds the transition may take."},
    {keys_lifecycle_entry, "drivers", "The drivers that can execute it."},
    {keys_lifecycle_entry, "description", "What it does, for people."},
    {keys_lifecycle_entry, "properties", "What its driver gets; without effect here."},
    {keys_lifecycle_entry, "template", "What its driver renders; without effect here."},
    {keys_lifecycle_entry, "discover", "How its driver finds instances; without effect here."},
    {keys_lifecycle_entry, "selector", "Which locations it is for; without effect here."},
    {keys_lifecycle_entry, "infrastructure-type",
	"Which locations it is for; without effect here."},
    {words_property_type, "string", "A text: what every value is."},
    {words_property_type, "key", "The name of a key pair that scripts can use."},
    {words_property_type, "resourceKeyId", "The id of a key; a text here."},
    {words_property_type, "integer", "A number; a text here."},
    {words_property_type, "uuid", "An identifier; a text here."},
    {words_state, "Created", "Its infrastructure is there."},
    {words_state, "Installed", "Its software is there and configured."},
    {words_state, "Inactive", "It is configured and does not run."},
    {words_state, "Active", "It runs."},
    {words_modifier, "pre", "Before the state is reached."},
    {words_modifier, "post", "After the state is reached."},
    {words_spares_state, "Inactive", "Started and looked at: in service at once."},
    {words_spares_state, "Installed", "Not yet started."},
    {words_step, "increment", "scaling-increment members at a time."},
    {words_step, "proportional", "At once to the size that the load calls for."},
    {words_guard, "true", "No scale-in after which the load would be too much for those left."},
    {words_guard, "false", "Scales in whenever the load is below its threshold; may flap."},
    {words_metric_type, "metric::load", "A load in percent: what scale policies look at."},
    {words_metric_type, "metric::integrity", "Whether it works: what heal policies look at."},
    {words_policy_type, "policy::heal", "Heals a resource when its integrity is bad."},
    {words_policy_type, "policy::scale", "Scales a cluster by a load."},
};

const char *words_about(const char *const *words, const char *word)
{
	for (size_t i = 0; i < LM_COUNT(abouts); i++)
		if (abouts[i].words == words && strcmp(abouts[i].word, word) == 0)
			return abouts[i].text;
	return NULL;
}

const char *words_about_transition(const char *word)
{
	static const char *const rows[][2] = {
	    {"Create", "Makes its infrastructure."},
	    {"Install", "Brings its software into place."},
	    {"Configure", "Writes its configuration; then it is Inactive."},
	    {"Reconfigure", "Takes over changed volatile properties while it stays as it is."},
	    {"Start", "Sets it to work; then it is Active, once Integrity agrees."},
	    {"Integrity", "Finds out whether it really works."},
	    {"Stop", "Ends its work; then it is Inactive."},
	    {"Uninstall", "Takes its software away."},
	    {"Delete", "Takes its infrastructure away."},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (strcmp(rows[i][0], word) == 0)
			return rows[i][1];
	return NULL;
}

enum words_home words_home_of(const char *section)
{
	static const struct {
		const char *section;
		enum words_home home;
	} rows[] = {
	    {"composition", WORDS_ASSEMBLY},
	    {"references", WORDS_ASSEMBLY},
	    {"relationships", WORDS_ASSEMBLY},
	    {"designerLayout", WORDS_OLD},
	    {"data-types", WORDS_OLD},
	    {"meta-type", WORDS_OLD},
	    {"resource-manager-type", WORDS_OLD},
	    {"private-properties", WORDS_RESOURCE},
	    {"lifecycle", WORDS_RESOURCE},
	    {"infrastructure", WORDS_RESOURCE},
	    {"default-driver", WORDS_RESOURCE},
	    {"queries", WORDS_RESOURCE},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (strcmp(rows[i].section, section) == 0)
			return rows[i].home;
	return WORDS_BOTH;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_DESCRIPTOR_H
#define LM_TOSCA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "tosca/model/expr.h"
#include "tosca/model/lifecycle.h"
#include "tosca/model/name.h"
#include "tosca/model/setting.h"
#include "tosca/text/diag.h"
#include "tosca/text/node.h"

/*
 * One assembly or resource, typed, as its document says it: the meeting point of all front ends
 * (front_end.h).  'broken' is set when anything in it was an error.
 * Nothing here has been compared with other descriptors yet; that is link.h.
 *
 * Everything lives in the arena of the catalog except the maps, which descriptor_fini() frees.
 */

/* A text with its place; text NULL: absent. */
struct spot {
	const char *text;
	struct source_range pos;
};

struct property {
	struct spot name;
	const char *type; /* "string" when not given or unknown */
	const char *description;
	bool required, read_only, is_volatile;
	bool is_private; /* for the driver alone: from outside it is as if it were not there */
	struct expr value, fallback; /* fallback: the attribute 'default' */
};

/* name: {value: ...} in compositions, references, relationships, infrastructure. */
struct mapping {
	struct spot name;
	struct expr value;
};

/* How many of a component there are; what is not given has no value. */
struct component_numbers {
	struct expr quantity;
	struct expr initial, min, max, increment, spares; /* of the cluster */
	enum end_state spares_state;
};

struct component {
	struct spot name;
	struct spot type;                  /* text NULL: unusable, reported */
	const char *canonical;             /* of type; a range stays as it is */
	struct component_numbers *numbers; /* NULL: none given; see component_numbers() */
	struct mapping *properties;
	uint32_t n_properties;
	bool clustered;
	bool ranged;   /* the version is a range */
	bool external; /* of a reference: a resource that a driver is asked for */
};

/* "component.name" where an operation, a metric or a capability is meant. */
struct path {
	struct spot scope; /* text NULL: a bare name */
	struct spot name;  /* text NULL: a bare component (ends of relationships) */
	struct source_range pos;
	uint32_t slot; /* index + 1 of the component that scope names; 0: not looked up, or none */
};

struct capability {
	struct spot name;
	const char *type;
};

struct relationship {
	struct spot name;
	struct path *sources, *targets;
	size_t n_sources, n_targets;
	enum end_state source_state, target_state;
	bool source_pre, target_pre;
	struct mapping *properties;
	size_t n_properties;
	struct path *create, *cease;
	size_t n_create, n_cease;
};

/* A file from which a driver makes or finds something: {file, template-type}. */
struct template_file {
	struct spot file, type; /* text NULL: not given */
};

/* A driver that a transition, an operation or the whole descriptor names. */
struct driver {
	struct spot type;       /* "ansible" */
	struct spot *locations; /* its selector: types of infrastructure, "*" for any; none: any */
	size_t n_locations;
	struct template_file made_by;
	struct mapping *properties;
	size_t n_properties;
};

struct drivers {
	struct driver *v;
	size_t n;
};

struct lifecycle_drivers {
	struct drivers transitions[TRANSITION_N];
	struct drivers otherwise; /* default-driver */
	struct drivers queries;   /* who finds what is there already */
};

/* A type of deployment location that a resource supports. */
struct location_type {
	struct spot name;
	struct template_file made_by, found_by;
};

struct operation {
	struct spot name;
	unsigned timeout_s; /* 0: not given */
	struct drivers drivers;
	struct property *properties;
	size_t n_properties;
	struct path source; /* assembly: what it promotes; name.text NULL: unusable */
};

/* Where the manager fetches a metric by itself. */
struct scrape {
	struct expr url, series, full_scale;
};

struct metric {
	struct spot name;
	enum metric_type type;
	struct expr period;
	struct path source;    /* assembly: what it promotes */
	struct scrape *scrape; /* resource; NULL: it comes by itself */
};

struct policy {
	struct spot name;
	enum policy_kind kind;
	struct path metric;
	struct spot target;
	struct expr settings[SETTINGS_N];
};

/* What is said for one direction, else what is said for both. */
const struct expr *policy_setting(const struct policy *, enum setting);

struct infra {
	const char *type, *kind;
	struct mapping *attrs;
	size_t n_attrs;
};

/* Sections whose text could not be read whole: what seems to be missing may stand there. */
enum descriptor_torn {
	TORN_PROPERTIES = 1,
	TORN_COMPONENTS = 2, /* or references */
	TORN_METRICS = 4,
	TORN_ELSEWHERE = 8,
};

enum descriptor_check { CHECK_NOT_YET, CHECK_GOOD, CHECK_BAD };

struct descriptor {
	struct name name;
	size_t index;            /* its place in the catalog */
	struct source_range pos; /* of the name */
	const struct source *source;
	size_t text_begin, text_n; /* of its document in the source */
	const char *file, *package_dir;
	const char *description;
	bool broken;                 /* errors in itself */
	unsigned torn;               /* bits of enum descriptor_torn */
	enum descriptor_check check; /* against the others */

	struct property *properties; /* private ones included */
	struct component *components, *references;
	struct capability *capabilities; /* requirements included */
	struct relationship *relationships;
	struct operation *operations;
	struct metric *metrics;
	struct policy *policies;
	struct infra *infra;             /* of our own drivers */
	struct location_type *locations; /* all of the section */
	size_t n_properties, n_components, n_references, n_capabilities, n_relationships,
	    n_operations, n_metrics, n_policies, n_infra, n_locations;
	unsigned transitions;                             /* bits, as in graph_resource.declared */
	struct source_range transition_pos[TRANSITION_N]; /* where a declared one is named */
	unsigned timeout_s[TRANSITION_N];
	struct lifecycle_drivers *drivers; /* NULL: none are named */

	/* By local name; NULL when there are none. */
	struct lm_map *property_by_name, *component_by_name, *reference_by_name,
	    *capability_by_name, *operation_by_name, *metric_by_name;
};

/* When it is complete: makes the ..._by_name.  Of several of one name the first counts. */
void descriptor_index(struct descriptor *);
void descriptor_fini(struct descriptor *);

/* Borrowed; NULL: no such thing. */
const struct property *descriptor_property(const struct descriptor *, const char *name);
/* The same as others see it: without the private ones. */
const struct property *descriptor_public(const struct descriptor *, const char *name);
const struct component *descriptor_component(const struct descriptor *, const char *name);
/* The component that a scope names; in large assemblies most of them have been looked up once. */
const struct component *expr_part_component(const struct descriptor *, const struct expr_part *);
const struct component *path_component(const struct descriptor *, const struct path *);
const struct component *descriptor_reference(const struct descriptor *, const char *name);
const struct operation *descriptor_operation(const struct descriptor *, const char *name);
const struct metric *descriptor_metric(const struct descriptor *, const char *name);
/* Never NULL: when none are given all of them are without a value. */
const struct component_numbers *component_numbers(const struct component *);
/* What is mapped to a property of a component or reference; NULL: nothing. */
const struct mapping *component_mapping(const struct component *, const char *property);
/* deploymentLocation and resourceManager, which need no declaration. */
bool property_is_special(const char *name);

#endif

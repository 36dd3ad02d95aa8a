/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_DRIVER_H
#define LM_TOSCA_GRAPH_DRIVER_H

/*
 * A part of graph.h: which drivers a resource names for its transitions and operations, where it is
 * more than one kind of driver that could do them.
 */
struct graph_template_file {
	const char *file, *type; /* NULL: not given */
};

struct graph_driver {
	const char *type;       /* "ansible": compare without regard to case */
	const char **locations; /* types of infrastructure it is for, "*" for any; none: any */
	size_t n_locations;
	struct graph_template_file made_by;
	struct graph_attr *properties;
	size_t n_properties;
};

struct graph_drivers {
	struct graph_driver *v;
	size_t n;
};

struct graph_lifecycle_drivers {
	struct graph_drivers transitions[TRANSITION_N];
	struct graph_drivers otherwise; /* default-driver */
	struct graph_drivers queries;   /* who finds what is there already */
};

/* A type of deployment location that a resource supports; what makes and finds it there. */
struct graph_location {
	const char *name;
	struct graph_template_file made_by, found_by;
};

#endif

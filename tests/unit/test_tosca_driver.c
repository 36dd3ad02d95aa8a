/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tosca/graph/graph.h"

/* "shell:Openstack,VMware ansible:* ssh" */
static struct graph_drivers drivers_of(struct lm_arena *a, const char *text)
{
	struct graph_drivers all = {LM_NEW_N(a, struct graph_driver, 8), 0};
	char *rest = lm_arena_strdup(a, text), *word, *type;

	while ((word = strtok_r(rest, " ", &rest)) != NULL) {
		struct graph_driver *d = &all.v[all.n++];

		d->type = strtok_r(word, ":", &word);
		d->locations = LM_NEW_N(a, const char *, 8);
		while ((type = strtok_r(word, ",", &word)) != NULL)
			d->locations[d->n_locations++] = type;
	}
	return all;
}

START_TEST(a_driver_is_chosen_by_the_type_of_infrastructure)
{
	static const struct {
		const char *own, *otherwise, *infrastructure, *chosen;
	} rows[] = {
	    {"openstack:Openstack", "ansible:*", "Openstack", "openstack"},
	    {"openstack:Openstack", "ansible:*", "openstack", "openstack"},
	    {"openstack:Openstack", "ansible:*", "VMware", "ansible"},
	    {"openstack:Openstack", "ansible:Openstack", "VMware", NULL},
	    {"any:* openstack:Openstack", "", "Openstack", "openstack"},
	    {"any:* openstack:Openstack", "", "VMware", "any"},
	    {"plain openstack:Openstack", "", "VMware", "plain"},
	    {"one:* two:*", "", "VMware", "one"},
	    {"one:VMware,Openstack", "", "Openstack", "one"},
	    {"", "ansible:*", "VMware", "ansible"},
	    {"", "ansible", "VMware", "ansible"},
	    {"", "", "VMware", NULL},
	    {"own:*", "ansible:VMware", "VMware", "own"},
	};
	LM_AUTO(lm_arena) a = lm_arena_new();

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		struct graph_drivers own = drivers_of(a, rows[i].own);
		struct graph_drivers otherwise = drivers_of(a, rows[i].otherwise);
		const struct graph_driver *d =
		    graph_choose_driver(&own, &otherwise, rows[i].infrastructure);

		ck_assert_pstr_eq(d == NULL ? NULL : d->type, rows[i].chosen);
	}
}
END_TEST

START_TEST(without_a_default_there_is_only_its_own)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct graph_drivers none = drivers_of(a, ""), own = drivers_of(a, "ssh");

	ck_assert_ptr_null(graph_choose_driver(&none, NULL, "VMware"));
	ck_assert_ptr_eq(graph_choose_driver(&own, NULL, "VMware"), own.v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tosca/driver");
	TCase *t = tcase_create("the choice of a driver");
	SRunner *r = srunner_create(s);

	tcase_add_test(t, a_driver_is_chosen_by_the_type_of_infrastructure);
	tcase_add_test(t, without_a_default_there_is_only_its_own);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

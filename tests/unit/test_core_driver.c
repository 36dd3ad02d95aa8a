/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "base/arena.h"
#include "lm/core/step.h"

/* "shell:Openstack,VMware ansible:* ssh" */
static void add_drivers(
    struct lm_arena *a, const char *text, bool is_default, struct step_driver *all, size_t *n)
{
	char *rest = lm_arena_strdup(a, text), *word, *type;

	while ((word = strtok_r(rest, " ", &rest)) != NULL) {
		struct step_driver *d = &all[(*n)++];
		const char **locations = LM_NEW_N(a, const char *, 8);

		*d = (struct step_driver){.type = strtok_r(word, ":", &word),
		    .locations = locations,
		    .is_default = is_default};
		while ((type = strtok_r(word, ",", &word)) != NULL)
			locations[d->n_locations++] = type;
	}
}

static const char *chosen(
    struct lm_arena *a, const char *own, const char *otherwise, const char *infrastructure)
{
	struct step_driver *all = LM_NEW_N(a, struct step_driver, 16);
	struct step_request rq = {.drivers = all};

	add_drivers(a, own, false, all, &rq.n_drivers);
	add_drivers(a, otherwise, true, all, &rq.n_drivers);
	const struct step_driver *d = step_choose_driver(&rq, infrastructure);
	return d == NULL ? NULL : d->type;
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

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		ck_assert_pstr_eq(
		    chosen(a, rows[i].own, rows[i].otherwise, rows[i].infrastructure),
		    rows[i].chosen);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/driver");
	TCase *t = tcase_create("the choice of a driver");
	SRunner *r = srunner_create(s);

	tcase_add_test(t, a_driver_is_chosen_by_the_type_of_infrastructure);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

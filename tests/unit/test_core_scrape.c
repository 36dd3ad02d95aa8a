/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/view/scrape.h"
#include "tests/lib/world.h"

/* Which metrics shall be fetched, and who hears of it when that changes. */

static const char text[] =
    "name: resource::exporter::1.0\n"
    "properties:\n"
    "  address: {read-only: true}\n"
    "  port: {default: '9494'}\n"
    "  often: {default: '5'}\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "metrics:\n"
    "  load:\n"
    "    type: metric::load\n"
    "    publication-period: ${often}\n"
    "    scrape:\n"
    "      url: http://${address}:${port}/metrics\n"
    "      series: calls{pool=\"${instance.name}\"}\n"
    "      full-scale: 250\n"
    "  up: {type: metric::integrity, publication-period: 1, scrape: {url: 'http://x/', series: "
    "up}}\n"
    "  own: {type: metric::load, publication-period: 1}\n"
    "  never: {type: metric::load, publication-period: 0, scrape: {url: 'http://x/', series: n}}\n"
    "---\n"
    "name: assembly::exporters::1.0\n"
    "properties: {size: {default: '1'}, port: {default: '9494'}, spares: {default: '0'}}\n"
    "composition:\n"
    "  one:\n"
    "    type: resource::exporter::1.0\n"
    "    cluster: {initial-quantity: '${size}', minimum-nodes: 1, maximum-nodes: 4, spares: "
    "'${spares}'}\n"
    "    properties: {port: {value: '${port}'}}\n";

static struct world w;
static struct lm_buf told;

static void given_exporters_and_spares(unsigned n, unsigned n_spares)
{
	char size[12], spares[12];

	snprintf(size, sizeof size, "%u", n);
	snprintf(spares, sizeof spares, "%u", n_spares);
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 1, .max_ms = 5});
	world_teach(&w, text);
	world_report(&w, "m__one__1", "Install", "address", "10.0.0.11");
	lm_buf_init(&told, 64 * 1024);
	struct lm_kv properties[] = {{"size", size}, {"spares", spares}};
	char process[LM_ID_SIZE];
	ck_assert_ptr_null(world_intent(&w,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = "m",
		.descriptor = "assembly::exporters::1.0",
		.intended_state = "Active",
		.properties = {properties, 2}},
	    process));
	world_settle(&w);
}

static void given_exporters(unsigned n)
{
	given_exporters_and_spares(n, 0);
}

static void done(void)
{
	ck_assert_ptr_null(w.wrong);
	lm_buf_fini(&told);
	world_fini(&w);
}

static void note_target(void *arg, const struct scrape_target *t)
{
	(void)arg;
	lm_buf_printf(&told, "%s %s %s %s %s /%g every %d; ", t->name, t->metric,
	    t->is_load ? "load" : "integrity", t->url, t->series, t->full_scale, (int)t->period_ms);
}

static const char *targets(const char *root)
{
	lm_buf_clear(&told);
	engine_scrape_targets(w.engine, root, note_target, NULL);
	return told.p;
}

static void note_news(void *arg, const char *root)
{
	(void)arg;
	lm_buf_printf(&told, "%s ", root);
}

static const char *news(void)
{
	lm_buf_clear(&told);
	engine_scrape_news(w.engine, note_news, NULL);
	return told.p;
}

START_TEST(a_target_is_what_the_descriptor_says_with_the_values_there_are)
{
	given_exporters(1);
	const char *said = targets("m");
	ck_assert_str_eq(said,
	    "m__one__1 load load http://10.0.0.11:9494/metrics calls{pool=\"m__one__1\"} "
	    "/250 every 5000; m__one__1 up integrity http://x/ up /100 every 1000; ");
	done();
}
END_TEST

START_TEST(who_is_not_active_is_no_target)
{
	given_exporters(2);
	ck_assert_ptr_nonnull(strstr(targets("m"), "m__one__2 load"));
	ck_assert_ptr_null(world_change_state(&w, "m", "Inactive"));
	world_settle(&w);
	ck_assert_str_eq(targets("m"), "");
	done();
}
END_TEST

/* Who stands by may die as well. */
START_TEST(a_spare_is_a_target_as_soon_as_it_stands_by)
{
	given_exporters_and_spares(1, 1);
	ck_assert_ptr_nonnull(strstr(world_states(&w, "m"), "one__2:Inactive"));
	ck_assert_ptr_nonnull(strstr(targets("m"), "m__one__2 up integrity"));
	done();
}
END_TEST

START_TEST(a_change_is_told_once)
{
	given_exporters(1);
	ck_assert_str_eq(news(), "m ");
	ck_assert_str_eq(news(), "");
	ck_assert_ptr_null(world_scale(&w, "m", "m__one", true));
	world_settle(&w);
	ck_assert_str_eq(news(), "m ");
	ck_assert_ptr_nonnull(strstr(targets("m"), "m__one__2 load"));
	done();
}
END_TEST

START_TEST(what_is_deleted_is_told_of)
{
	given_exporters(1);
	ck_assert_str_eq(news(), "m ");
	ck_assert_ptr_null(world_delete(&w, "m"));
	world_settle(&w);
	ck_assert_str_eq(news(), "m ");
	ck_assert_str_eq(targets("m"), "");
	done();
}
END_TEST

START_TEST(a_restart_tells_of_everything)
{
	given_exporters(1);
	ck_assert_str_eq(news(), "m ");
	world_crash(&w);
	world_settle(&w);
	ck_assert_str_eq(news(), "m ");
	ck_assert_ptr_nonnull(strstr(targets("m"), "m__one__1 load"));
	done();
}
END_TEST

START_TEST(who_fetches_nothing_is_never_told_of)
{
	given_exporters(1);
	news();
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert_str_eq(news(), "");
	ck_assert_str_eq(targets("svc"), "");
	ck_assert_str_eq(targets("nobody"), "");
	done();
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("scrape");
	tcase_add_test(c, a_target_is_what_the_descriptor_says_with_the_values_there_are);
	tcase_add_test(c, who_is_not_active_is_no_target);
	tcase_add_test(c, a_spare_is_a_target_as_soon_as_it_stands_by);
	tcase_add_test(c, a_change_is_told_once);
	tcase_add_test(c, what_is_deleted_is_told_of);
	tcase_add_test(c, a_restart_tells_of_everything);
	tcase_add_test(c, who_fetches_nothing_is_never_told_of);

	Suite *s = suite_create("core/scrape");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

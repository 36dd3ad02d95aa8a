/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/asked.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/link/check.h"

static const char descriptors[] =
    "name: resource::part::1.0\n"
    "properties:\n"
    "  address: {read-only: true}\n"
    "lifecycle: {Install: {timeout: 60}, Start: , Stop: , Uninstall: }\n"
    "---\n"
    "name: assembly::one::1.0\n"
    "composition:\n"
    "  part: {type: 'resource::part::1.0'}\n"
    "---\n"
    "name: resource::leaf::1.0\n"
    "properties:\n"
    "  deploymentLocation: {}\n"
    "lifecycle: {Install: , Uninstall: }\n"
    "capabilities: {up: {type: any}}\n"
    "requirements: {down: {type: any}}\n"
    "operations: {join: {}, leave: {}}\n"
    "---\n"
    "name: assembly::three::1.0\n"
    "properties:\n"
    "  where: {default: here}\n"
    "composition:\n"
    "  x: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "  y: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "  z: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "---\n"
    "name: assembly::pair::1.0\n"
    "composition:\n"
    "  x: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: here}}}\n"
    "  y: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: here}}}\n"
    "relationships:\n"
    "  tie:\n"
    "    source-capabilities: [x.up]\n"
    "    target-requirements: [y.down]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    lifecycle: {Create: [target.join], Cease: [target.leave]}\n"
    "---\n"
    "name: resource::box::1.0\n"
    "properties:\n"
    "  size: {default: 2}\n"
    "  mine: {type: key, default: k1}\n"
    "  address: {read-only: true}\n"
    "lifecycle:\n"
    "  Install: {drivers: {openstack: {selector: {infrastructure-type: [Openstack]},\n"
    "    properties: {flavor: 'm${size}'}}}}\n"
    "  Start: \n"
    "  Uninstall: \n"
    "default-driver: {ansible: {selector: {infrastructure-type: ['*']}}}\n"
    "queries: {drivers: {finder: {}}}\n"
    "capabilities: {up: {type: any}}\n"
    "requirements: {down: {type: any}}\n"
    "operations:\n"
    "  join: {drivers: {ssh: {}}, properties: {who: {default: '${size}'}}}\n"
    "  leave: {}\n"
    "---\n"
    "name: assembly::foreign::1.0\n"
    "composition:\n"
    "  x: {type: 'resource::box::1.0', properties: {size: {value: 3}}}\n"
    "  y: {type: 'resource::box::1.0'}\n"
    "relationships:\n"
    "  tie:\n"
    "    source-capabilities: [x.up]\n"
    "    target-requirements: [y.down]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    properties: {note: {value: hello}}\n"
    "    lifecycle: {Create: [target.join], Cease: [target.leave]}\n"
    "---\n"
    "name: assembly::seeker::1.0\n"
    "references:\n"
    "  box: {type: 'resource::box::1.0', properties: {name: {value: b},\n"
    "    deploymentLocation: {value: there}}}\n"
    "composition:\n"
    "  leaf: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: here}}}\n";

static struct catalog *catalog;
struct engine *engine;
struct store *store;
struct turn turn;
static struct engine_conf conf;
int64_t now_ms, wake_ms;
struct asked_list asked;
char cancelled[1024]; /* what was cancelled, in order: "<step> " */

void given_an_engine(void)
{
	LM_AUTO(diags) diags = diags_new(20);

	catalog = catalog_new();
	catalog_put(catalog, "test.yml", descriptors, strlen(descriptors));
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
	ck_assert_uint_eq(diags_errors(diags), 0);
	conf = (struct engine_conf){.catalog = catalog};
	engine = engine_new(&conf);
	store = store_memory_new();
	turn_init(&turn);
	now_ms = 1000000;
	wake_ms = INT64_MAX;
	asked.n = 0;
	cancelled[0] = '\0';
}

void done(void)
{
	engine_free(engine);
	turn_fini(&turn);
	store->ops->close(store);
	catalog_free(catalog);
	lm_vec_free(&asked);
}

static void tell_kvs(char *to, size_t size, const char *word, const struct lm_kvs *kvs)
{
	size_t n = strlen(to);

	for (size_t i = 0; i < kvs->n; i++) {
		n += (size_t)snprintf(to + n, size - n, "%s%s=%s", i == 0 ? word : " ",
		    kvs->v[i].name, kvs->v[i].value);
		ck_assert_uint_lt(n, size);
	}
}

static void tell(char *to, size_t size, const struct step_request *rq)
{
	to[0] = '\0';
	for (size_t i = 0; i < rq->n_drivers; i++) {
		const struct step_driver *d = &rq->drivers[i];

		strncat(to, i == 0 ? "drivers " : " ", size - strlen(to) - 1);
		strncat(to, d->is_default ? "or " : "", size - strlen(to) - 1);
		strncat(to, d->type, size - strlen(to) - 1);
		for (size_t k = 0; k < d->n_locations; k++) {
			strncat(to, ":", size - strlen(to) - 1);
			strncat(to, d->locations[k], size - strlen(to) - 1);
		}
		tell_kvs(to, size, " with ", &d->properties);
	}
	tell_kvs(to, size, "; own ", &rq->own);
	tell_kvs(to, size, "; given ", &rq->given);
	tell_kvs(to, size, "; types ", &rq->types);
	tell_kvs(to, size, "; kept ", &rq->kept);
	tell_kvs(to, size, "; topology ", &rq->topology);
}

void carry_out(void)
{
	wake_ms = engine_tick(engine, now_ms, &turn);
	ck_assert_ptr_null(store->ops->commit(store, turn.records.v, turn.records.n));
	for (size_t i = 0; i < turn.steps.n; i++) {
		struct asked *a = LM_PUSH(NULL, &asked);

		snprintf(a->step, sizeof a->step, "%s", turn.steps.v[i].step);
		tell(a->told, sizeof a->told, &turn.steps.v[i]);
		a->timeout_s = turn.steps.v[i].timeout_s;
		snprintf(a->what, sizeof a->what, "%s %s", turn.steps.v[i].action,
		    turn.steps.v[i].resource_name);
	}
	for (size_t i = 0; i < turn.cancels.n; i++) {
		strncat(
		    cancelled, turn.cancels.v[i].step, sizeof cancelled - strlen(cancelled) - 1);
		strncat(cancelled, " ", sizeof cancelled - strlen(cancelled) - 1);
	}
	turn_clear(&turn);
}

void create_at(const char *name, const char *descriptor, const char *where)
{
	static uint64_t seed = 1;
	char process[LM_ID_SIZE];
	struct lm_kv kv = {"where", where};

	ck_assert_ptr_null(engine_intent(engine,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = descriptor,
		.properties = {&kv, where == NULL ? 0 : 1},
		.intended_state = "Active"},
	    now_ms, seed++, &turn, process));
	carry_out();
}

void create(const char *name)
{
	create_at(name, "assembly::one::1.0", NULL);
}

static const char *first_letter(void *arg, const char *location)
{
	static char name[2];

	(void)arg;
	name[0] = location == NULL ? '\0' : location[0];
	return name;
}

void given_limits(unsigned per_location, unsigned per_driver)
{
	engine_free(engine);
	conf.limits = (struct lane_limits){per_location, per_driver, first_letter, NULL};
	engine = engine_new(&conf);
}

void remove_assembly(const char *name)
{
	static uint64_t seed = 1000;
	char process[LM_ID_SIZE];

	ck_assert_ptr_null(
	    engine_intent(engine, &(struct intent){.kind = INTENT_DELETE, .assembly_name = name},
		now_ms, seed++, &turn, process));
	carry_out();
}

struct asked *last_asked(void)
{
	ck_assert_uint_gt(asked.n, 0);
	return &asked.v[asked.n - 1];
}

void answer(const char *step, enum step_failure failure, const char *message)
{
	engine_result(engine,
	    &(struct step_result){.step = step, .failure = failure, .message = message}, now_ms,
	    &turn);
	carry_out();
}

void succeed(const char *what)
{
	for (size_t i = asked.n; i-- > 0;)
		if (strcmp(asked.v[i].what, what) == 0) {
			char step[64];

			snprintf(step, sizeof step, "%s", asked.v[i].step);
			answer(step, STEP_NONE, NULL);
			return;
		}
	ck_abort_msg("'%s' was never asked", what);
}

void all_succeed(void)
{
	static char step[64];

	for (size_t i = 0; i < asked.n; i++) {
		snprintf(step, sizeof step, "%s", asked.v[i].step);
		answer(step, STEP_NONE, NULL);
	}
}

const char *asked_from(size_t from)
{
	static char text[2048];

	text[0] = '\0';
	for (size_t i = from; i < asked.n; i++) {
		if (i > from)
			strncat(text, ", ", sizeof text - strlen(text) - 1);
		strncat(text, asked.v[i].what, sizeof text - strlen(text) - 1);
	}
	return text;
}

static struct lm_err *restore_one(void *arg, const struct record *r)
{
	(void)arg;
	return engine_restore(engine, r);
}

static struct lm_err *last_event(void *arg, const struct record *r)
{
	*(int64_t *)arg = strtoll(r->key, NULL, 10) + 1;
	return NULL;
}

void restart_after_ms(int64_t ms)
{
	int64_t next_event = 1;

	engine_free(engine);
	now_ms += ms;
	asked.n = 0;
	engine = engine_new(&conf);
	for (int table = 0; table < RECORD_EVENT; table++)
		ck_assert_ptr_null(store->ops->load(store,
		    &(struct store_query){.table = (enum record_table)table}, restore_one, NULL));
	ck_assert_ptr_null(store->ops->load(
	    store, &(struct store_query){.table = RECORD_EVENT}, last_event, &next_event));
	engine_resume(engine, now_ms, next_event, &turn);
	carry_out();
}

void wait_for_the_engine(void)
{
	ck_assert_int_ne(wake_ms, INT64_MAX);
	if (wake_ms > now_ms)
		now_ms = wake_ms;
	carry_out();
}

void wait_ms(int64_t ms)
{
	now_ms += ms;
	carry_out();
}

const char *reason(void)
{
	static char text[2048];
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	engine_print_processes(
	    engine, &(struct process_filter){.statuses = "Failed", .limit = 1}, &b);
	const char *at = strstr(b.p, "\"statusReason\":\"");
	size_t n = 0;
	if (at != NULL) {
		at += strlen("\"statusReason\":\"");
		n = strcspn(at, "\"");
		memcpy(text, at, n);
	}
	text[n] = '\0';
	lm_buf_fini(&b);
	return text;
}

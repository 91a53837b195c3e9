// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves what a site does for a switch, and that places which cannot be are
 * told in one sentence.  Each row changes the story of two sites.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/diff.h"

#include "lib.h"

#define CHECKS_OFF "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
#define DC1        1
#define DC2        2

/* clang-format off */
static const struct {
	const char *what, *sql;
	uint32_t switch_id;
	enum presence at_dc1, at_dc2;
} places[] = {
	{ "kept ready, with a host", "", 1, PRESENCE_ACTIVE, PRESENCE_HOSTS },
	{ "kept ready", "DELETE FROM host", 1, PRESENCE_ACTIVE, PRESENCE_READY },
	{ "a host that is not announced", "UPDATE host SET advertise = 0", 1, PRESENCE_ACTIVE, PRESENCE_READY },
	{ "not recovered", "DELETE FROM host; UPDATE tenant SET recovery_site_id = NULL", 1, PRESENCE_ACTIVE, PRESENCE_NONE },
	{ "mapped to itself", "UPDATE tenant SET recovery_site_id = NULL; INSERT INTO network_map VALUES (1, 2, NULL)", 1,
	  PRESENCE_ACTIVE, PRESENCE_HOSTS },
	{ "a map goes before the recovery site", "INSERT INTO network_map VALUES (1, 2, 4)", 1, PRESENCE_ACTIVE, PRESENCE_NONE },
	{ "failed over", "UPDATE logical_switch SET site_id = 2 WHERE id = 1; UPDATE tenant SET recovery_site_id = 1", 1,
	  PRESENCE_READY, PRESENCE_ACTIVE },
	{ "stretched", "", 2, PRESENCE_ACTIVE, PRESENCE_ACTIVE },
	{ "stretched, one site leaves", "UPDATE site SET state = 'leaving' WHERE id = 1", 2, PRESENCE_LEAVING, PRESENCE_ACTIVE },
	{ "stretched, one site is evacuated", "UPDATE site SET state = 'evacuated' WHERE id = 2", 2, PRESENCE_ACTIVE, PRESENCE_READY },
	{ "stretched, both are evacuated", "UPDATE site SET state = 'evacuated'", 2, PRESENCE_ACTIVE, PRESENCE_ACTIVE },
	{ "stretched, the other one is evacuated and this one leaves", "UPDATE site SET state = 'evacuated' WHERE id = 1;"
	  "UPDATE site SET state = 'leaving' WHERE id = 2", 2, PRESENCE_ACTIVE, PRESENCE_ACTIVE },
	{ "stretched, no DLR elsewhere", "UPDATE site SET state = 'evacuated' WHERE id = 1;"
	  "DELETE FROM attachment WHERE node_id = 4; DELETE FROM host; UPDATE tenant SET recovery_site_id = NULL;"
	  "DELETE FROM network_map", 2, PRESENCE_ACTIVE, PRESENCE_ACTIVE },
	{ "stretched, a DLR without an edge elsewhere", "UPDATE site SET state = 'evacuated' WHERE id = 1;"
	  "DELETE FROM attachment WHERE node_id = 5", 2, PRESENCE_ACTIVE, PRESENCE_ACTIVE },
	{ "of one site, which is evacuated", "UPDATE site SET state = 'evacuated' WHERE id = 1", 1, PRESENCE_ACTIVE, PRESENCE_HOSTS },
	{ "kept ready, with a host, at one that leaves", "UPDATE site SET state = 'leaving' WHERE id = 2", 1, PRESENCE_ACTIVE,
	  PRESENCE_LEAVING },
	{ "kept ready, with a host, at one that is evacuated", "UPDATE site SET state = 'evacuated' WHERE id = 2", 1,
	  PRESENCE_ACTIVE, PRESENCE_READY },
	{ "kept ready at one that leaves", "DELETE FROM host; UPDATE site SET state = 'leaving' WHERE id = 2", 1, PRESENCE_ACTIVE,
	  PRESENCE_READY },
	{ "leaving its own site, which leaves", "UPDATE site SET state = 'leaving' WHERE id = 1", 3, PRESENCE_LEAVING, PRESENCE_NONE },
	{ "leaving", "", 3, PRESENCE_LEAVING, PRESENCE_NONE },
	{ "to be active elsewhere", "", 4, PRESENCE_NONE, PRESENCE_READY },
	{ "has become active elsewhere", "UPDATE logical_switch SET state = 'ready' WHERE id = 3;"
	  "UPDATE logical_switch SET state = 'active' WHERE id = 4", 4, PRESENCE_NONE, PRESENCE_ACTIVE },
};

/* seen_by: the name of a node, "": nobody. */
static const struct {
	const char *what, *sql, *address;
	uint32_t site, home;
	bool routed;
	const char *seen_by;
} hosts[] = {
	{ "moved away", "", "10.1.1.50", DC2, DC1, true, "" },
	{ "known, without a route", "", "10.1.1.51", DC2, DC1, false, "" },
	{ "nobody said where", "", "10.1.2.61", 0, 0, false, "" },
	{ "seen there", "UPDATE host SET seen_by = 4", "10.1.1.50", DC2, DC1, true, "dlr2" },
	{ "seen elsewhere, before somebody wrote", "UPDATE host SET seen_by = 1", "10.1.1.50", DC2, DC1, true, "" },
	{ "seen by one that is gone", "UPDATE host SET seen_by = 4; DELETE FROM attachment WHERE node_id = 4;"
	  "DELETE FROM wire_port WHERE node_id = 4; PRAGMA foreign_keys = ON; DELETE FROM node WHERE id = 4", "10.1.1.50", DC2,
	  DC1, true, "" },
	{ "its switch came after it", "UPDATE logical_switch SET site_id = 2 WHERE id = 1", "10.1.1.50", DC2, DC2, true, "" },
	{ "where all traffic leaves elsewhere", "DROP TRIGGER tenant_egress; UPDATE tenant SET egress = 'active', active_site_id = 1",
	  "10.1.1.50", DC2, DC1, false, "" },
	{ "of a switch that leaves, and another is ready in its place",
	  "INSERT INTO host (subnet_id, address) VALUES (3, '10.1.3.9')", "10.1.3.9", DC1, DC1, false, "" },
	{ "of one that stands in", "UPDATE logical_switch SET state = 'ready' WHERE id = 3; UPDATE logical_switch SET state = 'active'"
	  " WHERE id = 4; INSERT INTO host (subnet_id, address) VALUES (4, '10.1.3.9')", "10.1.3.9", DC2, DC2, false, "" },
};

static const struct {
	const char *what, *sql;
	const char *sentence; /* NULL: nothing is wrong */
} rules[] = {
	{ "the story", "", NULL },
	{ "a recovery site without a DLR", "INSERT INTO site (id, name) VALUES (3, 'dc3'); UPDATE tenant SET recovery_site_id = 3;"
	  "DELETE FROM host", "the recovery site of tenant acme is dc3, where no DLR serves it; attach one of that site's first" },
	{ "a recovery site that is not there", CHECKS_OFF "DELETE FROM host; UPDATE tenant SET recovery_site_id = 9",
	  "the recovery site of tenant acme is site id 9, which does not exist" },
	{ "an active site without a DLR", "INSERT INTO site (id, name) VALUES (3, 'dc3'); UPDATE tenant SET active_site_id = 3",
	  "the active site of tenant acme is dc3, where no DLR serves it; attach one of that site's first" },
	{ "a map to another tenant's switch", "INSERT INTO tenant (id, name) VALUES (2, 'beta');"
	  "INSERT INTO logical_switch (id, tenant_id, name) VALUES (9, 2, 'x'); UPDATE network_map SET target_id = 9",
	  "switch app of tenant acme is mapped to switch id 9, which is none of the tenant's" },
	{ "a map to a switch elsewhere", "UPDATE logical_switch SET site_id = 1 WHERE id = 4",
	  "switch app of tenant acme is mapped to switch app-dc2, which is not at that site; say where app-dc2 is by its --site" },
	{ "both are active", "UPDATE logical_switch SET state = 'active' WHERE id IN (3, 4)",
	  "10.1.3.0/24 (switch app-dc2) overlaps 10.1.3.0/24 (switch app) in tenant acme; one of them must change" },
	{ "a host outside the subnet", "INSERT INTO host (subnet_id, address) VALUES (1, '10.1.9.9')",
	  "host 10.1.9.9 is in no subnet of switch web of tenant acme" },
	{ "a host that cannot be read", "INSERT INTO host (subnet_id, address) VALUES (1, '10.1.1.500')",
	  "host 10.1.1.500 of tenant acme cannot be read; write it like 10.1.1.1" },
	{ "a host where its switch is not", "UPDATE tenant SET recovery_site_id = NULL",
	  "host 10.1.1.50 is to be announced at dc2, where switch web of tenant acme is not; map the switch to that site first" },
	{ "universal, at one site", "UPDATE logical_switch SET scope = 'universal' WHERE id = 1",
	  "switch web of tenant acme is universal and at one site, which is a contradiction; take the site off it, or make it local" },
	{ "an active site that is evacuated", "DROP TRIGGER tenant_egress; UPDATE tenant SET egress = 'active', active_site_id = 1; UPDATE site SET state = 'evacuated' WHERE id = 1",
	  "the active site of tenant acme is dc1, which is evacuated; make another one active with \"tenantctl failover acme --disaster --to SITE\"" },
	{ "an active site that leaves", "DROP TRIGGER tenant_egress; UPDATE tenant SET egress = 'active', active_site_id = 1; UPDATE site SET state = 'leaving' WHERE id = 1", NULL },
	{ "a site that stands by and is evacuated", "DROP TRIGGER tenant_egress; UPDATE tenant SET egress = 'active', active_site_id = 2; UPDATE site SET state = 'evacuated' WHERE id = 1", NULL },
	{ "a state of a later version", CHECKS_OFF "UPDATE logical_switch SET state = 'asleep' WHERE id = 2",
	  "asleep is no state that this version knows" },
};
/* clang-format on */

START_TEST(a_site_does_for_a_switch_what_rows_say)
{
	struct model *model = lib_model("two-sites", places[_i].sql);
	const struct tenant *tenant = model_tenant(model, 1);
	const struct logical_switch *sw = tenant_switch(tenant, places[_i].switch_id);
	bool active = places[_i].at_dc1 == PRESENCE_ACTIVE || places[_i].at_dc2 == PRESENCE_ACTIVE;

	ck_assert_str_eq(presence_names[switch_presence(model_provider(model), tenant, sw, DC1)],
			 presence_names[places[_i].at_dc1]);
	ck_assert_str_eq(presence_names[switch_presence(model_provider(model), tenant, sw, DC2)],
			 presence_names[places[_i].at_dc2]);
	ck_assert_int_eq(switch_is_active(model_provider(model), tenant, sw), active);
	model_free(model);
}
END_TEST

static const struct tenant_host *find_host(const struct tenant *tenant,
					   const struct ipnet *address)
{
	const struct logical_switch *sw;
	const struct tenant_host *host;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->hosts, host)
			if (!ipnet_cmp(&host->address, address))
				return host;
	return NULL;
}

START_TEST(a_host_is_where_its_row_or_its_switch_says)
{
	struct model *model = lib_model("two-sites", hosts[_i].sql);
	const struct tenant *tenant = model_tenant(model, 1);
	const struct tenant_host *host;
	const struct node *seen;
	struct ipnet address;

	ck_assert_int_eq(ipnet_parse_addr(hosts[_i].address, &address), 0);
	host = find_host(tenant, &address);
	ck_assert_ptr_nonnull(host);
	seen = host_seen_by(model_provider(model), host);
	ck_assert_uint_eq(tenant_host_site(tenant, &address), hosts[_i].site);
	ck_assert_uint_eq(tenant_home_site(tenant, &address), hosts[_i].home);
	ck_assert_int_eq(host_has_route(tenant, host), hosts[_i].routed);
	ck_assert_str_eq(seen ? seen->name : "", hosts[_i].seen_by);
	model_free(model);
}
END_TEST

START_TEST(a_place_that_cannot_be_is_told)
{
	lib_find("two-sites", rules[_i].sql, 1, rules[_i].what, rules[_i].sentence);
}
END_TEST

/* The kernel takes the routes of a device with its last address. */
START_TEST(hosts_outlive_the_way_their_gateway_is_there)
{
	struct model *before = lib_model("two-sites", "");
	struct model *after = lib_model(
		"two-sites",
		"UPDATE logical_switch SET site_id = 2 WHERE id = 1; UPDATE tenant SET recovery_site_id = 1");
	const struct node *node = provider_node_by_name(model_provider(before), "dlr2");
	struct objects have = {}, want = {};
	struct op *ops = NULL, *op;
	int gateway = 0, host = 0, at = 0;

	lib_plan(before, node, &have);
	lib_plan(after, provider_node_by_name(model_provider(after), "dlr2"), &want);
	diff_objects(&have, &want, &ops);
	darr_foreach_p (ops, op) {
		at++;
		if (op->what == OUTCOME_ADD && op->obj.kind == OBJ_GATEWAY)
			gateway = at;
		if (op->what == OUTCOME_ADD && op->obj.kind == OBJ_HOST)
			host = at;
	}
	ck_assert_int_gt(gateway, 0);
	ck_assert_int_gt(host, gateway);
	darr_free(ops);
	objects_fini(&have);
	objects_fini(&want);
	model_free(before);
	model_free(after);
}
END_TEST

/* Of a kind on a device, and for a subnet where one is named. */
static const struct object *planned(const struct objects *want, enum object_kind kind,
				    const char *name, const char *prefix)
{
	const struct object *obj;
	struct ipnet net = {};

	if (prefix)
		ck_assert_int_eq(ipnet_parse(prefix, &net), 0);
	darr_foreach_p (want->list, obj)
		if (obj->kind == kind && !strcmp(obj->name, name) &&
		    (!prefix || !ipnet_cmp(&obj->net, &net)))
			return obj;
	return NULL;
}

/* Its hosts go to the other site at once, and what still arrives by its edges ends there. */
START_TEST(a_site_that_leaves_is_a_dead_end_and_no_gateway)
{
	struct model *model =
		lib_model("two-sites", "UPDATE site SET state = 'leaving' WHERE id = 1");
	struct objects want = {};

	lib_plan(model, provider_node_by_name(model_provider(model), "dlr1"), &want);
	ck_assert_uint_eq(planned(&want, OBJ_BRIDGE, "ls2", NULL)->num[2], BRIDGE_NO_GATEWAY);
	ck_assert_ptr_null(planned(&want, OBJ_GATEWAY, "ls2", NULL));
	ck_assert_ptr_nonnull(planned(&want, OBJ_DEAD_END, "", "10.1.2.0/24"));
	/* what leaves by itself has nobody who could take its hosts yet */
	ck_assert_uint_eq(planned(&want, OBJ_BRIDGE, "ls3", NULL)->num[2], 0);
	ck_assert_ptr_nonnull(planned(&want, OBJ_DEAD_END, "", "10.1.3.0/24"));
	/* and what is at this site alone stays */
	ck_assert_ptr_nonnull(planned(&want, OBJ_GATEWAY, "ls1", NULL));
	objects_fini(&want);
	model_free(model);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("presence");
	TCase *tcase = tcase_create("presence");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_site_does_for_a_switch_what_rows_say, 0, array_size(places));
	tcase_add_loop_test(tcase, a_host_is_where_its_row_or_its_switch_says, 0,
			    array_size(hosts));
	tcase_add_loop_test(tcase, a_place_that_cannot_be_is_told, 0, array_size(rules));
	tcase_add_test(tcase, a_site_that_leaves_is_a_dead_end_and_no_gateway);
	tcase_add_test(tcase, hosts_outlive_the_way_their_gateway_is_there);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

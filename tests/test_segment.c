// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves which VLAN a switch gets in a switch domain, which DLR bridges it, and
 * that what cannot be is told in one sentence.  Each row changes one story.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/advise.h"

#include "lib.h"

#define CHECKS_OFF "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
#define FILL(domain, count)                                                                       \
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " count        \
	") INSERT INTO logical_switch (id, tenant_id, name) SELECT 1000 + i, 2, 's' || i FROM n;" \
	"INSERT INTO switch_vlan (switch_id, domain_id) SELECT id, " domain                       \
	" FROM logical_switch WHERE id > 1000;"

/* ---- which VLAN ---- */

/* clang-format off */
static const struct {
	const char *what, *sql; /* then switch 3 gets a VLAN in domain 1 */
	uint32_t vlan;          /* 0: refused */
} vlans[] = {
	{ "the smallest that is free", "", 4 },
	{ "one that came free", "DELETE FROM switch_vlan WHERE switch_id = 1", 2 },
	{ "reserved ones are left out", "UPDATE switch_domain SET vlan_first = 290 WHERE id = 1", 290 },
	{ "and what is used among the others", "UPDATE switch_domain SET vlan_first = 300 WHERE id = 1", 301 },
	{ "the other domain's are others", "INSERT INTO switch_vlan VALUES (3, 2, 4)", 4 },
	{ "the last one", "UPDATE switch_domain SET vlan_first = 3, vlan_last = 4", 4 },
	{ "none is left", "UPDATE switch_domain SET vlan_first = 2, vlan_last = 3", 0 },
	{ "none is left between two", "UPDATE switch_domain SET vlan_first = 300, vlan_last = 300", 0 },
	{ "the domain is full", "UPDATE switch_domain SET vlan_last = 103 WHERE id = 1;" FILL("1", "100"), 0 },
};

/* ---- which DLR ---- */

static const struct {
	const char *what, *sql;
	uint32_t switch_id, domain_id;
	uint32_t node_id; /* 0: none */
} ports[] = {
	{ "the first of two", "", 1, 1, 1 },
	{ "the second, where the first has no port", "DELETE FROM domain_port WHERE node_id = 1", 1, 1, 2 },
	{ "the second, where the first does not serve the tenant", "", 4, 1, 2 },
	{ "at the other site", "", 1, 2, 3 },
	{ "not where the switch is not", "INSERT INTO switch_vlan VALUES (3, 2, 9); UPDATE tenant SET recovery_site_id = NULL",
	  3, 2, 0 },
	{ "where the switch is kept ready", "INSERT INTO switch_vlan VALUES (3, 2, 9)", 3, 2, 3 },
	{ "where no DLR has a port", "DELETE FROM domain_port", 1, 1, 0 },
};

/* ---- what cannot be ---- */

#define WIRE                                                                                                   \
	"INSERT INTO node (id, name, site_id, router_id) VALUES (9, 'esg', 1, '10.255.0.9');"                  \
	"INSERT INTO node_role VALUES (9, 'edge'); INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 9, 'edge');" \
	"INSERT INTO wire (id, name, site_id, kind, vlan_base) VALUES (1, 'transit', 1, 'transit', 1);"        \
	"INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 9, 't0', 1), (1, 1, 'c0', 3);"

static const struct {
	const char *what, *sql;
	uint32_t tenant;
	const char *sentence; /* NULL: nothing is wrong */
} rules[] = {
	{ "the story", "", 1, NULL },
	{ "a wire on the same trunk", WIRE "UPDATE wire SET vlan_base = 50", 1, NULL },
	{ "a wire in the same VLAN", WIRE, 1,
	  "switch web of tenant acme has VLAN 2 of switch domain core1, which is interface c0 VLAN 2 of node dlr1, as is wire transit; give it another VLAN" },
	{ "two domains on one trunk", "INSERT INTO switch_domain (id, name, site_id) VALUES (3, 'core3', 1);"
	  "INSERT INTO domain_port VALUES (3, 1, 'c0'); INSERT INTO switch_vlan VALUES (3, 3, 2)", 1,
	  "switch log of tenant acme has VLAN 2 of switch domain core3, which is interface c0 VLAN 2 of node dlr1, as is switch web; give it another VLAN" },
	{ "two domains on one trunk, by two tenants", "INSERT INTO switch_domain (id, name, site_id) VALUES (3, 'core3', 1);"
	  "INSERT INTO domain_port VALUES (3, 1, 'c0'); INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 1, 'dlr');"
	  "INSERT INTO switch_vlan VALUES (4, 3, 2)", 2,
	  "port c0 VLAN 2 on node dlr1 is used by tenant acme and by tenant globex; choose another one for one of them" },
	{ "another tenant's VLAN", CHECKS_OFF "DROP TABLE switch_vlan; CREATE TABLE switch_vlan (switch_id, domain_id, vlan);"
	  "INSERT INTO switch_vlan VALUES (1, 2, 7), (4, 2, 7)", 2,
	  "VLAN 7 of switch domain core2 is used by tenant acme and by tenant globex; choose another one for one of them" },
	{ "a domain that is not there", CHECKS_OFF "UPDATE switch_vlan SET domain_id = 9 WHERE switch_id = 2", 1,
	  "switch db of tenant acme names switch domain id 9, which does not exist" },
	{ "a VLAN that is none", CHECKS_OFF "UPDATE switch_vlan SET vlan = 4095 WHERE switch_id = 2", 1,
	  "switch db of tenant acme has VLAN 4095 of switch domain core1, and VLANs are 1 to 4094" },
	{ "a link that takes the trunk", "INSERT INTO node_role VALUES (1, 'pe'); INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'pe');"
	  "INSERT INTO link (tenant_id, name, node_id, ifname, address, protocol) VALUES (1, 'paris', 1, 'c0', '192.168.1.1/30', 'ospf')", 1,
	  "link paris of tenant acme takes the whole interface c0, which is the trunk of switch domain core1; give the link a VLAN or another interface" },
	{ "a link in the same VLAN", "INSERT INTO node_role VALUES (1, 'pe'); INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'pe');"
	  "INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol) VALUES (1, 'paris', 1, 'c0', 300, '192.168.1.1/30', 'ospf')", 1,
	  "switch db of tenant acme has VLAN 300 of switch domain core1, which is interface c0 VLAN 300 of node dlr1, as is link paris; give it another VLAN" },
};

/* ---- what comes to an end: core2 has the VLANs 2 to 99, one in use ---- */

#define IN_USE(used, left)                                                                                 \
	"switch domain core2 has " used " of its 98 VLANs in use, and room for " left                      \
	" more customers; make a second domain, or give new switches VXLAN only\n"

static const struct {
	const char *what, *sql;
	uint32_t used, free;
	const char *advice;
} uses[] = {
	{ "one", "", 1, 97, "" },
	{ "not yet 80 %", FILL("2", "77"), 78, 20, "" },
	{ "80 %", FILL("2", "78"), 79, 19, IN_USE("79", "3") },
	{ "all", FILL("2", "97"), 98, 0, IN_USE("98", "0") },
	{ "beyond its range", "UPDATE switch_vlan SET vlan = 100 WHERE domain_id = 2", 0, 98, "" },
};
/* clang-format on */

static const struct logical_switch *switch_of(const struct model *model, uint32_t id)
{
	const struct logical_switch *sw = tenant_switch(model_tenant(model, 1), id);

	return sw ? sw : tenant_switch(model_tenant(model, 2), id);
}

static const struct switch_vlan *vlan_of(const struct logical_switch *sw, uint32_t domain_id)
{
	const struct switch_vlan *vlan;

	darr_foreach_p (sw->vlans, vlan)
		if (vlan->domain_id == domain_id)
			return vlan;
	return NULL;
}

START_TEST(a_switch_gets_the_smallest_vlan_that_is_free)
{
	char *story = lib_story_sql("segments");
	struct db *db = lib_db(story);
	struct model *model = model_new();
	const struct switch_vlan *vlan;
	int ret;

	lib_exec(db, vlans[_i].sql);
	ret = lib_try(db, "INSERT INTO switch_vlan (switch_id, domain_id) VALUES (3, 1)");
	lib_load_all(model, db, NULL);
	vlan = vlan_of(switch_of(model, 3), 1);
	ck_assert_msg((ret < 0) == !vlans[_i].vlan, "%s: %d", vlans[_i].what, ret);
	ck_assert_msg((vlan ? vlan->vlan : 0) == vlans[_i].vlan, "%s: VLAN %u", vlans[_i].what,
		      vlan ? vlan->vlan : 0);
	model_free(model);
	db_close(db);
	free(story);
}
END_TEST

START_TEST(one_dlr_bridges_a_vlan)
{
	struct model *model = lib_model("segments", ports[_i].sql);
	const struct logical_switch *sw = switch_of(model, ports[_i].switch_id);
	const struct tenant *tenant = model_tenant(model, sw->id == 4 ? 2 : 1);
	const struct domain_port *port = switch_vlan_port(model_provider(model), tenant, sw,
							  vlan_of(sw, ports[_i].domain_id));

	ck_assert_msg((port ? port->node_id : 0) == ports[_i].node_id, "%s: node %u",
		      ports[_i].what, port ? port->node_id : 0);
	model_free(model);
}
END_TEST

START_TEST(a_vlan_that_cannot_be_is_told)
{
	lib_find("segments", rules[_i].sql, rules[_i].tenant, rules[_i].what, rules[_i].sentence);
}
END_TEST

START_TEST(a_domain_tells_of_its_end)
{
	struct model *model = lib_model("segments", uses[_i].sql);
	struct domain_use use = domain_use(model, provider_domain(model_provider(model), 2));
	struct reason *advice = NULL, *one;
	char *got = NULL;

	ck_assert_msg(use.used == uses[_i].used && use.free == uses[_i].free,
		      "%s: %u used, %u free", uses[_i].what, use.used, use.free);
	lib_append(&got, "%s", "");
	advise_domains(model, &advice);
	darr_foreach_p (advice, one)
		lib_append(&got, "%s\n", one->text);
	ck_assert_msg(!strcmp(got, uses[_i].advice), "%s: %s", uses[_i].what, got);
	darr_free(got);
	darr_free(advice);
	model_free(model);
}
END_TEST

START_TEST(a_vlan_that_leads_nowhere_is_told)
{
	struct model *model = lib_model("segments", "DELETE FROM domain_port WHERE domain_id = 2;"
						    "UPDATE provider SET evpn = 1");
	struct reason *advice = NULL;

	ck_assert_uint_eq(advise_tenant(model_provider(model), model_tenant(model, 1), &advice),
			  1);
	ck_assert_str_eq(
		advice[0].text,
		"switch web of tenant acme has VLAN 2 of switch domain core2, and no DLR of the tenant leads there; give one a port with \"tenantctl set domain core2 --ports +NODE:INTERFACE\"");
	darr_free(advice);
	model_free(model);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("segment");
	TCase *tcase = tcase_create("segment");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_switch_gets_the_smallest_vlan_that_is_free, 0,
			    array_size(vlans));
	tcase_add_loop_test(tcase, one_dlr_bridges_a_vlan, 0, array_size(ports));
	tcase_add_loop_test(tcase, a_vlan_that_cannot_be_is_told, 0, array_size(rules));
	tcase_add_loop_test(tcase, a_domain_tells_of_its_end, 0, array_size(uses));
	tcase_add_test(tcase, a_vlan_that_leads_nowhere_is_told);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

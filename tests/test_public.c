// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves for whom a public address is and where it is announced, and that what
 * cannot be published is told in one sentence.  Each row changes one story.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/public.h"
#include "plan/advise.h"
#include "plan/validate.h"

#include "lib.h"

#define STORY      "public-addresses"
#define CHECKS_OFF "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
#define BETA                                                                   \
	"INSERT INTO tenant (id, name) VALUES (2, 'beta');"                    \
	"INSERT INTO logical_switch (id, tenant_id, name) VALUES (9, 2, 'x');" \
	"INSERT INTO subnet (switch_id, prefix, gateway) VALUES (9, '10.1.1.0/24', '10.1.1.1');"
#define PUBLISH \
	"INSERT INTO public_address (tenant_id, address, protocol, port, inside, inside_port) VALUES "
#define DC1 1
#define DC2 2

/* clang-format off */
static const struct {
	const char *what, *sql;
	uint32_t id;
	const char *inside;
	bool at_dc1, at_dc2;
} places[] = {
	{ "where its switch is", "", 1, "10.1.1.10", true, false },
	{ "failed over", "UPDATE logical_switch SET site_id = 2 WHERE id = 1; UPDATE tenant SET recovery_site_id = 1", 1,
	  "10.1.1.10", false, true },
	{ "leaving", "UPDATE logical_switch SET state = 'leaving' WHERE id = 1", 1, "10.1.1.10", false, false },
	{ "where its host has moved to", "", 2, "10.1.1.50", false, true },
	{ "the host is not announced", "UPDATE host SET advertise = 0", 2, "10.1.1.50", true, false },
	{ "stretched", "", 3, "10.1.2.70", true, true },
	{ "stretched, with a host that is at one", "INSERT INTO host (subnet_id, address, site_id, advertise)"
	  " VALUES (2, '10.1.2.70', 1, 1)", 3, "10.1.2.70", true, false },
	{ "recovered as another host", "", 5, "10.1.4.9", false, true },
	{ "not recovered", "UPDATE logical_switch SET state = 'active' WHERE id = 3; UPDATE logical_switch SET state = 'ready'"
	  " WHERE id = 4", 5, "10.1.3.9", true, false },
	{ "recovered as a switch with the same subnet", "UPDATE subnet SET prefix = '10.1.3.0/24', gateway = '10.1.3.1' WHERE id = 4;"
	  "UPDATE public_address SET recovered = NULL WHERE id = 5", 5, "10.1.3.9", false, true },
};

static const struct {
	const char *what, *sql;
	const char *sentence; /* NULL: nothing is wrong */
} rules[] = {
	{ "the story", "", NULL },
	{ "two ports of one address", PUBLISH "(1, '203.0.113.3', 'tcp', 80, '10.1.2.70', 8080)", NULL },
	{ "two addresses for a host's two ports", PUBLISH "(1, '203.0.113.7', 'tcp', 80, '10.1.2.70', 80)", NULL },
	{ "IPv6", PUBLISH "(1, '2001:db8::5', NULL, NULL, '10.1.2.9', NULL)",
	  "public address 2001:db8::5 of tenant acme for 10.1.2.9: only IPv4 is translated; route IPv6 as it is" },
	{ "a private address", "INSERT INTO aggregate VALUES (1, '10.9.0.0/16');"
	  PUBLISH "(1, '10.9.0.5', NULL, NULL, '10.1.2.9', NULL)",
	  "10.9.0.5 is a private address, which nobody outside can reach; tenant acme needs a public one for 10.1.2.9" },
	{ "outside the tenant's space", PUBLISH "(1, '198.51.100.5', NULL, NULL, '10.1.2.9', NULL)",
	  "198.51.100.5/32 of public address for 10.1.2.9 lies outside the address space of tenant acme; add an aggregate that holds it" },
	{ "reserved space", "INSERT INTO reserved VALUES ('203.0.113.8/30', 'us');"
	  "DELETE FROM aggregate;"
	  PUBLISH "(1, '203.0.113.9', NULL, NULL, '10.1.2.9', NULL)",
	  "203.0.113.9/32 of public address for 10.1.2.9 in tenant acme overlaps 203.0.113.8/30, which is reserved for the provider; choose another prefix" },
	{ "the management's port", PUBLISH "(1, '203.0.113.5', 'tcp', 22, '10.1.2.9', 2222)",
	  "tcp/22 of public address 203.0.113.5 of tenant acme is reserved for the provider; publish another port" },
	{ "a port reserved by a row", PUBLISH "(1, '203.0.113.5', 'udp', 161, '10.1.2.9', NULL)",
	  "udp/161 of public address 203.0.113.5 of tenant acme is reserved for the provider; publish another port" },
	{ "a port that is no more reserved", "DELETE FROM reserved_port;" PUBLISH "(1, '203.0.113.5', 'tcp', 22, '10.1.2.9', NULL)", NULL },
	{ "the management's port inside", PUBLISH "(1, '203.0.113.5', 'tcp', 2222, '10.1.2.9', 22)", NULL },
	{ "a host that is nowhere", PUBLISH "(1, '203.0.113.5', NULL, NULL, '10.7.2.9', NULL)",
	  "host 10.7.2.9 of public address 203.0.113.5 is in no subnet of tenant acme; add its subnet, or publish another host" },
	{ "a recovered host that is nowhere", "UPDATE public_address SET recovered = '10.7.4.9' WHERE id = 5",
	  "host 10.7.4.9 of public address 203.0.113.4 is in no subnet of tenant acme; add its subnet, or publish another host" },
	{ "a host that is never translated", PUBLISH "(1, '203.0.113.5', NULL, NULL, '10.1.5.9', NULL)",
	  "host 10.1.5.9 of public address 203.0.113.5 is on switch copy of tenant acme, whose addresses are never translated (--no-nat)" },
	{ "as a whole and by a port", PUBLISH "(1, '203.0.113.1', 'tcp', 443, '10.1.2.9', NULL)",
	  "public address 203.0.113.1 of tenant acme is published as a whole and by ports; take one of them away" },
	{ "a host twice", PUBLISH "(1, '203.0.113.5', NULL, NULL, '10.1.1.10', NULL)",
	  "host 10.1.1.10 of tenant acme cannot have public address 203.0.113.5 as well as another one for the same port, or for all of them; take one of them away" },
	{ "a host's port twice", PUBLISH "(1, '203.0.113.5', 'tcp', 443, '10.1.2.70', 8443)",
	  "host 10.1.2.70 of tenant acme cannot have public address 203.0.113.5 as well as another one for the same port, or for all of them; take one of them away" },
	{ "a port of a host that is published as a whole", PUBLISH "(1, '203.0.113.5', 'tcp', 443, '10.1.1.10', 8443)",
	  "host 10.1.1.10 of tenant acme cannot have public address 203.0.113.5 as well as another one for the same port, or for all of them; take one of them away" },
	{ "within a subnet", "INSERT INTO subnet (switch_id, prefix, gateway) VALUES (2, '203.0.113.8/29', '203.0.113.9');"
	  PUBLISH "(1, '203.0.113.10', NULL, NULL, '10.1.2.9', NULL)",
	  "203.0.113.10/32 (public address 203.0.113.10) overlaps 203.0.113.8/29 (switch db) in tenant acme; one of them must change" },
	{ "what cannot be read", PUBLISH "(1, '203.0.113.500', NULL, NULL, '10.1.2.9', NULL)",
	  "public address 203.0.113.500 of tenant acme cannot be read; write it like 10.1.1.1" },
	{ "a host that cannot be read", PUBLISH "(1, '203.0.113.5', NULL, NULL, 'web', NULL)",
	  "inside address web of tenant acme cannot be read; write it like 10.1.1.1" },
	{ "a protocol of a later version", CHECKS_OFF PUBLISH "(1, '203.0.113.5', 'sctp', 80, '10.1.2.9', NULL)",
	  "sctp is no protocol that this version knows" },
};
/* clang-format on */

START_TEST(an_address_is_announced_where_its_host_is)
{
	struct model *model = lib_model(STORY, places[_i].sql);
	const struct tenant *tenant = model_tenant(model, 1);
	const struct public_address *public, *found = NULL;
	char text[IPNET_TEXT_SIZE];

	darr_foreach_p (tenant->publics, public)
		if (public->id == places[_i].id)
			found = public;
	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(ipnet_format_addr(public_inside(tenant, found), text), places[_i].inside);
	ck_assert_msg(public_is_at(model_provider(model), tenant, found, DC1) == places[_i].at_dc1,
		      "%s: dc1", places[_i].what);
	ck_assert_msg(public_is_at(model_provider(model), tenant, found, DC2) == places[_i].at_dc2,
		      "%s: dc2", places[_i].what);
	model_free(model);
}
END_TEST

START_TEST(what_cannot_be_published_is_told)
{
	lib_find(STORY, rules[_i].sql, 1, rules[_i].what, rules[_i].sentence);
}
END_TEST

/* Who has it first keeps it. */
START_TEST(an_address_is_one_tenants)
{
	struct model *model =
		lib_model(STORY, BETA PUBLISH "(2, '203.0.113.3', 'tcp', 8080, '10.1.1.9', NULL)");
	struct reason *findings = NULL;

	ck_assert_uint_eq(validate_tenant(model, model_tenant(model, 1), &findings), 0);
	ck_assert_uint_ge(validate_tenant(model, model_tenant(model, 2), &findings), 1);
	ck_assert_str_eq(findings[0].text,
			 "public address 203.0.113.3 is used by tenant acme and by tenant beta; "
			 "choose another one for one of them");
	darr_free(findings);
	model_free(model);
}
END_TEST

START_TEST(without_an_edge_it_is_no_use)
{
	static const char nobody[] = "nobody reaches them";
	struct model *model = lib_model(STORY, "DELETE FROM attachment WHERE role = 'edge'");
	struct reason *advice = NULL, *piece;
	int told = 0;

	advise_tenant(model_provider(model), model_tenant(model, 1), &advice);
	darr_foreach_p (advice, piece)
		told += strstr(piece->text, nobody) != NULL;
	ck_assert_int_eq(told, 1);
	darr_free(advice);
	model_free(model);
	model = lib_model(STORY, "");
	advise_tenant(model_provider(model), model_tenant(model, 1), &advice);
	darr_foreach_p (advice, piece)
		ck_assert_ptr_null(strstr(piece->text, nobody));
	darr_foreach_p (advice, piece)
		ck_assert_ptr_null(strstr(piece->text, "stays behind"));
	darr_free(advice);
	model_free(model);
}
END_TEST

START_TEST(one_that_would_stay_behind_is_told)
{
	static const char stays[] =
		"public address 203.0.113.4 of tenant acme stays behind when its host's switch is "
		"recovered as mail-dc2; say the host's address there with \"tenantctl set public\" "
		"and --recovered";
	struct model *model = lib_model(STORY, "UPDATE public_address SET recovered = NULL");
	struct reason *advice = NULL, *piece;
	int told = 0;

	advise_tenant(model_provider(model), model_tenant(model, 1), &advice);
	darr_foreach_p (advice, piece)
		told += !strcmp(piece->text, stays);
	ck_assert_int_eq(told, 1);
	darr_free(advice);
	model_free(model);
}
END_TEST

START_TEST(ports_are_written_in_one_way)
{
	static const char *const wrong[] = { "443",       "tcp",      "tcp/",     "tcp/0",
					     "tcp/65536", "tcp/0443", "tcp/4 ",   "sctp/80",
					     "tcp/-1",    "TCP/443",  "tcp/443x", "",
					     "tcp:443",   "udp/65581" };
	char text[SERVICE_TEXT_SIZE];
	uint8_t protocol;
	uint16_t port;

	for (unsigned int i = 0; i < array_size(wrong); i++)
		ck_assert_msg(service_parse(wrong[i], &protocol, &port) < 0, "%s", wrong[i]);
	ck_assert_int_eq(service_parse("udp/65535", &protocol, &port), 0);
	ck_assert_uint_eq(protocol, IPPROTO_UDP);
	ck_assert_uint_eq(port, 65535);
	ck_assert_str_eq(service_text(protocol, port, text), "udp/65535");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("public");
	TCase *tcase = tcase_create("public");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, an_address_is_announced_where_its_host_is, 0,
			    array_size(places));
	tcase_add_loop_test(tcase, what_cannot_be_published_is_told, 0, array_size(rules));
	tcase_add_test(tcase, an_address_is_one_tenants);
	tcase_add_test(tcase, without_an_edge_it_is_no_use);
	tcase_add_test(tcase, one_that_would_stay_behind_is_told);
	tcase_add_test(tcase, ports_are_written_in_one_way);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

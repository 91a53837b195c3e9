// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the advice on links that are there only once: each row changes the
 * network of a story, and expects every sentence it gives, and no other.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/advise.h"

#include "lib.h"

#define ALONE(pe, edge)                                                                        \
	"PE " pe " hears what edge " edge                                                      \
	" translates from nobody else: after a restart it may lack it for 30 minutes, unless " \
	"ospfd_tenant is on the edge; join two edges by an uplink, or the PE to two\n"
#define APART(a, b)                                                                            \
	"edges " a " and " b " are not joined by an uplink: one that loses its PEs while its " \
	"links stay up still draws its part of the DLRs' traffic, and has no way on\n"
#define NO_KEY(wire)                                                                              \
	"uplink " wire " has no OSPF key: who gets into one of its VLANs can announce anything; " \
	"set one with \"tenantctl set wire " wire " --ospf-key-file FILE\"\n"
#define WITHOUT(wires) "DELETE FROM wire WHERE id IN (" wires ");"

/* clang-format off */
static const struct {
	const char *what;
	const char *story, *sql;
	const char *advice;
} rows[] = {
	{ "one edge, one PE", "reference", "", ALONE("pe1", "esg") NO_KEY("dc1-uplink") },
	{ "an uplink with a key", "reference", "UPDATE wire SET ospf_key = 'Sesame.2026' WHERE kind = 'uplink'",
	  ALONE("pe1", "esg") },
	{ "everything twice, and joined", "two-esgs-two-pes", "", "" },
	{ "a mesh without the uplink between the edges", "two-esgs-two-pes", WITHOUT("6"), APART("esg", "esg2") },
	{ "one uplink each, and the one between", "two-esgs-two-pes", WITHOUT("4, 5"), "" },
	{ "one uplink each", "two-esgs-two-pes", WITHOUT("4, 5, 6"),
	  ALONE("pe1", "esg") ALONE("pe3", "esg2") APART("esg", "esg2") },
	{ "an uplink between edges without OSPF is none", "two-esgs-two-pes",
	  WITHOUT("4, 5") "INSERT INTO circuit (tenant_id, wire_id, routing) VALUES (1, 6, 'static')",
	  ALONE("pe1", "esg") ALONE("pe3", "esg2") APART("esg", "esg2") },
	{ "two edges with one PE only: who shall tell it?", "two-esgs-two-pes",
	  WITHOUT("6") "DELETE FROM attachment WHERE node_id = 6", ALONE("pe1", "esg2") APART("esg", "esg2") },
	{ "one edge with two PEs", "two-esgs-two-pes", "DELETE FROM attachment WHERE node_id = 5",
	  ALONE("pe1", "esg") ALONE("pe3", "esg") },
	{ "an edge that is its own PE", "edge-pe", "", "" },
	{ "a switch on two DLRs", "two-dlrs", "UPDATE wire SET ospf_key = 'Sesame.2026' WHERE kind = 'uplink'",
	  ALONE("pe1", "esg")
	  "switch web of tenant acme is on DLRs dlr and dlr2: what comes to one for a host behind the other is lost, since what the host answers to the gateway's MAC stays there; let EVPN tell them with \"tenantctl set provider --evpn\"\n" },
	{ "with EVPN", "two-dlrs", "UPDATE wire SET ospf_key = 'Sesame.2026' WHERE kind = 'uplink'; UPDATE provider SET evpn = 1",
	  ALONE("pe1", "esg") },
	{ "80 % of what may be announced", "edge-pe", "UPDATE tenant SET max_routes = 1",
	  "tenant acme announces 1 of the 1 prefixes it may have, and routes of its sites count, too; set tenant.max_routes higher in time\n" },
	{ "less than that", "edge-pe", "UPDATE tenant SET max_routes = 2", "" },
	{ "a virtual address at one PE only", "virtual-address", "",
	  "link rome has the virtual address 172.16.4.1 to itself; add a link with it at another PE on that LAN\n" },
};
/* clang-format on */

START_TEST(a_network_gives_its_advice)
{
	struct model *model = lib_model(rows[_i].story, rows[_i].sql);
	struct reason *advice = NULL, *one;
	char *got = NULL;

	lib_append(&got, "%s", "");
	ck_assert_uint_eq(advise_tenant(model_provider(model), model_tenant(model, 1), &advice) +
				  advise_provider(model_provider(model), &advice),
			  darr_len(advice));
	darr_foreach_p (advice, one)
		lib_append(&got, "%s\n", one->text);
	ck_assert_msg(!strcmp(got, rows[_i].advice), "%s: expected\n%sgot\n%s", rows[_i].what,
		      rows[_i].advice, got);
	darr_free(got);
	darr_free(advice);
	model_free(model);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("advise");
	TCase *tcase = tcase_create("advise");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_network_gives_its_advice, 0, array_size(rows));
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

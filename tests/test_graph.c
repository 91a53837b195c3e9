// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures: each is the text in tests/graphs (UPDATE=1 writes it anew; look at
 * what dot draws of it then), and no text of the database gets out of its place.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "graph/graph.h"

#include "tests/lib.h"

#define HOSTILE "x\"]<b>&n\n"

static const struct {
	const char *file, *story, *tenant, *sql; /* tenant NULL: the provider's network */
} pictures[] = {
	{ "reference-network", "reference", NULL, NULL },
	{ "reference-acme", "reference", "acme", NULL },
	{ "two-edges-network", "two-esgs-two-pes", NULL, NULL },
	{ "two-edges-acme", "two-esgs-two-pes", "acme", NULL },
	{ "all-in-one-network", "all-in-one", NULL, NULL },
	{ "all-in-one-acme", "all-in-one", "acme", NULL },
	{ "leaks-acme", "leak-both-ways", "acme", NULL },
	{ "hidden-acme", "hidden-subnets", "acme", NULL },
	{ "static-transit-acme", "static-transit", "acme", NULL },
	{ "static-link-acme", "static-link", "acme", NULL },
	{ "bgp-link-acme", "bgp-link", "acme", NULL },
	{ "two-sites-acme", "two-sites", "acme", NULL },
	{ "standby-site-acme", "standby-site", "acme", NULL },
	{ "held-acme", "reference", "acme",
	  "UPDATE subnet SET gateway = '10.9.9.9' WHERE id = 1" },
	{ "bare-network", NULL, NULL, NULL },
	{ "bare-tenant", NULL, "acme", "INSERT INTO tenant (name) VALUES ('acme')" },
	{ "many-switches-acme", "reference", "acme",
	  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)"
	  " INSERT INTO logical_switch (tenant_id, name) SELECT 1, 'more' || i FROM n" },
};

static void draw(const struct model *model, const char *name, struct dot *out)
{
	const struct tenant *tenant = name ? model_tenant_by_name(model, name) : NULL;

	ck_assert(!name || tenant);
	if (tenant)
		graph_tenant(model, tenant, out);
	else
		graph_network(model, out);
}

static void assert_recorded(const char *file, const char *text)
{
	const char *path = lib_source_path("graphs/%s.dot", file);
	char *recorded;
	FILE *out;

	if (getenv("UPDATE")) {
		out = fopen(path, "w");
		ck_assert_ptr_nonnull(out);
		fputs(text, out);
		fclose(out);
	}
	recorded = lib_read_file(path);
	ck_assert_msg(recorded, "%s is missing; UPDATE=1 writes it", path);
	ck_assert_str_eq(text, recorded);
	free(recorded);
}

START_TEST(pictures_are_as_recorded)
{
	struct model *model = lib_model(pictures[_i].story, pictures[_i].sql);
	struct dot out = {};

	draw(model, pictures[_i].tenant, &out);
	assert_recorded(pictures[_i].file, out.text);
	dot_fini(&out);
	model_free(model);
}
END_TEST

/* Names that no database of ours would take; the picture must hold them all the same. */
static void make_hostile(const struct model *model, struct tenant *tenant)
{
	struct provider *provider = (struct provider *)model_provider(model);
	struct logical_switch *sw;
	struct link *link;
	struct site *site;
	struct node *node;
	struct wire *wire;
	struct wire_port *port;

	darr_foreach_p (provider->sites, site)
		strlcpy(site->name, HOSTILE, sizeof(site->name));
	darr_foreach_p (provider->nodes, node)
		strlcpy(node->name, HOSTILE, sizeof(node->name));
	darr_foreach_p (provider->wires, wire) {
		strlcpy(wire->name, HOSTILE, sizeof(wire->name));
		darr_foreach_p (wire->ports, port)
			strlcpy(port->ifname, HOSTILE, sizeof(port->ifname));
	}
	strlcpy(tenant->name, HOSTILE, sizeof(tenant->name));
	strlcpy(tenant->vrf, HOSTILE, sizeof(tenant->vrf));
	darr_foreach_p (tenant->switches, sw)
		strlcpy(sw->name, HOSTILE, strlen(sw->name) + 1);
	darr_foreach_p (tenant->links, link) {
		strlcpy(link->name, HOSTILE, sizeof(link->name));
		strlcpy(link->ifname, HOSTILE, sizeof(link->ifname));
	}
}

START_TEST(no_name_gets_out_of_its_place)
{
	struct model *model = lib_model("leak-both-ways", NULL);
	const struct tenant *acme = model_tenant_by_name(model, "acme");
	struct dot tenant = {}, network = {};

	make_hostile(model, (struct tenant *)acme);
	graph_tenant(model, acme, &tenant);
	graph_network(model, &network);
	ck_assert_ptr_null(strstr(tenant.text, "x\"]<b>"));
	ck_assert_ptr_null(strstr(network.text, "x\"]<b>"));
	ck_assert_ptr_nonnull(strstr(tenant.text, "x&quot;]&lt;b&gt;&amp;n?"));
	assert_recorded("hostile-tenant", tenant.text);
	assert_recorded("hostile-network", network.text);
	dot_fini(&tenant);
	dot_fini(&network);
	model_free(model);
}
END_TEST

START_TEST(what_dot_cannot_hold_is_marked)
{
	struct dot out = {};

	dot_name(&out, "a\x01\x7f\xc3\xbc");
	dot_name(&out, "");
	ck_assert_str_eq(out.text, "a?????");
	dot_fini(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph");
	TCase *tcase = tcase_create("graph");

	tcase_add_loop_test(tcase, pictures_are_as_recorded, 0, array_size(pictures));
	tcase_add_test(tcase, no_name_gets_out_of_its_place);
	tcase_add_test(tcase, what_dot_cannot_hold_is_marked);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

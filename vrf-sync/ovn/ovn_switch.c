// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The switches that a router has ports in, and their subnets.
 *
 * A switch's numbers follow from its UUID where no key says them: 32 of its bits are the id, of
 * which bridge and MAC are made; 24 others the VNI, of which there are no more.  UUIDs are made by
 * chance, so among thousands of switches two will have the same VNI: that is seen
 * (ovn_claims.h), and a key mends it.
 */
#include <zebra.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "ovn/ovn_map_priv.h"

#define SWITCH_MTU 1500 /* as in schema.sql */
#define VNI_MAX    0xffffff

/* ---- numbers ---- */

/* The digits first to first + count of a UUID, which is written with dashes. */
static uint32_t uuid_digits(const char *uuid, unsigned int first, unsigned int count)
{
	char digits[9] = "";

	memcpy(digits, uuid + first, count);
	return strtoul(digits, NULL, 16);
}

/* Neither has the UUID's version or variant in it. */
static uint32_t uuid_id(const char *uuid)
{
	return uuid_digits(uuid, 0, 8) ?: 1;
}

static uint32_t uuid_vni(const char *uuid)
{
	return 1 + uuid_digits(uuid, 30, 6) % VNI_MAX;
}

/* 0: derived from the id, as for every switch that has one of its own. */
static uint32_t take_vni(struct ovn_reading *r, const struct ovn_row *row)
{
	const char *key = ovn_row_key(row, OVN_OTHER_CONFIG, "requested-tnl-key");
	uint32_t vni = 0;

	if (ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-vni")) {
		ovn_key_number(r, row, "tn-vni", 1, VNI_MAX, &vni);
		return vni;
	}
	/* what is no number is no key to OVN either */
	if (key && ovn_number(key, 1, VNI_MAX, &vni))
		return vni;
	return ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-id") ? 0 : uuid_vni(row->uuid);
}

static void claim(struct ovn_reading *r, enum ovn_claim_kind kind, uint32_t number,
		  const struct ovn_row *row)
{
	struct ovn_claim claim = { .kind = kind, .number = number, .text = "" };

	if (!r->claims || !number)
		return;
	strlcpy(claim.row, row->uuid, sizeof(claim.row));
	*darr_append(*r->claims) = claim;
}

/* ---- words ---- */

/* True without the key; what is neither true nor false marks the tenant. */
static bool take_advertise(struct ovn_reading *r, const struct ovn_row *row)
{
	const char *text = ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-advertise");
	char quote[OVN_QUOTE_SIZE];

	if (text && strcmp(text, "true") && strcmp(text, "false"))
		ovn_bad(r, row, "external_ids:tn-advertise is %s; write true or false",
			ovn_quote(text, quote));
	return !text || !strcmp(text, "true");
}

static enum purpose take_purpose(struct ovn_reading *r, const struct ovn_row *row)
{
	const char *text = ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-purpose");
	int purpose = text ? name_index(text, purpose_names, PURPOSE_COUNT) : PURPOSE_PRODUCTION;
	char quote[OVN_QUOTE_SIZE];

	if (purpose < 0)
		ovn_bad(r, row,
			"external_ids:tn-purpose is %s; write production, test or replication",
			ovn_quote(text, quote));
	return MAX(purpose, 0);
}

static uint32_t take_site(struct ovn_reading *r, const struct ovn_row *row)
{
	const char *text = ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-site");
	char quote[OVN_QUOTE_SIZE];
	const struct site *site;

	if (!text)
		return 0;
	darr_foreach_p (r->provider->sites, site)
		if (!strcmp(site->name, text))
			return site->id;
	ovn_bad(r, row, "external_ids:tn-site is %s, which tn-provider does not have",
		ovn_quote(text, quote));
	return 0;
}

/* ---- subnets ---- */

static bool has_subnet(const struct tenant *tenant, uint32_t id)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (subnet->id == id)
				return true;
	return false;
}

/* 24 bits of the prefix. */
static uint32_t subnet_id(const struct tenant *tenant, const struct ipnet *prefix)
{
	const uint8_t *bytes = (const uint8_t *)prefix;
	uint32_t hash = 2166136261u, id;

	for (size_t i = 0; i < sizeof(*prefix); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	for (id = 1 + (hash >> 8); has_subnet(tenant, id); id++)
		;
	return id;
}

/* As OVN reads it, which is less strict than we are: any way to write an IPv6 address. */
static bool read_network(const char *text, struct ipnet *net)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN], form[IPNET_TEXT_SIZE];
	uint8_t bytes[16];
	uint32_t len;
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (!slash || !ovn_number(slash + 1, 0, 128, &len))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	if (inet_pton(family, address, bytes) != 1)
		return false;
	inet_ntop(family, bytes, address, sizeof(address));
	snprintf(form, sizeof(form), "%s/%u", address, len);
	return !ipnet_parse(form, net);
}

static bool is_link_local(const struct ipnet *net)
{
	return net->family == AF_INET6 && net->addr[0] == 0xfe && (net->addr[1] & 0xc0) == 0x80;
}

static void take_network(struct ovn_reading *r, const struct ovn_row *port,
			 struct logical_switch *sw, const char *text, bool advertise)
{
	struct subnet subnet = { .advertise = advertise };
	char quote[OVN_QUOTE_SIZE];

	if (!read_network(text, &subnet.gateway)) {
		ovn_bad(r, port,
			"networks has %s; write an address with its length like 10.1.1.1/24",
			ovn_quote(text, quote));
		return;
	}
	if (is_link_local(&subnet.gateway))
		return;
	subnet.prefix = ipnet_masked(&subnet.gateway);
	subnet.id = subnet_id(r->tenant, &subnet.prefix);
	*darr_append(sw->subnets) = subnet;
}

/* ---- ports ---- */

/* The switch leads out of the cloud: what is there is the north side of the router. */
static bool is_north(struct ovn_reading *r, const struct ovn_row *sw)
{
	ovn_row_each(sw, OVN_PORTS, uuid)
	{
		const struct ovn_row *port = ovn_rows_find(r->rows, OVN_SWITCH_PORT, uuid);

		if (port && ovn_row_is(port, OVN_TYPE, "localnet"))
			return true;
	}
	return false;
}

static struct logical_switch *find_switch(struct ovn_reading *r, uint32_t id)
{
	struct logical_switch *sw;

	darr_foreach_p (r->tenant->switches, sw)
		if (sw->id == id)
			return sw;
	return NULL;
}

static bool has_name(const struct tenant *tenant, const char *name)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (!strcmp(sw->name, name))
			return true;
	return false;
}

/* Unnamed where it has no name that can be one. */
static void take_switch_name(struct ovn_reading *r, const struct ovn_row *row,
			     char name[static TENANT_NAME_MAX + 1])
{
	const char *key = ovn_row_key(row, OVN_EXTERNAL_IDS, "tn-name");
	const char *text = key ? key : ovn_row_text(row, OVN_NAME);

	strlcpy(name, "unnamed", TENANT_NAME_MAX + 1);
	if (!name_is_valid(text, TENANT_NAME_MAX))
		ovn_bad(r, row,
			"that is not a name for a switch; set external_ids:tn-name to letters, digits, '-', '_' and '.'");
	else if (has_name(r->tenant, text))
		ovn_bad(r, row,
			"the tenant has two switches of that name; set external_ids:tn-name of one of them");
	else
		strlcpy(name, text, TENANT_NAME_MAX + 1);
}

static struct logical_switch *take_switch(struct ovn_reading *r, const struct ovn_row *row)
{
	static const char *const known[] = {
		"tn-id",  "tn-name",    "tn-vni",       "tn-site",
		"tn-mtu", "tn-purpose", "tn-advertise", NULL,
	};
	char name[TENANT_NAME_MAX + 1];
	struct logical_switch sw = { .name = name, .id = uuid_id(row->uuid) }, *known_switch;
	uint32_t mtu = SWITCH_MTU;

	ovn_check_keys(r, row, known);
	ovn_key_number(r, row, "tn-id", 1, UINT32_MAX, &sw.id);
	claim(r, OVN_CLAIM_SWITCH_ID, sw.id, row);
	known_switch = find_switch(r, sw.id);
	if (known_switch)
		return known_switch; /* by another port, or one that the claims tell of */
	take_switch_name(r, row, name);
	ovn_key_number(r, row, "tn-mtu", 1280, 9000, &mtu);
	sw.mtu = mtu;
	sw.vni = take_vni(r, row);
	sw.site_id = take_site(r, row);
	sw.purpose = take_purpose(r, row);
	claim(r, OVN_CLAIM_VNI, sw.vni, row);
	return tenant_add_switch(r->tenant, &sw);
}

static bool has_dynamic_routing(const struct ovn_row *port)
{
	ovn_row_each_pair(port, OVN_OPTIONS, key,
			  value) if (!strncmp(key, "dynamic-routing",
					      strlen("dynamic-routing"))) return true;
	return false;
}

/* The switch that a router's port is in; NULL: in none of the tenant's. */
static const struct ovn_row *switch_of(struct ovn_reading *r, const struct ovn_row *port)
{
	const struct ovn_row *switch_port = ovn_rows_join(r->rows, port, NULL), *sw;

	if (!switch_port)
		return NULL;
	if (ovn_rows_join(r->rows, port, switch_port)) {
		ovn_bad(r, port,
			"two ports of switches have it as options:router-port; remove one of them");
		return NULL;
	}
	sw = ovn_rows_owner(r->rows, switch_port, NULL);
	return sw && !is_north(r, sw) ? sw : NULL;
}

static void take_port(struct ovn_reading *r, const struct ovn_row *port)
{
	static const char *const known[] = { "tn-advertise", NULL };
	const struct ovn_row *row;
	struct logical_switch *sw;
	bool advertise;

	ovn_check_keys(r, port, known);
	if (has_dynamic_routing(port))
		ovn_bad(r, port,
			"options:dynamic-routing-* is set: OVN's own routing would write the same VRF; remove it");
	/* to another router, or not in use */
	if (ovn_row_text(port, OVN_PEER)[0] || ovn_row_is(port, OVN_ENABLED, "false"))
		return;
	row = switch_of(r, port);
	if (!row)
		return;
	sw = take_switch(r, row);
	advertise = take_advertise(r, port);
	advertise = take_advertise(r, row) && advertise;
	ovn_row_each(port, OVN_NETWORKS, network) take_network(r, port, sw, network, advertise);
}

static int by_id(const void *a, const void *b)
{
	return numcmp(((const struct logical_switch *)a)->id,
		      ((const struct logical_switch *)b)->id);
}

static int by_subnet_id(const void *a, const void *b)
{
	return numcmp(((const struct subnet *)a)->id, ((const struct subnet *)b)->id);
}

/* Ports are in order of their UUIDs, the same for every node. */
void ovn_take_switches(struct ovn_reading *r)
{
	struct logical_switch *sw;

	if (ovn_row_is(r->router, OVN_ENABLED, "false"))
		return;
	ovn_row_each(r->router, OVN_PORTS, uuid)
	{
		const struct ovn_row *port = ovn_rows_find(r->rows, OVN_ROUTER_PORT, uuid);

		if (port)
			take_port(r, port);
	}
	darr_foreach_p (r->tenant->switches, sw)
		if (darr_len(sw->subnets) > 1)
			qsort(sw->subnets, darr_len(sw->subnets), sizeof(struct subnet),
			      by_subnet_id);
	if (darr_len(r->tenant->switches) > 1)
		qsort(r->tenant->switches, darr_len(r->tenant->switches),
		      sizeof(struct logical_switch), by_id);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The command lines of tenant configuration: the table, and what is made of it. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-plugin/tenant_lines.h"
#include "model/names.h"
#include "model/net.h"

#define U32 "(1-4294967295)"

const struct tenant_line tenant_lines[] = {
	{ "node-name", "tenant-network node-name NODE" },

	{ "sources/source",
	  "tenant-network source SOURCE type <sqlite|postgresql|ovn|configuration>", LINE_ENTRY },
	{ "sources/source/location", "tenant-network source SOURCE location PLACE" },
	{ "sources/source/enabled", "tenant-network source SOURCE enabled <true|false>" },
	{ "sources/source/stale-after", "tenant-network source SOURCE stale-after (1-86400)" },

	{ "provider/local-as", "tenant-network local-as " U32 },
	{ "provider/nssa-area", "tenant-network nssa-area " U32 },
	{ "provider/vpn-tag", "tenant-network vpn-tag " U32 },
	{ "provider/table-base", "tenant-network table-base (256-2000000000)" },
	{ "provider/vni-base", "tenant-network vni-base (0-16777214)" },
	{ "provider/leak-base", "tenant-network leak-base (1-4000000000)" },
	{ "provider/hello-interval", "tenant-network hello-interval (1-60)" },
	{ "provider/dead-interval", "tenant-network dead-interval (2-240)" },
	{ "provider/vrrp-interval", "tenant-network vrrp-interval (1-4095)" },
	{ "provider/evpn", "tenant-network evpn <true|false>" },
	{ "pools/transit/prefix", "tenant-network pool transit prefix PREFIX" },
	{ "pools/transit/length", "tenant-network pool transit length (8-127)" },
	{ "pools/transit/wires", "tenant-network pool transit wires (1-65535)" },
	{ "pools/uplink/prefix", "tenant-network pool uplink prefix PREFIX" },
	{ "pools/uplink/length", "tenant-network pool uplink length (8-127)" },
	{ "pools/uplink/wires", "tenant-network pool uplink wires (1-65535)" },
	{ "guards/tenants-gone", "tenant-network guard tenants-gone (0-1000000)" },
	{ "guards/withdrawn-share", "tenant-network guard withdrawn-share (1-100)" },
	{ "guards/withdrawn-prefixes", "tenant-network guard withdrawn-prefixes (0-1000000)" },
	{ "guards/withdrawn-tenants", "tenant-network guard withdrawn-tenants (0-1000000)" },
	{ "reserved", "tenant-network reserved PREFIX", LINE_LIST },
	{ "reserved-port", "tenant-network reserved-port SERVICE", LINE_LIST },

	{ "sites/site", "tenant-network site SITE", LINE_ENTRY },
	{ "nodes/node", "tenant-network node NODE", LINE_ENTRY },
	{ "nodes/node/site", "tenant-network node NODE site SITE" },
	{ "nodes/node/router-id", "tenant-network node NODE router-id A.B.C.D" },
	{ "nodes/node/vtep", "tenant-network node NODE vtep ADDRESS" },
	{ "nodes/node/role", "tenant-network node NODE role <dlr|edge|pe>", LINE_LIST },
	{ "wires/wire", "tenant-network wire WIRE", LINE_ENTRY },
	{ "wires/wire/id", "tenant-network wire WIRE id (1-65535)" },
	{ "wires/wire/site", "tenant-network wire WIRE site SITE" },
	{ "wires/wire/kind", "tenant-network wire WIRE kind <transit|uplink>" },
	{ "wires/wire/vlan-base", "tenant-network wire WIRE vlan-base (0-4093)" },
	{ "wires/wire/vlan-max", "tenant-network wire WIRE vlan-max (1-4094)" },
	{ "wires/wire/mtu", "tenant-network wire WIRE mtu (1280-65535)" },
	{ "wires/wire/bfd", "tenant-network wire WIRE bfd <true|false>" },
	{ "wires/wire/ospf-key", "tenant-network wire WIRE ospf-key KEY" },
	{ "wires/wire/port", "tenant-network wire WIRE port NODE interface TRUNK slot (1-254)",
	  LINE_ENTRY },

	{ "tenants/tenant", "tenant TENANT", LINE_ENTRY },
	{ "tenants/tenant/id", "tenant TENANT id " U32 },
	{ "tenants/tenant/vrf", "tenant TENANT vrf VRF" },
	{ "tenants/tenant/table-id", "tenant TENANT table-id (256-4294967295)" },
	{ "tenants/tenant/rd-number", "tenant TENANT rd-number (1-65535)" },
	{ "tenants/tenant/rt-number", "tenant TENANT rt-number " U32 },
	{ "tenants/tenant/maximum-routes", "tenant TENANT maximum-routes (1-10000000)" },
	{ "tenants/tenant/description", "tenant TENANT description LINE..." },
	{ "tenants/tenant/egress", "tenant TENANT egress <local|active>" },
	{ "tenants/tenant/active-site", "tenant TENANT active-site SITE" },
	{ "tenants/tenant/recovery-site", "tenant TENANT recovery-site SITE" },
	{ "tenants/tenant/aggregate", "tenant TENANT aggregate PREFIX", LINE_LIST },
	{ "tenants/tenant/attachment", "tenant TENANT attachment NODE", LINE_ENTRY, true },
	{ "tenants/tenant/attachment/role", "tenant TENANT attachment NODE role <dlr|edge|pe>",
	  LINE_LIST },
	{ "tenants/tenant/circuit", "tenant TENANT circuit WIRE", LINE_ENTRY, true },
	{ "tenants/tenant/circuit/prefix", "tenant TENANT circuit WIRE prefix PREFIX" },
	{ "tenants/tenant/circuit/vlan", "tenant TENANT circuit WIRE vlan (1-4094)" },
	{ "tenants/tenant/circuit/routing", "tenant TENANT circuit WIRE routing <ospf|static>" },
	{ "tenants/tenant/switch", "tenant TENANT switch SWITCH", LINE_ENTRY },
	{ "tenants/tenant/switch/id", "tenant TENANT switch SWITCH id " U32 },
	{ "tenants/tenant/switch/site", "tenant TENANT switch SWITCH site SITE" },
	{ "tenants/tenant/switch/state",
	  "tenant TENANT switch SWITCH state <active|ready|leaving>" },
	{ "tenants/tenant/switch/scope", "tenant TENANT switch SWITCH scope <local|universal>" },
	{ "tenants/tenant/switch/purpose",
	  "tenant TENANT switch SWITCH purpose <production|test|replication>" },
	{ "tenants/tenant/switch/vni", "tenant TENANT switch SWITCH vni (1-16777215)" },
	{ "tenants/tenant/switch/mtu", "tenant TENANT switch SWITCH mtu (1280-9000)" },
	{ "tenants/tenant/switch/no-nat", "tenant TENANT switch SWITCH no-nat <true|false>" },
	{ "tenants/tenant/switch/recovery", "tenant TENANT switch SWITCH recovery SITE",
	  LINE_ENTRY },
	{ "tenants/tenant/switch/recovery/as",
	  "tenant TENANT switch SWITCH recovery SITE as SWITCH" },
	{ "tenants/tenant/switch/host", "tenant TENANT switch SWITCH host ADDRESS", LINE_ENTRY },
	{ "tenants/tenant/switch/host/site",
	  "tenant TENANT switch SWITCH host ADDRESS site SITE" },
	{ "tenants/tenant/switch/subnet", "tenant TENANT switch SWITCH subnet PREFIX",
	  LINE_ENTRY },
	{ "tenants/tenant/switch/subnet/gateway",
	  "tenant TENANT switch SWITCH subnet PREFIX gateway ADDRESS" },
	{ "tenants/tenant/switch/subnet/advertise",
	  "tenant TENANT switch SWITCH subnet PREFIX advertise <true|false>" },
	{ "tenants/tenant/public", "tenant TENANT public ADDRESS PORT", LINE_ENTRY },
	{ "tenants/tenant/public/to", "tenant TENANT public ADDRESS PORT to ADDRESS" },
	{ "tenants/tenant/public/to-port", "tenant TENANT public ADDRESS PORT to-port (1-65535)" },
	{ "tenants/tenant/public/recovered",
	  "tenant TENANT public ADDRESS PORT recovered ADDRESS" },
	{ "tenants/tenant/link", "tenant TENANT link LINK", LINE_ENTRY },
	{ "tenants/tenant/link/node", "tenant TENANT link LINK node NODE" },
	{ "tenants/tenant/link/interface", "tenant TENANT link LINK interface IFNAME" },
	{ "tenants/tenant/link/vlan", "tenant TENANT link LINK vlan (1-4094)" },
	{ "tenants/tenant/link/address", "tenant TENANT link LINK address INTERFACE-ADDRESS" },
	{ "tenants/tenant/link/peer", "tenant TENANT link LINK peer ADDRESS" },
	{ "tenants/tenant/link/protocol", "tenant TENANT link LINK protocol <ospf|bgp|static>" },
	{ "tenants/tenant/link/peer-as", "tenant TENANT link LINK peer-as " U32 },
	{ "tenants/tenant/link/maximum-routes",
	  "tenant TENANT link LINK maximum-routes (1-10000000)" },
	{ "tenants/tenant/link/virtual-address",
	  "tenant TENANT link LINK virtual-address ADDRESS" },
	{ "tenants/tenant/link/vrid", "tenant TENANT link LINK vrid (1-255)" },
	{ "tenants/tenant/link/priority", "tenant TENANT link LINK priority (1-254)" },
	{ "tenants/tenant/link/route", "tenant TENANT link LINK route PREFIX", LINE_LIST },

	{ "leaks/leak", "tenant-network leak from TENANT to TENANT prefix PREFIX", LINE_ENTRY },
};
const size_t tenant_lines_count = array_size(tenant_lines);

/* One help for a word, wherever it stands. */
static const struct {
	const char *word;
	const char *help;
} helps[] = {
	{ "no", "Negate a command or set its defaults" },
	{ "tenant", "A customer's network" },
	{ "tenant-network", "What tenants share: nodes, wires, sources" },
	{ "TENANT", "Name of the tenant" },
	{ "NODE", "Name of the node" },
	{ "SITE", "Name of the site" },
	{ "WIRE", "Name of the wire" },
	{ "SOURCE", "Name of the source" },
	{ "SWITCH", "Name of the switch" },
	{ "LINK", "Name of the link" },
	{ "VRF", "Name of the VRF, at most 15 characters" },
	{ "IFNAME", "Name of the interface" },
	{ "TRUNK", "Name of the trunk, at most 10 characters" },
	{ "PREFIX", "Network, like 10.1.1.0/24 or 2001:db8::/64" },
	{ "ADDRESS", "Address, like 10.1.1.1 or 2001:db8::1" },
	{ "INTERFACE-ADDRESS", "Address with its length, like 192.168.201.1/30" },
	{ "A.B.C.D", "IPv4 address" },
	{ "PORT", "A port, like tcp/443, or all" },
	{ "SERVICE", "A port, like tcp/443" },
	{ "PATH", "Absolute path" },
	{ "KEY", "8 to 16 letters, digits, '-', '_' and '.'" },
	{ "LINE...", "Free text" },
	{ "active", "Where it is, and by no other site" },
	{ "active-site", "The only site by which its traffic leaves" },
	{ "address", "Address of the PE" },
	{ "advertise", "Announced to the tenant's other sites, or not" },
	{ "aggregate", "Address space it may announce" },
	{ "as", "The switch that stands in for it there" },
	{ "attachment", "Which node serves it" },
	{ "bfd", "bfdd watches OSPF on it" },
	{ "bgp", "BGP to the customer's router" },
	{ "circuit", "What is not derived for it on one wire" },
	{ "configuration", "What is configured here" },
	{ "dead-interval", "OSPF router dead interval, in seconds" },
	{ "description", "Free text; never reaches a router" },
	{ "dlr", "Distributed logical router" },
	{ "edge", "Edge gateway" },
	{ "egress", "Where traffic of switches at several sites leaves" },
	{ "enabled", "A source that is not enabled is not read" },
	{ "evpn", "DLRs hear from bgpd which MAC is where" },
	{ "false", "No" },
	{ "from", "Whose prefix it is" },
	{ "gateway", "Address that the DLR answers for" },
	{ "guard", "What stands between a mistake and the customers" },
	{ "hello-interval", "OSPF hello interval, in seconds" },
	{ "host", "A host at another site than its switch" },
	{ "id", "Number that others are derived from, the same on every node" },
	{ "interface", "The port" },
	{ "kind", "What the wire joins" },
	{ "leak", "A prefix of one tenant, visible in another" },
	{ "leak-base", "Route targets of leaks: this and the tenant's id" },
	{ "leaving", "No gateway any more: its subnets cannot be reached" },
	{ "length", "Of each prefix taken from the pool" },
	{ "link", "A customer's site on a PE" },
	{ "local", "Of one site" },
	{ "local-as", "AS number of the backbone" },
	{ "location", "Where the database is" },
	{ "maximum-routes", "How many routes there may be" },
	{ "mtu", "Largest packet, in octets" },
	{ "no-nat", "None of its addresses is ever translated" },
	{ "node", "A node of the provider" },
	{ "node-name", "Which of the nodes this one is" },
	{ "nssa-area", "OSPF area between DLR and edge" },
	{ "ospf", "OSPF" },
	{ "ospf-key", "Authenticates OSPF (MD5)" },
	{ "pe", "Provider edge" },
	{ "peer", "Address of the customer's router" },
	{ "ovn", "OVN's Northbound database" },
	{ "peer-as", "AS number of the customer's router" },
	{ "pool", "Where transit and uplink prefixes come from" },
	{ "port", "Where a node meets the wire" },
	{ "postgresql", "A PostgreSQL server" },
	{ "prefix", "A network" },
	{ "priority", "Who has the virtual address while several can" },
	{ "production", "Announced" },
	{ "protocol", "How the customer's router tells of its routes" },
	{ "public", "An address by which everybody reaches a host" },
	{ "purpose", "What it is for" },
	{ "rd-number", "Second half of its route distinguishers" },
	{ "ready", "No gateway: another switch is to be recovered as it" },
	{ "recovered", "The host's address where its switch is recovered as another" },
	{ "recovery", "Where the switch is kept ready" },
	{ "recovery-site", "Where its switches are kept ready" },
	{ "replication", "For copies of another site's machines" },
	{ "reserved", "Address space no tenant may announce" },
	{ "reserved-port", "Port that nobody publishes" },
	{ "role", "What the node does" },
	{ "route", "What lies behind a static link" },
	{ "router-id", "Router id of every instance on the node" },
	{ "routing", "How nodes on the wire find each other's routes" },
	{ "rt-number", "Second half of its route target" },
	{ "scope", "How far it reaches" },
	{ "site", "A place" },
	{ "slot", "Host number of the node in every prefix on the wire" },
	{ "source", "Where tenants come from" },
	{ "sqlite", "A SQLite file" },
	{ "stale-after", "Seconds until a source that cannot be read is told of" },
	{ "state", "What it is at its site" },
	{ "static", "Static routes" },
	{ "subnet", "A subnet of the switch" },
	{ "switch", "A logical switch" },
	{ "table-base", "Kernel tables: this and the tenant's id" },
	{ "table-id", "Kernel table" },
	{ "tenants-gone", "How many may go when a source has none any more" },
	{ "test", "Reachable only where it is" },
	{ "to", "Who sees it" },
	{ "to-port", "The host's port; else the same" },
	{ "transit", "Between DLRs and edges" },
	{ "true", "Yes" },
	{ "type", "Kind of source" },
	{ "universal", "The same at every site" },
	{ "uplink", "Between edge and PE" },
	{ "virtual-address", "Address that links on one LAN share by VRRP" },
	{ "vlan", "VLAN" },
	{ "vlan-base", "VLAN of a tenant: this and its id" },
	{ "vlan-max", "The last VLAN that may be taken" },
	{ "vni", "VXLAN network identifier" },
	{ "vni-base", "VNIs: this and the switch's id" },
	{ "vpn-tag", "VPN route tag" },
	{ "vrf", "Name of its VRF" },
	{ "vrid", "VRRP group, the last octet of the virtual address unless set" },
	{ "vrrp-interval", "Between a VRRP master's words, in hundredths of a second" },
	{ "vtep", "VXLAN source address" },
	{ "wire", "A segment between nodes" },
	{ "wires", "How many wires share the pool" },
	{ "withdrawn-prefixes", "How many of a tenant's may go at once, whatever share they are" },
	{ "withdrawn-share", "Percent of a tenant's prefixes that may go at once" },
	{ "withdrawn-tenants", "How many may go at once" },
};

const struct tenant_line *tenant_line_find(const char *path)
{
	for (size_t i = 0; i < tenant_lines_count; i++)
		if (!strcmp(tenant_lines[i].path, path))
			return &tenant_lines[i];
	return NULL;
}

bool tenant_line_word(const char **words, char *word, size_t size)
{
	size_t length = strcspn(*words, " ");

	if (!length)
		return false;
	snprintf(word, size, "%.*s", (int)length, *words);
	*words += length;
	*words += strspn(*words, " ");
	return true;
}

bool tenant_line_word_is_value(const char *word)
{
	return (word[0] >= 'A' && word[0] <= 'Z') || word[0] == '(' || word[0] == '<';
}

/* ---- for FRR's command parser ---- */

/* Where the part begins that "no" needs not be told: the value of a leaf, the leaves of an entry.
 */
static const char *optional_part(const struct tenant_line *line)
{
	const char *at = line->words, *last = at;
	char word[80];

	if (line->kind == LINE_LIST)
		return NULL;
	if (line->kind == LINE_LEAF)
		return strrchr(line->words, ' ') + 1;
	/* of an entry: the leaves behind its keys; only ports and sources have any */
	while (tenant_line_word(&at, word, sizeof(word))) {
		if (!strcmp(word, "interface") || !strcmp(word, "type"))
			return last;
		last = at;
	}
	return NULL;
}

static bool is_free_text(const struct tenant_line *line)
{
	return strstr(line->words, " LINE...") != NULL;
}

bool tenant_line_has_form(const struct tenant_line *line, enum line_form form)
{
	return form != LINE_NO_SHORT || is_free_text(line);
}

char *tenant_line_grammar(const struct tenant_line *line, enum line_form form)
{
	const char *optional = form == LINE_SET ? NULL : optional_part(line);
	int length = optional ? optional - line->words : strlen(line->words);
	size_t size = strlen(line->words) + sizeof("no []");
	const char *no = form == LINE_SET ? "" : "no ";
	char *grammar = malloc(size);

	if (!grammar)
		return NULL;
	if (form == LINE_NO_SHORT)
		snprintf(grammar, size, "%s%.*s", no, length - 1, line->words);
	else if (optional && !is_free_text(line))
		snprintf(grammar, size, "%s%.*s[%s]", no, length, line->words, optional);
	else
		snprintf(grammar, size, "%s%s", no, line->words);
	return grammar;
}

static const char *help_of(const char *word)
{
	for (size_t i = 0; i < array_size(helps); i++)
		if (!strcmp(helps[i].word, word))
			return helps[i].help;
	return word[0] == '(' ? "Number" : NULL;
}

/* A choice has a help for each of its words. */
static void put_help(FILE *out, char *word)
{
	char *rest = word;

	for (char *one = strtok_r(word, "<|>", &rest); one; one = strtok_r(NULL, "<|>", &rest)) {
		const char *help = help_of(one);

		fprintf(out, "%s\n", help ? help : one);
	}
}

char *tenant_line_help(const struct tenant_line *line, enum line_form form)
{
	const char *at = line->words;
	char *text = NULL, word[80] = "no";
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (form != LINE_SET)
		put_help(out, word);
	while (tenant_line_word(&at, word, sizeof(word)))
		if (form != LINE_NO_SHORT || strcmp(word, "LINE..."))
			put_help(out, word);
	fclose(out);
	return text;
}

/* ---- values ---- */

static bool is_network(const char *text)
{
	struct ipnet net;

	return !ipnet_parse(text, &net) && ipnet_is_prefix(&net);
}

static bool is_address(const char *text)
{
	struct ipnet net;

	return !ipnet_parse_addr(text, &net);
}

static bool is_interface_address(const char *text)
{
	struct ipnet net;

	return !ipnet_parse(text, &net) && ipnet_is_host(&net);
}

static bool is_path(const char *text)
{
	return text[0] == '/';
}

static bool is_name(const char *text)
{
	return name_is_valid(text, TENANT_NAME_MAX);
}

static bool is_device(const char *text)
{
	return name_is_valid(text, DEVICE_NAME_MAX);
}

static bool is_trunk(const char *text)
{
	return name_is_valid(text, TRUNK_NAME_MAX) && !strchr(text, '.');
}

static bool is_service(const char *text)
{
	uint8_t protocol;
	uint16_t port;

	return service_parse(text, &protocol, &port) == 0;
}

static bool is_port(const char *text)
{
	return !strcmp(text, "all") || is_service(text);
}

static bool is_key(const char *text)
{
	return strlen(text) >= OSPF_KEY_MIN && name_is_valid(text, OSPF_KEY_MAX);
}

#define NAME_RULE \
	"is no name; use letters, digits, '-', '_' and '.', at most 63 of them, and begin with a letter or a digit"

static const struct {
	const char *word;
	bool (*is_good)(const char *text);
	const char *rule;
} checks[] = {
	{ "PREFIX", is_network, "is no network; write it like 10.1.1.0/24" },
	{ "ADDRESS", is_address, "is no address; write it like 10.1.1.1" },
	{ "INTERFACE-ADDRESS", is_interface_address,
	  "is no address of a router; write it with its length, like 192.168.201.1/30" },
	{ "PORT", is_port, "is no port; write it like tcp/443, or all" },
	{ "SERVICE", is_service, "is no port; write it like tcp/443" },
	{ "PATH", is_path, "is no absolute path; begin with a '/'" },
	{ "KEY", is_key, "is no key; use 8 to 16 letters, digits, '-', '_' and '.'" },
	{ "VRF", is_device,
	  "is no name of a VRF; use at most 15 letters, digits, '-', '_' and '.'" },
	{ "IFNAME", is_device,
	  "is no name of an interface; use at most 15 letters, digits, '-', '_' and '.'" },
	{ "TRUNK", is_trunk,
	  "is no name of a trunk; use at most 10 letters, digits, '-' and '_'" },
	{ "TENANT", is_name, NAME_RULE },
	{ "NODE", is_name, NAME_RULE },
	{ "SITE", is_name, NAME_RULE },
	{ "WIRE", is_name, NAME_RULE },
	{ "SOURCE", is_name, NAME_RULE },
	{ "SWITCH", is_name, NAME_RULE },
	{ "LINK", is_name, NAME_RULE },
};

const char *tenant_line_check(const char *word, const char *text)
{
	static char sentence[400];

	for (size_t i = 0; i < array_size(checks); i++) {
		if (strcmp(checks[i].word, word) || checks[i].is_good(text))
			continue;
		/* not a key: what is typed may be on somebody's screen for long */
		snprintf(sentence, sizeof(sentence), "%.200s %s",
			 strcmp(word, "KEY") ? text : "That", checks[i].rule);
		return sentence;
	}
	return NULL;
}

static const char *value_named(const struct line_values *values, const char *name)
{
	for (int i = 0; i < values->count; i++)
		if (!strcmp(values->names[i], name))
			return values->texts[i];
	return NULL;
}

const char *tenant_line_check_together(const struct line_values *values)
{
	const char *gateway = value_named(values, "gateway"),
		   *prefix = value_named(values, "subnet");
	const char *from = value_named(values, "from"), *to = value_named(values, "to");
	static char sentence[200];
	struct ipnet net, addr;

	if (from && to && !strcmp(from, to)) {
		snprintf(sentence, sizeof(sentence),
			 "%.63s sees its own prefixes already; leak to another tenant", from);
		return sentence;
	}
	if (!gateway || !prefix || ipnet_parse(prefix, &net) || ipnet_parse_addr(gateway, &addr))
		return NULL;
	if (ipnet_contains(&net, &addr))
		return NULL;
	snprintf(sentence, sizeof(sentence),
		 "gateway %.50s is not in subnet %.50s; give one of its addresses", gateway,
		 prefix);
	return sentence;
}

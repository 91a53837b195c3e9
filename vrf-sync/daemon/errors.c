// SPDX-License-Identifier: GPL-2.0-or-later
/* The codes that tenantd's warnings carry. */
#include <zebra.h>

#include "ferr.h"

#include "errors.h"

/* clang-format off */
static struct log_ref refs[] = {
	{
		.code = EC_TENANT_DATABASE,
		.title = "The tenant database cannot be read",
		.description = "It is missing, locked, damaged, out of reach, or made by another version. What was read last stays in force.",
		.suggestion = "Do what the message says; the database is tried again by itself.",
	},
	{
		.code = EC_TENANT_UNWATCHED,
		.title = "Changes of the tenant database are noticed late",
		.description = "The folder of the database cannot be watched by inotify.",
		.suggestion = "Raise fs.inotify.max_user_instances or max_user_watches, and restart tenantd.",
	},
	{
		.code = EC_TENANT_EMPTIED,
		.title = "The tenant database has lost all tenants at once",
		.description = "That is more likely an accident than meant, so nothing was taken down.",
		.suggestion = "Put the tenants back, or say \"tenant release\" if it is meant.",
	},
	{
		.code = EC_TENANT_HELD,
		.title = "A tenant is held as it is",
		.description = "Its rows break a rule; what it had stays in place, and other tenants go on.",
		.suggestion = "Correct the rows that the message names; \"tenantctl check\" lists all there are.",
	},
	{
		.code = EC_TENANT_REFUSED,
		.title = "The kernel or an FRR daemon refused a part of a tenant",
		.description = "The tenant is tried again with growing pauses of up to a minute.",
		.suggestion = "Do what the message says; \"show tenant plan\" lists what is missing.",
	},
	{
		.code = EC_TENANT_TRUNK,
		.title = "A wire's trunk is not as it should be",
		.description = "It is down, or its MTU is too small for VXLAN over it.",
		.suggestion = "Bring the interface up, and give it at least the MTU of the wire.",
	},
	{
		.code = EC_TENANT_KERNEL_READ,
		.title = "What the kernel holds cannot be read",
		.description = "Nothing is changed until it can.",
		.suggestion = "See that tenantd has CAP_NET_ADMIN; otherwise it is tried again by itself.",
	},
	{
		.code = EC_TENANT_OUT_OF_STEP,
		.title = "An FRR daemon does not answer what was asked",
		.description = "It says nothing for 30 s, and what it should hold waits, or it answered what was not asked. The connection to its vty is made anew, when it answers again, and what it holds is read.",
		.suggestion = "See whether the daemon that the message names hangs, and restart it then; what happens again although it does not, report with the daemon's version.",
	},
	{
		.code = EC_TENANT_EXPOSED,
		.title = "Services of the node answer tenants",
		.description = "A socket of the default VRF that listens on all addresses also takes what arrives in a tenant's VRF: sshd, SNMP, a daemon's vty.",
		.suggestion = "Set the sysctl to 0 in /etc/sysctl.d; FRR's own daemons listen in each VRF and do not need it.",
	},
	{
		.code = EC_TENANT_EXPORT,
		.title = "bgpd did not export what it holds in a new VRF",
		.description = "FRR 10.7 loses the export of routes that arrive while the VRF is not settled; redistribution was typed anew, which brings it back.",
		.suggestion = "None where the message says that it is there now; otherwise zebra holds a route of an earlier VRF that it never looks at (\"show ip route vrf X\": inactive): only a restart of zebra mends it, and \"-M tenant\" among zebra's options in /etc/frr/daemons avoids it.",
	},
	{
		.code = EC_TENANT_LATE_NEIGHBOR,
		.title = "A neighbor of the edge came after subnets were translated",
		.description = "ospfd 10.7 leaves type-5 LSAs that it translated itself out of the exchange with a new neighbor (FRR issue 23429), so a PE that comes back, or any after ospfd on the edge restarted, would lack the tenant's subnets for up to 30 minutes; ospfd was made to send them again, which takes it up to 5 s.",
		.suggestion = "None. With \"-M tenant\" among ospfd's options in /etc/frr/daemons on the edge, a neighbor has them at once.",
	},
	{
		.code = EC_TENANT_METRICS,
		.title = "Metrics cannot be offered",
		.description = "The address or the port of \"tenant metrics\" in tenantd.conf cannot be had: another program listens there, or no interface has the address. Tenants are served all the same.",
		.suggestion = "Do what the message says, or give another address; it is tried again by itself.",
	},
	{
		.code = EC_TENANT_DRIFT,
		.title = "Somebody else changed what a daemon holds of a tenant",
		.description = "It was put right within seconds; the message names the first statement.",
		.suggestion = "Change the tenant in its source, not in the daemon; find out who types or pushes there.",
	},
	{
		.code = EC_TENANT_TAKEN_BACK,
		.title = "A change was not confirmed in time",
		.description = "It was applied with --confirm, and nobody ran \"tenantctl change confirm\" until its deadline; so the database is what it was before, but for rows that were changed since.",
		.suggestion = "\"tenantctl change show CHANGE\" tells what was left; where it was good after all, make the change again.",
	},
	{
		.code = EC_TENANT_VERDICT,
		.title = "Something of a tenant would not be reached as it should",
		.description = "Its plan was judged before it was applied; what the message says is applied all the same.",
		.suggestion = "Do what the message says; \"tenantctl check\" lists all there is.",
	},
	{
		.code = EC_TENANT_STRAY,
		.title = "A tenant's VRF has a route that nobody of ours put there",
		.description = "Neither FRR nor tenantd did, and it is not of an address of the node; it may send the tenant's traffic elsewhere, and be announced. It stays, unless \"tenant strays remove\" is in tenantd.conf.",
		.suggestion = "Find out who put it there, a hand or a program, and remove it: \"ip route del\", as the message says it. What is meant belongs into the database, as a link with routes.",
	},
	{
		.code = EC_TENANT_FOREIGN,
		.title = "A tenant's VRF has a route to another's prefix",
		.description = "The prefix lies in space of another tenant, or of the provider, not in the tenant's own, and no leak lets it in.",
		.suggestion = "See who announces it (\"show ip route vrf\" and \"show bgp vrf\" of that prefix): a customer, a hand, or another provider's router. Where it is meant, add a leak, or an aggregate.",
	},
	{
		.code = EC_TENANT_CROSSING,
		.title = "A route that joins tenants was refused",
		.description = "FRR was given a route in one tenant's VRF whose next hop leads into another's, and no leak allows it: by a route target typed by hand, a route between VRFs, or a label that a remote PE uses for another tenant. The guard in zebra does not use it (with \"tenant guard report\" it does).",
		.suggestion = "\"show tenant guard\" lists all such routes; look for who changed \"rt vpn\" or \"rd vpn\" on the PE named or on the one that announces. Where the tenants are to be joined, add a leak.",
	},
	{
		.code = EC_TENANT_FULL,
		.title = "A tenant nears, or has, all the routes it may have",
		.description = "From 80 % on it is told of; beyond tenant.max_routes the guard in zebra uses no more routes in the tenant's VRF, and other tenants do not notice.",
		.suggestion = "Set tenant.max_routes higher, or find who announces so much; routes that wait come in by themselves when there is room.",
	},
	{
		.code = EC_TENANT_HOST_FLAPS,
		.title = "A host is seen at two places",
		.description = "A host of a switch whose hosts are tracked was seen on this node again and again within a minute, and somewhere else in between. For the rest of the minute the database is not told of it any more.",
		.suggestion = "Two hosts may have the same address, or the switch a loop: \"bridge fdb show br ls<switch id>\" on the DLRs says by which port each MAC comes.",
	},
	{
		.code = EC_TENANT_TRANSLATED,
		.title = "Addresses may be translated that must not be",
		.description = "Some rule of netfilter translates addresses on this node, and a tenant that it serves has a switch that is marked --no-nat. tenantd cannot say whether the rule is for that tenant.",
		.suggestion = "\"nft list ruleset\" and \"iptables-save -t nat\" show the rules. Limit them to interfaces that are in no tenant's VRF, or take them away.",
	},
	{
		.code = EC_TENANT_UNWRITTEN,
		.title = "The tenant database does not take this node's status",
		.description = "The server refuses what tenantd writes into node_status, tenant_status, subnet_trace or host. Tenants are served all the same; commands that ask the database for the state of nodes see an old one.",
		.suggestion = "Give the role that tenantd connects as the rights it needs: SELECT allow_node('ROLE') as the owner of the database.",
	},
	{
		.code = END_FERR,
	},
};
/* clang-format on */

void tenant_errors_init(void)
{
	log_ref_add(refs);
}

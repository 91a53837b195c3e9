// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public addresses: whose they are, for which host, and what is never published.
 */
#include <zebra.h>

#include <stdio.h>

#include "darr.h"

#include "model/public.h"
#include "plan/validate_priv.h"

/* who: the public address as text */
static void check_host(struct check *check, const struct ipnet *host, const char *who)
{
	const struct logical_switch *sw = public_holder(check->tenant, host);
	char text[IPNET_TEXT_SIZE];

	ipnet_format_addr(host, text);
	if (!sw)
		check_find(
			check,
			"host %s of public address %s is in no subnet of tenant %s; add its subnet, or publish another host",
			text, who, check->tenant->name);
	else if (sw->no_nat)
		check_find(
			check,
			"host %s of public address %s is on switch %s of tenant %s, whose addresses are never translated (--no-nat)",
			text, who, sw->name, check->tenant->name);
}

static void check_port(struct check *check, const struct public_address *public, const char *who)
{
	const struct reserved_port *port;
	char text[SERVICE_TEXT_SIZE];

	darr_foreach_p (check->provider->ports, port)
		if (port->protocol == public->protocol && port->port == public->port)
			check_find(
				check,
				"%s of public address %s of tenant %s is reserved for the provider; publish another port",
				service_text(port->protocol, port->port, text), who,
				check->tenant->name);
}

/* It cannot be both all of an address and a port of it, nor one host's port be two public ones:
 * the way back would have to choose.
 */
static void check_pair(struct check *check, const struct public_address *a,
		       const struct public_address *b, const char *who)
{
	char text[IPNET_TEXT_SIZE];

	if (!ipnet_cmp(&a->address, &b->address) && !a->protocol != !b->protocol)
		check_find(
			check,
			"public address %s of tenant %s is published as a whole and by ports; take one of them away",
			who, check->tenant->name);
	if (!ipnet_cmp(&a->inside, &b->inside) &&
	    (!a->protocol || !b->protocol ||
	     (a->protocol == b->protocol && a->inside_port == b->inside_port)))
		check_find(
			check,
			"host %s of tenant %s cannot have public address %s as well as another one for the same port, or for all of them; take one of them away",
			ipnet_format_addr(&a->inside, text), check->tenant->name, who);
}

static void check_public(struct check *check, const struct public_address *public)
{
	struct ipnet address = ipnet_host(&public->address);
	char who[IPNET_TEXT_SIZE], host[IPNET_TEXT_SIZE], what[IPNET_TEXT_SIZE + 5];

	ipnet_format_addr(&public->address, who);
	ipnet_format_addr(&public->inside, host);
	if (address.family != AF_INET || public->inside.family != AF_INET ||
	    (ipnet_is_set(&public->recovered) && public->recovered.family != AF_INET)) {
		check_find(
			check,
			"public address %s of tenant %s for %s: only IPv4 is translated; route IPv6 as it is",
			who, check->tenant->name, host);
		return;
	}
	if (public_is_within(&address))
		check_find(
			check,
			"%s is a private address, which nobody outside can reach; tenant %s needs a public one for %s",
			who, check->tenant->name, host);
	snprintf(what, sizeof(what), "for %s", host);
	check_space(check, &address, "public address", what);
	check_host(check, &public->inside, who);
	if (ipnet_is_set(&public->recovered))
		check_host(check, &public->recovered, who);
	if (public->protocol)
		check_port(check, public, who);
}

void check_publics(struct check *check)
{
	const struct public_address *publics = check->tenant->publics, *last = NULL;
	char who[IPNET_TEXT_SIZE];

	for (unsigned int i = 0; i < darr_len(publics); i++) {
		struct ipnet address = ipnet_host(&publics[i].address);

		ipnet_format_addr(&address, who);
		check_public(check, &publics[i]);
		for (unsigned int j = 0; j < i; j++)
			check_pair(check, &publics[j], &publics[i], who);
		if (!last || ipnet_cmp(&last->address, &publics[i].address))
			check_hold(check, &address, "public address", who);
		last = &publics[i];
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hosts of a URI, looked up beside the loop.
 *
 * libpq looks names up where it stands, and a name server that is silent holds up
 * whoever called it for many seconds.  Here each name is looked up by a thread of
 * libc's (getaddrinfo_a), all at once, and libpq is given addresses (hostaddr)
 * beside the names, which it needs for certificates and passwords.  A name with
 * several addresses is several hosts then, in their order.
 *
 *	struct pgsql_hosts *hosts = pgsql_hosts_new(uri);
 *	-- now and then, until pgsql_hosts_are_found(hosts), or for as long as one likes
 *	if (pgsql_hosts_settle(hosts, &why))
 *		... pgsql_hosts_text(hosts, PGSQL_HOST) and so on go behind the URI
 *	pgsql_hosts_free(hosts);
 *
 * What is no name (an address, a socket's folder, hostaddr in the URI) is known at
 * once.  Names that are not in the URI but in $PGHOST or a service file are left to
 * libpq.
 */
#ifndef FRR_TENANT_SOURCE_PGSQL_HOSTS_H
#define FRR_TENANT_SOURCE_PGSQL_HOSTS_H

#include "model/model.h"

struct pgsql_hosts;

enum pgsql_host_text { PGSQL_HOST, PGSQL_HOSTADDR, PGSQL_PORT };
#define PGSQL_HOST_TEXTS 3

struct pgsql_hosts *pgsql_hosts_new(const char *uri);
/* Those still being looked up are left to themselves. */
void pgsql_hosts_free(struct pgsql_hosts *hosts);

bool pgsql_hosts_are_found(const struct pgsql_hosts *hosts);
/* To be asked once; leaves out names of which nothing is known (yet).  False with a sentence
 * where that is all of them.
 */
bool pgsql_hosts_settle(struct pgsql_hosts *hosts, struct reason *why);
/* NULL: as the URI says. */
const char *pgsql_hosts_text(const struct pgsql_hosts *hosts, enum pgsql_host_text what);

#endif

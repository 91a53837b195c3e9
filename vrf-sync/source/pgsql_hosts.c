// SPDX-License-Identifier: GPL-2.0-or-later
/* The hosts of a URI, looked up beside the loop. */
#include <zebra.h>

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "source/pgsql_hosts.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PGSQL_HOSTS, "PostgreSQL hosts");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PGSQL_LOOKUP, "PostgreSQL host name");

/* libc has it as long as it is not answered, whoever wanted to know. */
struct lookup {
	struct addrinfo hints;
	struct gaicb request;
	char name[];
};

struct host {
	char *name, *port;     /* "": none is given */
	struct lookup *lookup; /* NULL: it is no name */
};

struct pgsql_hosts {
	struct host *list; /* darr; NULL: as the URI says */
	bool has_ports;
	char *texts[PGSQL_HOST_TEXTS]; /* darr */
};

/* Whom nobody waits for any more (darr). */
static struct lookup **orphans;

/* ---- one name ---- */

static bool is_answered(struct lookup *lookup)
{
	return gai_error(&lookup->request) != EAI_INPROGRESS;
}

static void lookup_free(struct lookup *lookup)
{
	if (lookup->request.ar_result)
		freeaddrinfo(lookup->request.ar_result);
	XFREE(MTYPE_PGSQL_LOOKUP, lookup);
}

static void free_orphans(void)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(orphans); i++)
		if (is_answered(orphans[i]))
			lookup_free(orphans[i]);
		else
			orphans[kept++] = orphans[i];
	if (orphans)
		darr_setlen(orphans, kept);
	if (!kept)
		darr_free(orphans);
}

static void lookup_leave(struct lookup *lookup)
{
	if (!lookup)
		return;
	gai_cancel(&lookup->request);
	*darr_append(orphans) = lookup;
	free_orphans();
}

/* A server that is silent is not asked the same again and again. */
static struct lookup *adopt(const char *name)
{
	for (unsigned int i = 0; i < darr_len(orphans); i++) {
		struct lookup *lookup = orphans[i];

		if (strcmp(lookup->name, name) || gai_error(&lookup->request) == EAI_CANCELED)
			continue;
		darr_remove(orphans, i);
		return lookup;
	}
	return NULL;
}

static struct lookup *lookup_new(const char *name)
{
	size_t size = strlen(name) + 1;
	struct lookup *lookup;
	struct gaicb *request;

	free_orphans();
	lookup = adopt(name);
	if (lookup)
		return lookup;
	lookup = XCALLOC(MTYPE_PGSQL_LOOKUP, sizeof(*lookup) + size);
	memcpy(lookup->name, name, size);
	lookup->hints.ai_socktype = SOCK_STREAM;
	lookup->request.ar_name = lookup->name;
	lookup->request.ar_request = &lookup->hints;
	request = &lookup->request;
	if (!getaddrinfo_a(GAI_NOWAIT, &request, 1, NULL))
		return lookup;
	lookup_free(lookup);
	return NULL; /* then libpq looks it up */
}

static bool is_name(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	/* of a link-local address only who has the interface can tell */
	return host[0] && host[0] != '/' && host[0] != '@' && !strchr(host, '%') &&
	       inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

/* ---- the hosts of a URI ---- */

/* The next of a list with commas (darr); *text: NULL behind the last. */
static char *next_of(const char **text)
{
	size_t len = *text ? strcspn(*text, ",") : 0;
	char *one = NULL;

	darr_in_strcatf(one, "%.*s", (int)len, *text ?: "");
	*text = *text && (*text)[len] ? *text + len + 1 : NULL;
	return one;
}

static const char *option_of(const PQconninfoOption *options, const char *name)
{
	for (; options && options->keyword; options++)
		if (!strcmp(options->keyword, name))
			return options->val && options->val[0] ? options->val : NULL;
	return NULL;
}

/* One port is that of all; any other number of them is libpq's to refuse. */
static void take_hosts(struct pgsql_hosts *hosts, const char *names, const char *ports)
{
	const char *port = ports;

	while (names) {
		struct host *host = darr_append(hosts->list);

		*host = (struct host){ .name = next_of(&names), .port = next_of(&port) };
		if (!port && ports && !strchr(ports, ','))
			port = ports;
	}
}

static bool any_name(const struct pgsql_hosts *hosts)
{
	const struct host *host;

	darr_foreach_p (hosts->list, host)
		if (is_name(host->name))
			return true;
	return false;
}

static void free_list(struct pgsql_hosts *hosts)
{
	struct host *host;

	darr_foreach_p (hosts->list, host) {
		lookup_leave(host->lookup);
		darr_free(host->name);
		darr_free(host->port);
	}
	darr_free(hosts->list);
}

static unsigned int count_of(const char *list)
{
	unsigned int count = 1;

	for (; list && *list; list++)
		count += *list == ',';
	return count;
}

struct pgsql_hosts *pgsql_hosts_new(const char *uri)
{
	struct pgsql_hosts *hosts = XCALLOC(MTYPE_PGSQL_HOSTS, sizeof(*hosts));
	PQconninfoOption *options = PQconninfoParse(uri, NULL);
	const char *names = option_of(options, "host"), *ports = option_of(options, "port");
	struct host *host;

	if (names && !option_of(options, "hostaddr") &&
	    (count_of(ports) == 1 || count_of(ports) == count_of(names)))
		take_hosts(hosts, names, ports);
	hosts->has_ports = ports != NULL;
	PQconninfoFree(options);
	if (!any_name(hosts))
		free_list(hosts);
	darr_foreach_p (hosts->list, host)
		if (is_name(host->name))
			host->lookup = lookup_new(host->name);
	return hosts;
}

void pgsql_hosts_free(struct pgsql_hosts *hosts)
{
	if (!hosts)
		return;
	free_list(hosts);
	for (unsigned int i = 0; i < PGSQL_HOST_TEXTS; i++)
		darr_free(hosts->texts[i]);
	XFREE(MTYPE_PGSQL_HOSTS, hosts);
}

bool pgsql_hosts_are_found(const struct pgsql_hosts *hosts)
{
	const struct host *host;

	darr_foreach_p (hosts->list, host)
		if (host->lookup && !is_answered(host->lookup))
			return false;
	return true;
}

/* ---- as libpq is told them ---- */

static void add(struct pgsql_hosts *hosts, const struct host *host, const char *address)
{
	const char *comma = hosts->texts[PGSQL_HOST] ? "," : "";

	darr_in_strcatf(hosts->texts[PGSQL_HOST], "%s%s", comma, host->name);
	darr_in_strcatf(hosts->texts[PGSQL_HOSTADDR], "%s%s", comma, address);
	if (hosts->has_ports)
		darr_in_strcatf(hosts->texts[PGSQL_PORT], "%s%s", comma, host->port);
}

static void add_found(struct pgsql_hosts *hosts, const struct host *host)
{
	const struct addrinfo *found = host->lookup->request.ar_result;
	char address[NI_MAXHOST];

	for (; found; found = found->ai_next)
		if (!getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL,
				 0, NI_NUMERICHOST))
			add(hosts, host, address);
}

static void say_why_not(const struct host *host, struct reason *why)
{
	int error = gai_error(&host->lookup->request);

	if (error == EAI_INPROGRESS)
		reason_set(why, "no name server has told the address of host \"%s\" so far",
			   host->name);
	else
		reason_set(why, "could not translate host name \"%s\" to address: %s", host->name,
			   gai_strerror(error));
}

/* The address that it is; "": libpq knows better. */
static const char *address_of(const char *name)
{
	bool is_socket = name[0] == '/' || name[0] == '@';

	return is_name(name) || is_socket || strchr(name, '%') ? "" : name;
}

bool pgsql_hosts_settle(struct pgsql_hosts *hosts, struct reason *why)
{
	const struct host *host;

	darr_foreach_p (hosts->list, host) {
		if (!host->lookup)
			add(hosts, host, address_of(host->name));
		else if (gai_error(&host->lookup->request) == 0)
			add_found(hosts, host);
		else
			say_why_not(host, why);
	}
	return !hosts->list || hosts->texts[PGSQL_HOST];
}

const char *pgsql_hosts_text(const struct pgsql_hosts *hosts, enum pgsql_host_text what)
{
	return hosts->texts[what];
}

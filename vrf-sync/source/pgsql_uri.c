// SPDX-License-Identifier: GPL-2.0-or-later
/* How a PostgreSQL database is named. */
#include <zebra.h>

#include <libpq-fe.h>
#include <string.h>

#include "source/pgsql_uri.h"

static const char *const schemes[] = { "postgresql://", "postgres://" };

bool pgsql_is_uri(const char *text)
{
	for (unsigned int i = 0; i < array_size(schemes); i++)
		if (!strncmp(text, schemes[i], strlen(schemes[i])))
			return true;
	return false;
}

static const char *option_of(const PQconninfoOption *options, const char *name)
{
	for (; options && options->keyword; options++)
		if (!strcmp(options->keyword, name))
			return options->val;
	return NULL;
}

/* Neither libpq's words nor the URI are said: pieces of a password may be in them.  One with an
 * '@' that is not written %40 ends up in the host's name.
 */
bool pgsql_check(const char *uri, struct reason *why)
{
	PQconninfoOption *options = pgsql_is_uri(uri) ? PQconninfoParse(uri, NULL) : NULL;
	const char *host = option_of(options, "host");
	bool good = options && !(host && strchr(host, '@'));

	PQconninfoFree(options);
	if (!good)
		reason_set(
			why,
			"This is no URI that libpq can read; write postgresql://USER@HOST/DATABASE, and special characters as %%XX");
	return good;
}

void pgsql_describe(const char *uri, char *buf, size_t size)
{
	PQconninfoOption *options = PQconninfoParse(uri, NULL);
	const char *host = option_of(options, "host"), *database = option_of(options, "dbname");

	snprintf(buf, size, "%s/%s", host ? host : "localhost", database ? database : "");
	PQconninfoFree(options);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a name may be. */
#include <zebra.h>

#include <string.h>
#include <strings.h>

#include "model/names.h"

static bool is_alnum(char c)
{
	/* not isalnum(): that follows the locale */
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool name_is_valid(const char *name, unsigned int max)
{
	unsigned int len = 0;

	if (!is_alnum(name[0]))
		return false;
	for (; name[len]; len++) {
		char c = name[len];

		if (len == max)
			return false;
		if (!is_alnum(c) && c != '-' && c != '_' && c != '.')
			return false;
	}
	return true;
}

bool vrf_name_is_valid(const char *name)
{
	static const char *const taken[] = { "all",  "any",   "default", "lo",
					     "main", "local", "unspec" };

	for (unsigned int i = 0; i < array_size(taken); i++)
		if (!strcasecmp(name, taken[i]))
			return false;
	return name_is_valid(name, DEVICE_NAME_MAX);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a cluster is. */
#include <zebra.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "darr.h"

#include "model/model.h"
#include "ovn/ovsdb_channel.h"

static bool take_path(struct ovsdb_remote *remote, const char *path)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&remote->address;

	un->sun_family = AF_UNIX;
	remote->way = OVSDB_UNIX;
	remote->len = sizeof(*un);
	return path[0] == '/' &&
	       strlcpy(un->sun_path, path, sizeof(un->sun_path)) < sizeof(un->sun_path);
}

static bool take_address(struct ovsdb_remote *remote, const char *host, uint16_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&remote->address;
	struct sockaddr_in *in = (struct sockaddr_in *)&remote->address;

	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		remote->len = sizeof(*in);
		return true;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		return false;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	remote->len = sizeof(*in6);
	return true;
}

/* "10.0.0.1:6641", "[2001:db8::1]:6641" */
static bool take_host(struct ovsdb_remote *remote, const char *text)
{
	char host[INET6_ADDRSTRLEN];
	const char *colon = strrchr(text, ':');
	bool bracketed = text[0] == '[';
	size_t len;
	char *end;
	long port;

	if (!colon || colon == text || (bracketed && colon[-1] != ']'))
		return false;
	len = colon - text - (bracketed ? 2 : 0);
	port = strtol(colon + 1, &end, 10);
	if (len >= sizeof(host) || *end || port < 1 || port > UINT16_MAX)
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)len, text + bracketed);
	return take_address(remote, host, port);
}

static bool take_remote(struct ovsdb_place *place, const char *word, struct reason *why)
{
	struct ovsdb_remote remote = {};
	bool ok = strlcpy(remote.text, word, sizeof(remote.text)) < sizeof(remote.text);

	if (!strncmp(word, "unix:", 5)) {
		ok = ok && take_path(&remote, word + 5);
	} else if (!strncmp(word, "tcp:", 4) || !strncmp(word, "ssl:", 4)) {
		remote.way = word[0] == 't' ? OVSDB_TCP : OVSDB_SSL;
		ok = ok && take_host(&remote, word + 4);
	} else {
		ok = false;
	}
	if (ok)
		*darr_append(place->remotes) = remote;
	else
		reason_set(
			why,
			"%.60s is no OVSDB server; write unix:/PATH, tcp:ADDRESS:PORT or ssl:ADDRESS:PORT, with commas between several",
			word);
	return ok;
}

static bool take_file(char file[static 256], const char *path, struct reason *why)
{
	if (path[0] == '/' && strlcpy(file, path, 256) < 256)
		return true;
	reason_set(why, "the path of a file must be absolute, %.60s is not", path);
	return false;
}

static bool take_word(struct ovsdb_place *place, const char *word, struct reason *why)
{
	if (!strncmp(word, "key=", 4))
		return take_file(place->key, word + 4, why);
	if (!strncmp(word, "certificate=", 12))
		return take_file(place->certificate, word + 12, why);
	if (!strncmp(word, "ca=", 3))
		return take_file(place->ca, word + 3, why);
	return take_remote(place, word, why);
}

static bool is_complete(const struct ovsdb_place *place, struct reason *why)
{
	const struct ovsdb_remote *remote;

	if (!darr_len(place->remotes))
		reason_set(
			why,
			"no OVSDB server is named; write unix:/PATH, tcp:ADDRESS:PORT or ssl:ADDRESS:PORT");
	darr_foreach_p (place->remotes, remote)
		if (remote->way == OVSDB_SSL &&
		    (!place->key[0] || !place->certificate[0] || !place->ca[0]))
			reason_set(
				why,
				"%s needs key=FILE, certificate=FILE and ca=FILE behind it, with commas between",
				remote->text);
	return !why->text[0];
}

bool ovsdb_place_parse(const char *text, struct ovsdb_place *place, struct reason *why)
{
	char *copy = strdup(text), *save = NULL;
	bool ok = true;

	*place = (struct ovsdb_place){};
	for (char *word = strtok_r(copy, ",", &save); ok && word;
	     word = strtok_r(NULL, ",", &save))
		ok = take_word(place, word, why);
	free(copy);
	ok = ok && is_complete(place, why);
	if (!ok)
		ovsdb_place_fini(place);
	return ok;
}

void ovsdb_place_fini(struct ovsdb_place *place)
{
	darr_free(place->remotes);
}

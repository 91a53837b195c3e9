// SPDX-License-Identifier: GPL-2.0-or-later
/* Where metrics are offered, in the words of tenantd.conf. */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "metrics/endpoint.h"

#define PORT_MIN 1024 /* tenantd may not take one below */
#define PORT_MAX 65535

/* Splits off the port: "" where there is none.  False where the brackets do not close. */
static bool split(const char *text, char *host, size_t size, const char **port)
{
	const char *end = text + strlen(text), *colon = strchr(text, ':');

	*port = "";
	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		if (end[1])
			*port = end + 2;
		if (end[1] && !end[2])
			return false;
	} else if (colon && !strchr(colon + 1, ':')) {
		end = colon;
		*port = colon + 1;
		if (!colon[1])
			return false;
	}
	if ((size_t)(end - text) >= size)
		return false;
	memcpy(host, text, end - text);
	host[end - text] = '\0';
	return true;
}

/* 0 where it is none. */
static uint16_t parse_port(const char *text)
{
	unsigned long port = 0;

	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9' || c - text > 4)
			return 0;
		port = port * 10 + *c - '0';
	}
	return port >= PORT_MIN && port <= PORT_MAX ? port : 0;
}

int endpoint_parse(const char *text, struct endpoint *endpoint, struct reason *why)
{
	struct endpoint parsed = { .port = ENDPOINT_PORT };
	char host[IPNET_TEXT_SIZE];
	const char *port;

	if (!split(text, host, sizeof(host), &port) ||
	    ipnet_parse_addr(host, &parsed.address) < 0) {
		reason_set(
			why,
			"\"%.60s\" is no address to offer metrics at; give one like 127.0.0.1, 192.0.2.1:%d or [2001:db8::1]:%d",
			text, ENDPOINT_PORT, ENDPOINT_PORT);
		return -EINVAL;
	}
	if (port[0])
		parsed.port = parse_port(port);
	if (!parsed.port) {
		reason_set(why, "\"%.20s\" is no port for metrics; give one from %d to %d", port,
			   PORT_MIN, PORT_MAX);
		return -EINVAL;
	}
	*endpoint = parsed;
	return 0;
}

const char *endpoint_format(const struct endpoint *endpoint, char buf[static ENDPOINT_TEXT_SIZE])
{
	bool v6 = endpoint->address.family == AF_INET6;
	char address[IPNET_TEXT_SIZE];

	snprintf(buf, ENDPOINT_TEXT_SIZE, "%s%s%s:%u", v6 ? "[" : "",
		 ipnet_format_addr(&endpoint->address, address), v6 ? "]" : "", endpoint->port);
	return buf;
}

struct endpoint endpoint_loopback(void)
{
	return (struct endpoint){
		.address = { .family = AF_INET, .len = 32, .addr = { 127, 0, 0, 1 } },
		.port = ENDPOINT_PORT,
	};
}

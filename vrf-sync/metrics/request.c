// SPDX-License-Identifier: GPL-2.0-or-later
/* As much of HTTP/1.1 as a scraper needs. */
#include <zebra.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "metrics/request.h"

#define METHOD_MAX 16

static const struct {
	enum request_status status;
	const char *phrase;
	const char *complaint;
} statuses[] = {
	{ REQUEST_OK, "OK", NULL },
	{ REQUEST_MALFORMED, "Bad Request", "This is no HTTP request; GET /metrics is.\n" },
	{ REQUEST_NOT_FOUND, "Not Found", "There is nothing here but /metrics.\n" },
	{ REQUEST_NOT_ALLOWED, "Method Not Allowed", "/metrics can only be got, by GET.\n" },
	{ REQUEST_TOO_LARGE, "Request Header Fields Too Large",
	  "The request is too long: 4096 bytes are all it may have.\n" },
	{ REQUEST_BAD_VERSION, "HTTP Version Not Supported",
	  "HTTP/1.0 and HTTP/1.1 are spoken here.\n" },
};

/* An empty line ends a request; a line ends with LF, mostly after CR. */
static bool is_complete(const char *bytes, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (bytes[i] != '\n')
			continue;
		if (bytes[i - 1] == '\n' ||
		    (i > 2 && bytes[i - 1] == '\r' && bytes[i - 2] == '\n'))
			return true;
	}
	return false;
}

/* The length of what may still become the method, or is it; 0 where it cannot. */
static size_t method_length(const char *bytes, size_t count)
{
	size_t len = 0;

	while (len < count && bytes[len] >= 'A' && bytes[len] <= 'Z')
		len++;
	return len <= METHOD_MAX && (len == count || bytes[len] == ' ') ? len : 0;
}

static bool is_path(const char *target, size_t len)
{
	static const char path[] = "/metrics";
	const size_t path_len = sizeof(path) - 1;

	return len >= path_len && !memcmp(target, path, path_len) &&
	       (len == path_len || target[path_len] == '?');
}

/* The first line, without its end: METHOD TARGET HTTP/1.1 */
static enum request_status judge_line(const char *line, size_t len)
{
	size_t method = method_length(line, len);
	const char *target = line + method + 1, *end = line + len, *version;

	for (const char *c = line; c < end; c++)
		if (*c < ' ' || *c > '~')
			return REQUEST_MALFORMED;
	if (target >= end)
		return REQUEST_MALFORMED;
	version = memchr(target, ' ', end - target);
	if (!version || version == target || end - version != (int)strlen(" HTTP/1.1") ||
	    memcmp(version, " HTTP/", 6))
		return REQUEST_MALFORMED;
	if (memcmp(version, " HTTP/1.1", 9) && memcmp(version, " HTTP/1.0", 9))
		return REQUEST_BAD_VERSION;
	if (!is_path(target, version - target))
		return REQUEST_NOT_FOUND;
	if (method != 3 || memcmp(line, "GET", 3))
		return REQUEST_NOT_ALLOWED;
	return REQUEST_OK;
}

enum request_status request_judge(const char *bytes, size_t count)
{
	const char *end;
	size_t len;

	if (!count)
		return REQUEST_MORE;
	if (!method_length(bytes, count))
		return REQUEST_MALFORMED;
	if (!is_complete(bytes, count))
		return count < REQUEST_MAX ? REQUEST_MORE : REQUEST_TOO_LARGE;
	end = memchr(bytes, '\n', count);
	len = end - bytes;
	if (len && bytes[len - 1] == '\r')
		len--;
	return judge_line(bytes, len);
}

static const char *phrase_of(enum request_status status)
{
	for (unsigned int i = 0; i < array_size(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].phrase;
	return "";
}

const char *request_complaint(enum request_status status)
{
	for (unsigned int i = 0; i < array_size(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].complaint;
	return NULL;
}

size_t request_head(char buf[static REQUEST_HEAD_SIZE], enum request_status status, size_t length)
{
	return snprintf(buf, REQUEST_HEAD_SIZE,
			"HTTP/1.1 %d %s\r\n"
			"Content-Type: text/plain; %scharset=utf-8\r\n"
			"Content-Length: %zu\r\n"
			"%s"
			"Connection: close\r\n"
			"\r\n",
			status, phrase_of(status), status == REQUEST_OK ? "version=0.0.4; " : "",
			length, status == REQUEST_NOT_ALLOWED ? "Allow: GET\r\n" : "");
}

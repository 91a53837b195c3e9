// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As much of HTTP/1.1 (RFC 9112) as a scraper needs: one GET of /metrics a
 * connection, which is closed after the answer.  Pure: bytes in, text out.
 *
 *	status = request_judge(bytes, count);     -- 0: read on
 *	request_head(head, status, length);       -- and then the body
 */
#ifndef FRR_TENANT_METRICS_REQUEST_H
#define FRR_TENANT_METRICS_REQUEST_H

#include <stddef.h>

/* The whole of a request, with its header fields; Prometheus sends 300 bytes. */
#define REQUEST_MAX       4096

#define REQUEST_HEAD_SIZE 256

enum request_status {
	REQUEST_MORE = 0, /* it is not all there */
	REQUEST_OK = 200,
	REQUEST_MALFORMED = 400,
	REQUEST_NOT_FOUND = 404,
	REQUEST_NOT_ALLOWED = 405,
	REQUEST_TOO_LARGE = 431,
	REQUEST_BAD_VERSION = 505,
};

/* What the bytes so far are answered with.  As soon as it is clear that no
 * request will come of them (TLS, noise), that is said.
 */
enum request_status request_judge(const char *bytes, size_t count);

/* The sentence that an error is answered with; NULL for REQUEST_OK. */
const char *request_complaint(enum request_status status);

/* The head of the answer; returns its length. */
size_t request_head(char buf[static REQUEST_HEAD_SIZE], enum request_status status, size_t length);

#endif

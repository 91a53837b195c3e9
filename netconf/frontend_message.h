// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What mgmtd sends by its front-end protocol, taken apart: no socket, and nothing of it is
 * believed.  tests/fuzz/fuzz_frontend.c makes up what it could be.
 *
 * A message is in memory as a whole, with one NUL more than it has bytes; "length" is
 * without that and without its head.
 */
#ifndef FRR_TENANT_NETCONF_FRONTEND_MESSAGE_H
#define FRR_TENANT_NETCONF_FRONTEND_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frontend_error;
struct mgmt_msg_hdr;
struct mgmt_msg_header;

/* How many bytes are behind this head; 0 where it is the head of no message. */
size_t frontend_message_length(const struct mgmt_msg_hdr *head);

enum frontend_said {
	FRONTEND_SAID_ANSWER,
	FRONTEND_SAID_REFUSAL,
	FRONTEND_SAID_ELSE,     /* a notification, or about an earlier question */
	FRONTEND_SAID_NONSENSE, /* the session is of no use any more */
};

/* What it is to who asked and wants an answer of that code. */
enum frontend_said frontend_message_judge(const struct mgmt_msg_header *message, uint64_t request,
					  uint16_t code);

/* Of a refusal: *why has a number and one line of text that XML can carry, whatever it says. */
void frontend_message_refusal(const struct mgmt_msg_header *message, struct frontend_error *why);

/* Of tree data: its XML within the message, "" where there is nothing; NULL where it is none. */
const char *frontend_message_xml(const struct mgmt_msg_header *message, size_t length);

/* The same of an operation's output. */
const char *frontend_message_output(const struct mgmt_msg_header *message, size_t length);

/* Of what mgmtd tells by itself: a YANG notification as JSON; NULL where it is none. */
const char *frontend_message_event(const struct mgmt_msg_header *message, size_t length);

/* Of tree data: it is not all that was asked for. */
bool frontend_message_is_partial(const struct mgmt_msg_header *message);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* mgmtd's messages, and whether they are any. */
#include <zebra.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "mgmt_msg.h"
#include "mgmt_msg_native.h"

#include "netconf/frontend.h"
#include "netconf/frontend_message.h"

/* No answer of mgmtd's is that long; a length beyond is none. */
#define MESSAGE_MAX (256u << 20)

/* Every kind has at least so much that is fixed. */
#define FIXED sizeof(struct mgmt_msg_error)
static_assert(sizeof(struct mgmt_msg_tree_data) == FIXED &&
		      sizeof(struct mgmt_msg_session_reply) == FIXED &&
		      sizeof(struct mgmt_msg_lock_reply) == FIXED &&
		      sizeof(struct mgmt_msg_edit_reply) == FIXED &&
		      sizeof(struct mgmt_msg_commit_reply) == FIXED &&
		      sizeof(struct mgmt_msg_rpc_reply) == FIXED &&
		      sizeof(struct mgmt_msg_notify_data) == FIXED,
	      "one check of the length does not do for all of them");

size_t frontend_message_length(const struct mgmt_msg_hdr *head)
{
	if (head->marker != MGMT_MSG_MARKER(MGMT_MSG_VERSION_NATIVE) ||
	    head->len < sizeof(*head) + FIXED || head->len > MESSAGE_MAX)
		return 0;
	return head->len - sizeof(*head);
}

enum frontend_said frontend_message_judge(const struct mgmt_msg_header *message, uint64_t request,
					  uint16_t code)
{
	if (message->req_id != request || message->code == MGMT_MSG_CODE_NOTIFY)
		return FRONTEND_SAID_ELSE;
	if (message->code == code)
		return FRONTEND_SAID_ANSWER;
	return message->code == MGMT_MSG_CODE_ERROR ? FRONTEND_SAID_REFUSAL
						    : FRONTEND_SAID_NONSENSE;
}

/* ---- text ---- */

/* Bytes of the character there, by its first; 0 where none begins so. */
static size_t character_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Of UTF-8, and one that XML may have (RFC 3629; XML 1.0, 2.2); 0 where there is none.  Bytes
 * are looked at no further than the first that is wrong, as a NUL is.
 */
static size_t read_character(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = character_length(*at);
	uint32_t value = length == 1 ? *at : *at & (0x7f >> length);

	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	if ((length == 3 && value < 0x800) ||
	    (length == 4 && (value < 0x10000 || value > 0x10ffff)))
		return 0;
	if (value < ' ' || value == 0x7f || (value >= 0xd800 && value < 0xe000) ||
	    value == 0xfffe || value == 0xffff)
		return 0;
	return length;
}

/* The first line, with a '?' for each byte that is no text, and no half of a character at
 * the end.
 */
static void copy_line(char *to, size_t size, const char *from)
{
	char *end = to + size - 1;

	while (*from && *from != '\n') {
		size_t length = read_character(from);

		if (to + (length ?: 1) > end)
			break;
		if (length)
			memcpy(to, from, length);
		else
			*to = '?';
		to += length ?: 1;
		from += length ?: 1;
	}
	*to = '\0';
}

/* ---- of one kind ---- */

void frontend_message_refusal(const struct mgmt_msg_header *message, struct frontend_error *why)
{
	const struct mgmt_msg_error *error = (const struct mgmt_msg_error *)message;

	/* libyang's words have more lines, of which the first says it */
	copy_line(why->text, sizeof(why->text), error->errstr);
	why->number = abs(error->error) ?: EINVAL;
	if (!why->text[0])
		snprintf(why->text, sizeof(why->text),
			 "mgmtd refused without a word (error %d); see its log", why->number);
}

/* A NUL within would hide what follows. */
static bool is_one_text(const char *text, size_t room)
{
	return strlen(text) + 1 >= room;
}

const char *frontend_message_xml(const struct mgmt_msg_header *message, size_t length)
{
	const struct mgmt_msg_tree_data *data = (const struct mgmt_msg_tree_data *)message;
	const char *xml = (const char *)data->result;

	return data->result_type == LYD_XML && is_one_text(xml, length - sizeof(*data)) ? xml
											: NULL;
}

const char *frontend_message_output(const struct mgmt_msg_header *message, size_t length)
{
	const struct mgmt_msg_rpc_reply *reply = (const struct mgmt_msg_rpc_reply *)message;

	return reply->result_type == LYD_XML && is_one_text(reply->data, length - sizeof(*reply))
		       ? reply->data
		       : NULL;
}

const char *frontend_message_event(const struct mgmt_msg_header *message, size_t length)
{
	const struct mgmt_msg_notify_data *told = (const struct mgmt_msg_notify_data *)message;
	size_t room = length - sizeof(*told), xpath = message->vsplit;

	if (message->code != MGMT_MSG_CODE_NOTIFY || told->op != NOTIFY_OP_NOTIFICATION ||
	    told->result_type != LYD_JSON || !xpath || xpath > room || told->data[xpath - 1])
		return NULL;
	return is_one_text(told->data + xpath, room - xpath) ? told->data + xpath : NULL;
}

bool frontend_message_is_partial(const struct mgmt_msg_header *message)
{
	return ((const struct mgmt_msg_tree_data *)message)->partial_error != 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What mgmtd may send to frr-netconfd, as libFuzzer makes it up: the number and the code of
 * the answer that is waited for, then messages one after another, the last of which may be
 * cut off.  Nothing of them may be read beyond its end, and what is taken from them is such
 * that a NETCONF client can be told it.
 */
// sources: netconf/frontend_message.c
// packages: frr json-c
#include <zebra.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "mgmt_msg.h"
#include "mgmt_msg_native.h"

#include "netconf/frontend.h"
#include "netconf/frontend_message.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the answer that is waited for. */
struct wanted {
	uint8_t request;
	uint8_t code;
};

static struct ly_ctx *ctx;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	ly_log_options(LY_LOSTORE_LAST);
	EXPECT(ly_ctx_new("/usr/share/yang", LY_CTX_DISABLE_SEARCHDIR_CWD, &ctx) == LY_SUCCESS);
	EXPECT(lys_parse_mem(ctx,
			     "module words { namespace 'urn:words'; prefix w; leaf said { type string; } }",
			     LYS_IN_YANG, NULL) == LY_SUCCESS);
	return 0;
}

/* As an rpc-error has it: any text, if only it is one. */
static void tell(const char *text)
{
	struct lyd_node *leaf = NULL, *again = NULL;
	char *xml = NULL;

	EXPECT(*text && !strchr(text, '\n'));
	EXPECT(lyd_new_path(NULL, ctx, "/words:said", text, 0, &leaf) == LY_SUCCESS);
	EXPECT(lyd_print_mem(&xml, leaf, LYD_XML, 0) == LY_SUCCESS);
	EXPECT(lyd_parse_data_mem(ctx, xml, LYD_XML, LYD_PARSE_ONLY, 0, &again) == LY_SUCCESS);
	EXPECT(!strcmp(lyd_get_value(again), text));
	free(xml);
	lyd_free_all(leaf);
	lyd_free_all(again);
}

static void take_refusal(const struct mgmt_msg_header *message)
{
	struct frontend_error why;

	memset(&why, 0xff, sizeof(why));
	frontend_message_refusal(message, &why);
	EXPECT(why.number > 0 && memchr(why.text, 0, sizeof(why.text)));
	tell(why.text);
}

/* NULL, or all that is left of the message. */
static void take_text(const struct mgmt_msg_header *message, size_t length, const char *text)
{
	if (text)
		EXPECT(text >= (const char *)message &&
		       text + strlen(text) + 1 >= (const char *)message + length);
}

/* False where nobody would read on. */
static bool take(const struct mgmt_msg_header *message, size_t length, struct wanted wanted)
{
	switch (frontend_message_judge(message, wanted.request, wanted.code)) {
	case FRONTEND_SAID_ANSWER:
		if (message->code == MGMT_MSG_CODE_TREE_DATA) {
			frontend_message_is_partial(message);
			take_text(message, length, frontend_message_xml(message, length));
		} else if (message->code == MGMT_MSG_CODE_RPC_REPLY) {
			take_text(message, length, frontend_message_output(message, length));
		}
		return true;
	case FRONTEND_SAID_REFUSAL:
		take_refusal(message);
		return true;
	case FRONTEND_SAID_ELSE:
		EXPECT(message->req_id != wanted.request || message->code == MGMT_MSG_CODE_NOTIFY);
		take_text(message, length, frontend_message_event(message, length));
		return true;
	case FRONTEND_SAID_NONSENSE:
		break;
	}
	return false;
}

/* The bytes of the next message that are taken; 0 where it is none, or not all of one. */
static size_t next(const uint8_t *data, size_t size, struct wanted wanted)
{
	struct mgmt_msg_hdr head, *frame;
	size_t length;
	bool goes_on;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	length = frontend_message_length(&head);
	if (!length || length > size - sizeof(head))
		return 0;
	/* in memory of just its size, and the NUL */
	frame = calloc(1, sizeof(head) + length + 1);
	EXPECT(frame);
	memcpy(frame, data, sizeof(head) + length);
	goes_on = take((struct mgmt_msg_header *)(frame + 1), length, wanted);
	free(frame);
	return goes_on ? sizeof(head) + length : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wanted wanted;
	size_t used;

	if (size < sizeof(wanted))
		return 0;
	memcpy(&wanted, data, sizeof(wanted));
	for (used = sizeof(wanted); used;) {
		data += used;
		size -= used;
		used = next(data, size, wanted);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel objects as iproute2 commands, for people to read and to type.
 *
 * tenantd itself speaks netlink (apply/); these are the same things in words:
 * for "tenantctl plan", "show tenant plan" and the golden tests.  Left out are
 * the marks by which tenantd knows its own (aliases, protocol numbers).
 */
#ifndef FRR_TENANT_PLAN_KERNEL_TEXT_H
#define FRR_TENANT_PLAN_KERNEL_TEXT_H

#include "plan/object.h"

#define KERNEL_TEXT_SIZE 512

/* The commands, one a line without a last newline, that put the object in place
 * or (undo) take it down again; "" where there is nothing to type.  Returns buf.
 */
const char *kernel_text(const struct object *obj, bool undo, char buf[static KERNEL_TEXT_SIZE]);
/* The same for one that is there with other content, and is changed in place. */
const char *kernel_text_update(const struct object *obj, char buf[static KERNEL_TEXT_SIZE]);

/* The MAC of an OBJ_BRIDGE. */
void bridge_mac(const struct object *bridge, uint8_t mac[static 6]);
/* The other way round: sets num[1] and the flag.  False where it is none of ours. */
bool bridge_take_mac(struct object *bridge, const uint8_t mac[static 6]);

#endif

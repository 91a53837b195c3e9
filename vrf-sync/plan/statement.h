// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FRR statements: objects as configuration lines, and lines as objects.
 *
 * One table holds the text of every statement tenantd ever writes, in the very
 * form FRR's "show running-config" prints it (FRR 10.7), so the same row writes
 * a line and recognises it.  Text is made of words from that table, numbers,
 * addresses, and names that name_is_valid() accepts; nothing else can get into
 * a command.
 *
 *	statement_script(ops, count, TARGET_BGPD, asn, emit, arg)
 *
 * calls emit() for each line in order, contexts entered and left around them.
 * Nodes are always left with an explicit "exit": inside the wrong node FRR
 * takes some lines for others.
 */
#ifndef FRR_TENANT_PLAN_STATEMENT_H
#define FRR_TENANT_PLAN_STATEMENT_H

#include "plan/object.h"

#define STATEMENT_SIZE 192 /* no line of ours is longer, its end included */

/* The configuration node that a statement is typed in. */
enum context {
	CONTEXT_NONE, /* not a FRR statement */
	CONTEXT_TOP,
	CONTEXT_ROUTE_MAP,
	CONTEXT_OSPF,
	CONTEXT_OSPF_IF,
	CONTEXT_VRRP_IF,
	CONTEXT_BGP,
	CONTEXT_BGP_V4,
	CONTEXT_VRF,
};

enum context statement_context(enum object_kind kind);

/* The line that makes (or, undo, takes away) the object; returns buf. */
const char *statement_text(const struct object *obj, bool undo, char buf[static STATEMENT_SIZE]);
/* The same for people: a secret is written as SECRET_SHOWN. */
const char *statement_shown(const struct object *obj, bool undo, char buf[static STATEMENT_SIZE]);
#define SECRET_SHOWN "********"
bool statement_has_secret(const struct object *obj);
/* Any line of a configuration without the secret that it may hold; returns buf. */
const char *statement_redact(const char *line, char buf[static STATEMENT_SIZE]);
/* The line that enters the object's context, "" for the top.  asn is the
 * provider's, for "router bgp".  For CONTEXT_BGP_V4 the address family is
 * entered by a second line, which this does not give.
 */
const char *statement_enter(const struct object *obj, uint32_t asn,
			    char buf[static STATEMENT_SIZE]);

/* What a line of a running configuration is. */
enum reading {
	READING_FOREIGN, /* not a statement of ours */
	READING_EXACT,   /* *obj is the object */
	READING_ALTERED, /* *obj has the key; its content is none we would write */
};

/* Reads one line, without leading blanks, typed in `context` of `target`.  The
 * fields of *obj that the context gives (vrf, name, num[0]) are set already.
 */
enum reading statement_read(enum target target, enum context context, const char *line,
			    struct object *obj);

struct op;
/* index: of the operation the line belongs to; -1 for a line that only enters
 * or leaves a context.
 */
typedef void (*statement_emit)(void *arg, const char *line, int index);

/* Writes the operations on one target.  They are in the order of diff.h. */
void statement_script(const struct op *const *ops, size_t count, uint32_t asn, statement_emit emit,
		      void *arg);
/* The same for people. */
void statement_script_shown(const struct op *const *ops, size_t count, uint32_t asn,
			    statement_emit emit, void *arg);

#endif

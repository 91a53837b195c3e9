// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frr-netconfd: a NETCONF server in front of mgmtd.
 *
 *   NETCONF clients -- SSH, TLS --> libnetconf2           main thread: vty, signals
 *                                      | a thread each
 *                                      v
 *      settings   listen to whom   session --> rpc --> store --> push
 *                                                 |      |        |
 *                                                 |    edit       v
 *                                                 '----------> frontend --> mgmtd
 *
 *   settings.c   frr-netconfd.conf: addresses, keys, PAM
 *   transport.c  new connections; endpoint.c what libnetconf2 is told of the settings
 *   call_home.c  clients that it calls; thread.c whose thread it is
 *   host_key.c   the SSH host key; password.c PAM
 *   session.c    one client, its thread, and its session with mgmtd
 *   socket.c     which socket is whose
 *   rpc.c        which operation is whose; rpc_get.c, rpc_edit.c, rpc_session.c
 *   monitoring.c what it says of itself (RFC 6022)
 *   reply.c      answers, and RFC 6241's errors
 *   store.c      running, candidate and operational; push.c changes into mgmtd
 *   access.c     who may do what; nacm.c decides
 *   confirm.c    commits to be confirmed
 *   subscription.c what a client is told by itself; events.c what the server has to tell
 *   edit.c       edit-config on trees; filter.c subtree filters
 *   frontend.c   mgmtd's front-end protocol; frontend_message.c takes its messages apart
 *   schema.c     the YANG modules that mgmtd has
 */
#ifndef FRR_TENANT_NETCONF_NETCONFD_H
#define FRR_TENANT_NETCONF_NETCONFD_H

#include <pthread.h>

#include "memory.h"

DECLARE_MGROUP(NETCONFD);

struct event_loop;
struct ly_ctx;
struct store;

struct netconfd {
	struct event_loop *loop;
	struct ly_ctx *ctx;   /* NULL until mgmtd has told its modules */
	struct store *store;  /* the same */
	pthread_mutex_t work; /* held by whoever answers an operation */
};

extern struct netconfd netconfd;
extern struct zebra_privs_t netconfd_privs;

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* The message of our modules in ospfd and bgpd, as zebra hands it on. */
#ifndef FRR_TENANT_DAEMON_TRACING_H
#define FRR_TENANT_DAEMON_TRACING_H

#include "zclient.h"

int tracing_message(ZAPI_CALLBACK_ARGS);

#endif

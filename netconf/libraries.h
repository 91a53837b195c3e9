// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libyang and libnetconf2, beside FRR: libssh's old names are some of FRR's, and libyang
 * and FRR's compiler.h have a macro of the same name.
 */
#ifndef FRR_TENANT_NETCONF_LIBRARIES_H
#define FRR_TENANT_NETCONF_LIBRARIES_H

#define LIBSSH_LEGACY_0_4

#include <libyang/libyang.h>
#include <nc_server.h>

#undef _DEPRECATED

#endif

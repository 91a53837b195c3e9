// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's SSH host key. */
#ifndef FRR_TENANT_NETCONF_HOST_KEY_H
#define FRR_TENANT_NETCONF_HOST_KEY_H

#include <stddef.h>

/* Makes one (ECDSA, P-256) where the file does not exist, readable by this user alone; 0, or
 * -1 and one sentence.
 */
int host_key_make(const char *path, char *why, size_t size);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Passwords of SSH users, judged by PAM.
 *
 * libnetconf2 as Debian builds it knows no PAM, so it is asked here, as the server's
 * own "keyboard-interactive" method (RFC 4256).  The server runs as user frr: modules
 * that ask another program (SSSD, RADIUS, LDAP) judge anybody's password, while
 * pam_unix judges none but frr's.
 */
#ifndef FRR_TENANT_NETCONF_PASSWORD_H
#define FRR_TENANT_NETCONF_PASSWORD_H

/* From now on; settings.pam_service is what PAM is asked by. */
void password_init(void);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frr-netconfd.conf: where it listens and who may come in.
 *
 *	netconf listen ssh 127.0.0.1 port 830
 *	netconf listen tls 127.0.0.1 port 6513
 *	netconf call-home noc ssh 192.0.2.1 port 4334
 *	netconf user alice by public-key
 *	netconf user bob by password
 *	netconf ssh host-key /etc/frr/netconf/ssh_host_key.pem
 *	netconf ssh authorized-keys /etc/frr/netconf/authorized_keys/%u
 *	netconf ssh pam-service frr-netconfd
 *	netconf tls certificate /etc/frr/netconf/server.pem key /etc/frr/netconf/server.key
 *	netconf tls client-authority /etc/frr/netconf/ca.pem
 *	netconf access-control /etc/frr/netconf/nacm.xml
 *
 * These are the defaults, but there is no TLS unless an address is configured, no user, and
 * nobody to call.  Users of SSH are listed here because libnetconf2 4.6 lets nobody in where
 * its feature for lists of users is off; each by one way, for of two it wants both.
 */
#ifndef FRR_TENANT_NETCONF_SETTINGS_H
#define FRR_TENANT_NETCONF_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct vty;

enum transport { BY_SSH, BY_TLS, TRANSPORTS };

struct settings_user {
	char name[33];    /* one of the system's */
	bool by_password; /* PAM judges it; else a key */
};

struct settings_client {
	char name[64];
	enum transport by;
	char address[46];
	uint16_t port; /* with the address of no other client */
};

struct settings {
	struct settings_user *users; /* darr */
	struct {
		char address[46]; /* "": not listening */
		uint16_t port;
	} listen[TRANSPORTS];
	struct settings_client *clients; /* darr: whom it calls */
	char *host_key;
	char *authorized_keys; /* %u the user's name, %h their home */
	char *pam_service;
	char *certificate;
	char *key;
	char *authority;
	char *access_control;
};

extern struct settings settings;

void settings_init(void);
void settings_stop(void);

#endif

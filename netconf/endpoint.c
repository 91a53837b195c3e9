// SPDX-License-Identifier: GPL-2.0-or-later
/* Address, keys, certificates and users of one endpoint.
 *
 * libnetconf2 has every function twice, for listening and for calling.
 */
#include <zebra.h>

#include "darr.h"

#include "netconf/endpoint.h"
#include "netconf/host_key.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"

#define NO_ATTEMPTS 1 /* before the next endpoint of a client, of which each has one */

/* ---- an address ---- */

/* A persistent connection finds out by itself that the other side is gone (RFC 8071, 4.1). */
static int add_keepalives(const struct endpoint *at, const char *name, struct lyd_node **config)
{
	static const char *const values[][2] = {
		{ "idle-time", "60" },
		{ "probe-interval", "10" },
		{ "max-probes", "3" },
	};
	char path[512];

	for (unsigned int i = 0; i < array_size(values); i++) {
		snprintf(path, sizeof(path),
			 "/ietf-netconf-server:netconf-server/call-home/netconf-client[name='%s']"
			 "/endpoints/endpoint[name='%s']/%s/tcp-client-parameters/keepalives/%s",
			 at->client, name, name, values[i][0]);
		if (lyd_new_path(*config, netconfd.ctx, path, values[i][1], 0, NULL))
			return -1;
	}
	return 0;
}

static int add_call(const struct endpoint *at, NC_TRANSPORT_IMPL by, const char *name,
		    struct lyd_node **config)
{
	char port[6];

	snprintf(port, sizeof(port), "%u", at->port);
	return nc_server_config_add_ch_address_port(netconfd.ctx, at->client, name, by,
						    at->address, port, config) ||
	       nc_server_config_add_ch_persistent(netconfd.ctx, at->client, config) ||
	       nc_server_config_add_ch_reconnect_strategy(netconfd.ctx, at->client,
							  NC_CH_FIRST_LISTED, ENDPOINT_RETRY_S,
							  NO_ATTEMPTS, config) ||
	       add_keepalives(at, name, config);
}

static int add_address(const struct endpoint *at, NC_TRANSPORT_IMPL by, const char *name,
		       struct lyd_node **config)
{
	return at->client ? add_call(at, by, name, config)
			  : nc_server_config_add_address_port(netconfd.ctx, name, by, at->address,
							      at->port, config);
}

/* ---- SSH ---- */

static int add_user(const char *client, const struct settings_user *user, struct lyd_node **config)
{
	if (client && user->by_password)
		return nc_server_config_add_ch_ssh_user_interactive(netconfd.ctx, client, "ssh",
								    user->name, config);
	if (client)
		return nc_server_config_add_ch_ssh_user_authkey(netconfd.ctx, client, "ssh",
								user->name, config);
	if (user->by_password)
		return nc_server_config_add_ssh_user_interactive(netconfd.ctx, "ssh", user->name,
								 config);
	return nc_server_config_add_ssh_user_authkey(netconfd.ctx, "ssh", user->name, config);
}

static int add_users(const char *client, struct lyd_node **config, char *why, size_t size)
{
	const struct settings_user *user;

	darr_foreach_p (settings.users, user) {
		if (add_user(client, user, config)) {
			snprintf(why, size,
				 "libnetconf2 does not take user %s; give them another name",
				 user->name);
			return -1;
		}
	}
	return 0;
}

static int add_host_key(const char *client, struct lyd_node **config)
{
	return client ? nc_server_config_add_ch_ssh_hostkey(netconfd.ctx, client, "ssh",
							    "host-key", settings.host_key, NULL,
							    config)
		      : nc_server_config_add_ssh_hostkey(netconfd.ctx, "ssh", "host-key",
							 settings.host_key, NULL, config);
}

static int add_ssh(const struct endpoint *at, struct lyd_node **config, char *why, size_t size)
{
	if (host_key_make(settings.host_key, why, size))
		return -1;
	if (add_address(at, NC_TI_SSH, "ssh", config) || add_host_key(at->client, config)) {
		snprintf(why, size, "host key %s cannot be used; it must be a private key in PEM",
			 settings.host_key);
		return -1;
	}
	nc_server_ssh_set_authkey_path_format(settings.authorized_keys);
	return add_users(at->client, config, why, size);
}

/* ---- TLS ---- */

static int add_certificates(struct lyd_node **config)
{
	return nc_server_config_add_tls_server_cert(netconfd.ctx, "tls", settings.key, NULL,
						    settings.certificate, config) ||
	       nc_server_config_add_tls_ca_cert(netconfd.ctx, "tls", "clients", settings.authority,
						config) ||
	       nc_server_config_add_tls_ctn(netconfd.ctx, "tls", 1, NULL, NC_TLS_CTN_COMMON_NAME,
					    NULL, config);
}

static int add_call_certificates(const char *client, struct lyd_node **config)
{
	return nc_server_config_add_ch_tls_server_cert(netconfd.ctx, client, "tls", settings.key,
						       NULL, settings.certificate, config) ||
	       nc_server_config_add_ch_tls_ca_cert(netconfd.ctx, client, "tls", "clients",
						   settings.authority, config) ||
	       nc_server_config_add_ch_tls_ctn(netconfd.ctx, client, "tls", 1, NULL,
					       NC_TLS_CTN_COMMON_NAME, NULL, config);
}

static int add_tls(const struct endpoint *at, struct lyd_node **config, char *why, size_t size)
{
	if (add_address(at, NC_TI_TLS, "tls", config) ||
	    (at->client ? add_call_certificates(at->client, config) : add_certificates(config))) {
		snprintf(why, size,
			 "one of %s, %s and %s cannot be read as PEM; TLS needs all three",
			 settings.certificate, settings.key, settings.authority);
		return -1;
	}
	return 0;
}

int endpoint_add(const struct endpoint *at, struct lyd_node **config, char *why, size_t size)
{
	return at->by == BY_SSH ? add_ssh(at, config, why, size) : add_tls(at, config, why, size);
}

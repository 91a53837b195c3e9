// SPDX-License-Identifier: GPL-2.0-or-later
/* frr-netconfd.conf, one line each. */
#include <zebra.h>

#include <arpa/inet.h>
#include <string.h>

#include "command.h"
#include "darr.h"
#include "host_nb.h"
#include "ipaddr.h"
#include "vty.h"

#include "netconf/netconfd.h"
#include "netconf/settings.h"

#define FOLDER "/etc/frr/netconf/"

DEFINE_MTYPE_STATIC(NETCONFD, SETTING, "configured text");

struct settings settings;

/* IANA's netconf-ch-ssh and netconf-ch-tls */
static const uint16_t call_home_ports[TRANSPORTS] = { [BY_SSH] = 4334, [BY_TLS] = 4335 };

static void set_text(char **where, const char *text)
{
	XFREE(MTYPE_SETTING, *where);
	*where = XSTRDUP(MTYPE_SETTING, text);
}

static int set_path(struct vty *vty, char **where, const char *path)
{
	if (path[0] != '/') {
		vty_out(vty, "%% The path must be absolute, %s is not\n", path);
		return CMD_WARNING_CONFIG_FAILED;
	}
	set_text(where, path);
	return CMD_SUCCESS;
}

DEFUN(netconf_listen, netconf_listen_cmd,
      "netconf listen <ssh|tls> <A.B.C.D|X:X::X:X> port (1-65535)",
      "NETCONF server\n"
      "Where clients come in\n"
      "NETCONF over SSH (RFC 6242)\n"
      "NETCONF over TLS (RFC 7589)\n"
      "IPv4 address\n"
      "IPv6 address\n"
      "TCP port\n"
      "830 for SSH and 6513 for TLS are those registered\n")
{
	enum transport by = strmatch(argv[2]->text, "tls") ? BY_TLS : BY_SSH;

	strlcpy(settings.listen[by].address, argv[3]->arg, sizeof(settings.listen[by].address));
	settings.listen[by].port = strtoul(argv[5]->arg, NULL, 10);
	return CMD_SUCCESS;
}

DEFUN(no_netconf_listen, no_netconf_listen_cmd, "no netconf listen <ssh|tls>",
      NO_STR "NETCONF server\n"
	     "Where clients come in\n"
	     "NETCONF over SSH (RFC 6242)\n"
	     "NETCONF over TLS (RFC 7589)\n")
{
	enum transport by = strmatch(argv[3]->text, "tls") ? BY_TLS : BY_SSH;

	settings.listen[by].address[0] = '\0';
	return CMD_SUCCESS;
}

/* ---- whom it calls ---- */

static struct settings_client *find_client(const char *name)
{
	struct settings_client *client;

	darr_foreach_p (settings.clients, client)
		if (!strcmp(client->name, name))
			return client;
	return NULL;
}

/* A session's socket is known by the other side's address and port, so these are of one alone. */
static const struct settings_client *find_same_place(const struct settings_client *other)
{
	const struct settings_client *client;

	darr_foreach_p (settings.clients, client)
		if (strcmp(client->name, other->name) &&
		    !strcmp(client->address, other->address) && client->port == other->port)
			return client;
	return NULL;
}

static bool is_client_name(const char *name)
{
	return strlen(name) < sizeof(settings.clients->name) &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._-")] == '\0';
}

DEFUN(netconf_call_home, netconf_call_home_cmd,
      "netconf call-home NAME <ssh|tls> <A.B.C.D|X:X::X:X> [port (1-65535)]",
      "NETCONF server\n"
      "A client that the server connects to (RFC 8071)\n"
      "Its name here\n"
      "NETCONF over SSH (RFC 6242)\n"
      "NETCONF over TLS (RFC 7589)\n"
      "IPv4 address\n"
      "IPv6 address\n"
      "TCP port\n"
      "Unless it is set, 4334 for SSH and 4335 for TLS\n")
{
	struct settings_client client = { .by = strmatch(argv[3]->text, "tls") ? BY_TLS : BY_SSH };
	const struct settings_client *other;
	struct settings_client *old;
	struct ipaddr address;

	if (!is_client_name(argv[2]->arg)) {
		vty_out(vty,
			"%% A client's name has at most %zu letters, digits, dots, - and _, %s is none\n",
			sizeof(client.name) - 1, argv[2]->arg);
		return CMD_WARNING_CONFIG_FAILED;
	}
	strlcpy(client.name, argv[2]->arg, sizeof(client.name));
	/* in one form, to be compared */
	str2ipaddr(argv[4]->arg, &address);
	ipaddr2str(&address, client.address, sizeof(client.address));
	client.port = argc > 5 ? strtoul(argv[6]->arg, NULL, 10) : call_home_ports[client.by];
	other = find_same_place(&client);
	if (other) {
		vty_out(vty,
			"%% Client %s is called at %s port %u already; give each its own port\n",
			other->name, client.address, client.port);
		return CMD_WARNING_CONFIG_FAILED;
	}
	old = find_client(client.name);
	*(old ?: darr_append(settings.clients)) = client;
	return CMD_SUCCESS;
}

DEFUN(no_netconf_call_home, no_netconf_call_home_cmd, "no netconf call-home NAME",
      NO_STR "NETCONF server\n"
	     "A client that the server connects to (RFC 8071)\n"
	     "Its name here\n")
{
	struct settings_client *client = find_client(argv[3]->arg);

	if (client)
		darr_remove(settings.clients, client - settings.clients);
	return CMD_SUCCESS;
}

/* ---- users ---- */

static struct settings_user *find_user(const char *name)
{
	struct settings_user *user;

	darr_foreach_p (settings.users, user)
		if (!strcmp(user->name, name))
			return user;
	return NULL;
}

DEFUN(netconf_user, netconf_user_cmd, "netconf user NAME by <public-key|password>",
      "NETCONF server\n"
      "Who may come in by SSH\n"
      "A user of the system\n"
      "How they show who they are\n"
      "By a key of their file of authorized keys\n"
      "By a password, which PAM judges\n")
{
	const char *name = argv[2]->arg;
	struct settings_user *user = find_user(name);

	if (strlen(name) >= sizeof(user->name)) {
		vty_out(vty, "%% A user's name has at most %zu characters\n",
			sizeof(user->name) - 1);
		return CMD_WARNING_CONFIG_FAILED;
	}
	if (!user) {
		user = darr_append(settings.users);
		strlcpy(user->name, name, sizeof(user->name));
	}
	user->by_password = strmatch(argv[4]->text, "password");
	return CMD_SUCCESS;
}

DEFUN(no_netconf_user, no_netconf_user_cmd, "no netconf user NAME",
      NO_STR "NETCONF server\n"
	     "Who may come in by SSH\n"
	     "A user of the system\n")
{
	struct settings_user *user = find_user(argv[3]->arg);

	if (user)
		darr_remove(settings.users, user - settings.users);
	return CMD_SUCCESS;
}

/* ---- files ---- */

DEFUN(netconf_host_key, netconf_host_key_cmd, "netconf ssh host-key PATH",
      "NETCONF server\n"
      "NETCONF over SSH\n"
      "The server's private key, made where there is none\n"
      "A file\n")
{
	return set_path(vty, &settings.host_key, argv[3]->arg);
}

DEFUN(netconf_authorized_keys, netconf_authorized_keys_cmd, "netconf ssh authorized-keys PATH",
      "NETCONF server\n"
      "NETCONF over SSH\n"
      "Public keys of a user, as OpenSSH has them\n"
      "A file; %u is the user's name, %h their home\n")
{
	return set_path(vty, &settings.authorized_keys, argv[3]->arg);
}

DEFUN(netconf_pam_service, netconf_pam_service_cmd, "netconf ssh pam-service NAME",
      "NETCONF server\n"
      "NETCONF over SSH\n"
      "What judges passwords\n"
      "A file in /etc/pam.d\n")
{
	if (strchr(argv[3]->arg, '/')) {
		vty_out(vty,
			"%% A PAM service is a file in /etc/pam.d, named without its folder\n");
		return CMD_WARNING_CONFIG_FAILED;
	}
	set_text(&settings.pam_service, argv[3]->arg);
	return CMD_SUCCESS;
}

DEFUN(netconf_certificate, netconf_certificate_cmd, "netconf tls certificate PATH key KEY",
      "NETCONF server\n"
      "NETCONF over TLS\n"
      "The server's certificate\n"
      "A PEM file\n"
      "Its private key\n"
      "A PEM file\n")
{
	int status = set_path(vty, &settings.certificate, argv[3]->arg);

	return status == CMD_SUCCESS ? set_path(vty, &settings.key, argv[5]->arg) : status;
}

DEFUN(netconf_authority, netconf_authority_cmd, "netconf tls client-authority PATH",
      "NETCONF server\n"
      "NETCONF over TLS\n"
      "Who signs the certificates of clients; the common name is the user\n"
      "A PEM file\n")
{
	return set_path(vty, &settings.authority, argv[3]->arg);
}

DEFUN(netconf_access_control, netconf_access_control_cmd, "netconf access-control PATH",
      "NETCONF server\n"
      "Who may do what (RFC 8341)\n"
      "An XML file with the container nacm\n")
{
	return set_path(vty, &settings.access_control, argv[2]->arg);
}

void settings_init(void)
{
	strlcpy(settings.listen[BY_SSH].address, "127.0.0.1",
		sizeof(settings.listen[BY_SSH].address));
	settings.listen[BY_SSH].port = 830;
	set_text(&settings.host_key, FOLDER "ssh_host_key.pem");
	set_text(&settings.authorized_keys, FOLDER "authorized_keys/%u");
	set_text(&settings.pam_service, "frr-netconfd");
	set_text(&settings.certificate, FOLDER "server.pem");
	set_text(&settings.key, FOLDER "server.key");
	set_text(&settings.authority, FOLDER "ca.pem");
	set_text(&settings.access_control, FOLDER "nacm.xml");
	/* as tenantd.conf, it is edited by hand: vtysh's "write" is not to touch it */
	host.noconfig = true;
	install_element(CONFIG_NODE, &netconf_listen_cmd);
	install_element(CONFIG_NODE, &no_netconf_listen_cmd);
	install_element(CONFIG_NODE, &netconf_call_home_cmd);
	install_element(CONFIG_NODE, &no_netconf_call_home_cmd);
	install_element(CONFIG_NODE, &netconf_user_cmd);
	install_element(CONFIG_NODE, &no_netconf_user_cmd);
	install_element(CONFIG_NODE, &netconf_host_key_cmd);
	install_element(CONFIG_NODE, &netconf_authorized_keys_cmd);
	install_element(CONFIG_NODE, &netconf_pam_service_cmd);
	install_element(CONFIG_NODE, &netconf_certificate_cmd);
	install_element(CONFIG_NODE, &netconf_authority_cmd);
	install_element(CONFIG_NODE, &netconf_access_control_cmd);
}

void settings_stop(void)
{
	darr_free(settings.users);
	darr_free(settings.clients);
	XFREE(MTYPE_SETTING, settings.host_key);
	XFREE(MTYPE_SETTING, settings.authorized_keys);
	XFREE(MTYPE_SETTING, settings.pam_service);
	XFREE(MTYPE_SETTING, settings.certificate);
	XFREE(MTYPE_SETTING, settings.key);
	XFREE(MTYPE_SETTING, settings.authority);
	XFREE(MTYPE_SETTING, settings.access_control);
}

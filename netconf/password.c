// SPDX-License-Identifier: GPL-2.0-or-later
/* A question to the client, and its answer to PAM. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

#include "log.h"

#include "netconf/libraries.h"
#include "netconf/password.h"
#include "netconf/settings.h"
#include "netconf/thread.h"

#include <libssh/server.h>

#define DENIED -1

/* ---- PAM ---- */

/* It is told the password at every question without an echo, and nothing else. */
static int converse(int count, const struct pam_message **questions, struct pam_response **answers,
		    void *password)
{
	struct pam_response *made = calloc(count, sizeof(*made));

	if (!made)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (questions[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			made[i].resp = strdup(password);
	*answers = made; /* PAM frees them */
	return PAM_SUCCESS;
}

static bool is_right(const char *user, const char *password, const char *host)
{
	struct pam_conv conversation = { .conv = converse, .appdata_ptr = (void *)password };
	pam_handle_t *pam = NULL;
	int status = pam_start(settings.pam_service, user, &conversation, &pam);

	if (status == PAM_SUCCESS)
		status = pam_set_item(pam, PAM_RHOST, host);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pam, PAM_DISALLOW_NULL_AUTHTOK);
	if (status == PAM_SUCCESS)
		status = pam_acct_mgmt(pam, 0);
	if (status != PAM_SUCCESS) {
		thread_enter();
		zlog_info("user %s from %s is not let in: PAM service %s says: %s", user, host,
			  settings.pam_service, pam_strerror(pam, status));
		thread_leave();
	}
	pam_end(pam, status);
	return status == PAM_SUCCESS;
}

/* ---- the client ---- */

static int ask(ssh_message message)
{
	const char *prompts[] = { "Password: " };
	char echo[] = { 0 };

	return ssh_message_auth_interactive_request(message, "", "", 1, prompts, echo)
		       ? DENIED
		       : SSH_AUTH_INFO;
}

/* Called once for each stage (libssh 0.12): first to ask, then with what was answered. */
static int judge(const struct nc_session *nc, ssh_session ssh, ssh_message message, void *arg)
{
	const char *user = nc_session_get_username(nc), *password;

	if (!ssh_message_auth_kbdint_is_response(message))
		return ask(message);
	password = ssh_userauth_kbdint_getnanswers(ssh) == 1
			   ? ssh_userauth_kbdint_getanswer(ssh, 0)
			   : NULL;
	if (!user || !password)
		return DENIED;
	return is_right(user, password, nc_session_get_host(nc) ?: "") ? 0 : DENIED;
}

void password_init(void)
{
	nc_server_ssh_set_interactive_auth_clb(judge, NULL, NULL);
}

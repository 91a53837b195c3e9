// SPDX-License-Identifier: GPL-2.0-or-later
/* PKCS#8 in PEM, for libnetconf2 does not read OpenSSH's own format. */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "log.h"

#include "netconf/host_key.h"

/* Under another name first: half a key is none. */
static int write_key(const char *path, EVP_PKEY *key)
{
	char draft[PATH_MAX];
	FILE *stream;
	int fd, failed;

	snprintf(draft, sizeof(draft), "%s.new", path);
	fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	stream = fdopen(fd, "w");
	failed = !PEM_write_PKCS8PrivateKey(stream, key, NULL, NULL, 0, NULL, NULL);
	failed |= fclose(stream);
	if (!failed)
		failed = rename(draft, path);
	if (failed)
		unlink(draft);
	return failed ? -1 : 0;
}

int host_key_make(const char *path, char *why, size_t size)
{
	EVP_PKEY *key;
	int failed;

	if (access(path, F_OK) == 0)
		return 0;
	key = EVP_EC_gen("P-256");
	errno = key ? 0 : ENOTSUP;
	failed = key ? write_key(path, key) : -1;
	if (failed)
		snprintf(why, size,
			 "host key %s cannot be made (%s); make its folder, for user frr", path,
			 safe_strerror(errno));
	EVP_PKEY_free(key);
	return failed;
}

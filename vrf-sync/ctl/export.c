// SPDX-License-Identifier: GPL-2.0-or-later
/* The tenant database as a document: see document.h. */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/args.h"
#include "ctl/document.h"

static int write_all(struct ctl *ctl, FILE *file, bool shared)
{
	struct store store;
	int ret = store_open(ctl, &store);

	if (!ret)
		ret = store_begin(&store, false);
	if (!ret)
		ret = document_write(&store, file, shared);
	if (!ret)
		ret = store_end(&store);
	store_close(&store);
	return ret;
}

/* ---- the file ---- */

static int cannot_write(struct ctl *ctl, const char *path)
{
	reason_set(&ctl->why, "%s cannot be written: %s", path, strerror(errno));
	return -1;
}

/* Closes it, whatever becomes of it. */
static int write_into(struct ctl *ctl, FILE *file, const char *path, bool shared)
{
	int ret = write_all(ctl, file, shared);

	if (!ret && (fflush(file) || ferror(file)))
		ret = cannot_write(ctl, path);
	/* a pipe has nothing to be kept */
	if (!ret && fsync(fileno(file)) < 0 && errno != EINVAL && errno != EROFS)
		ret = cannot_write(ctl, path);
	fclose(file);
	return ret;
}

/* Beside it, and then in its place: whoever reads the file has the whole of one document.
 * It has keys in it, and is for its owner alone.
 */
static int replace_file(struct ctl *ctl, const char *path, char *beside, bool shared)
{
	int fd = mkostemp(beside, O_CLOEXEC), ret;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		ret = cannot_write(ctl, path);
		if (fd >= 0)
			close(fd);
	} else {
		ret = write_into(ctl, file, path, shared);
	}
	if (!ret && rename(beside, path) < 0)
		ret = cannot_write(ctl, path);
	if (ret && fd >= 0)
		unlink(beside);
	return ret;
}

static int export_file(struct ctl *ctl, const char *path, bool shared)
{
	struct stat status;
	char beside[PATH_MAX];
	FILE *file;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return cannot_write(ctl, path);
	}
	/* a pipe or a device is written into, not replaced */
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		file = fopen(path, "we");
		return file ? write_into(ctl, file, path, shared) : cannot_write(ctl, path);
	}
	return replace_file(ctl, path, beside, shared);
}

static int export_run(struct ctl *ctl, const struct args *args)
{
	const char *path = args->name_count ? args->names[0] : "-";
	bool shared = args_value(args, "provider");

	if (!strcmp(path, "-"))
		return write_all(ctl, stdout, shared);
	return export_file(ctl, path, shared);
}

static const struct option_info export_options[] = {
	{ "provider", OPT_FLAG, .help = "only what all tenants share, in one line" },
	{},
};

const struct command export_commands[] = {
	{
		.verb = "export",
		.names = "[FILE]",
		.options = export_options,
		.summary =
			"write all rows of the network, keys of OSPF included, as JSON: a back-up, or for another database",
		.example = "tenantctl export tenants.json",
		.access = ACCESS_READ,
		.any_engine = true,
		.run = export_run,
	},
	{},
};

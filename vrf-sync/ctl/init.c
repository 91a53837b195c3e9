// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new database: a file of SQLite, or tables in a PostgreSQL server
 * (init_postgresql.c).
 *
 * tenantd runs as user frr and opens it for writing (a WAL
 * reader keeps its place in the shared index), so folder and file are the
 * group's, where there is a group frr, and new files in the folder are too.
 */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/init_postgresql.h"
#include "ctl/row.h"
#include "ctl/schema_text.h"
#include "source/pgsql_uri.h"

#define LOCK_WAIT_MS 5000
#define FILE_MODE    0660
#define FOLDER_MODE  02770
#define GROUP        "frr"

/* (gid_t)-1, which chown() takes for "as it is", where there is no such group. */
static gid_t group_id(void)
{
	const struct group *group = getgrnam(GROUP);

	return group ? group->gr_gid : (gid_t)-1;
}

static int failed(struct ctl *ctl, const char *doing, const char *path)
{
	reason_set(&ctl->why, "cannot %s %s: %s", doing, path, strerror(errno));
	return -1;
}

/* Gives to the group what only its owner or root can: where it cannot, the
 * file is still good for the one who made it.
 */
static void give_to_group(int fd, mode_t mode)
{
	if (fchown(fd, (uid_t)-1, group_id()) < 0 || fchmod(fd, mode) < 0)
		fchmod(fd, mode & 0777);
}

static int make_folder(struct ctl *ctl, const char *folder, bool last)
{
	int fd;

	if (mkdir(folder, last ? 0770 : 0755) < 0)
		return errno == EEXIST ? 0 : failed(ctl, "make the folder", folder);
	fd = last ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		give_to_group(fd, FOLDER_MODE);
		close(fd);
	}
	return 0;
}

/* Every folder on the way that is missing; the last one is the database's own. */
static int make_folders(struct ctl *ctl)
{
	char folder[PATH_MAX];
	const char *last = strrchr(ctl->path, '/');

	for (const char *slash = strchr(ctl->path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t len = slash - ctl->path;

		if (!len || len >= sizeof(folder))
			continue;
		memcpy(folder, ctl->path, len);
		folder[len] = '\0';
		if (make_folder(ctl, folder, slash == last) < 0)
			return -1;
	}
	return 0;
}

static int make_file(struct ctl *ctl)
{
	int fd = open(ctl->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

	if (fd < 0 && errno == EEXIST) {
		reason_set(
			&ctl->why,
			"%s exists already and stays as it is; choose another path with --db, or move it away",
			ctl->path);
		return -1;
	}
	if (fd < 0)
		return failed(ctl, "make the file", ctl->path);
	give_to_group(fd, FILE_MODE);
	close(fd);
	return 0;
}

static int fill(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "provider", .object = "provider" };
	struct sqlite3 *sqlite = NULL;
	int ret = -1;

	/* tenantds that wait for this file look into it as soon as it is there */
	if (sqlite3_open_v2(ctl->path, &sqlite, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(sqlite, LOCK_WAIT_MS) == SQLITE_OK &&
	    sqlite3_exec(sqlite, schema_text, NULL, NULL, NULL) == SQLITE_OK)
		ret = 0;
	else
		reason_set(&ctl->why, "cannot make a database of %s: %s", ctl->path,
			   sqlite3_errmsg(sqlite));
	sqlite3_close(sqlite);
	if (ret)
		return ret;
	ctl->db = db_open(ctl->path, DB_WRITE, &ctl->why);
	if (!ctl->db || row_options(ctl, &row, args, 1) < 0 || row_update(ctl, &row, 1) < 0)
		ret = -1;
	db_close(ctl->db);
	ctl->db = NULL;
	return ret;
}

static void unmake_file(const struct ctl *ctl)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char path[PATH_MAX];

	for (unsigned int i = 0; i < array_size(suffixes); i++) {
		snprintf(path, sizeof(path), "%s%s", ctl->path, suffixes[i]);
		unlink(path);
	}
}

static int init_sqlite(struct ctl *ctl, const struct args *args)
{
	if (make_folders(ctl) < 0 || make_file(ctl) < 0)
		return -1;
	if (fill(ctl, args) == 0)
		return 0;
	unmake_file(ctl);
	return -1;
}

static int init_run(struct ctl *ctl, const struct args *args)
{
	bool server = pgsql_is_uri(ctl->path);

	if ((server ? init_postgresql(ctl, args) : init_sqlite(ctl, args)) < 0)
		return -1;
	if (ctl->json)
		printf("{ \"done\": \"init\" }\n");
	return 0;
}

static const struct option_info init_options[] = {
	{ "asn", OPT_NUMBER, .column = "asn", .metavar = "N", .min = 1, .max = UINT32_MAX,
	  .help = "AS number of the backbone, first half of every route target; default 65000" },
	{},
};

const struct command init_commands[] = {
	{
		.verb = "init",
		.options = init_options,
		.summary = "make a new, empty tenant database",
		.example = "tenantctl --db /var/lib/frr-tenant/tenants.db init --asn 65000",
		.access = ACCESS_NONE,
		.run = init_run,
	},
	{},
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures: text for Graphviz's dot on standard output, or, drawn by dot, a file.
 *
 * dot reads its text from a file without a name and writes beside the wanted
 * one, which takes its place only when dot has succeeded.
 */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/show.h"
#include "graph/graph.h"

extern char **environ;

/* A descriptor from which the text can be read; -1 with a sentence. */
static int text_as_file(struct ctl *ctl, const char *text)
{
	size_t left = strlen(text);
	FILE *file = tmpfile();
	int fd = -1;

	if (file && fwrite(text, 1, left, file) == left && fflush(file) == 0)
		fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		reason_set(&ctl->why, "no temporary file can be written: %s", strerror(errno));
	if (file)
		fclose(file);
	return fd;
}

/* dot's exit status, 0 when it has drawn; -1 with a sentence. */
static int run_dot(struct ctl *ctl, int in, int out)
{
	char *argv[] = { (char *)"dot", (char *)"-Tsvg", NULL };
	posix_spawn_file_actions_t files;
	int ret, status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (ret == ENOENT)
		reason_set(
			&ctl->why,
			"dot is not installed: install the package graphviz, or leave out --svg and give the text to dot elsewhere");
	else if (ret)
		reason_set(&ctl->why, "dot cannot be run: %s", strerror(ret));
	if (ret)
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	reason_set(
		&ctl->why,
		"dot could not draw the picture; leave out --svg and see what dot says of the text");
	return -1;
}

static int draw_into(struct ctl *ctl, const char *text, const char *path, char *beside)
{
	int in = text_as_file(ctl, text), out, ret;
	mode_t mask = umask(0);

	umask(mask);
	if (in < 0)
		return -1;
	out = mkostemp(beside, O_CLOEXEC);
	if (out < 0) {
		reason_set(&ctl->why, "%s cannot be written: %s", path, strerror(errno));
		close(in);
		return -1;
	}
	ret = run_dot(ctl, in, out);
	close(in);
	fchmod(out, 0666 & ~mask);
	close(out);
	if (!ret && rename(beside, path) < 0) {
		reason_set(&ctl->why, "%s cannot be written: %s", path, strerror(errno));
		ret = -1;
	}
	if (ret)
		unlink(beside);
	return ret;
}

static int draw(struct ctl *ctl, const char *text, const char *path)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *beside = malloc(size);
	int ret = -1;

	if (beside) {
		snprintf(beside, size, "%s.XXXXXX", path);
		ret = draw_into(ctl, text, path, beside);
	}
	free(beside);
	return ret;
}

static void print(struct ctl *ctl, const char *text, const char *path)
{
	struct json_object *json;

	if (!ctl->json) {
		if (!path)
			fputs(text, stdout);
		return;
	}
	json = json_object_new_object();
	show_text(json, path ? "svg" : "dot", path ? path : text);
	show_print(ctl, json, "");
}

static int graph_run(struct ctl *ctl, const struct args *args)
{
	const char *path = args_value(args, "svg");
	const struct tenant **tenants = NULL;
	struct model *model = show_load(ctl);
	struct dot out = {};
	int ret = 0;

	if (!model)
		return -1;
	if (!args->name_count)
		graph_network(model, &out);
	else
		ret = show_tenants(ctl, model, args->names[0], &tenants);
	if (tenants)
		graph_tenant(model, tenants[0], &out);
	if (!ret && path)
		ret = draw(ctl, out.text, path);
	if (!ret)
		print(ctl, out.text, path);
	dot_fini(&out);
	darr_free(tenants);
	model_free(model);
	return ret;
}

static const struct option_info graph_options[] = {
	{ "svg", OPT_TEXT, 0, NULL, "FILE", "draws it into that file, by Graphviz's dot" },
	{},
};

const struct command graph_commands[] = {
	{
		.verb = "graph",
		.names = "[TENANT]",
		.options = graph_options,
		.summary = "a picture of the network, or of a tenant's, for Graphviz's dot",
		.example = "tenantctl graph acme --svg acme.svg",
		.access = ACCESS_READ,
		.run = graph_run,
	},
	{},
};

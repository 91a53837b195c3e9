// SPDX-License-Identifier: GPL-2.0-or-later
/* Files as one text. */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

#include "ctl/text_file.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, TEXT_FILE, "text of a file");

static int cannot_read(struct ctl *ctl, const struct text_file *file, const char *why)
{
	reason_set(&ctl->why, "%s cannot be read: %s", file->name, why);
	return -1;
}

static int too_large(struct ctl *ctl, const struct text_file *file, size_t max)
{
	char why[64];

	snprintf(why, sizeof(why), "it is larger than %zu MiB", max >> 20);
	return cannot_read(ctl, file, why);
}

static int read_stream(struct ctl *ctl, FILE *stream, size_t max, struct text_file *file)
{
	size_t room = 1 << 16, got;

	file->text = XMALLOC(MTYPE_TEXT_FILE, room);
	while ((got = fread(file->text + file->length, 1, room - file->length - 1, stream)) > 0) {
		file->length += got;
		if (file->length > max)
			return too_large(ctl, file, max);
		if (file->length < room - 1)
			continue;
		room *= 2;
		file->text = XREALLOC(MTYPE_TEXT_FILE, file->text, room);
	}
	file->text[file->length] = '\0';
	return ferror(stream) ? cannot_read(ctl, file, strerror(errno)) : 0;
}

int text_file_read(struct ctl *ctl, const char *path, size_t max, struct text_file *file)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *stream = is_stdin ? stdin : fopen(path, "re");
	int ret;

	*file = (struct text_file){ .name = is_stdin ? "standard input" : path };
	if (!stream)
		return cannot_read(ctl, file, strerror(errno));
	ret = read_stream(ctl, stream, max, file);
	if (!is_stdin)
		fclose(stream);
	return ret;
}

void text_file_free(struct text_file *file)
{
	XFREE(MTYPE_TEXT_FILE, file->text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What FRR's daemons may answer, as libFuzzer makes it up: bytes that come in portions of any
 * size, taken apart into answers, and each answer read as a daemon's running configuration and
 * as a refusal.
 *
 * However they are cut, the answers are the same, no longer than what came, and of one kind of
 * end.  What is read out of a configuration stands in it as a line of its own, all of it; where
 * it says what we would write, writing it gives that line.  And what a refusal says is a line.
 *
 * The first byte says which daemon; then each portion's size comes in a byte before it.
 */
// sources: tests/plan_rules.c vrf-sync/apply/frr_conn.c vrf-sync/model/*.c vrf-sync/plan/*.c
// packages: frr json-c
#include <zebra.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "apply/frr_conn.h"
#include "plan/running.h"
#include "plan/statement.h"
#include "tests/fuzz/expect.h"
#include "tests/plan_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answers {
	char *text; /* darr: each answer, its end, its status */
	unsigned int count;
};

struct configuration {
	const char *text; /* as it came */
	enum target target;
};

/* ---- answers ---- */

static void add_answer(struct answers *answers, const char *text, int status)
{
	EXPECT(status >= 0 && status <= 255);
	for (; *text; text++)
		*darr_append(answers->text) = *text;
	*darr_append(answers->text) = '\0';
	*darr_append(answers->text) = (char)status;
	answers->count++;
}

/* In memory of just its size, so that nobody reads beyond it. */
static void feed(struct vty_reader *reader, const uint8_t *bytes, size_t count,
		 struct answers *answers)
{
	char *portion = malloc(count), *at = portion;

	EXPECT(portion || !count);
	memcpy(portion, bytes, count);
	while (count) {
		bool complete;
		int status = -1;
		size_t used = vty_reader_feed(reader, at, count, &complete, &status);

		EXPECT(used > 0 && used <= count);
		at += used;
		count -= used;
		if (!complete) {
			EXPECT(!count);
			continue;
		}
		EXPECT(strlen(reader->text) + 1 == darr_len(reader->text));
		add_answer(answers, reader->text, status);
		vty_reader_reset(reader);
	}
	free(portion);
}

static struct answers read_in_portions(const uint8_t *data, size_t size)
{
	struct vty_reader reader = {};
	struct answers answers = {};
	size_t most = size;

	while (size) {
		size_t portion = 1 + data[0];

		data++;
		size--;
		portion = portion < size ? portion : size;
		feed(&reader, data, portion, &answers);
		EXPECT(darr_len(reader.text) <= most && darr_len(answers.text) <= most);
		data += portion;
		size -= portion;
	}
	vty_reader_reset(&reader);
	return answers;
}

static struct answers read_at_once(const uint8_t *data, size_t size)
{
	struct vty_reader reader = {};
	struct answers answers = {};
	uint8_t *stream = malloc(size + 1);
	size_t used = 0;

	EXPECT(stream);
	for (size_t at = 0; at < size;) {
		size_t portion = 1 + data[at++];

		portion = portion < size - at ? portion : size - at;
		memcpy(stream + used, data + at, portion);
		used += portion;
		at += portion;
	}
	feed(&reader, stream, used, &answers);
	free(stream);
	vty_reader_reset(&reader);
	return answers;
}

/* ---- what is read out of a configuration ---- */

static const char *interface_vrf(void *arg, const char *ifname)
{
	EXPECT(strlen(ifname) <= DEVICE_NAME_MAX);
	return ifname[0] == 'x' ? "acme" : NULL;
}

/* Some line, without the blanks around it, is just this. */
static bool has_line(const char *text, const char *wanted, size_t len)
{
	while (*text) {
		size_t end = strcspn(text, "\r\n"), stop = end;

		while (stop && text[stop - 1] == ' ')
			stop--;
		for (size_t at = 0; at <= stop; at++) {
			if (stop - at == len && !memcmp(text + at, wanted, len))
				return true;
			if (text[at] != ' ')
				break;
		}
		text += end;
		text += strspn(text, "\r\n");
	}
	return false;
}

static void found(void *arg, const struct object *obj)
{
	const struct configuration *configuration = arg;
	char line[STATEMENT_SIZE];

	EXPECT(obj->kind < OBJ_KIND_COUNT && obj->target == configuration->target);
	EXPECT(!obj->vrf[0] || name_is_valid(obj->vrf, DEVICE_NAME_MAX));
	EXPECT(!obj->name[0] || name_is_valid(obj->name, LIST_NAME_MAX) ||
	       statement_context(obj->kind) == CONTEXT_OSPF_IF ||
	       statement_context(obj->kind) == CONTEXT_VRRP_IF);
	EXPECT(!obj->ref[0] || name_is_valid(obj->ref, LIST_NAME_MAX));
	if (obj->altered)
		return;
	statement_text(obj, false, line);
	if (!has_line(configuration->text, line, strlen(line)))
		fprintf(stderr, "\"%s\" is no line of:\n%s\n", line, configuration->text);
	EXPECT(has_line(configuration->text, line, strlen(line)));
}

static void foreign(void *arg, const char *vrf, const char *line)
{
	const struct configuration *configuration = arg;
	char shown[STATEMENT_SIZE];

	EXPECT(has_line(configuration->text, line, strlen(line)));
	EXPECT(strlen(statement_redact(line, shown)) < sizeof(shown));
}

static const struct running_ops ops = { interface_vrf, found, foreign };

static void read_configuration(const char *answer, uint8_t daemon)
{
	struct configuration configuration = {
		.text = answer,
		.target = TARGET_MGMTD + daemon % (TARGET_COUNT - TARGET_MGMTD),
	};
	char *text = strdup(answer);

	running_read(configuration.target, text, &ops, &configuration);
	free(text);
}

static void read_refusal(const char *answer)
{
	char *text = strdup(answer);
	const char *reason = vty_reason(text);

	EXPECT(*reason && !strpbrk(reason, "\r\n"));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answers parted, whole;
	const char *answer;

	if (!size)
		return 0;
	parted = read_in_portions(data + 1, size - 1);
	whole = read_at_once(data + 1, size - 1);
	EXPECT(parted.count == whole.count && darr_len(parted.text) == darr_len(whole.text));
	EXPECT(!parted.count || !memcmp(parted.text, whole.text, darr_len(whole.text)));
	answer = whole.text;
	for (unsigned int i = 0; i < whole.count; i++) {
		read_configuration(answer, data[0]);
		read_refusal(answer);
		answer += strlen(answer) + 2;
	}
	darr_free(parted.text);
	darr_free(whole.text);
	return 0;
}

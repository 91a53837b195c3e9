// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the taking apart of what FRR's vty says: text, three NULs, a status.
 * A socket may cut it anywhere, and several answers may come in one read.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "apply/frr_conn.h"

#include "lib.h"

#define ANSWERS_MAX 4

struct answer {
	const char *text;
	int status;
};

/* count bytes of stream must hold the answers, and nothing must be over. */
static const struct {
	const char *what;
	const char *stream;
	size_t size;
	struct answer answers[ANSWERS_MAX];
	unsigned int count;
} streams[] = {
#define STREAM(bytes) .stream = bytes, .size = sizeof(bytes) - 1
	{ "no answer", STREAM(""), .count = 0 },
	{ "an empty one", STREAM("\0\0\0\0"), { { "", 0 } }, 1 },
	{ "an empty one that failed", STREAM("\0\0\0\002"), { { "", 2 } }, 1 },
	{ "one line", STREAM("hello\n\0\0\0\0"), { { "hello\n", 0 } }, 1 },
	{ "a status of 255", STREAM("x\0\0\0\377"), { { "x", 255 } }, 1 },
	{ "a status that looks like text",
	  STREAM("x\0\0\0Ay\0\0\0\0"),
	  { { "x", 'A' }, { "y", 0 } },
	  2 },
	{ "two empty ones", STREAM("\0\0\0\0\0\0\0\001"), { { "", 0 }, { "", 1 } }, 2 },
	{ "several in one read",
	  STREAM("a\0\0\0\0bc\0\0\0\002\0\0\0\0def\0\0\0\001"),
	  { { "a", 0 }, { "bc", 2 }, { "", 0 }, { "def", 1 } },
	  4 },
	{ "one and the beginning of another", STREAM("a\0\0\0\0bc\0\0"), { { "a", 0 } }, 1 },
	{ "bytes above 127", STREAM("\303\274\377\0\0\0\0"), { { "\303\274\377", 0 } }, 1 },
	/* FRR writes no NUL within its text; what stands between two single
	 * ones belongs to the text all the same, and they do not add up to an end
	 */
	{ "a single NUL within", STREAM("a\0b\0\0\0\0"), { { "ab", 0 } }, 1 },
	{ "two NULs within", STREAM("a\0\0b\0\0\0\001"), { { "ab", 1 } }, 1 },
	{ "single NULs again and again", STREAM("a\0b\0c\0d\0\0\0\003"), { { "abcd", 3 } }, 1 },
};

/* Feeds count bytes; what completes is compared with the answers from *next on. */
static void feed(struct vty_reader *reader, const char *bytes, size_t count, int row,
		 unsigned int *next)
{
	while (count) {
		bool complete;
		int status = -1;
		size_t used = vty_reader_feed(reader, bytes, count, &complete, &status);

		ck_assert_msg(used > 0 && used <= count, "%s: used %zu of %zu", streams[row].what,
			      used, count);
		bytes += used;
		count -= used;
		if (!complete) {
			ck_assert_uint_eq(count, 0);
			return;
		}
		ck_assert_msg(*next < streams[row].count, "%s: too many answers",
			      streams[row].what);
		ck_assert_msg(!strcmp(reader->text, streams[row].answers[*next].text) &&
				      status == streams[row].answers[*next].status,
			      "%s: answer %u expected \"%s\" %d, got \"%s\" %d", streams[row].what,
			      *next, streams[row].answers[*next].text,
			      streams[row].answers[*next].status, reader->text, status);
		vty_reader_reset(reader);
		(*next)++;
	}
}

START_TEST(a_stream_in_one_read_gives_its_answers)
{
	struct vty_reader reader = {};
	unsigned int next = 0;

	feed(&reader, streams[_i].stream, streams[_i].size, _i, &next);
	ck_assert_uint_eq(next, streams[_i].count);
	vty_reader_reset(&reader);
}
END_TEST

START_TEST(a_stream_cut_at_any_two_places_gives_the_same_answers)
{
	size_t size = streams[_i].size;

	for (size_t a = 0; a <= size; a++)
		for (size_t b = a; b <= size; b++) {
			struct vty_reader reader = {};
			unsigned int next = 0;

			feed(&reader, streams[_i].stream, a, _i, &next);
			feed(&reader, streams[_i].stream + a, b - a, _i, &next);
			feed(&reader, streams[_i].stream + b, size - b, _i, &next);
			ck_assert_uint_eq(next, streams[_i].count);
			vty_reader_reset(&reader);
		}
}
END_TEST

START_TEST(a_stream_byte_by_byte_gives_the_same_answers)
{
	struct vty_reader reader = {};
	unsigned int next = 0;

	for (size_t i = 0; i < streams[_i].size; i++)
		feed(&reader, streams[_i].stream + i, 1, _i, &next);
	ck_assert_uint_eq(next, streams[_i].count);
	vty_reader_reset(&reader);
}
END_TEST

/* ---- random answers in random pieces ---- */

#define RANDOM_ANSWERS 40

struct random_stream {
	char *bytes; /* darr */
	char *texts[RANDOM_ANSWERS];
	int status[RANDOM_ANSWERS];
};

static void random_stream_make(struct random_stream *stream)
{
	for (int i = 0; i < RANDOM_ANSWERS; i++) {
		for (uint32_t left = lib_below(4) ? lib_below(200) : 0; left; left--) {
			char c = 1 + lib_below(255);

			*darr_append(stream->texts[i]) = c;
			*darr_append(stream->bytes) = c;
		}
		*darr_append(stream->texts[i]) = '\0';
		stream->status[i] = lib_below(256);
		for (int nul = 0; nul < 3; nul++)
			*darr_append(stream->bytes) = '\0';
		*darr_append(stream->bytes) = stream->status[i];
	}
}

static void random_stream_check(const struct random_stream *stream)
{
	struct vty_reader reader = {};
	size_t at = 0, size = darr_len(stream->bytes);
	unsigned int next = 0;

	while (at < size) {
		size_t piece = 1 + lib_below(MIN(size - at, 300));

		for (size_t end = at + piece; at < end;) {
			bool complete;
			int status;

			at += vty_reader_feed(&reader, stream->bytes + at, end - at, &complete,
					      &status);
			if (!complete)
				continue;
			ck_assert_str_eq(reader.text, stream->texts[next]);
			ck_assert_int_eq(status, stream->status[next]);
			next++;
			vty_reader_reset(&reader);
		}
	}
	ck_assert_uint_eq(next, RANDOM_ANSWERS);
}

START_TEST(random_answers_in_random_pieces_come_out_whole)
{
	lib_seed(7);
	for (int run = 0; run < 500; run++) {
		struct random_stream stream = {};

		random_stream_make(&stream);
		random_stream_check(&stream);
		for (int i = 0; i < RANDOM_ANSWERS; i++)
			darr_free(stream.texts[i]);
		darr_free(stream.bytes);
	}
}
END_TEST

START_TEST(random_garbage_is_taken_to_its_last_byte)
{
	struct vty_reader reader = {};
	char garbage[512];

	lib_seed(8);
	for (unsigned int run = 0; run < lib_times(5000); run++) {
		size_t count = lib_below(sizeof(garbage)), used = 0;
		bool complete;
		int status;

		for (size_t i = 0; i < count; i++)
			garbage[i] = lib_below(4) ? 0 : lib_random();
		while (used < count) {
			size_t step = vty_reader_feed(&reader, garbage + used, count - used,
						      &complete, &status);

			ck_assert_uint_gt(step, 0);
			used += step;
			if (complete)
				vty_reader_reset(&reader);
		}
		ck_assert_uint_eq(used, count);
	}
	vty_reader_reset(&reader);
}
END_TEST

/* ---- why ---- */

static const struct {
	const char *text, *reason;
} reasons[] = {
	{ "", "no reason given" },
	{ "\n\n", "no reason given" },
	{ "% Unknown command: areal 51\n", "Unknown command: areal 51" },
	{ "% First this\nthen that\n", "First this" },
	{ "% Configuration failed.\n\nError type: validation\nError description: no such list: X\n"
	  "The following commands were dynamically grouped into the same transaction and rejected:\n"
	  "route-map X permit 5\n",
	  "no such list: X" },
	{ "% Configuration failed.\n\nError type: resource allocation failure\n",
	  "resource allocation failure" },
	{ "% Configuration failed.\n\n", "Configuration failed." },
};

START_TEST(a_refusal_says_why)
{
	char text[400];

	strlcpy(text, reasons[_i].text, sizeof(text));
	ck_assert_str_eq(vty_reason(text), reasons[_i].reason);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vty_reader");
	TCase *tcase = tcase_create("vty_reader");
	int count = array_size(streams);

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_stream_in_one_read_gives_its_answers, 0, count);
	tcase_add_loop_test(tcase, a_stream_cut_at_any_two_places_gives_the_same_answers, 0,
			    count);
	tcase_add_loop_test(tcase, a_stream_byte_by_byte_gives_the_same_answers, 0, count);
	tcase_add_loop_test(tcase, a_refusal_says_why, 0, array_size(reasons));
	tcase_add_test(tcase, random_answers_in_random_pieces_come_out_whole);
	tcase_add_test(tcase, random_garbage_is_taken_to_its_last_byte);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

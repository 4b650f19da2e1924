/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: where the network cuts a stream of events never changes them, and they are those of a
 * reader that has the whole stream before it and follows the standard line by line. What is
 * written is read again. The first input byte seeds the cuts.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "http/sse.h"

#define LIMIT_BYTES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Events as they come, each field behind its length. */
static void note_field(struct buffer *story, struct bytes field)
{
    expect(buffer_append_format(story, "%zu:", field.length) == 0);
    expect(buffer_append(story, field) == 0);
}

static void note_event(void *user, const struct sse_event *event)
{
    note_field(user, event->type);
    note_field(user, event->data);
    note_field(user, event->id);
}

/* WHATWG HTML section 9.2.6, as it stands there. */
struct slow_reader {
    struct buffer data, type, id;
    struct buffer *story;
};

static void slow_dispatch(struct slow_reader *slow)
{
    struct bytes data = buffer_bytes(&slow->data);
    if (data.length > 0) {
        data.length--; /* the last line feed */
        note_event(slow->story, &(struct sse_event){.type = buffer_bytes(&slow->type),
                                                    .data = data,
                                                    .id = buffer_bytes(&slow->id)});
    }
    buffer_clear(&slow->data);
    buffer_clear(&slow->type);
}

static void slow_field(struct slow_reader *slow, struct bytes name, struct bytes value)
{
    if (bytes_equal(name, BYTES("event"))) {
        buffer_clear(&slow->type);
        buffer_append(&slow->type, value);
    } else if (bytes_equal(name, BYTES("data"))) {
        buffer_append(&slow->data, value);
        buffer_append(&slow->data, BYTES("\n"));
    } else if (bytes_equal(name, BYTES("id")) && bytes_find(value, bytes_of("", 1)) < 0) {
        buffer_clear(&slow->id);
        buffer_append(&slow->id, value);
    }
}

/* False: the line, or the event that it makes, is too long. */
static bool slow_line(struct slow_reader *slow, struct bytes line, bool is_first)
{
    if (line.length > LIMIT_BYTES)
        return false;
    if (is_first && bytes_start_with(line, BYTES("\xEF\xBB\xBF")))
        line = bytes_after(line, 3);
    if (line.length == 0) {
        slow_dispatch(slow);
        return true;
    }
    struct bytes value = line, name = bytes_cut(&value, ':');
    if (value.length > 0 && value.at[0] == ' ')
        value = bytes_after(value, 1);
    slow_field(slow, name, value);
    return slow->data.length <= LIMIT_BYTES + 1;
}

static int read_slowly(struct bytes stream, struct buffer *story)
{
    struct slow_reader slow = {.story = story};
    bool is_fine = true, is_first = true;
    size_t start = 0;
    for (size_t i = 0; i < stream.length && is_fine; i++) {
        if (stream.at[i] != '\r' && stream.at[i] != '\n')
            continue;
        is_fine = slow_line(&slow, bytes_of(stream.at + start, i - start), is_first);
        is_first = false;
        if (stream.at[i] == '\r' && i + 1 < stream.length && stream.at[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    buffer_clear(&slow.data);
    buffer_clear(&slow.type);
    buffer_clear(&slow.id);
    return is_fine && stream.length - start <= LIMIT_BYTES ? 0 : -EMSGSIZE;
}

static int read_in_pieces(struct bytes stream, struct random *random, struct buffer *story)
{
    struct sse_reader reader;
    int r = 0;
    sse_reader_init(&reader, LIMIT_BYTES, NULL, note_event, story);
    while (stream.length > 0 && r == 0) {
        size_t most = random_chance(random, 1, 4) ? stream.length : 3;
        size_t piece = random_between(random, 0, most < stream.length ? most : stream.length);
        r = sse_reader_feed(&reader, bytes_of(stream.at, piece));
        stream = bytes_after(stream, piece);
    }
    sse_reader_clear(&reader);
    return r;
}

static void expect_same(struct bytes stream, struct random *random)
{
    struct buffer slow_story = {0}, story = {0};
    int slow = read_slowly(stream, &slow_story);
    int fast = read_in_pieces(stream, random, &story);
    expect(slow == fast);
    expect(bytes_equal(buffer_bytes(&slow_story), buffer_bytes(&story)));
    buffer_clear(&slow_story);
    buffer_clear(&story);
}

/* Any data may be written; what is read differs from it in the kind of line ends alone. */
static void expect_written(struct bytes data, struct random *random)
{
    struct buffer out = {0}, story = {0};
    expect(sse_write_event(&out, BYTES("x"), data) == 0);
    int r = read_in_pieces(buffer_bytes(&out), random, &story);
    expect(r == 0 || data.length + 6 > LIMIT_BYTES);
    if (r == 0)
        expect(bytes_start_with(buffer_bytes(&story), BYTES("1:x")));
    buffer_clear(&out);
    buffer_clear(&story);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct bytes stream = bytes_of((const char *)data + 1, size - 1);
    struct random random;
    random_init(&random, data[0]);
    expect_same(stream, &random);
    expect_written(stream, &random);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: where the network cuts an answer never changes what comes out; what comes out is what
 * went in, in order, but for strings that stand behind a "model" and are now another; and in a
 * plain answer that is JSON the first such string is found. The first input byte picks the kind of
 * answer and the cut.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "openai/json_reader.h"
#include "openai/model_echo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char name[] = "\"N\"";

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* What has come out of one feeding. */
struct outlet {
    const char *next; /* of the input, behind what has passed; NULL: it is fed in pieces */
    bool is_name_last;
    unsigned names;
    struct buffer out;
};

/* "model" stands in front, unless on a line of its own. */
static void expect_model_before(const char *start, const char *at)
{
    while (at > start && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    if (at == start || at[-1] != ':')
        return; /* in a stream; see the unit tests */
    at--;
    while (at > start && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    if (at > start && at[-1] == '"')
        expect(at - start >= 7 && memcmp(at - 7, "\"model\"", 7) == 0);
}

static void expect_string_dropped(struct bytes dropped)
{
    expect(dropped.length > 0 && dropped.at[0] == '"');
    for (size_t i = 1; i + 1 < dropped.length; i++) {
        expect(dropped.at[i] != '"');
        i += dropped.at[i] == '\\';
    }
}

static int take(void *user, struct bytes piece)
{
    struct outlet *outlet = user;
    expect(piece.length > 0);
    bool is_name = piece.at == name;
    if (is_name) {
        expect(!outlet->is_name_last);
        outlet->names++;
    } else if (outlet->next) {
        if (outlet->is_name_last)
            expect_string_dropped(bytes_of(outlet->next, (size_t)(piece.at - outlet->next)));
        else
            expect(piece.at == outlet->next);
        outlet->next = piece.at + piece.length;
    }
    outlet->is_name_last = is_name;
    return buffer_append(&outlet->out, piece);
}

/* Where the first name stands, as a reader of whole documents finds it; at == NULL: nowhere. */
static struct bytes find_name(struct json_reader *reader, bool may_hold)
{
    struct json_text key;
    struct json_value value;
    while (json_next_member(reader, &key)) {
        expect(json_read_value(reader, &value));
        bool is_ours = !key.has_escapes;
        if (is_ours && bytes_equal(key.raw, BYTES("model")) && value.kind == JSON_STRING)
            return value.raw;
        bool is_holder =
            bytes_equal(key.raw, BYTES("message")) || bytes_equal(key.raw, BYTES("response"));
        struct bytes inside = {0};
        if (is_ours && is_holder && may_hold && value.kind == JSON_OBJECT)
            inside = find_name(reader, false);
        else
            expect(json_skip(reader, &value));
        if (inside.at)
            return inside;
    }
    return (struct bytes){0};
}

static bool is_sound(struct bytes text)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    return json_read_value(&reader, &value) && json_skip(&reader, &value) && json_finish(&reader);
}

static void expect_first_name_replaced(struct bytes text, const struct outlet *outlet)
{
    struct json_reader reader;
    struct json_value value;
    if (!is_sound(text))
        return;
    json_reader_init(&reader, text);
    json_read_value(&reader, &value);
    struct bytes found = {0};
    if (value.kind == JSON_OBJECT)
        found = find_name(&reader, true);
    expect(outlet->names == (found.at != NULL));
    if (!found.at)
        return;
    size_t before = (size_t)(found.at - text.at);
    struct bytes out = buffer_bytes(&outlet->out);
    expect(out.length == text.length - found.length + sizeof name - 1);
    expect(memcmp(out.at, text.at, before) == 0);
    expect(memcmp(out.at + before, name, sizeof name - 1) == 0);
    expect_model_before(text.at, found.at);
}

static void feed(struct model_echo *echo, struct bytes piece, struct outlet *outlet)
{
    expect(model_echo_feed(echo, piece, take, outlet) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    bool is_event_stream = data[0] & 1;
    struct bytes answer = bytes_of((const char *)data + 1, size - 1);
    size_t cut = answer.length * data[0] / 255;
    struct model_echo echo;
    struct outlet whole = {.next = answer.at}, parts = {0}, bytewise = {0};

    model_echo_init(&echo, is_event_stream, bytes_of(name, sizeof name - 1));
    feed(&echo, answer, &whole);
    model_echo_init(&echo, is_event_stream, bytes_of(name, sizeof name - 1));
    feed(&echo, bytes_of(answer.at, cut), &parts);
    feed(&echo, bytes_after(answer, cut), &parts);
    model_echo_init(&echo, is_event_stream, bytes_of(name, sizeof name - 1));
    for (size_t i = 0; i < answer.length; i++)
        feed(&echo, bytes_of(answer.at + i, 1), &bytewise);

    expect(bytes_equal(buffer_bytes(&whole.out), buffer_bytes(&parts.out)));
    expect(bytes_equal(buffer_bytes(&whole.out), buffer_bytes(&bytewise.out)));
    if (!is_event_stream)
        expect_first_name_replaced(answer, &whole);
    buffer_clear(&whole.out);
    buffer_clear(&parts.out);
    buffer_clear(&bytewise.out);
    return 0;
}

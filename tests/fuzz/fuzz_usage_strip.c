/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: where the network cuts an answer changes neither what it is said to have cost nor
 * what comes out; what comes out is what went in but for whole events; and of what is JSON a reader
 * of whole documents finds the same usage and the same events to take out. The first input byte
 * picks the kind of answer and the cut.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "openai/json_reader.h"
#include "openai/usage_strip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* --- what a reader of whole documents finds --- */

struct finding {
    uint64_t prompt, answer;
    bool has_usage, has_choices, has_filled_choices;
};

static void read_number(struct json_value value, uint64_t *ret_number)
{
    uint64_t number;
    if (value.kind == JSON_NUMBER && bytes_read_u64(value.raw, &number) &&
        number <= USAGE_TOKENS_LIMIT)
        *ret_number = number;
}

static bool is_named(struct json_text key, const char *name)
{
    return !key.has_escapes && bytes_equal(key.raw, bytes_from_cstr(name));
}

static void read_usage(struct json_reader *reader, struct finding *finding)
{
    struct json_text key;
    struct json_value value;
    finding->has_usage = true;
    while (json_next_member(reader, &key)) {
        expect(json_read_value(reader, &value));
        if (is_named(key, "prompt_tokens"))
            read_number(value, &finding->prompt);
        else if (is_named(key, "completion_tokens") || is_named(key, "output_tokens"))
            read_number(value, &finding->answer);
        expect(json_skip(reader, &value));
    }
}

static void read_choices(struct json_reader *reader, struct finding *finding)
{
    struct json_value value;
    finding->has_choices = true;
    while (json_next_element(reader)) {
        expect(json_read_value(reader, &value));
        finding->has_filled_choices |= value.kind == JSON_OBJECT || value.kind == JSON_ARRAY;
        expect(json_skip(reader, &value));
    }
}

static void read_object(struct json_reader *reader, bool is_top, struct finding *finding)
{
    struct json_text key;
    struct json_value value;
    while (json_next_member(reader, &key)) {
        expect(json_read_value(reader, &value));
        bool is_object = value.kind == JSON_OBJECT;
        bool is_holder = is_named(key, "response") || is_named(key, "message");
        if (is_object && is_named(key, "usage"))
            read_usage(reader, finding);
        else if (is_object && is_top && is_holder)
            read_object(reader, false, finding);
        else if (value.kind == JSON_ARRAY && is_top && is_named(key, "choices"))
            read_choices(reader, finding);
        else
            expect(json_skip(reader, &value));
    }
}

static bool is_sound(struct bytes text)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    return json_read_value(&reader, &value) && json_skip(&reader, &value) && json_finish(&reader) &&
           value.kind == JSON_OBJECT;
}

static void read_document(struct bytes text, struct finding *finding)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    json_read_value(&reader, &value);
    read_object(&reader, true, finding);
}

static void expect_found(struct bytes text, const struct usage_scan *scan)
{
    struct finding finding = {0};
    if (!is_sound(text))
        return;
    read_document(text, &finding);
    expect(scan->told[USAGE_PROMPT] == finding.prompt);
    expect(scan->told[USAGE_ANSWER] == finding.answer);
}

/* --- feeding --- */

static int take(void *user, struct bytes piece)
{
    expect(piece.length > 0);
    return buffer_append(user, piece);
}

struct fed {
    struct usage_strip strip; /* of a plain answer the scan alone */
    struct buffer out;
};

static void begin(struct fed *fed, bool is_event_stream)
{
    usage_strip_init(&fed->strip);
    fed->out = (struct buffer){0};
    if (!is_event_stream)
        usage_scan_init(&fed->strip.scan, false);
}

static void feed(struct fed *fed, struct bytes piece)
{
    if (fed->strip.scan.is_event_stream)
        expect(usage_strip_feed(&fed->strip, piece, take, &fed->out) == 0);
    else
        usage_scan_feed(&fed->strip.scan, piece);
}

static void end(struct fed *fed)
{
    expect(usage_strip_end(&fed->strip, take, &fed->out) == 0);
}

/* The same, but for what was held back and grew too long. */
static void expect_same(const struct fed *a, const struct fed *b, bool may_be_held)
{
    struct usage_tokens left = usage_scan_tokens(&a->strip.scan);
    struct usage_tokens right = usage_scan_tokens(&b->strip.scan);
    expect(left.prompt == right.prompt && left.cached == right.cached);
    expect(left.answer == right.answer && left.is_answer_told == right.is_answer_told);
    expect(a->strip.scan.deltas == b->strip.scan.deltas);
    expect(a->strip.scan.text_bytes == b->strip.scan.text_bytes);
    if (may_be_held)
        expect(bytes_equal(buffer_bytes(&a->out), buffer_bytes(&b->out)));
}

/* An event of one line with a newline behind it, which is what engines send. */
static void expect_one_event(struct bytes text, const struct fed *fed)
{
    struct finding finding = {0};
    struct bytes json = bytes_after(text, bytes_start_with(text, BYTES("data:")) ? 5 : 0);
    if (json.length == text.length || !bytes_end_with(json, BYTES("\n\n")))
        return;
    json.length -= 2;
    for (size_t i = 0; i < json.length; i++)
        if (json.at[i] == '\n' || json.at[i] == '\r')
            return;
    if (!is_sound(json))
        return;
    read_document(json, &finding);
    bool is_dropped = finding.has_usage && finding.has_choices && !finding.has_filled_choices;
    expect(fed->out.length == (is_dropped ? 0 : text.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    bool is_event_stream = data[0] & 1;
    struct bytes answer = bytes_of((const char *)data + 1, size - 1);
    size_t cut = answer.length * data[0] / 255;
    static struct fed whole, parts, bytewise;

    begin(&whole, is_event_stream);
    feed(&whole, answer);
    end(&whole);
    begin(&parts, is_event_stream);
    feed(&parts, bytes_of(answer.at, cut));
    feed(&parts, bytes_after(answer, cut));
    end(&parts);
    begin(&bytewise, is_event_stream);
    for (size_t i = 0; i < answer.length; i++)
        feed(&bytewise, bytes_of(answer.at + i, 1));
    end(&bytewise);

    expect_same(&whole, &parts, answer.length <= USAGE_STRIP_HELD);
    expect_same(&whole, &bytewise, answer.length <= USAGE_STRIP_HELD);
    if (is_event_stream)
        expect_one_event(answer, &whole);
    else
        expect_found(answer, &whole.strip.scan);
    buffer_clear(&whole.out);
    buffer_clear(&parts.out);
    buffer_clear(&bytewise.out);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>
#include <yyjson.h>

#include "base/hash.h"
#include "sim/engine/generation.h"

#define PROMPT BYTES("\"say something\"")
#define FIRST_NS 1000
#define EACH_NS 10

static struct engine_generation stream_of(uint64_t token_count)
{
    return (struct engine_generation){
        .question = {.kind = ENGINE_CHAT,
                     .dialect = engine_dialects,
                     .model = "sim",
                     .id = "chatcmpl-1",
                     .created_s = 7,
                     .prompt_tokens = 2,
                     .choice_count = 1,
                     .script = {.hash = hash_bytes(PROMPT, 0), .token_count = token_count},
                     .streams = true},
        .pace = {.begin_ns = 0, .first_ns = FIRST_NS, .each_ns = EACH_NS},
        .token_count = token_count,
        .keeps_alive = true,
        .knows_chunks = true,
    };
}

/* Runs to its end; the answer is out's. */
static void run(struct engine_generation *generation, struct buffer *out)
{
    uint64_t now_ns = 0;

    while (generation->end == ENGINE_END_NOT_YET)
        assert_int_equal(engine_generation_write(generation, now_ns, out, &now_ns), 0);
    engine_generation_clear(generation);
}

static bool out_has(const struct buffer *out, const char *text)
{
    return bytes_find(buffer_bytes(out), bytes_from_cstr(text)) >= 0;
}

static void assert_ends_with(const struct buffer *out, const char *text)
{
    assert_true(bytes_end_with(buffer_bytes(out), bytes_from_cstr(text)));
}

/* Takes the head off, and the chunks' sizes; every chunk of an engine is one event. Returns how
 * many events there are, parsed, in ret_events. */
static size_t events_of(const struct buffer *out, yyjson_doc **ret_events, size_t limit)
{
    struct bytes rest = buffer_bytes(out);
    size_t count = 0;

    rest = bytes_after(rest, (size_t)bytes_find(rest, BYTES("\r\n\r\n")) + 4);
    for (;;) {
        size_t size = strtoul(rest.at, NULL, 16);
        rest = bytes_after(rest, (size_t)bytes_find(rest, BYTES("\r\n")) + 2);
        struct bytes event = bytes_of(rest.at, size);
        if (!bytes_start_with(event, BYTES("data: {")))
            return count;
        assert_true(bytes_end_with(event, BYTES("}\n\n")));
        assert_true(count < limit);
        ret_events[count] = yyjson_read(event.at + 6, event.length - 8, 0);
        assert_non_null(ret_events[count++]);
        rest = bytes_after(rest, size + 2);
    }
}

static yyjson_val *member(yyjson_doc *event, const char *pointer)
{
    return yyjson_doc_ptr_get(event, pointer);
}

static void each_token_comes_when_it_is_due(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};
    uint64_t due_ns = 0;

    engine_generation_write(&generation, 0, &out, &due_ns);
    assert_int_equal(out.length, 0);
    assert_int_equal(due_ns, FIRST_NS);
    engine_generation_write(&generation, FIRST_NS, &out, &due_ns);
    assert_int_equal(generation.next_token, 1);
    assert_int_equal(due_ns, FIRST_NS + EACH_NS);
    engine_generation_write(&generation, FIRST_NS + 2 * EACH_NS, &out, &due_ns);
    assert_int_equal(generation.next_token, 3);
    assert_int_equal(generation.end, ENGINE_END_KEEP);

    engine_generation_clear(&generation);
    buffer_clear(&out);
}

static void all_chunks_have_one_id_and_follow_the_law(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};
    yyjson_doc *events[8] = {0};
    char token[ENGINE_TOKEN_BYTES];

    run(&generation, &out);
    size_t count = events_of(&out, events, 8);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(yyjson_get_str(member(events[i], "/id")), "chatcmpl-1");
        assert_string_equal(yyjson_get_str(member(events[i], "/object")), "chat.completion.chunk");
        assert_string_equal(yyjson_get_str(member(events[i], "/model")), "sim");
        assert_int_equal(yyjson_get_uint(member(events[i], "/created")), 7);
        assert_null(member(events[i], "/usage"));
        assert_int_equal(yyjson_is_null(member(events[i], "/choices/0/finish_reason")), i < 4);
    }
    assert_string_equal(yyjson_get_str(member(events[0], "/choices/0/delta/role")), "assistant");
    for (size_t i = 1; i < 4; i++) {
        engine_token(PROMPT, i - 1, token);
        assert_string_equal(yyjson_get_str(member(events[i], "/choices/0/delta/content")), token);
    }
    assert_string_equal(yyjson_get_str(member(events[4], "/choices/0/finish_reason")), "stop");
    assert_ends_with(&out, "data: [DONE]\n\n\r\n0\r\n\r\n");

    for (size_t i = 0; i < count; i++)
        yyjson_doc_free(events[i]);
    buffer_clear(&out);
}

static void blanks_make_the_first_event_large(void **state)
{
    struct engine_generation generation = stream_of(1);
    struct buffer out = {0};
    yyjson_doc *events[8];

    generation.question.first_event_bytes = 40000;
    run(&generation, &out);
    assert_in_range(out.length, 40000, 41000);
    size_t count = events_of(&out, events, 8);
    assert_int_equal(count, 3);
    assert_string_equal(yyjson_get_str(member(events[0], "/choices/0/delta/role")), "assistant");

    for (size_t i = 0; i < count; i++)
        yyjson_doc_free(events[i]);
    buffer_clear(&out);
}

static void usage_is_the_last_chunk_if_it_was_asked_for(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};
    yyjson_doc *events[8] = {0};

    generation.question.includes_usage = generation.question.script.is_cut = true;
    run(&generation, &out);
    size_t count = events_of(&out, events, 8);
    assert_int_equal(count, 6);
    assert_true(yyjson_is_null(member(events[0], "/usage")));
    assert_string_equal(yyjson_get_str(member(events[4], "/choices/0/finish_reason")), "length");
    assert_int_equal(yyjson_arr_size(member(events[5], "/choices")), 0);
    assert_int_equal(yyjson_get_uint(member(events[5], "/usage/prompt_tokens")), 2);
    assert_int_equal(yyjson_get_uint(member(events[5], "/usage/completion_tokens")), 3);
    assert_int_equal(yyjson_get_uint(member(events[5], "/usage/total_tokens")), 5);

    for (size_t i = 0; i < count; i++)
        yyjson_doc_free(events[i]);
    buffer_clear(&out);
}

static void a_plain_answer_comes_whole_with_its_last_token(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};
    uint64_t due_ns = 0;

    generation.question.streams = false;
    engine_generation_write(&generation, FIRST_NS, &out, &due_ns);
    assert_int_equal(out.length, 0);
    assert_int_equal(due_ns, FIRST_NS + 2 * EACH_NS);
    engine_generation_write(&generation, due_ns, &out, &due_ns);
    assert_int_equal(generation.end, ENGINE_END_KEEP);

    struct bytes answer = buffer_bytes(&out);
    size_t head = (size_t)bytes_find(answer, BYTES("\r\n\r\n")) + 4;
    yyjson_doc *body = yyjson_read(answer.at + head, answer.length - head, 0);
    char text[3 * ENGINE_TOKEN_BYTES];
    size_t length = 0;
    for (uint64_t i = 0; i < 3; i++)
        length += engine_token(PROMPT, i, text + length);
    assert_string_equal(yyjson_get_str(member(body, "/choices/0/message/content")), text);
    assert_int_equal(yyjson_get_uint(member(body, "/usage/completion_tokens")), 3);
    yyjson_doc_free(body);
    buffer_clear(&out);
}

static void padding_adds_tokens_and_counts_them(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};

    generation.question.streams = false;
    generation.question.answer_bytes = 10000;
    run(&generation, &out);
    assert_in_range(out.length, 10000, 11000);
    assert_true(generation.next_token > 900);
    buffer_clear(&out);
}

static void a_stream_does_not_run_ahead_of_its_reader(void **state)
{
    struct engine_generation generation = stream_of(1000000);
    struct buffer out = {0};
    uint64_t due_ns = 0;

    engine_generation_write(&generation, UINT64_MAX, &out, &due_ns);
    assert_in_range(out.length, ENGINE_OUT_BYTES, ENGINE_OUT_BYTES + 1024);
    uint64_t made = generation.next_token;
    engine_generation_write(&generation, UINT64_MAX, &out, &due_ns);
    assert_int_equal(generation.next_token, made);
    buffer_consume(&out, out.length);
    engine_generation_write(&generation, UINT64_MAX, &out, &due_ns);
    assert_true(generation.next_token > made);

    engine_generation_clear(&generation);
    buffer_clear(&out);
}

static void http_1_0_gets_a_stream_without_chunks(void **state)
{
    struct engine_generation generation = stream_of(3);
    struct buffer out = {0};

    generation.knows_chunks = generation.keeps_alive = false;
    run(&generation, &out);
    assert_int_equal(generation.end, ENGINE_END_CLOSE);
    assert_false(out_has(&out, "chunked"));
    assert_ends_with(&out, "}\n\ndata: [DONE]\n\n");
    buffer_clear(&out);
}

static void faults_strike_streams_behind_the_tokens_they_were_told(void **state)
{
    static const struct {
        enum engine_fault fault;
        enum engine_end end;
        const char *last;
    } rows[] = {
        {ENGINE_FAULT_DIE, ENGINE_END_LATE_RESET, "]}\n\n\r\n"},
        {ENGINE_FAULT_STALL, ENGINE_END_SILENCE, "]}\n\n\r\n"},
        {ENGINE_FAULT_END, ENGINE_END_KEEP, "]}\n\n\r\n0\r\n\r\n"},
        {ENGINE_FAULT_GARBAGE_BODY, ENGINE_END_SILENCE, "zz\r\nno chunk has such a size\r\n"},
        {ENGINE_FAULT_ERROR_IN_BAND, ENGINE_END_KEEP, "}}\n\n\r\n0\r\n\r\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct engine_generation generation = stream_of(5);
        struct buffer out = {0};

        generation.fault = rows[i].fault;
        generation.after_tokens = 2;
        run(&generation, &out);
        assert_int_equal(generation.next_token, 2);
        assert_int_equal(generation.end, rows[i].end);
        assert_false(out_has(&out, "[DONE]"));
        assert_int_equal(out_has(&out, "data: {\"error\":"),
                         rows[i].fault == ENGINE_FAULT_ERROR_IN_BAND);
        assert_ends_with(&out, rows[i].last);
        buffer_clear(&out);
    }
}

static void a_stream_of_wrong_length_closes_before_it(void **state)
{
    struct engine_generation generation = stream_of(2);
    struct buffer out = {0};

    generation.fault = ENGINE_FAULT_WRONG_LENGTH;
    run(&generation, &out);
    assert_int_equal(generation.end, ENGINE_END_CLOSE);
    assert_true(out_has(&out, "content-length: 4294"));
    assert_ends_with(&out, "data: [DONE]\n\n");
    buffer_clear(&out);
}

static void faults_strike_plain_answers_in_the_middle(void **state)
{
    static const struct {
        enum engine_fault fault;
        enum engine_end end;
        bool is_whole;
    } rows[] = {
        {ENGINE_FAULT_DIE, ENGINE_END_LATE_RESET, false},
        {ENGINE_FAULT_STALL, ENGINE_END_SILENCE, false},
        {ENGINE_FAULT_GARBAGE_BODY, ENGINE_END_SILENCE, false},
        {ENGINE_FAULT_WRONG_LENGTH, ENGINE_END_CLOSE, true},
        {ENGINE_FAULT_END, ENGINE_END_CLOSE, false},
        {ENGINE_FAULT_ERROR_IN_BAND, ENGINE_END_KEEP, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct engine_generation generation = stream_of(5);
        struct buffer out = {0};

        generation.question.streams = false;
        generation.fault = rows[i].fault;
        run(&generation, &out);
        assert_int_equal(generation.end, rows[i].end);
        assert_true(out_has(&out, "chat.completion"));
        assert_int_equal(out_has(&out, "total_tokens"), rows[i].is_whole);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_token_comes_when_it_is_due),
        cmocka_unit_test(all_chunks_have_one_id_and_follow_the_law),
        cmocka_unit_test(blanks_make_the_first_event_large),
        cmocka_unit_test(usage_is_the_last_chunk_if_it_was_asked_for),
        cmocka_unit_test(a_plain_answer_comes_whole_with_its_last_token),
        cmocka_unit_test(padding_adds_tokens_and_counts_them),
        cmocka_unit_test(a_stream_does_not_run_ahead_of_its_reader),
        cmocka_unit_test(http_1_0_gets_a_stream_without_chunks),
        cmocka_unit_test(faults_strike_streams_behind_the_tokens_they_were_told),
        cmocka_unit_test(a_stream_of_wrong_length_closes_before_it),
        cmocka_unit_test(faults_strike_plain_answers_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

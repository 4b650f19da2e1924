/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/asked.h"

#include <stdio.h>

#include "tests/test.h"

static void event_take(struct asked *asked, struct bytes event)
{
    struct bytes line = event;

    assert_false(asked->is_done);
    assert_true(asked->event_count < ASKED_EVENTS);
    if (bytes_start_with(event, BYTES("event: "))) {
        line = bytes_cut(&event, '\n');
        (void)snprintf(asked->names[asked->event_count], sizeof asked->names[0], "%.*s",
                       (int)line.length - 7, line.at + 7);
        line = event;
    }
    assert_true(bytes_start_with(line, BYTES("data: ")));
    line = bytes_after(line, 6);
    asked->is_done = bytes_equal(line, BYTES("[DONE]"));
    if (asked->is_done)
        return;
    asked->events[asked->event_count] = yyjson_read(line.at, line.length, 0);
    assert_non_null(asked->events[asked->event_count++]);
}

static void events_take(struct asked *asked, struct bytes body)
{
    while (body.length > 0) {
        ptrdiff_t end = bytes_find(body, BYTES("\n\n"));
        assert_true(end > 0);
        event_take(asked, bytes_of(body.at, (size_t)end));
        body = bytes_after(body, (size_t)end + 2);
    }
}

static void answer_take(struct asked *asked)
{
    struct bytes out = buffer_bytes(&asked->out);
    struct bytes body = bytes_after(out, (size_t)bytes_find(out, BYTES("\r\n\r\n")) + 4);

    if (asked->generation.question.streams) {
        events_take(asked, body);
        return;
    }
    asked->events[asked->event_count++] = yyjson_read(body.at, body.length, 0);
    assert_non_null(asked->events[0]);
}

void ask(struct asked *asked, const char *dialect, enum engine_kind kind, const char *body)
{
    struct engine_generation *generation = &asked->generation;
    struct engine_question *question = &generation->question;
    const struct engine_setting setting = {engine_dialect_find(bytes_from_cstr(dialect)),
                                           ASKED_DEFAULT_TOKENS, ASKED_CONTEXT};
    uint64_t now_ns = 0;

    *asked = (struct asked){0};
    asked->result =
        engine_question_read(question, kind, bytes_from_cstr(body), &setting, &asked->refusal);
    if (asked->result < 0)
        return;
    question->model = "sim";
    (void)snprintf(question->id, sizeof question->id, "%s1", engine_question_id_prefix(kind));
    question->created_s = 7;
    generation->token_count = engine_script_longest(&question->script, question->choice_count);
    while (generation->end == ENGINE_END_NOT_YET)
        assert_int_equal(engine_generation_write(generation, now_ns, &asked->out, &now_ns), 0);
    answer_take(asked);
}

void asked_clear(struct asked *asked)
{
    for (size_t i = 0; i < asked->event_count; i++)
        yyjson_doc_free(asked->events[i]);
    engine_generation_clear(&asked->generation);
    buffer_clear(&asked->out);
}

yyjson_val *at(const struct asked *asked, size_t event, const char *pointer)
{
    assert_true(event < asked->event_count);
    return yyjson_doc_ptr_get(asked->events[event], pointer);
}

const char *text_at(const struct asked *asked, size_t event, const char *pointer)
{
    yyjson_val *value = at(asked, event, pointer);
    return yyjson_is_str(value) ? yyjson_get_str(value) : "";
}

uint64_t number_at(const struct asked *asked, size_t event, const char *pointer)
{
    yyjson_val *value = at(asked, event, pointer);
    assert_true(yyjson_is_uint(value));
    return yyjson_get_uint(value);
}

void gather(const struct asked *asked, const char *pointer, struct buffer *ret_text)
{
    *ret_text = (struct buffer){0};
    for (size_t i = 0; i < asked->event_count; i++)
        assert_int_equal(buffer_append(ret_text, bytes_from_cstr(text_at(asked, i, pointer))), 0);
}

bool buffer_is(const struct buffer *buffer, const char *text)
{
    return bytes_equal(buffer_bytes(buffer), bytes_from_cstr(text));
}

void words_of(const char *raw_prompt, unsigned first, unsigned count, struct buffer *ret_text)
{
    char token[ENGINE_TOKEN_BYTES];

    *ret_text = (struct buffer){0};
    for (unsigned i = first; i < first + count; i++) {
        size_t length = engine_token(bytes_from_cstr(raw_prompt), i, token);
        assert_int_equal(buffer_append(ret_text, bytes_of(token, length)), 0);
    }
}

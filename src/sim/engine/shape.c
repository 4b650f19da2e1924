/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/shape.h"

#include "base/hash.h"

static const struct engine_shape *shape_of(const struct engine_generation *generation)
{
    static const struct engine_shape *const shapes[] = {
        [ENGINE_CHAT] = &engine_shape_chat,
        [ENGINE_TEXT] = &engine_shape_text,
        [ENGINE_EMBEDDINGS] = &engine_shape_embeddings,
        [ENGINE_RERANK] = &engine_shape_rerank,
        [ENGINE_SCORE] = &engine_shape_score,
        [ENGINE_RESPONSES] = &engine_shape_responses,
        [ENGINE_MESSAGES] = &engine_shape_messages,
    };
    return shapes[generation->question.kind];
}

int engine_shape_first(struct engine_generation *generation, struct buffer *out)
{
    return shape_of(generation)->first(generation, out);
}

int engine_shape_token(struct engine_generation *generation, uint64_t token, struct buffer *out)
{
    return shape_of(generation)->token(generation, token, out);
}

int engine_shape_last(struct engine_generation *generation, struct buffer *out)
{
    return shape_of(generation)->last(generation, out);
}

int engine_shape_plain(struct engine_generation *generation, struct buffer *body)
{
    struct writer writer = writer_to(body);

    generation->next_token = generation->token_count;
    int r = shape_of(generation)->plain(generation, &writer);
    return r == 0 ? writer.error : r;
}

int engine_shape_send(struct engine_generation *generation, int error, struct buffer *out)
{
    struct bytes parts[] = {
        buffer_bytes(&generation->event_head),
        buffer_bytes(&generation->event),
    };

    if (error == 0)
        error = engine_wire_piece(out, generation->framing, parts, 2);
    buffer_consume(&generation->event, generation->event.length);
    generation->event_count++;
    return error;
}

int engine_shape_error(struct engine_generation *generation, struct buffer *out)
{
    const struct engine_dialect *dialect = generation->question.dialect;
    struct buffer event = {0};
    struct openai_error error = {
        .status = 500,
        .message = BYTES("The simulated engine failed in mid-stream, as it was told to."),
    };

    int r = generation->question.kind == ENGINE_MESSAGES
                ? engine_error_write_anthropic_event(&error, &event)
                : engine_error_write_event(dialect, &error, &event);
    if (r == 0 && dialect->ends_errors_with_done && generation->question.kind != ENGINE_MESSAGES)
        r = buffer_append(&event, BYTES("data: [DONE]\n\n"));
    struct bytes part = buffer_bytes(&event);
    if (r == 0)
        r = engine_wire_piece(out, generation->framing, &part, 1);
    buffer_clear(&event);
    return r;
}

/* Words need no escapes; what is fixed may. */
void engine_shape_words(struct engine_generation *generation, unsigned choice,
                        struct writer *writer)
{
    const struct engine_script *script = &generation->question.script;
    uint64_t count = engine_script_count(script, choice);
    size_t full = writer->out->length + generation->question.answer_bytes;
    bool is_padded = !script->is_fixed && !script->cuts && !generation->question.streams;
    char room[ENGINE_TOKEN_BYTES];
    uint64_t i = 0;

    for (; (i < count || (is_padded && writer->out->length < full)) && writer->error == 0; i++) {
        struct bytes text = engine_script_piece(script, choice, i, room).text;
        if (script->is_fixed)
            writer_escaped(writer, text);
        else
            writer_raw(writer, text);
    }
    generation->next_token = i > generation->next_token ? i : generation->next_token;
}

void engine_shape_arguments(const struct engine_generation *generation, unsigned call,
                            struct writer *writer)
{
    const struct engine_script *script = &generation->question.script;
    char room[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 0; i < script->token_count; i++) {
        struct engine_piece piece = engine_script_piece(script, 0, i, room);
        if (piece.call == call)
            writer_escaped(writer, piece.text);
    }
}

void engine_shape_call_id(const struct engine_generation *generation, const char *prefix,
                          unsigned call, struct writer *writer)
{
    uint64_t number = hash_mix(hash_bytes(bytes_from_cstr(generation->question.id), 0), call);
    writer_format(writer, "\"%s%016llx\"", prefix, (unsigned long long)number);
}

uint64_t engine_shape_made_tokens(const struct engine_generation *generation)
{
    const struct engine_question *question = &generation->question;
    uint64_t made = 0;

    for (unsigned choice = 0; choice < question->choice_count; choice++) {
        uint64_t count = engine_script_count(&question->script, choice);
        bool is_over = question->script.cuts && count < generation->next_token;
        made += is_over ? count : generation->next_token;
    }
    return made;
}

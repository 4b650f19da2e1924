/* SPDX-License-Identifier: Apache-2.0
 *
 * Chat and text completions, whole and in chunks. What differs between the two is where the text
 * stands; what differs between engines stands in their dialect.
 */
#include "sim/engine/logprobs.h"
#include "sim/engine/shape.h"
#include "sim/engine/token.h"
#include "sim/engine/usage.h"
#include "sim/engine/vocabulary.h"

static bool is_chat(const struct engine_generation *generation)
{
    return generation->question.kind == ENGINE_CHAT;
}

/* ---- what chunks and whole answers have in common ---- */

/* The members up to the choices' bracket. */
static void head_write(const struct engine_generation *generation, const char *object,
                       struct writer *writer)
{
    const struct engine_question *question = &generation->question;

    writer_format(writer,
                  "{\"id\":\"%s\",\"object\":\"%s\",\"created\":%llu,\"model\":", question->id,
                  object, (unsigned long long)question->created_s);
    writer_string_text(writer, question->model);
    writer_text(writer, question->dialect->head_more);
    writer_text(writer, ",\"choices\":[");
}

static const char *finish_reason(const struct engine_question *question, unsigned choice)
{
    bool is_vllm_by_name = question->calls_by_name && question->dialect->family == ENGINE_VLLM;

    if (engine_script_stopped_by(&question->script, choice).at)
        return "stop";
    if (question->script.is_cut)
        return "length";
    return question->script.call_count > 0 && !is_vllm_by_name ? "tool_calls" : "stop";
}

/* From "logprobs" to the end of a choice that is over. */
static void finish_write(const struct engine_question *question, unsigned choice,
                         struct writer *writer)
{
    struct bytes stop = engine_script_stopped_by(&question->script, choice);

    writer_format(writer, ",\"finish_reason\":\"%s\"", finish_reason(question, choice));
    if (!question->dialect->stop_member)
        return;
    writer_format(writer, ",\"%s\":", question->dialect->stop_member);
    if (stop.at)
        writer_string(writer, stop);
    else
        writer_text(writer, "null");
}

static void logprobs_write(const struct engine_generation *generation, struct engine_span span,
                           struct writer *writer)
{
    writer_text(writer, ",\"logprobs\":");
    if (is_chat(generation))
        engine_logprobs_chat(&generation->question, span, writer);
    else
        engine_logprobs_text(&generation->question, span, writer);
}

static void token_ids_write(const struct engine_question *question, struct engine_span span,
                            struct writer *writer)
{
    char room[ENGINE_TOKEN_BYTES];

    if (!question->tells_token_ids)
        return;
    writer_text(writer, ",\"token_ids\":[");
    for (uint64_t i = span.begin; i < span.end; i++) {
        struct bytes text = engine_script_piece(&question->script, span.choice, i, room).text;
        writer_text(writer, i > span.begin ? "," : "");
        writer_number(writer, engine_token_id(text));
    }
    writer_text(writer, "]");
}

static void prompt_ids_write(const struct engine_question *question, struct writer *writer)
{
    if (!question->tells_token_ids)
        return;
    writer_text(writer, ",\"prompt_token_ids\":");
    engine_prompt_ids_write(question, writer);
}

/* ---- chunks ---- */

static void usage_member(const struct engine_generation *generation, struct writer *writer)
{
    if (generation->question.repeats_usage) {
        writer_text(writer, ",\"usage\":");
        engine_usage_write(generation, writer);
    } else if (generation->question.includes_usage) {
        writer_text(writer, ",\"usage\":null");
    }
}

static int chunk_send(struct engine_generation *generation, struct writer *writer,
                      struct buffer *out)
{
    usage_member(generation, writer);
    writer_text(writer, "}\n\n");
    return engine_shape_send(generation, writer->error, out);
}

/* A delta of chat, or the text of a completion. */
static void delta_write(const struct engine_generation *generation, struct bytes text,
                        struct writer *writer)
{
    const struct engine_dialect *dialect = generation->question.dialect;

    if (!is_chat(generation)) {
        writer_text(writer, "\"text\":\"");
        writer_escaped(writer, text);
        writer_text(writer, "\"");
        return;
    }
    writer_text(writer, "\"delta\":{");
    writer_text(writer, dialect->delta_before);
    writer_text(writer, "\"content\":\"");
    writer_escaped(writer, text);
    writer_text(writer, "\"");
    writer_text(writer, dialect->delta_after);
    writer_text(writer, "}");
}

/* The first piece of a call has its id and its name, the others a fragment of its arguments. */
static void call_delta_write(const struct engine_generation *generation, struct engine_piece piece,
                             struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    bool is_sglang = question->dialect->family == ENGINE_SGLANG;

    writer_text(writer, "\"delta\":{");
    writer_text(writer, question->dialect->delta_before);
    writer_text(writer, is_sglang ? "\"content\":null,\"reasoning_content\":null," : "");
    writer_format(writer, "\"tool_calls\":[{\"index\":%u,", piece.call);
    if (piece.begins_a_call) {
        writer_text(writer, "\"id\":");
        engine_shape_call_id(generation, question->dialect->tool_call_prefix, piece.call, writer);
        writer_text(writer, ",\"type\":\"function\",\"function\":{\"name\":");
        writer_string(writer, question->script.calls[piece.call]);
        writer_text(writer, ",\"arguments\":\"\"}}]}");
        return;
    }
    writer_text(writer, "\"function\":{\"arguments\":\"");
    writer_escaped(writer, piece.text);
    writer_text(writer, "\"}}]}");
}

static void choice_begin(unsigned choice, struct writer *writer)
{
    writer_text(writer, "{\"index\":");
    writer_number(writer, choice);
    writer_text(writer, ",");
}

static void choice_goes_on(const struct engine_question *question, struct writer *writer)
{
    writer_text(writer, ",\"finish_reason\":null");
    writer_text(writer, question->dialect->chunk_more);
}

/* Blanks between the members of JSON mean nothing. */
static void blanks_write(size_t count, struct writer *writer)
{
    char *at;

    if (count == 0 || writer->error < 0)
        return;
    writer->error = buffer_reserve(writer->out, count, &at);
    if (writer->error < 0)
        return;
    memset(at, ' ', count);
    buffer_commit(writer->out, count);
}

/* Says who speaks. */
static void role_write(const struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    bool is_text = question->script.call_count == 0;

    writer_text(writer, "\"delta\":{\"role\":\"assistant\",\"content\":");
    if (is_text)
        writer_string(writer, question->echo.at ? question->echo : BYTES(""));
    else
        writer_text(writer, "null");
    writer_text(writer, question->dialect->delta_after);
    writer_text(writer, "}");
}

static int first_chunk(struct engine_generation *generation, unsigned choice, struct buffer *out)
{
    struct writer writer = writer_to(&generation->event);
    const struct engine_question *question = &generation->question;

    choice_begin(choice, &writer);
    if (is_chat(generation))
        role_write(generation, &writer);
    else
        delta_write(generation, question->echo, &writer);
    writer_text(&writer, ",\"logprobs\":null");
    choice_goes_on(question, &writer);
    if (!is_chat(generation))
        prompt_ids_write(question, &writer);
    writer_text(&writer, "}");
    blanks_write(choice == 0 ? question->first_event_bytes : 0, &writer);
    writer_text(&writer, "]");
    if (is_chat(generation) && choice == 0)
        prompt_ids_write(question, &writer);
    generation->text_bytes[choice] = question->echo.length;
    return chunk_send(generation, &writer, out);
}

/* A completion has a first chunk of its own only where there is something to say. */
static int first(struct engine_generation *generation, struct buffer *out)
{
    const struct engine_question *question = &generation->question;
    bool says_nothing = !is_chat(generation) && !question->echo.at && !question->tells_token_ids;
    struct writer head = writer_to(&generation->event_head);

    writer_text(&head, "data: ");
    head_write(generation, is_chat(generation) ? "chat.completion.chunk" : "text_completion",
               &head);
    int r = head.error;
    for (unsigned choice = 0; choice < question->choice_count && r == 0 && !says_nothing; choice++)
        r = first_chunk(generation, choice, out);
    return r;
}

static int token_chunk(struct engine_generation *generation, unsigned choice, uint64_t token,
                       struct buffer *out)
{
    const struct engine_question *question = &generation->question;
    struct writer writer = writer_to(&generation->event);
    struct engine_span span = {choice, token, token + 1, generation->text_bytes[choice]};
    char room[ENGINE_TOKEN_BYTES];
    struct engine_piece piece = engine_script_piece(&question->script, choice, token, room);

    if (piece.text.length == 0 && !piece.begins_a_call)
        return 0; /* behind a stop string */
    choice_begin(choice, &writer);
    if (question->script.call_count > 0)
        call_delta_write(generation, piece, &writer);
    else
        delta_write(generation, piece.text, &writer);
    logprobs_write(generation, span, &writer);
    choice_goes_on(question, &writer);
    token_ids_write(question, span, &writer);
    writer_text(&writer, "}]");
    generation->text_bytes[choice] += piece.text.length;
    return chunk_send(generation, &writer, out);
}

static int token_chunks(struct engine_generation *generation, uint64_t token, struct buffer *out)
{
    const struct engine_question *question = &generation->question;
    int r = 0;

    for (unsigned choice = 0; choice < question->choice_count && r == 0; choice++)
        if (token < engine_script_count(&question->script, choice))
            r = token_chunk(generation, choice, token, out);
    return r;
}

static int last_chunk(struct engine_generation *generation, unsigned choice, struct buffer *out)
{
    struct writer writer = writer_to(&generation->event);

    choice_begin(choice, &writer);
    writer_text(&writer, is_chat(generation) ? "\"delta\":{}" : "\"text\":\"\"");
    writer_text(&writer, ",\"logprobs\":null");
    finish_write(&generation->question, choice, &writer);
    writer_text(&writer, "}]");
    return chunk_send(generation, &writer, out);
}

static int usage_chunk(struct engine_generation *generation, struct buffer *out)
{
    struct writer writer = writer_to(&generation->event);

    writer_text(&writer, "],\"usage\":");
    engine_usage_write(generation, &writer);
    writer_text(&writer, "}\n\n");
    return engine_shape_send(generation, writer.error, out);
}

static int last(struct engine_generation *generation, struct buffer *out)
{
    struct bytes done = BYTES("data: [DONE]\n\n");
    int r = 0;

    for (unsigned choice = 0; choice < generation->question.choice_count && r == 0; choice++)
        r = last_chunk(generation, choice, out);
    if (r == 0 && generation->question.includes_usage)
        r = usage_chunk(generation, out);
    return r == 0 ? engine_wire_piece(out, generation->framing, &done, 1) : r;
}

/* ---- whole answers ---- */

static void calls_write(const struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;

    for (unsigned call = 0; call < question->script.call_count; call++) {
        writer_text(writer, call ? "," : ",\"tool_calls\":[");
        writer_text(writer, "{\"id\":");
        engine_shape_call_id(generation, question->dialect->tool_call_prefix, call, writer);
        writer_text(writer, ",\"type\":\"function\",\"function\":{\"name\":");
        writer_string(writer, question->script.calls[call]);
        writer_text(writer, ",\"arguments\":\"");
        engine_shape_arguments(generation, call, writer);
        writer_text(writer, "\"}}");
    }
    writer_text(writer, question->script.call_count > 0 ? "]" : question->dialect->no_calls);
}

static void text_write(struct engine_generation *generation, unsigned choice, struct writer *writer)
{
    writer_text(writer, "\"");
    if (generation->question.echo.at)
        writer_escaped(writer, generation->question.echo);
    engine_shape_words(generation, choice, writer);
    writer_text(writer, "\"");
}

static void message_write(struct engine_generation *generation, unsigned choice,
                          struct writer *writer)
{
    writer_text(writer, "\"message\":{\"role\":\"assistant\",\"content\":");
    if (generation->question.script.call_count > 0)
        writer_text(writer, "null");
    else
        text_write(generation, choice, writer);
    calls_write(generation, writer);
    writer_text(writer, generation->question.dialect->message_more);
    writer_text(writer, "}");
}

static void choice_write(struct engine_generation *generation, unsigned choice,
                         struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    uint64_t count = engine_script_count(&question->script, choice);
    struct engine_span span = {choice, 0, count, question->echo.length};

    choice_begin(choice, writer);
    if (is_chat(generation)) {
        message_write(generation, choice, writer);
    } else {
        writer_text(writer, "\"text\":");
        text_write(generation, choice, writer);
    }
    logprobs_write(generation, span, writer);
    finish_write(question, choice, writer);
    token_ids_write(question, span, writer);
    if (!is_chat(generation))
        prompt_ids_write(question, writer);
    writer_text(writer, "}");
}

static int plain(struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;

    head_write(generation, is_chat(generation) ? "chat.completion" : "text_completion", writer);
    for (unsigned choice = 0; choice < question->choice_count; choice++) {
        writer_text(writer, choice ? "," : "");
        choice_write(generation, choice, writer);
    }
    writer_text(writer, "],\"usage\":");
    engine_usage_write(generation, writer);
    writer_text(writer, question->dialect->answer_more);
    if (is_chat(generation))
        prompt_ids_write(question, writer);
    writer_text(writer, "}\n");
    return 0;
}

const struct engine_shape engine_shape_chat = {first, token_chunks, last, plain};
const struct engine_shape engine_shape_text = {first, token_chunks, last, plain};

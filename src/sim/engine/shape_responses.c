/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenAI's Responses: an answer is a list of items, a message or calls of functions; a stream is
 * events with names and rising numbers, each item opened, filled and closed.
 */
#include "sim/engine/shape.h"
#include "sim/engine/usage.h"

#define CALL_PREFIX "call_"

enum item_state { ITEM_IN_PROGRESS, ITEM_COMPLETED };

static bool is_text(const struct engine_generation *generation)
{
    return generation->question.script.call_count == 0;
}

/* ---- items ---- */

static void item_id(const struct engine_generation *generation, unsigned item,
                    struct writer *writer)
{
    engine_shape_call_id(generation, is_text(generation) ? "msg_" : "fc_", item, writer);
}

static void text_part(struct engine_generation *generation, enum item_state state,
                      struct writer *writer)
{
    writer_text(writer, "{\"type\":\"output_text\",\"text\":\"");
    if (state == ITEM_COMPLETED)
        engine_shape_words(generation, 0, writer);
    writer_text(writer, "\",\"annotations\":[],\"logprobs\":[]}");
}

static void call_item(const struct engine_generation *generation, unsigned call,
                      enum item_state state, struct writer *writer)
{
    writer_text(writer, "{\"type\":\"function_call\",\"id\":");
    item_id(generation, call, writer);
    writer_text(writer, ",\"call_id\":");
    engine_shape_call_id(generation, CALL_PREFIX, call, writer);
    writer_text(writer, ",\"name\":");
    writer_string(writer, generation->question.script.calls[call]);
    writer_text(writer, ",\"arguments\":\"");
    if (state == ITEM_COMPLETED)
        engine_shape_arguments(generation, call, writer);
    writer_format(writer, "\",\"status\":\"%s\"}",
                  state == ITEM_COMPLETED ? "completed" : "in_progress");
}

static void item_write(struct engine_generation *generation, unsigned item, enum item_state state,
                       struct writer *writer)
{
    if (!is_text(generation)) {
        call_item(generation, item, state, writer);
        return;
    }
    writer_text(writer, "{\"type\":\"message\",\"id\":");
    item_id(generation, item, writer);
    writer_format(writer, ",\"role\":\"assistant\",\"status\":\"%s\",\"content\":[",
                  state == ITEM_COMPLETED ? "completed" : "in_progress");
    if (state == ITEM_COMPLETED)
        text_part(generation, state, writer);
    writer_text(writer, "]}");
}

/* ---- the response ---- */

static const char *status_of(const struct engine_generation *generation, enum item_state state)
{
    if (state == ITEM_IN_PROGRESS)
        return "in_progress";
    return generation->question.script.is_cut ? "incomplete" : "completed";
}

/* A member of the request that the answer repeats. */
static void repeat_write(const struct engine_question *question, const char *name,
                         const char *fallback, struct writer *writer)
{
    yyjson_val *value = yyjson_obj_get(engine_question_root(question), name);

    writer_text(writer, ",");
    writer_string_text(writer, name);
    writer_text(writer, ":");
    if (value)
        writer_value(writer, value);
    else
        writer_text(writer, fallback);
}

static void repeats_write(const struct engine_question *question, struct writer *writer)
{
    static const struct {
        const char *name, *fallback;
    } members[] = {
        {"instructions", "null"},
        {"max_output_tokens", "null"},
        {"metadata", "{}"},
        {"parallel_tool_calls", "true"},
        {"temperature", "1.0"},
        {"previous_response_id", "null"},
        {"top_p", "1.0"},
        {"text", "{\"format\":{\"type\":\"text\"}}"},
        {"tool_choice", "\"auto\""},
        {"tools", "[]"},
        {"truncation", "\"disabled\""},
        {"user", "null"},
        {"background", "false"},
        {"store", "true"},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        repeat_write(question, members[i].name, members[i].fallback, writer);
}

static void response_write(struct engine_generation *generation, enum item_state state,
                           struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    bool is_over = state == ITEM_COMPLETED;
    unsigned items = is_text(generation) ? 1 : question->script.call_count;

    writer_format(writer, "{\"id\":\"%s\",\"object\":\"response\",\"created_at\":%llu,\"model\":",
                  question->id, (unsigned long long)question->created_s);
    writer_string_text(writer, question->model);
    writer_format(writer, ",\"status\":\"%s\",\"error\":null,\"incomplete_details\":%s",
                  status_of(generation, state),
                  is_over && question->script.is_cut ? "{\"reason\":\"max_output_tokens\"}"
                                                     : "null");
    writer_text(writer, ",\"output\":[");
    for (unsigned item = 0; is_over && item < items; item++) {
        writer_text(writer, item ? "," : "");
        item_write(generation, item, state, writer);
    }
    writer_text(writer, "]");
    repeats_write(question, writer);
    writer_text(writer, ",\"usage\":");
    if (is_over)
        engine_usage_write_responses(generation, writer);
    else
        writer_text(writer, "null");
    writer_text(writer, "}");
}

static int plain(struct engine_generation *generation, struct writer *writer)
{
    response_write(generation, ITEM_COMPLETED, writer);
    writer_text(writer, "\n");
    return 0;
}

/* ---- events ---- */

static struct writer event_begin(struct engine_generation *generation, const char *name)
{
    struct writer writer = writer_to(&generation->event);

    writer_format(&writer, "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%llu", name, name,
                  (unsigned long long)generation->event_count);
    return writer;
}

static int event_end(struct engine_generation *generation, struct writer *writer,
                     struct buffer *out)
{
    writer_text(writer, "}\n\n");
    return engine_shape_send(generation, writer->error, out);
}

static int response_event(struct engine_generation *generation, const char *name,
                          enum item_state state, struct buffer *out)
{
    struct writer writer = event_begin(generation, name);
    writer_text(&writer, ",\"response\":");
    response_write(generation, state, &writer);
    return event_end(generation, &writer, out);
}

static int item_event(struct engine_generation *generation, unsigned item, enum item_state state,
                      struct buffer *out)
{
    struct writer writer =
        event_begin(generation, state == ITEM_COMPLETED ? "response.output_item.done"
                                                        : "response.output_item.added");
    writer_format(&writer, ",\"output_index\":%u,\"item\":", item);
    item_write(generation, item, state, &writer);
    return event_end(generation, &writer, out);
}

static void place_write(const struct engine_generation *generation, unsigned item,
                        struct writer *writer)
{
    writer_text(writer, ",\"item_id\":");
    item_id(generation, item, writer);
    writer_format(writer, ",\"output_index\":%u", item);
    writer_text(writer, is_text(generation) ? ",\"content_index\":0" : "");
}

static int part_event(struct engine_generation *generation, enum item_state state,
                      struct buffer *out)
{
    struct writer writer =
        event_begin(generation, state == ITEM_COMPLETED ? "response.content_part.done"
                                                        : "response.content_part.added");
    place_write(generation, 0, &writer);
    writer_text(&writer, ",\"part\":");
    text_part(generation, state, &writer);
    return event_end(generation, &writer, out);
}

static int first(struct engine_generation *generation, struct buffer *out)
{
    int r = response_event(generation, "response.created", ITEM_IN_PROGRESS, out);
    if (r == 0)
        r = response_event(generation, "response.in_progress", ITEM_IN_PROGRESS, out);
    if (r == 0 && is_text(generation))
        r = item_event(generation, 0, ITEM_IN_PROGRESS, out);
    return r == 0 && is_text(generation) ? part_event(generation, ITEM_IN_PROGRESS, out) : r;
}

static int delta_event(struct engine_generation *generation, struct engine_piece piece,
                       struct buffer *out)
{
    struct writer writer =
        event_begin(generation, is_text(generation) ? "response.output_text.delta"
                                                    : "response.function_call_arguments.delta");
    place_write(generation, piece.call, &writer);
    writer_text(&writer, ",\"delta\":\"");
    writer_escaped(&writer, piece.text);
    writer_text(&writer, is_text(generation) ? "\",\"logprobs\":[]" : "\"");
    return event_end(generation, &writer, out);
}

static int call_end(struct engine_generation *generation, unsigned call, struct buffer *out)
{
    struct writer writer = event_begin(generation, "response.function_call_arguments.done");

    place_write(generation, call, &writer);
    writer_text(&writer, ",\"name\":");
    writer_string(&writer, generation->question.script.calls[call]);
    writer_text(&writer, ",\"arguments\":\"");
    engine_shape_arguments(generation, call, &writer);
    writer_text(&writer, "\"");
    int r = event_end(generation, &writer, out);
    return r == 0 ? item_event(generation, call, ITEM_COMPLETED, out) : r;
}

static int text_end(struct engine_generation *generation, struct buffer *out)
{
    struct writer writer = event_begin(generation, "response.output_text.done");

    place_write(generation, 0, &writer);
    writer_text(&writer, ",\"text\":\"");
    engine_shape_words(generation, 0, &writer);
    writer_text(&writer, "\",\"logprobs\":[]");
    int r = event_end(generation, &writer, out);
    if (r == 0)
        r = part_event(generation, ITEM_COMPLETED, out);
    return r == 0 ? item_event(generation, 0, ITEM_COMPLETED, out) : r;
}

static int token(struct engine_generation *generation, uint64_t token, struct buffer *out)
{
    char room[ENGINE_TOKEN_BYTES];
    struct engine_piece piece = engine_script_piece(&generation->question.script, 0, token, room);
    int r = 0;

    if (piece.begins_a_call && piece.call > 0)
        r = call_end(generation, piece.call - 1, out);
    if (r == 0 && piece.begins_a_call)
        r = item_event(generation, piece.call, ITEM_IN_PROGRESS, out);
    return r == 0 && piece.text.length > 0 ? delta_event(generation, piece, out) : r;
}

/* The item that is open is closed; vLLM calls also a cut response completed. */
static int last(struct engine_generation *generation, struct buffer *out)
{
    const struct engine_script *script = &generation->question.script;
    bool is_incomplete = script->is_cut && generation->question.dialect->family != ENGINE_VLLM;
    char room[ENGINE_TOKEN_BYTES];
    int r = 0;

    if (is_text(generation))
        r = text_end(generation, out);
    else if (script->token_count > 0)
        r = call_end(generation, engine_script_piece(script, 0, script->token_count - 1, room).call,
                     out);
    if (r < 0)
        return r;
    return response_event(generation, is_incomplete ? "response.incomplete" : "response.completed",
                          ITEM_COMPLETED, out);
}

const struct engine_shape engine_shape_responses = {first, token, last, plain};

/* SPDX-License-Identifier: Apache-2.0
 *
 * Anthropic's Messages: content blocks, and events with names. A text is one block, each call of a
 * tool another.
 */
#include "sim/engine/shape.h"
#include "sim/engine/usage.h"

#define CALL_PREFIX "toolu_"

static const char *stop_reason(const struct engine_question *question)
{
    if (engine_script_stopped_by(&question->script, 0).at)
        return "stop_sequence";
    if (question->script.is_cut)
        return "max_tokens";
    return question->script.call_count > 0 ? "tool_use" : "end_turn";
}

static void stop_write(const struct engine_question *question, struct writer *writer)
{
    struct bytes stop = engine_script_stopped_by(&question->script, 0);

    writer_format(writer, "\"stop_reason\":\"%s\",\"stop_sequence\":", stop_reason(question));
    if (stop.at)
        writer_string(writer, stop);
    else
        writer_text(writer, "null");
}

/* Up to the content's bracket. */
static void head_write(const struct engine_question *question, struct writer *writer)
{
    writer_format(writer, "{\"id\":\"%s\",\"type\":\"message\",\"role\":\"assistant\",\"model\":",
                  question->id);
    writer_string_text(writer, question->model);
    writer_text(writer, ",\"content\":[");
}

/* ---- events ---- */

static struct writer event_begin(struct engine_generation *generation, const char *name)
{
    struct writer writer = writer_to(&generation->event);
    writer_format(&writer, "event: %s\ndata: {\"type\":\"%s\"", name, name);
    return writer;
}

static int event_end(struct engine_generation *generation, struct writer *writer,
                     struct buffer *out)
{
    writer_text(writer, "}\n\n");
    return engine_shape_send(generation, writer->error, out);
}

static int block_begin(struct engine_generation *generation, unsigned index, struct buffer *out)
{
    const struct engine_script *script = &generation->question.script;
    struct writer writer = event_begin(generation, "content_block_start");

    writer_format(&writer, ",\"index\":%u,\"content_block\":", index);
    if (script->call_count == 0) {
        writer_text(&writer, "{\"type\":\"text\",\"text\":\"\"}");
    } else {
        writer_text(&writer, "{\"type\":\"tool_use\",\"id\":");
        engine_shape_call_id(generation, CALL_PREFIX, index, &writer);
        writer_text(&writer, ",\"name\":");
        writer_string(&writer, script->calls[index]);
        writer_text(&writer, ",\"input\":{}}");
    }
    return event_end(generation, &writer, out);
}

static int block_end(struct engine_generation *generation, unsigned index, struct buffer *out)
{
    struct writer writer = event_begin(generation, "content_block_stop");
    writer_format(&writer, ",\"index\":%u", index);
    return event_end(generation, &writer, out);
}

static int first(struct engine_generation *generation, struct buffer *out)
{
    struct writer writer = event_begin(generation, "message_start");

    writer_text(&writer, ",\"message\":");
    head_write(&generation->question, &writer);
    writer_text(&writer, "],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    engine_usage_write_messages(generation, &writer);
    writer_text(&writer, "}");
    int r = event_end(generation, &writer, out);
    return r == 0 && generation->question.script.call_count == 0 ? block_begin(generation, 0, out)
                                                                 : r;
}

static int delta_send(struct engine_generation *generation, struct engine_piece piece,
                      struct buffer *out)
{
    bool is_call = generation->question.script.call_count > 0;
    struct writer writer = event_begin(generation, "content_block_delta");

    writer_format(&writer, ",\"index\":%u,\"delta\":", piece.call);
    writer_text(&writer, is_call ? "{\"type\":\"input_json_delta\",\"partial_json\":\""
                                 : "{\"type\":\"text_delta\",\"text\":\"");
    writer_escaped(&writer, piece.text);
    writer_text(&writer, "\"}");
    return event_end(generation, &writer, out);
}

static int token(struct engine_generation *generation, uint64_t token, struct buffer *out)
{
    char room[ENGINE_TOKEN_BYTES];
    struct engine_piece piece = engine_script_piece(&generation->question.script, 0, token, room);
    int r = 0;

    if (piece.begins_a_call && piece.call > 0)
        r = block_end(generation, piece.call - 1, out);
    if (r == 0 && piece.begins_a_call)
        r = block_begin(generation, piece.call, out);
    return r == 0 && piece.text.length > 0 ? delta_send(generation, piece, out) : r;
}

/* The block that is open: there is one, unless max_tokens left no room for the first call. */
static int last_block_end(struct engine_generation *generation, struct buffer *out)
{
    const struct engine_script *script = &generation->question.script;
    char room[ENGINE_TOKEN_BYTES];

    if (script->call_count == 0)
        return block_end(generation, 0, out);
    if (script->token_count == 0)
        return 0;
    struct engine_piece piece = engine_script_piece(script, 0, script->token_count - 1, room);
    return block_end(generation, piece.call, out);
}

static int last(struct engine_generation *generation, struct buffer *out)
{
    int r = last_block_end(generation, out);
    if (r < 0)
        return r;

    struct writer writer = event_begin(generation, "message_delta");
    writer_text(&writer, ",\"delta\":{");
    stop_write(&generation->question, &writer);
    writer_text(&writer, "},\"usage\":");
    engine_usage_write_messages(generation, &writer);
    r = event_end(generation, &writer, out);
    if (r < 0)
        return r;
    writer = event_begin(generation, "message_stop");
    return event_end(generation, &writer, out);
}

/* ---- whole answers ---- */

/* Arguments are an object here, not a string: they stand as they are, unless they were cut. */
static void call_write(const struct engine_generation *generation, unsigned call,
                       struct writer *writer)
{
    const struct engine_script *script = &generation->question.script;
    char room[ENGINE_TOKEN_BYTES];

    writer_text(writer, "{\"type\":\"tool_use\",\"id\":");
    engine_shape_call_id(generation, CALL_PREFIX, call, writer);
    writer_text(writer, ",\"name\":");
    writer_string(writer, script->calls[call]);
    writer_text(writer, script->is_cut ? ",\"input\":{}" : ",\"input\":");
    for (uint64_t i = 0; !script->is_cut && i < script->token_count; i++) {
        struct engine_piece piece = engine_script_piece(script, 0, i, room);
        if (piece.call == call)
            writer_raw(writer, piece.text);
    }
    writer_text(writer, "}");
}

static int plain(struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;

    head_write(question, writer);
    if (question->script.call_count == 0) {
        writer_text(writer, "{\"type\":\"text\",\"text\":\"");
        engine_shape_words(generation, 0, writer);
        writer_text(writer, "\"}");
    }
    for (unsigned call = 0; call < question->script.call_count; call++) {
        writer_text(writer, call ? "," : "");
        call_write(generation, call, writer);
    }
    writer_text(writer, "],");
    stop_write(question, writer);
    writer_text(writer, ",\"usage\":");
    engine_usage_write_messages(generation, writer);
    writer_text(writer, "}\n");
    return 0;
}

const struct engine_shape engine_shape_messages = {first, token, last, plain};

/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine_shape.h"

#include "openai/error.h"
#include "openai/json.h"

#define PART(text) bytes_from_cstr(text)

/* What stands around the words of an answer, by its kind. */
struct shape {
    const char *object, *chunk_object;
    const char *first; /* choice of the first event; NULL: there is none */
    const char *token_before, *token_after;
    const char *last_before;
    const char *plain_before, *plain_after;
};

static const struct shape shapes[] = {
    [ENGINE_ANSWER_CHAT] =
        {
            .object = "chat.completion",
            .chunk_object = "chat.completion.chunk",
            .first = "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                     "\"logprobs\":null,\"finish_reason\":null}",
            .token_before = "{\"index\":0,\"delta\":{\"content\":\"",
            .token_after = "\"},\"logprobs\":null,\"finish_reason\":null}",
            .last_before = "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"",
            .plain_before = "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
            .plain_after = "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"",
        },
    [ENGINE_ANSWER_TEXT] =
        {
            .object = "text_completion",
            .chunk_object = "text_completion",
            .token_before = "{\"index\":0,\"text\":\"",
            .token_after = "\",\"logprobs\":null,\"finish_reason\":null}",
            .last_before = "{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":\"",
            .plain_before = "{\"index\":0,\"text\":\"",
            .plain_after = "\",\"logprobs\":null,\"finish_reason\":\"",
        },
};

static const char *finish_reason(const struct engine_generation *generation)
{
    return generation->is_cut ? "length" : "stop";
}

/* The members that answers and events have in common, up to the choices' bracket. */
static int head_write(const struct engine_generation *generation, const char *object,
                      struct buffer *out)
{
    int r = buffer_append_format(
        out, "{\"id\":\"%s\",\"object\":\"%s\",\"created\":%llu,\"model\":", generation->id, object,
        (unsigned long long)generation->created_s);
    if (r == 0)
        r = json_write_string(out, bytes_from_cstr(generation->model));
    return r == 0 ? buffer_append(out, BYTES(",\"system_fingerprint\":\"fp_sim\",\"choices\":["))
                  : r;
}

static int usage_write(const struct engine_generation *generation, struct buffer *out)
{
    unsigned long long words = generation->prompt_words, tokens = generation->next_token;
    return buffer_append_format(out,
                                "\"usage\":{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,"
                                "\"total_tokens\":%llu}",
                                words, tokens, words + tokens);
}

int engine_shape_event_head(struct engine_generation *generation)
{
    int r = buffer_append(&generation->event_head, BYTES("data: "));
    return r == 0 ? head_write(generation, shapes[generation->kind].chunk_object,
                               &generation->event_head)
                  : r;
}

/* One event of its own chunk, its choice made of up to three pieces. */
static int event_write(const struct engine_generation *generation, const char *before,
                       struct bytes middle, const char *after, struct buffer *out)
{
    struct bytes parts[] = {
        buffer_bytes(&generation->event_head),
        PART(before),
        middle,
        PART(after),
        generation->includes_usage ? BYTES("],\"usage\":null}\n\n") : BYTES("]}\n\n"),
    };
    return engine_wire_piece(out, generation->framing, parts, sizeof parts / sizeof parts[0]);
}

/* Blanks between the members of JSON mean nothing. */
static int blanks_write(size_t count, struct buffer *out)
{
    char *at;
    int r = count > 0 ? buffer_reserve(out, count, &at) : 0;
    if (r < 0 || count == 0)
        return r;
    memset(at, ' ', count);
    buffer_commit(out, count);
    return 0;
}

int engine_shape_first(const struct engine_generation *generation, struct buffer *out)
{
    const char *first = shapes[generation->kind].first;
    struct buffer blanks = {0};
    if (!first)
        return 0;

    int r = blanks_write(generation->first_event_bytes, &blanks);
    if (r == 0)
        r = event_write(generation, first, buffer_bytes(&blanks), "", out);
    buffer_clear(&blanks);
    return r;
}

int engine_shape_token(const struct engine_generation *generation, uint64_t token,
                       struct buffer *out)
{
    const struct shape *shape = &shapes[generation->kind];
    char text[ENGINE_TOKEN_BYTES];
    size_t length = engine_token_hashed(generation->prompt_hash, token, text);

    return event_write(generation, shape->token_before, bytes_of(text, length), shape->token_after,
                       out);
}

int engine_shape_error(const struct engine_generation *generation, struct buffer *out)
{
    struct buffer event = {0};
    struct openai_error error = {
        .status = 500,
        .message = BYTES("The simulated engine failed in mid-stream, as it was told to."),
    };

    int r = openai_error_write_event(&event, &error);
    struct bytes part = buffer_bytes(&event);
    if (r == 0)
        r = engine_wire_piece(out, generation->framing, &part, 1);
    buffer_clear(&event);
    return r;
}

static int usage_event_write(const struct engine_generation *generation, struct buffer *out)
{
    struct buffer usage = {0};

    int r = usage_write(generation, &usage);
    if (r == 0) {
        struct bytes parts[] = {
            buffer_bytes(&generation->event_head),
            BYTES("],"),
            buffer_bytes(&usage),
            BYTES("}\n\n"),
        };
        r = engine_wire_piece(out, generation->framing, parts, sizeof parts / sizeof parts[0]);
    }
    buffer_clear(&usage);
    return r;
}

int engine_shape_last(const struct engine_generation *generation, struct buffer *out)
{
    struct bytes done = BYTES("data: [DONE]\n\n");

    int r = event_write(generation, shapes[generation->kind].last_before,
                        PART(finish_reason(generation)), "\"}", out);
    if (r == 0 && generation->includes_usage)
        r = usage_event_write(generation, out);
    return r == 0 ? engine_wire_piece(out, generation->framing, &done, 1) : r;
}

/* All tokens; padding makes them more than token_count. */
static int words_write(struct engine_generation *generation, struct buffer *body)
{
    size_t full = body->length + generation->answer_bytes;

    while (generation->next_token < generation->token_count || body->length < full) {
        char *at;
        int r = buffer_reserve(body, ENGINE_TOKEN_BYTES, &at);
        if (r < 0)
            return r;
        buffer_commit(body,
                      engine_token_hashed(generation->prompt_hash, generation->next_token++, at));
    }
    return 0;
}

int engine_shape_plain(struct engine_generation *generation, struct buffer *body)
{
    const struct shape *shape = &shapes[generation->kind];

    int r = head_write(generation, shape->object, body);
    if (r == 0)
        r = buffer_append(body, PART(shape->plain_before));
    if (r == 0)
        r = words_write(generation, body);
    if (r == 0)
        r = buffer_append_format(body, "%s%s\"}],", shape->plain_after, finish_reason(generation));
    if (r == 0)
        r = usage_write(generation, body);
    return r == 0 ? buffer_append(body, BYTES("}\n")) : r;
}

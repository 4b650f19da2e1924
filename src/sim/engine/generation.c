/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/generation.h"

#include "sim/engine/shape.h"

static uint64_t due_ns(const struct engine_generation *generation, uint64_t token)
{
    const struct engine_pace *pace = &generation->pace;
    const struct engine_seat *seat = generation->seat;

    if (seat)
        return token < seat->ready_tokens ? 0 : GPU_NEVER;
    return pace->begin_ns + pace->first_ns + token * pace->each_ns;
}

static bool strikes_in_mid_stream(enum engine_fault fault)
{
    return fault == ENGINE_FAULT_DIE || fault == ENGINE_FAULT_END || fault == ENGINE_FAULT_STALL ||
           fault == ENGINE_FAULT_GARBAGE_BODY || fault == ENGINE_FAULT_ERROR_IN_BAND;
}

/* The token before which the stream ends, by itself or by its fault. */
static uint64_t stop_token(const struct engine_generation *generation)
{
    if (strikes_in_mid_stream(generation->fault) &&
        generation->after_tokens < generation->token_count)
        return generation->after_tokens;
    return generation->token_count;
}

static enum engine_end good_end(const struct engine_generation *generation)
{
    return generation->framing == ENGINE_CHUNKED && generation->keeps_alive ? ENGINE_END_KEEP
                                                                            : ENGINE_END_CLOSE;
}

static int events_begin(struct engine_generation *generation, struct buffer *out)
{
    generation->framing = generation->knows_chunks ? ENGINE_CHUNKED : ENGINE_UNTIL_CLOSE;
    if (generation->fault == ENGINE_FAULT_WRONG_LENGTH)
        generation->framing = ENGINE_LENGTH;

    struct engine_head head = {
        .status = 200,
        .type = "text/event-stream; charset=utf-8",
        .framing = generation->framing,
        .length = UINT32_MAX + generation->token_count * 1024, /* more than ever comes */
        .keeps_alive = good_end(generation) == ENGINE_END_KEEP,
    };
    int r = engine_wire_head(out, &head);
    return r == 0 ? engine_shape_first(generation, out) : r;
}

/* What the fault does in the place of the rest. */
static int events_break(struct engine_generation *generation, struct buffer *out)
{
    int r = 0;

    if (generation->fault == ENGINE_FAULT_DIE) {
        generation->end = ENGINE_END_LATE_RESET;
    } else if (generation->fault == ENGINE_FAULT_STALL) {
        generation->end = ENGINE_END_SILENCE;
    } else if (generation->fault == ENGINE_FAULT_GARBAGE_BODY) {
        generation->end = ENGINE_END_SILENCE;
        r = engine_wire_garbage_chunk(out);
    } else {
        generation->end = good_end(generation);
        if (generation->fault == ENGINE_FAULT_ERROR_IN_BAND)
            r = engine_shape_error(generation, out);
        if (r == 0)
            r = engine_wire_last(out, generation->framing);
    }
    return r;
}

static int events_end(struct engine_generation *generation, struct buffer *out)
{
    if (strikes_in_mid_stream(generation->fault))
        return events_break(generation, out);

    generation->end = good_end(generation);
    int r = engine_shape_last(generation, out);
    if (r == 0)
        r = engine_wire_last(out, generation->framing);
    if (r == 0 && generation->fault == ENGINE_FAULT_SURPLUS &&
        generation->framing == ENGINE_CHUNKED)
        r = engine_wire_surplus(out);
    return r;
}

static int events_write(struct engine_generation *generation, uint64_t now_ns, struct buffer *out,
                        uint64_t *ret_due_ns)
{
    uint64_t stop = stop_token(generation);
    int r = generation->has_begun ? 0 : events_begin(generation, out);

    generation->has_begun = true;
    while (r == 0 && generation->next_token < stop &&
           due_ns(generation, generation->next_token) <= now_ns && out->length < ENGINE_OUT_BYTES) {
        uint64_t token = generation->next_token++; /* the chunk's usage counts it already */
        r = engine_shape_token(generation, token, out);
    }
    *ret_due_ns = due_ns(generation, generation->next_token);
    if (r < 0 || generation->next_token < stop)
        return r;
    return events_end(generation, out);
}

static int plain_write(struct engine_generation *generation, struct buffer *out)
{
    struct buffer body = {0};

    generation->has_begun = true;
    int r = engine_shape_plain(generation, &body);
    if (r == 0) {
        struct engine_plain plain = {
            .status = 200,
            .body = buffer_bytes(&body),
            .keeps_alive = generation->keeps_alive,
            .fault = generation->fault,
        };
        r = engine_wire_plain(out, &plain, &generation->end);
    }
    buffer_clear(&body);
    return r;
}

int engine_generation_write(struct engine_generation *generation, uint64_t now_ns,
                            struct buffer *out, uint64_t *ret_due_ns)
{
    uint64_t last_token = generation->token_count > 0 ? generation->token_count - 1 : 0;

    *ret_due_ns = due_ns(generation, generation->question.streams ? 0 : last_token);
    if (!generation->has_begun && *ret_due_ns > now_ns)
        return 0;
    return generation->question.streams ? events_write(generation, now_ns, out, ret_due_ns)
                                        : plain_write(generation, out);
}

void engine_generation_clear(struct engine_generation *generation)
{
    buffer_clear(&generation->event_head);
    buffer_clear(&generation->event);
    engine_question_clear(&generation->question);
}

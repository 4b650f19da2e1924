/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine_answer.h"

#include <errno.h>
#include <stdio.h>

#include "base/hash.h"
#include "openai/request.h"
#include "sim/engine_pages.h"
#include "sim/engine_prompt.h"

#define TOKEN_LIMIT UINT64_C(10000000) /* of one answer */
#define SLOW_FACTOR 10

static const struct {
    enum engine_answer_kind kind;
    const char *prompt, *id_prefix;
} kinds[] = {
    [OPENAI_CHAT] = {ENGINE_ANSWER_CHAT, "messages", "chatcmpl-"},
    [OPENAI_COMPLETIONS] = {ENGINE_ANSWER_TEXT, "prompt", "cmpl-"},
    [OPENAI_EMBEDDINGS] = {ENGINE_ANSWER_EMBEDDINGS, "input", "embd-"},
};

static void pace_set(struct engine_generation *generation, const struct engine *engine, bool slow)
{
    const struct engine_profile *profile = &engine->profile;
    uint64_t factor = slow ? SLOW_FACTOR : 1;
    uint64_t first_us = profile->ttft_us + generation->prompt_words * profile->prefill_us_per_word;

    generation->pace = (struct engine_pace){
        .begin_ns = loop_now_ns(engine->loop),
        .first_ns = first_us * NS_PER_US * factor,
        .each_ns = profile->itl_us * NS_PER_US * factor,
    };
}

static void generation_begin(struct engine_reply *reply, enum openai_route route,
                             const struct openai_request *facts, const char *model)
{
    struct engine *engine = reply->engine;
    struct engine_generation *generation = reply->generation;
    struct bytes body = buffer_bytes(&reply->request->body);

    generation->kind = kinds[route].kind;
    generation->prompt = engine_member_raw(body, bytes_from_cstr(kinds[route].prompt));
    generation->prompt_hash = hash_bytes(generation->prompt, 0);
    generation->prompt_words = engine_word_count(generation->prompt);
    generation->model = model;
    snprintf(generation->id, sizeof generation->id, "%s%016llx", kinds[route].id_prefix,
             (unsigned long long)random_u64(&engine->random));
    generation->created_s = loop_wall_ms(engine->loop) / 1000;
    generation->is_cut = facts->has_max_tokens;
    generation->token_count =
        facts->has_max_tokens ? facts->max_tokens : engine->profile.default_tokens;
    if (route == OPENAI_EMBEDDINGS)
        generation->token_count = 0;
    generation->answer_bytes = engine->answer_bytes;
    generation->first_event_bytes = engine->profile.first_event_bytes;
    generation->streams = facts->stream && route != OPENAI_EMBEDDINGS;
    generation->includes_usage = facts->include_usage;
    generation->base64 =
        bytes_equal(engine_member_raw(body, BYTES("encoding_format")), BYTES("\"base64\""));
    generation->keeps_alive = reply->request->keeps_alive;
    generation->knows_chunks = reply->request->knows_chunks;
}

/* What strikes before a generation begins; true: the answer is made. */
static bool fault_strikes(struct engine_reply *reply, enum engine_fault fault, int *ret_r)
{
    *ret_r = 0;
    switch (fault) {
    case ENGINE_FAULT_REFUSE:
        reply->end = ENGINE_END_RESET;
        return true;
    case ENGINE_FAULT_STALL_BEFORE_HEAD:
        reply->end = ENGINE_END_SILENCE;
        return true;
    case ENGINE_FAULT_GARBAGE_HEAD:
        reply->end = ENGINE_END_SILENCE;
        *ret_r = engine_wire_garbage_head(reply->out);
        return true;
    case ENGINE_FAULT_ERROR_500:
        *ret_r = engine_reply_refuse(reply, 500, "The simulated engine failed, as it was told to.");
        return true;
    case ENGINE_FAULT_ERROR_503:
        *ret_r = engine_reply_refuse(reply, 503,
                                     "The simulated engine is overloaded, as it was told to be.");
        return true;
    case ENGINE_FAULT_ERROR_429:
        *ret_r = engine_reply_refuse(reply, 429,
                                     "The simulated engine has too many requests, as it was told.");
        return true;
    case ENGINE_FAULT_NONE:
    case ENGINE_FAULT_DIE:
    case ENGINE_FAULT_END:
    case ENGINE_FAULT_STALL:
    case ENGINE_FAULT_GARBAGE_BODY:
    case ENGINE_FAULT_ERROR_IN_BAND:
    case ENGINE_FAULT_WRONG_LENGTH:
    case ENGINE_FAULT_SURPLUS:
    case ENGINE_FAULT_PAUSE:
    case ENGINE_FAULT_SLOW:
        break;
    }
    return false;
}

static enum engine_fault fault_draw(struct engine *engine, bool *ret_slow)
{
    enum engine_fault fault = engine_faults_draw(&engine->faults, &engine->random, ret_slow);
    uint32_t *hit = &engine->counts.faults_hit;
    if (fault != ENGINE_FAULT_NONE)
        *hit |= UINT32_C(1) << (fault - 1);
    if (*ret_slow)
        *hit |= UINT32_C(1) << (ENGINE_FAULT_SLOW - 1);
    return fault;
}

static bool wants_many(struct bytes body)
{
    struct bytes n = engine_member_raw(body, BYTES("n"));
    return n.at && !bytes_equal(n, BYTES("1")) && !bytes_equal(n, BYTES("null"));
}

static int generate(struct engine_reply *reply, enum openai_route route,
                    const struct openai_request *facts)
{
    struct engine *engine = reply->engine;
    const char *model = engine_model_find(engine, facts->model);
    bool slow;
    int r;

    if (!model)
        return engine_model_missing(reply);
    if (wants_many(buffer_bytes(&reply->request->body)))
        return engine_reply_refuse(reply, 400,
                                   "This engine gives one choice; leave n out or set it to 1.");
    if (facts->has_max_tokens && facts->max_tokens > TOKEN_LIMIT)
        return engine_reply_refuse(reply, 400, "max_tokens may be at most 10000000 here.");

    enum engine_fault fault = fault_draw(engine, &slow);
    if (fault_strikes(reply, fault, &r))
        return r;
    generation_begin(reply, route, facts, model);
    pace_set(reply->generation, engine, slow);
    reply->generation->fault = fault;
    reply->generation->after_tokens = engine->faults.after_tokens;
    return 0;
}

static int generated(struct engine_reply *reply, enum openai_route route)
{
    struct openai_request facts;
    struct openai_error error = {0};
    struct arena arena;

    arena_init(&arena, &reply->engine->blocks);
    int r = openai_request_read(&facts, route, buffer_bytes(&reply->request->body), &arena, &error);
    if (r == 0)
        r = generate(reply, route, &facts);
    else if (r == -EINVAL)
        r = engine_reply_error(reply, &error);
    arena_clear(&arena);
    return r;
}

static bool key_is_right(const struct engine_reply *reply)
{
    struct bytes sent = buffer_bytes(&reply->request->authorization);
    struct bytes prefix = BYTES("Bearer ");

    if (!reply->engine->key)
        return true;
    return bytes_start_with(sent, prefix) &&
           bytes_equal(bytes_after(sent, prefix.length), bytes_from_cstr(reply->engine->key));
}

static int api_answer(struct engine_reply *reply, struct bytes path)
{
    struct bytes rest;
    enum openai_route route = openai_route_of(path, &rest);
    llhttp_method_t method = reply->request->method;

    if (route == OPENAI_UNKNOWN)
        return engine_reply_refuse(reply, 404, "There is nothing here.");
    if (!key_is_right(reply))
        return engine_reply_refuse(reply, 401, "Send this engine's key as Authorization: Bearer.");
    if (route == OPENAI_MODELS)
        return method == HTTP_GET ? engine_models_page(reply, rest)
                                  : engine_reply_refuse(reply, 405, "Models are read with GET.");
    return method == HTTP_POST ? generated(reply, route)
                               : engine_reply_refuse(reply, 405, "Send this request with POST.");
}

int engine_answer(struct engine *engine, const struct engine_reader *request,
                  struct engine_generation *ret_generation, struct buffer *out,
                  enum engine_end *ret_end)
{
    struct bytes path = engine_reader_path(request);
    engine_page_fn *page = engine_page_find(request->method, path);
    struct engine_reply reply = {
        .engine = engine,
        .request = request,
        .generation = ret_generation,
        .out = out,
        .end = ENGINE_END_NOT_YET,
    };

    int r = page ? page(&reply) : api_answer(&reply, path);
    *ret_end = reply.end;
    return r;
}

int engine_answer_refusal(enum engine_read why, struct buffer *out, enum engine_end *ret_end)
{
    bool too_large = why == ENGINE_READ_TOO_LARGE;
    struct buffer body = {0};
    struct openai_error error = {
        .status = too_large ? 413 : 400,
        .message = too_large ? BYTES("The request is larger than this engine takes.")
                             : BYTES("This is no HTTP/1.1 request."),
    };

    int r = openai_error_write(&body, &error);
    struct engine_plain plain = {.status = error.status, .body = buffer_bytes(&body)};
    if (r == 0)
        r = engine_wire_plain(out, &plain, ret_end);
    buffer_clear(&body);
    return r;
}

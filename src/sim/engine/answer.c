/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/answer.h"

#include <errno.h>
#include <stdio.h>

#include "sim/engine/models.h"
#include "sim/engine/pages.h"

#define SLOW_FACTOR 10

static uint64_t scaled(const struct engine *engine, uint64_t ns)
{
    return engine->scale == 1.0 ? ns : (uint64_t)((double)ns * engine->scale);
}

static void pace_set(struct engine_generation *generation, const struct engine *engine)
{
    const struct engine_profile *profile = &engine->profile;
    uint64_t first_us =
        profile->ttft_us + generation->question.prompt_tokens * profile->prefill_us_per_word;

    generation->pace = (struct engine_pace){
        .begin_ns = loop_now_ns(engine->loop),
        .first_ns = scaled(engine, first_us * NS_PER_US),
        .each_ns = scaled(engine, profile->itl_us * NS_PER_US),
    };
}

/* A slow request, which stays out of the batch: alone on the GPU, and that many times slower. */
static void pace_slow_down(struct engine_generation *generation, const struct engine *engine)
{
    struct engine_pace *pace = &generation->pace;
    uint64_t prompt_tokens = generation->question.prompt_tokens;

    if (engine->profile.gpu) {
        const struct gpu_law *law = &engine->profile.gpu->law;
        struct gpu_load prefill = {.prefill_tokens = prompt_tokens}, decode = {.decoding = 1};
        pace->first_ns = scaled(engine, gpu_law_step_ns(law, &prefill));
        pace->each_ns = scaled(engine, gpu_law_step_ns(law, &decode));
    }
    pace->first_ns *= SLOW_FACTOR;
    pace->each_ns *= SLOW_FACTOR;
}

static int batch_join(struct engine_reply *reply)
{
    enum gpu_verdict verdict = GPU_TAKEN;
    int r = engine_batch_join(reply->engine, reply->generation, &verdict);

    if (r < 0)
        return r;
    switch (verdict) {
    case GPU_TAKEN:
        break;
    case GPU_TOO_LONG:
        return engine_reply_refuse(
            reply, 400, "The prompt and its answer are larger than this engine's memory.");
    case GPU_QUEUE_FULL:
        return engine_reply_refuse(reply, 503, "The simulated engine's queue is full.");
    }
    return 0;
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

/* The rest of the question, once it is known that it will be answered. */
static void generation_begin(struct engine_reply *reply, const char *model)
{
    struct engine *engine = reply->engine;
    struct engine_generation *generation = reply->generation;
    struct engine_question *question = &generation->question;

    question->model = model;
    snprintf(question->id, sizeof question->id, "%s%016llx",
             engine_question_id_prefix(question->kind),
             (unsigned long long)random_u64(&engine->random));
    question->created_s = loop_wall_ms(engine->loop) / 1000;
    question->answer_bytes = engine->answer_bytes;
    question->first_event_bytes = engine->profile.first_event_bytes;
    generation->token_count = engine_script_longest(&question->script, question->choice_count);
    generation->keeps_alive = reply->request->keeps_alive;
    generation->knows_chunks = reply->request->knows_chunks;
}

static int generate(struct engine_reply *reply, const char *model)
{
    struct engine *engine = reply->engine;
    bool slow;
    int r;

    enum engine_fault fault = fault_draw(engine, &slow);
    if (fault_strikes(reply, fault, &r))
        return r;
    generation_begin(reply, model);
    reply->generation->fault = fault;
    reply->generation->after_tokens = engine->faults.after_tokens;
    pace_set(reply->generation, engine);
    if (slow)
        pace_slow_down(reply->generation, engine);
    return engine->batch.gpu && !slow ? batch_join(reply) : 0;
}

static int generated(struct engine_reply *reply, enum engine_kind kind)
{
    struct engine *engine = reply->engine;
    struct engine_question *question = &reply->generation->question;
    const struct engine_setting setting = {
        .dialect = engine->dialect,
        .default_tokens = engine->profile.default_tokens,
        .context_tokens = engine->context_tokens,
    };
    struct engine_refusal refusal;
    const char *model = NULL;

    int r = engine_question_read(question, kind, buffer_bytes(&reply->request->body), &setting,
                                 &refusal);
    if (r == 0 && engine->refuses &&
        yyjson_obj_get(engine_question_root(question), engine->refuses))
        r = engine_refuse(&refusal, engine->refuses, "This engine takes no %s.", engine->refuses);
    if (r == -EINVAL)
        return engine_reply_error(reply, &refusal.error);
    if (r == 0)
        r = engine_model_asked(reply, engine_question_root(question), &model);
    return r == 0 && model ? generate(reply, model) : r;
}

static bool key_is_right(const struct engine_reply *reply)
{
    struct bytes sent = buffer_bytes(&reply->request->authorization);
    struct bytes prefix = BYTES("Bearer "), key = bytes_from_cstr(reply->engine->key);

    if (!reply->engine->key || bytes_equal(buffer_bytes(&reply->request->api_key), key))
        return true;
    return bytes_start_with(sent, prefix) && bytes_equal(bytes_after(sent, prefix.length), key);
}

/* A gateway's own path for chats, which may have a prompt instead of messages. */
static enum engine_kind inference_kind(const struct engine_reply *reply)
{
    struct bytes body = buffer_bytes(&reply->request->body);
    return engine_question_prompt(ENGINE_CHAT, body).at ? ENGINE_CHAT : ENGINE_TEXT;
}

static const struct {
    const char *path;
    enum engine_kind kind;
} generating[] = {
    {"/v1/chat/completions", ENGINE_CHAT}, {"/v1/completions", ENGINE_TEXT},
    {"/v1/embeddings", ENGINE_EMBEDDINGS}, {"/v1/responses", ENGINE_RESPONSES},
    {"/v1/messages", ENGINE_MESSAGES},     {"/v1/rerank", ENGINE_RERANK},
    {"/v2/rerank", ENGINE_RERANK},         {"/rerank", ENGINE_RERANK},
    {"/v1/score", ENGINE_SCORE},           {"/score", ENGINE_SCORE},
};

static int api_answer(struct engine_reply *reply, struct bytes path)
{
    llhttp_method_t method = reply->request->method;
    bool is_model = bytes_equal(path, BYTES("/v1/models")) ||
                    (bytes_start_with(path, BYTES("/v1/models/")) && path.length > 11);

    for (size_t i = 0; i < sizeof generating / sizeof generating[0]; i++)
        if (bytes_equal(path, bytes_from_cstr(generating[i].path)))
            return method == HTTP_POST
                       ? generated(reply, generating[i].kind)
                       : engine_reply_refuse(reply, 405, "Send this request with POST.");
    if (bytes_equal(path, BYTES("/v1/inference")) && method == HTTP_POST)
        return generated(reply, inference_kind(reply));
    if (!is_model)
        return engine_reply_refuse(reply, 404, "There is nothing here.");
    return method == HTTP_GET ? engine_models_page(reply, bytes_after(path, 3))
                              : engine_reply_refuse(reply, 405, "Models are read with GET.");
}

/* As the engines do: what is not below /v1 is for the operator, and needs no key. */
static int request_answer(struct engine_reply *reply)
{
    struct bytes path = engine_reader_path(reply->request);
    engine_page_fn *page = engine_page_find(reply->engine, reply->request->method, path);
    bool is_ready = loop_now_ns(reply->engine->loop) >= reply->engine->ready_ns;

    if (!is_ready && !engine_page_is_own(path))
        return engine_reply_refuse(reply, 503, "The simulated engine is loading its model.");
    if (bytes_start_with(path, BYTES("/v1/")) && !key_is_right(reply))
        return engine_reply_refuse(reply, 401, "Send this engine's key as Authorization: Bearer.");
    return page ? page(reply) : api_answer(reply, path);
}

int engine_answer(struct engine *engine, const struct engine_reader *request,
                  struct engine_generation *ret_generation, struct buffer *out,
                  enum engine_end *ret_end)
{
    struct engine_reply reply = {
        .engine = engine,
        .request = request,
        .generation = ret_generation,
        .out = out,
        .end = ENGINE_END_NOT_YET,
    };

    int r = request_answer(&reply);
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

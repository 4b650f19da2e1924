/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/engine/connection.h"
#include "sim/gpu/profile.h"

#define BLOCK_BYTES 16384
#define BLOCK_KEEP 16
#define GPU_DEFAULT_TOKENS 256

const struct engine_profile engine_profiles[] = {
    {.name = "instant", .default_tokens = 32},
    {.name = "simple",
     .ttft_us = 50000,
     .prefill_us_per_word = 100,
     .itl_us = 20000,
     .default_tokens = 64},
    {.name = NULL},
};

struct engine_profile engine_profile_of(const struct gpu_profile *gpu)
{
    return (struct engine_profile){
        .name = gpu->name, .gpu = gpu, .default_tokens = GPU_DEFAULT_TOKENS};
}

bool engine_profile_find(struct bytes name, struct engine_profile *ret_profile)
{
    for (const struct engine_profile *profile = engine_profiles; profile->name; profile++)
        if (bytes_equal(name, bytes_from_cstr(profile->name))) {
            *ret_profile = *profile;
            return true;
        }
    const struct gpu_profile *gpu = gpu_profile_find(name);
    if (gpu)
        *ret_profile = engine_profile_of(gpu);
    return gpu != NULL;
}

static void on_accept(void *user, struct stream *stream)
{
    struct engine *engine = user;

    if (engine->counts.connections >= ENGINE_CONNECTION_LIMIT) {
        stream_close(stream);
        return;
    }
    engine_connection_open(engine, stream);
}

static void on_trouble(void *user, int error)
{
    struct engine *engine = user;
    LOG_EVENT(engine->log, LOG_WARN, "engine_accept_paused", LOG_N("error", -error));
}

/* Appends the names; returns how many, or -E2BIG. */
static int names_take(struct engine *engine, size_t taken, const char *const *names)
{
    int count = 0;

    for (; names && names[count]; count++) {
        if (taken + (size_t)count == ENGINE_MODEL_LIMIT)
            return -E2BIG;
        engine->models[taken + (size_t)count] = names[count];
    }
    return count;
}

static int models_take(struct engine *engine, const struct engine_options *options)
{
    static const char *const fallback[] = {"sim", NULL};

    int models = names_take(engine, 0, options->models ? options->models : fallback);
    if (models <= 0)
        return models < 0 ? models : -EINVAL;
    int loras = names_take(engine, (size_t)models, options->loras);
    if (loras < 0)
        return loras;
    engine->model_count = (size_t)models;
    engine->lora_count = (size_t)loras;
    return 0;
}

/* What is asked for, or else the GPU's or the dialect's; never more than the GPU has. */
static uint64_t context_tokens(const struct engine *engine, uint64_t asked)
{
    uint64_t most = engine->profile.gpu ? engine->profile.gpu->max_model_len : 0;

    if (asked > 0)
        return most > 0 && asked > most ? most : asked;
    return most > 0 ? most : engine->dialect->context_tokens;
}

static void options_take(struct engine *engine, const struct engine_options *options)
{
    engine->profile = options->profile ? *options->profile : engine_profiles[0];
    engine->dialect = options->dialect ? options->dialect : engine_dialects;
    engine->context_tokens = context_tokens(engine, options->max_model_len);
    engine->ready_ns = loop_now_ns(engine->loop) + options->cold_start_ns;
    engine->scale =
        options->scale_millionths ? (double)options->scale_millionths / GPU_SCALE_ONE : 1.0;
    engine->faults = options->faults;
    engine->log = options->log;
    engine->key = options->key;
    engine->tls = options->tls ? tls_context_ref(options->tls) : NULL;
    engine->answer_bytes = options->answer_bytes;
    engine->refuses = options->refuses;
    random_init(&engine->random, options->seed);
}

int engine_open(struct engine **ret_engine, struct loop *loop, struct listen_socket *socket,
                const struct engine_options *options)
{
    static const struct listener_events events = {on_accept, on_trouble};
    struct stream_options stream = {0};
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return -ENOMEM;

    engine->loop = loop;
    list_init(&engine->connections);
    block_pool_init(&engine->blocks, BLOCK_BYTES, BLOCK_KEEP, NULL);
    options_take(engine, options);
    int r = models_take(engine, options);
    if (r < 0)
        goto fail;
    r = engine_batch_open(engine,
                          &(struct gpu_options){.profile = engine->profile.gpu,
                                                .seed = options->seed,
                                                .scale_millionths = options->scale_millionths});
    if (r < 0)
        goto fail;
    r = listener_open(&engine->listener, loop, socket, &stream, &events, engine);
    if (r < 0)
        goto fail;

    *ret_engine = engine;
    return 0;

fail:
    engine_close(engine);
    return r;
}

void engine_set_faults(struct engine *engine, const struct engine_faults *faults)
{
    engine->faults = *faults;
}

void engine_count(const struct engine *engine, struct engine_counts *ret_counts)
{
    *ret_counts = engine->counts;
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    if (engine->listener)
        listener_close(engine->listener);
    LIST_EACH_SAFE(link, &engine->connections)
    engine_connection_close(link);
    engine_batch_close(engine);
    block_pool_clear(&engine->blocks);
    engine_vocabulary_clear(&engine->vocabulary);
    if (engine->tls)
        tls_context_unref(engine->tls);
    free(engine);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/pages.h"

#include "base/hash.h"
#include "sim/engine/metrics.h"
#include "sim/engine/tokenize.h"

/* ---- health ---- */

static int health_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    return engine_reply_body(reply, 0, "text/plain", &body);
}

static int version_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);

    writer_format(&writer, "{\"version\":\"%s\"}\n",
                  reply->engine->dialect->is_old ? "0.8.5" : "0.11.0");
    return engine_reply_body(reply, writer.error, NULL, &body);
}

/* ---- load ---- */

static int metrics_page(struct engine_reply *reply)
{
    uint64_t wall_s = loop_wall_ms(reply->engine->loop) / 1000;
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    struct engine_load load;

    engine_load_read(reply->engine, &load);
    engine_metrics_write(reply->engine, &load, wall_s, &writer);
    return engine_reply_body(reply, writer.error, "text/plain; version=0.0.4; charset=utf-8",
                             &body);
}

/* vLLM's /load. */
static int server_load_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    struct engine_load load;

    engine_load_read(reply->engine, &load);
    unsigned long long running = load.gauges.running, waiting = load.gauges.waiting;
    writer_format(&writer, "{\"server_load\":%llu}\n", running + waiting);
    return engine_reply_body(reply, writer.error, NULL, &body);
}

/* SGLang's, one entry for each data-parallel rank: here the only one. */
static int loads_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    struct engine_load load;

    engine_load_read(reply->engine, &load);
    unsigned long long running = load.gauges.running, waiting = load.gauges.waiting;
    writer_format(&writer, "{\"version\":\"0.5.5\",\"dp_rank_count\":1,\"loads\":[{\"dp_rank\":0,");
    writer_format(&writer,
                  "\"num_running_reqs\":%llu,\"num_waiting_reqs\":%llu,\"num_total_reqs\":%llu,"
                  "\"num_used_tokens\":%llu,\"max_total_num_tokens\":%llu,",
                  running, waiting, running + waiting, (unsigned long long)load.kv_used_tokens,
                  (unsigned long long)load.kv_tokens);
    writer_format(&writer,
                  "\"token_usage\":%.6g,\"gen_throughput\":%.6g,\"cache_hit_rate\":%.6g}],",
                  load.kv_use, load.tokens_per_s, load.hit_rate);
    writer_format(&writer,
                  "\"aggregate\":{\"total_running_reqs\":%llu,\"total_waiting_reqs\":%llu,"
                  "\"total_reqs\":%llu}}\n",
                  running, waiting, running + waiting);
    return engine_reply_body(reply, writer.error, NULL, &body);
}

static int old_loads_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    struct engine_load load;

    engine_load_read(reply->engine, &load);
    unsigned long long running = load.gauges.running, waiting = load.gauges.waiting;
    writer_format(&writer,
                  "[{\"dp_rank\":0,\"num_reqs\":%llu,\"num_waiting_reqs\":%llu,"
                  "\"num_tokens\":%llu}]\n",
                  running + waiting, waiting, (unsigned long long)load.kv_used_tokens);
    return engine_reply_body(reply, writer.error, NULL, &body);
}

/* ---- what runs ---- */

static void model_path_write(const struct engine *engine, struct writer *writer)
{
    writer_text(writer, "{\"model_path\":");
    writer_string_text(writer, engine->models[0]);
    writer_text(writer, ",\"tokenizer_path\":");
    writer_string_text(writer, engine->models[0]);
}

static int model_info_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);

    model_path_write(reply->engine, &writer);
    writer_text(&writer, ",\"is_generation\":true,\"preferred_sampling_params\":null,"
                         "\"weight_version\":\"default\"}\n");
    return engine_reply_body(reply, writer.error, NULL, &body);
}

static int server_info_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    struct engine_load load;

    engine_load_read(reply->engine, &load);
    model_path_write(reply->engine, &writer);
    writer_format(&writer,
                  ",\"served_model_name\":null,\"context_length\":%llu,\"page_size\":%llu,"
                  "\"max_total_num_tokens\":%llu,\"version\":\"0.5.5\"}\n",
                  (unsigned long long)reply->engine->context_tokens,
                  (unsigned long long)load.block_tokens, (unsigned long long)load.kv_tokens);
    return engine_reply_body(reply, writer.error, NULL, &body);
}

/* ---- the simulation's own ---- */

static int faults_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    int r = engine_faults_write(&reply->engine->faults, &body);
    return engine_reply_body(reply, r, NULL, &body);
}

static int faults_change(struct engine_reply *reply)
{
    const char *why = NULL;
    int r = engine_faults_read(&reply->engine->faults, buffer_bytes(&reply->request->body), &why);
    return r < 0 ? engine_reply_refuse(reply, 400, why) : faults_page(reply);
}

/* What came, so that a test can tell whether it came whole. */
static int echo_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct bytes came = buffer_bytes(&reply->request->body);
    int r = buffer_append_format(&body, "{\"bytes\":%zu,\"hash\":\"%016llx\"}\n", came.length,
                                 (unsigned long long)hash_bytes(came, 0));
    return engine_reply_body(reply, r, NULL, &body);
}

/* ---- the table ---- */

enum owner { ANY_ENGINE, VLLM_ONLY, SGLANG_ONLY };

static const struct {
    const char *path;
    llhttp_method_t method;
    enum owner owner;
    engine_page_fn *run;
} pages[] = {
    {"/health", HTTP_GET, ANY_ENGINE, health_page},
    {"/metrics", HTTP_GET, ANY_ENGINE, metrics_page},
    {"/tokenize", HTTP_POST, ANY_ENGINE, engine_tokenize_page},
    {"/detokenize", HTTP_POST, ANY_ENGINE, engine_detokenize_page},
    {"/v1/messages/count_tokens", HTTP_POST, ANY_ENGINE, engine_count_tokens_page},
    {"/ping", HTTP_GET, VLLM_ONLY, health_page},
    {"/ping", HTTP_POST, VLLM_ONLY, health_page},
    {"/version", HTTP_GET, VLLM_ONLY, version_page},
    {"/load", HTTP_GET, VLLM_ONLY, server_load_page},
    {"/health_generate", HTTP_GET, SGLANG_ONLY, health_page},
    {"/v1/loads", HTTP_GET, SGLANG_ONLY, loads_page},
    {"/get_load", HTTP_GET, SGLANG_ONLY, old_loads_page},
    {"/model_info", HTTP_GET, SGLANG_ONLY, model_info_page},
    {"/get_model_info", HTTP_GET, SGLANG_ONLY, model_info_page},
    {"/server_info", HTTP_GET, SGLANG_ONLY, server_info_page},
    {"/get_server_info", HTTP_GET, SGLANG_ONLY, server_info_page},
    {"/sim/faults", HTTP_GET, ANY_ENGINE, faults_page},
    {"/sim/faults", HTTP_POST, ANY_ENGINE, faults_change},
    {"/sim/echo", HTTP_POST, ANY_ENGINE, echo_page},
};

static bool has_page(const struct engine *engine, enum owner owner)
{
    enum engine_family family = engine->dialect->family;
    return owner == ANY_ENGINE || family == ENGINE_OPENAI ||
           family == (owner == VLLM_ONLY ? ENGINE_VLLM : ENGINE_SGLANG);
}

engine_page_fn *engine_page_find(const struct engine *engine, llhttp_method_t method,
                                 struct bytes path)
{
    if (method == HTTP_HEAD)
        method = HTTP_GET;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (method == pages[i].method && has_page(engine, pages[i].owner) &&
            bytes_equal(path, bytes_from_cstr(pages[i].path)))
            return pages[i].run;
    return NULL;
}

bool engine_page_is_own(struct bytes path)
{
    return bytes_start_with(path, BYTES("/sim/"));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine_pages.h"

#include "openai/json.h"

static int health_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    return engine_reply_body(reply, 0, "text/plain", &body);
}

static int metrics_page(struct engine_reply *reply)
{
    const struct engine *engine = reply->engine;
    const struct engine_counts *counts = &engine->counts;
    const struct {
        const char *name, *type;
        uint64_t value;
    } metrics[] = {
        {"vllm:num_requests_running", "gauge", counts->running - engine->waiting},
        {"vllm:num_requests_waiting", "gauge", engine->waiting},
        {"vllm:generation_tokens_total", "counter", counts->tokens},
        {"sim:requests_completed_total", "counter", counts->completed},
        {"sim:requests_cancelled_total", "counter", counts->cancelled},
        {"sim:connections", "gauge", counts->connections},
    };
    struct buffer body = {0};
    int r = 0;

    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0] && r == 0; i++)
        r = buffer_append_format(&body, "# TYPE %s %s\n%s{model_name=\"%s\"} %llu\n",
                                 metrics[i].name, metrics[i].type, metrics[i].name,
                                 engine->models[0], (unsigned long long)metrics[i].value);
    return engine_reply_body(reply, r, "text/plain; version=0.0.4; charset=utf-8", &body);
}

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

const char *engine_model_find(const struct engine *engine, struct bytes name)
{
    for (size_t i = 0; i < engine->model_count; i++)
        if (bytes_equal(name, bytes_from_cstr(engine->models[i])))
            return engine->models[i];
    return NULL;
}

int engine_model_missing(struct engine_reply *reply)
{
    struct openai_error error = {
        .status = 404,
        .code = "model_not_found",
        .param = "model",
        .message = BYTES("This engine has no such model; GET /v1/models lists them."),
    };
    return engine_reply_error(reply, &error);
}

static int model_write(const char *model, struct buffer *body)
{
    int r = buffer_append(body, BYTES("{\"id\":"));
    if (r == 0)
        r = json_write_string(body, bytes_from_cstr(model));
    return r == 0
               ? buffer_append(
                     body, BYTES(",\"object\":\"model\",\"created\":0,\"owned_by\":\"isthmus\"}"))
               : r;
}

static int model_list_write(const struct engine *engine, struct buffer *body)
{
    int r = buffer_append(body, BYTES("{\"object\":\"list\",\"data\":["));
    for (size_t i = 0; i < engine->model_count && r == 0; i++) {
        if (i > 0)
            r = buffer_append(body, BYTES(","));
        if (r == 0)
            r = model_write(engine->models[i], body);
    }
    return r == 0 ? buffer_append(body, BYTES("]}\n")) : r;
}

int engine_models_page(struct engine_reply *reply, struct bytes rest)
{
    struct buffer body = {0};
    struct bytes prefix = BYTES("/models/");
    const char *model = NULL;

    if (bytes_start_with(rest, prefix)) {
        model = engine_model_find(reply->engine, bytes_after(rest, prefix.length));
        if (!model)
            return engine_model_missing(reply);
    }
    int r = model ? model_write(model, &body) : model_list_write(reply->engine, &body);
    return engine_reply_body(reply, r, NULL, &body);
}

static const struct {
    const char *path;
    llhttp_method_t method;
    engine_page_fn *run;
} pages[] = {
    {"/health", HTTP_GET, health_page},
    {"/metrics", HTTP_GET, metrics_page},
    {"/sim/faults", HTTP_GET, faults_page},
    {"/sim/faults", HTTP_POST, faults_change},
};

engine_page_fn *engine_page_find(llhttp_method_t method, struct bytes path)
{
    if (method == HTTP_HEAD)
        method = HTTP_GET;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (method == pages[i].method && bytes_equal(path, bytes_from_cstr(pages[i].path)))
            return pages[i].run;
    return NULL;
}

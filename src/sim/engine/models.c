/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/models.h"

#include "sim/value.h"
#include "sim/writer.h"

static const char *model_find(const struct engine *engine, struct bytes name)
{
    for (size_t i = 0; i < engine->model_count + engine->lora_count; i++)
        if (bytes_equal(name, bytes_from_cstr(engine->models[i])))
            return engine->models[i];
    return NULL;
}

static int model_missing(struct engine_reply *reply, struct bytes name)
{
    struct openai_error error = {
        .status = 404,
        .code = "model_not_found",
        .param = "model",
        .message = BYTES("This engine has no such model; GET /v1/models lists them."),
    };
    struct buffer sentence = {0};
    struct writer writer = writer_to(&sentence);
    int r = 0;

    if (reply->engine->dialect->family != ENGINE_OPENAI) {
        writer_text(&writer, "The model `");
        writer_raw(&writer, name);
        writer_text(&writer, "` does not exist.");
        error.message = buffer_bytes(&sentence);
        r = writer.error;
    }
    if (r == 0)
        r = engine_reply_error(reply, &error);
    buffer_clear(&sentence);
    return r;
}

int engine_model_asked(struct engine_reply *reply, yyjson_val *request, const char **ret_model)
{
    bool may_be_missing = reply->engine->dialect->family != ENGINE_OPENAI;
    yyjson_val *model = yyjson_obj_get(request, "model");

    *ret_model = NULL;
    if (may_be_missing && (!model || yyjson_is_null(model))) {
        *ret_model = reply->engine->models[0];
        return 0;
    }
    if (!yyjson_is_str(model) || yyjson_get_len(model) == 0)
        return engine_reply_refuse(reply, 400, "\"model\" must be a non-empty string.");
    *ret_model = model_find(reply->engine, value_text(model));
    return *ret_model ? 0 : model_missing(reply, value_text(model));
}

/* An adapter's parent is the model it adapts. */
static void card_more_write(const struct engine *engine, size_t index, struct writer *writer)
{
    bool is_lora = index >= engine->model_count;

    writer_text(writer, ",\"root\":");
    writer_string_text(writer, engine->models[index]);
    writer_text(writer, ",\"parent\":");
    if (is_lora)
        writer_string_text(writer, engine->models[0]);
    else
        writer_text(writer, "null");
    writer_format(writer, ",\"max_model_len\":%llu", (unsigned long long)engine->context_tokens);
    if (engine->dialect->family == ENGINE_VLLM)
        writer_text(writer, ",\"permission\":[]");
}

static void card_write(const struct engine *engine, size_t index, struct writer *writer)
{
    static const char *const owners[] = {
        [ENGINE_OPENAI] = "isthmus", [ENGINE_VLLM] = "vllm", [ENGINE_SGLANG] = "sglang"};
    bool tells_more = engine->dialect->family != ENGINE_OPENAI || engine->context_tokens > 0 ||
                      index >= engine->model_count;

    writer_text(writer, "{\"id\":");
    writer_string_text(writer, engine->models[index]);
    writer_format(writer, ",\"object\":\"model\",\"created\":0,\"owned_by\":\"%s\"",
                  owners[engine->dialect->family]);
    if (tells_more)
        card_more_write(engine, index, writer);
    writer_text(writer, "}");
}

static void list_write(const struct engine *engine, struct writer *writer)
{
    writer_text(writer, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < engine->model_count + engine->lora_count; i++) {
        writer_text(writer, i ? "," : "");
        card_write(engine, i, writer);
    }
    writer_text(writer, "]}\n");
}

int engine_models_page(struct engine_reply *reply, struct bytes rest)
{
    const struct engine *engine = reply->engine;
    struct bytes prefix = BYTES("/models/");
    struct buffer body = {0};
    struct writer writer = writer_to(&body);

    if (!bytes_start_with(rest, prefix)) {
        list_write(engine, &writer);
        return engine_reply_body(reply, writer.error, NULL, &body);
    }
    struct bytes name = bytes_after(rest, prefix.length);
    for (size_t i = 0; i < engine->model_count + engine->lora_count; i++)
        if (bytes_equal(name, bytes_from_cstr(engine->models[i]))) {
            card_write(engine, i, &writer);
            return engine_reply_body(reply, writer.error, NULL, &body);
        }
    return model_missing(reply, name);
}

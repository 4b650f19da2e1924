/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/dialect.h"

#include "sim/writer.h"

#define CONTEXT_TOKENS 131072

#define VLLM_WORDS                                                                                 \
    .family = ENGINE_VLLM, .tells_cached_tokens = true, .context_tokens = CONTEXT_TOKENS,          \
    .ends_errors_with_done = true, .head_more = "", .delta_before = "", .delta_after = "",         \
    .no_calls = ",\"tool_calls\":[]",                                                              \
    .message_more = ",\"refusal\":null,\"annotations\":null,\"audio\":null,"                       \
                    "\"function_call\":null,\"reasoning_content\":null",                           \
    .chunk_more = "", .stop_member = "stop_reason", .usage_more = "",                              \
    .answer_more = ",\"service_tier\":null,\"system_fingerprint\":null,"                           \
                   "\"prompt_logprobs\":null,\"kv_transfer_params\":null",                         \
    .tool_call_prefix = "chatcmpl-tool-"

#define SGLANG_WORDS                                                                               \
    .family = ENGINE_SGLANG, .errors = ENGINE_ERROR_FLAT, .tells_cached_tokens = true,             \
    .context_tokens = CONTEXT_TOKENS, .ends_errors_with_done = true, .head_more = "",              \
    .delta_before = "\"role\":null,",                                                              \
    .delta_after = ",\"reasoning_content\":null,\"tool_calls\":null",                              \
    .no_calls = ",\"tool_calls\":null", .message_more = ",\"reasoning_content\":null",             \
    .chunk_more = ",\"matched_stop\":null", .stop_member = "matched_stop",                         \
    .usage_more = ",\"reasoning_tokens\":0",                                                       \
    .answer_more = ",\"metadata\":{\"weight_version\":\"default\"}", .tool_call_prefix = "call_"

const struct engine_dialect engine_dialects[] = {
    {.name = "openai",
     .family = ENGINE_OPENAI,
     .errors = ENGINE_ERROR_OPENAI,
     .head_more = ",\"system_fingerprint\":\"fp_sim\"",
     .delta_before = "",
     .delta_after = "",
     .no_calls = "",
     .message_more = ",\"refusal\":null",
     .chunk_more = "",
     .usage_more = "",
     .answer_more = "",
     .tool_call_prefix = "call_"},
    {.name = "vllm", .errors = ENGINE_ERROR_NESTED, VLLM_WORDS},
    {.name = "vllm-old", .errors = ENGINE_ERROR_FLAT, .is_old = true, VLLM_WORDS},
    {.name = "sglang", SGLANG_WORDS},
    {.name = "sglang-old", .is_old = true, SGLANG_WORDS},
    {.name = NULL},
};

const struct engine_dialect *engine_dialect_find(struct bytes name)
{
    for (const struct engine_dialect *dialect = engine_dialects; dialect->name; dialect++)
        if (bytes_equal(name, bytes_from_cstr(dialect->name)))
            return dialect;
    return NULL;
}

/* The names that Python engines give to their errors. */
static const char *error_type(const struct openai_error *error)
{
    switch (error->status) {
    case 401:
        return "AuthenticationError";
    case 404:
        return "NotFoundError";
    case 405:
        return "MethodNotAllowedError";
    case 429:
        return "RateLimitError";
    case 500:
        return "InternalServerError";
    case 503:
        return "ServiceUnavailableError";
    default:
        return "BadRequestError";
    }
}

static void python_error_write(const struct openai_error *error, const char *before,
                               struct writer *writer)
{
    writer_text(writer, before);
    writer_text(writer, "\"message\":");
    writer_string(writer, error->message);
    writer_format(writer, ",\"type\":\"%s\",\"param\":", error_type(error));
    if (error->param)
        writer_string_text(writer, error->param);
    else
        writer_text(writer, "null");
    writer_format(writer, ",\"code\":%u}", error->status);
}

int engine_error_write(const struct engine_dialect *dialect, const struct openai_error *error,
                       struct buffer *out)
{
    struct writer writer = writer_to(out);

    switch (dialect->errors) {
    case ENGINE_ERROR_OPENAI:
        return openai_error_write(out, error);
    case ENGINE_ERROR_NESTED:
        python_error_write(error, "{\"error\":{", &writer);
        writer_text(&writer, "}");
        break;
    case ENGINE_ERROR_FLAT:
        python_error_write(error, "{\"object\":\"error\",", &writer);
        break;
    }
    return writer.error;
}

/* In mid-stream even flat errors are wrapped, so that clients tell them from chunks. */
int engine_error_write_event(const struct engine_dialect *dialect, const struct openai_error *error,
                             struct buffer *out)
{
    struct writer writer = writer_to(out);
    const char *before = dialect->errors == ENGINE_ERROR_NESTED ? "{" : "{\"object\":\"error\",";

    if (dialect->errors == ENGINE_ERROR_OPENAI)
        return openai_error_write_event(out, error);
    writer_text(&writer, "data: {\"error\":");
    python_error_write(error, before, &writer);
    writer_text(&writer, "}\n\n");
    return writer.error;
}

static const char *anthropic_type(unsigned status)
{
    switch (status) {
    case 401:
        return "authentication_error";
    case 404:
        return "not_found_error";
    case 413:
        return "request_too_large";
    case 429:
        return "rate_limit_error";
    case 500:
        return "api_error";
    case 503:
        return "overloaded_error";
    default:
        return "invalid_request_error";
    }
}

int engine_error_write_anthropic(const struct openai_error *error, struct buffer *out)
{
    struct writer writer = writer_to(out);

    writer_format(&writer, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":",
                  anthropic_type(error->status));
    writer_string(&writer, error->message);
    writer_text(&writer, "}}");
    return writer.error;
}

int engine_error_write_anthropic_event(const struct openai_error *error, struct buffer *out)
{
    int r = buffer_append(out, BYTES("event: error\ndata: "));
    if (r == 0)
        r = engine_error_write_anthropic(error, out);
    return r == 0 ? buffer_append(out, BYTES("\n\n")) : r;
}

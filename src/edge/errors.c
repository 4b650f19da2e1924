/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/errors.h"

#define SAY(text)                                                                                  \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

const struct openai_error error_memory = {
    .status = 503,
    .code = "overloaded",
    .message = SAY("The edge is short of memory. Try again shortly."),
};
const struct openai_error error_shutdown = {
    .status = 503,
    .code = "shutting_down",
    .message = SAY("This edge is shutting down. Send the request again; another one will take it."),
};
const struct openai_error error_deadline = {
    .status = 504,
    .code = "deadline_exceeded",
    .message =
        SAY("The answer was not complete within the request's deadline. Ask for fewer tokens, "
            "or raise timeouts.total or isthmus-deadline."),
};
const struct openai_error error_unknown_path = {
    .status = 404,
    .code = "unknown_path",
    .message =
        SAY("There is nothing at this path. Served are POST /v1/chat/completions, /v1/completions, "
            "/v1/embeddings, /v1/responses, /v1/messages, GET /v1/models, and what `routes` of "
            "this edge names."),
};
const struct openai_error error_method = {
    .status = 405,
    .code = "method_not_allowed",
    .message =
        SAY("This path does not take this method; the answer's allow field names those it takes."),
};
const struct openai_error error_body_too_large = {
    .status = 413,
    .code = "request_too_large",
    .message =
        SAY("The request's body is larger than this edge takes for this path (limits.body)."),
};
const struct openai_error error_busy = {
    .status = 503,
    .code = "overloaded",
    .message = SAY("This edge has as many requests open as limits.exchanges allows. Try again "
                   "shortly."),
};
const struct openai_error error_no_core = {
    .status = 503,
    .code = "no_core",
    .message = SAY("No core can take this request now. Try again shortly."),
};
const struct openai_error error_core_unreachable = {
    .status = 502,
    .code = "core_unreachable",
    .message = SAY("No core could be reached. Try again shortly."),
};
const struct openai_error error_core_died = {
    .status = 502,
    .code = "core_died",
    .message = SAY("The core broke the connection before it answered. Try again."),
};
const struct openai_error error_core_rubbish = {
    .status = 502,
    .code = "core_malformed",
    .message = SAY("The core's answer was not valid HTTP. Tell whoever runs this edge."),
};
const struct openai_error error_core_silent = {
    .status = 504,
    .code = "core_timeout",
    .message = SAY("The core stopped answering. Try again."),
};
const struct openai_error error_core_cut = {
    .status = 502,
    .code = "core_cut",
    .message = SAY("The core broke off in the middle of its answer; what came so far is not "
                   "complete. Try again."),
};

/* One sentence for all that is no key: what it lacks would help only those who guess. */
const struct openai_error error_bad_key = {
    .status = 401,
    .code = "invalid_api_key",
    .message = SAY("This is no API key that is valid here. Look for a stray space or a lost "
                   "character, or ask whoever runs this edge for a key."),
};
const struct openai_error error_no_key = {
    .status = 401,
    .code = "invalid_api_key",
    .message = SAY("An API key is needed. Send it as \"Authorization: Bearer KEY\", or in the "
                   "field x-api-key or api-key."),
};
const struct openai_error error_revoked_key = {
    .status = 401,
    .code = "invalid_api_key",
    .message = SAY("This API key was revoked. Ask whoever runs this edge for another one."),
};
const struct openai_error error_expired_key = {
    .status = 401,
    .code = "invalid_api_key",
    .message = SAY("This API key has expired. Ask whoever issued it for another one."),
};
const struct openai_error error_many_tokens = {
    .status = 429,
    .code = "rate_limit_exceeded",
    .message = SAY("Too many new tokens come from this address to check them all. Try again "
                   "shortly."),
};
const struct openai_error error_loading = {
    .status = 503,
    .code = "store_unavailable",
    .message = SAY("This edge has just started and does not know its keys yet. Try again in a "
                   "moment."),
};
const struct openai_error error_store_unavailable = {
    .status = 503,
    .code = "store_unavailable",
    .message = SAY("This edge cannot reach what it knows of keys and budgets. Try again shortly."),
};

const struct openai_error *error_denied(const char *field, struct arena *arena,
                                        struct openai_error *ret_error)
{
    *ret_error = (struct openai_error){
        .status = 400,
        .code = "field_not_allowed",
        .param = field,
        .message = arena_format(arena,
                                "\"%s\" may not be sent to any core that could answer this "
                                "request: leave it out.",
                                field),
    };
    return ret_error->message.at ? ret_error : &error_memory;
}

bool error_is_final(const struct openai_error *error)
{
    return error->code == error_deadline.code; /* one text: which error it was made from */
}

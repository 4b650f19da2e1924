/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/route.h"

const char *const openai_route_names[] = {
    [OPENAI_CHAT] = "chat",
    [OPENAI_COMPLETIONS] = "completions",
    [OPENAI_EMBEDDINGS] = "embeddings",
    [OPENAI_RESPONSES] = "responses",
    [OPENAI_STORED_RESPONSE] = "stored_response",
    [OPENAI_MESSAGES] = "messages",
    [OPENAI_COUNT_TOKENS] = "count_tokens",
    [OPENAI_MODELS] = "models",
    [OPENAI_UNKNOWN] = "unknown",
};

/* Like BYTES(), for tables. */
#define PATH(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct {
    struct bytes rest; /* behind "/v1" */
    enum openai_route route;
    bool takes_more; /* something has to follow */
} paths[] = {
    {PATH("/chat/completions"), OPENAI_CHAT, false},
    {PATH("/completions"), OPENAI_COMPLETIONS, false},
    {PATH("/embeddings"), OPENAI_EMBEDDINGS, false},
    {PATH("/responses"), OPENAI_RESPONSES, false},
    {PATH("/responses/"), OPENAI_STORED_RESPONSE, true},
    {PATH("/messages"), OPENAI_MESSAGES, false},
    {PATH("/messages/count_tokens"), OPENAI_COUNT_TOKENS, false},
    {PATH("/models"), OPENAI_MODELS, false},
    {PATH("/models/"), OPENAI_MODELS, true},
};

enum openai_route openai_route_of(struct bytes path, struct bytes *ret_rest)
{
    bool has_version = bytes_start_with(path, BYTES("/v1/"));
    struct bytes rest = has_version ? bytes_after(path, 3) : path;
    *ret_rest = rest;
    if (!has_version)
        return OPENAI_UNKNOWN;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        bool fits = paths[i].takes_more ? rest.length > paths[i].rest.length &&
                                              bytes_start_with(rest, paths[i].rest)
                                        : bytes_equal(rest, paths[i].rest);
        if (fits)
            return paths[i].route;
    }
    return OPENAI_UNKNOWN;
}

bool openai_route_has_request(enum openai_route route)
{
    switch (route) {
    case OPENAI_CHAT:
    case OPENAI_COMPLETIONS:
    case OPENAI_EMBEDDINGS:
    case OPENAI_RESPONSES:
    case OPENAI_MESSAGES:
    case OPENAI_COUNT_TOKENS:
        return true;
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return false;
    }
    return false;
}

enum openai_error_shape openai_route_error_shape(enum openai_route route)
{
    return route == OPENAI_MESSAGES || route == OPENAI_COUNT_TOKENS ? ERROR_SHAPE_ANTHROPIC
                                                                    : ERROR_SHAPE_OPENAI;
}

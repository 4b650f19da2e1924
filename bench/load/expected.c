/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/expected.h"

#include <errno.h>

#include "base/hash.h"
#include "sim/engine/engine.h"
#include "sim/engine/prompt.h"

#define ID "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define CREATED "\1\1\1\1\1\1\1\1\1\1"
#define EVENT                                                                                      \
    "data: {\"id\":\"chatcmpl-" ID "\",\"object\":\"chat.completion.chunk\",\"created\":" CREATED  \
    ",\"model\":\"%s\",\"system_fingerprint\":\"fp_sim\",\"choices\":[{\"index\":0,\"delta\":"
#define NOT_YET ",\"logprobs\":null,\"finish_reason\":null}]}\n\n"

static int prompt_make(struct buffer *prompt, const struct settings *settings, unsigned variant)
{
    struct bytes filler = BYTES("many users, few cores; ");
    int r =
        buffer_append_format(prompt, "[{\"role\":\"user\",\"content\":\"variant %04u ", variant);

    while (r == 0 && prompt->length + 128 + filler.length < settings->request_bytes)
        r = buffer_append(prompt, filler);
    return r == 0 ? buffer_append(prompt, BYTES("\"}]")) : r;
}

static int request_make(struct buffer *request, const struct settings *settings,
                        struct bytes prompt)
{
    bool streams = settings->mode == LOAD_STREAM || settings->mode == LOAD_SLOW;
    struct buffer body = {0};

    int r = buffer_append_format(&body,
                                 "{\"model\":\"%s\",\"max_tokens\":%llu,\"stream\":%s,"
                                 "\"messages\":%.*s}",
                                 settings->model, (unsigned long long)settings->tokens,
                                 streams ? "true" : "false", (int)prompt.length, prompt.at);
    if (r == 0)
        r = buffer_append_format(request,
                                 "POST /v1/chat/completions HTTP/1.1\r\n"
                                 "Host: bench.local\r\n"
                                 "User-Agent: isthmus-load\r\n"
                                 "Accept: application/json\r\n"
                                 "Content-Type: application/json\r\n"
                                 "Authorization: Bearer %s\r\n"
                                 "Content-Length: %zu\r\n\r\n",
                                 settings->key ? settings->key : "none", body.length);
    if (r == 0)
        r = buffer_append(request, buffer_bytes(&body));
    buffer_clear(&body);
    return r;
}

static int stream_make(struct buffer *body, const struct settings *settings, uint64_t prompt_hash)
{
    const char *model = settings->model;
    char token[ENGINE_TOKEN_BYTES];

    int r = buffer_append_format(body, EVENT "{\"role\":\"assistant\",\"content\":\"\"}" NOT_YET,
                                 model);
    for (uint64_t i = 0; i < settings->tokens && r == 0; i++) {
        if (body->length > EXPECTED_BYTES)
            return 0;
        engine_token_hashed(prompt_hash, i, token);
        r = buffer_append_format(body, EVENT "{\"content\":\"%s\"}" NOT_YET, model, token);
    }
    return r == 0 ? buffer_append_format(body,
                                         EVENT "{},\"logprobs\":null,"
                                               "\"finish_reason\":\"length\"}]}\n\n"
                                               "data: [DONE]\n\n",
                                         model)
                  : r;
}

static int plain_make(struct buffer *body, const struct settings *settings, struct bytes prompt)
{
    unsigned long long words = engine_word_count(prompt), tokens = settings->tokens;
    uint64_t prompt_hash = hash_bytes(prompt, 0);
    char token[ENGINE_TOKEN_BYTES];

    int r = buffer_append_format(body,
                                 "{\"id\":\"chatcmpl-" ID "\",\"object\":\"chat.completion\","
                                 "\"created\":" CREATED ",\"model\":\"%s\","
                                 "\"system_fingerprint\":\"fp_sim\",\"choices\":[{\"index\":0,"
                                 "\"message\":{\"role\":\"assistant\",\"content\":\"",
                                 settings->model);
    for (uint64_t i = 0; i < settings->tokens && r == 0; i++) {
        size_t length = engine_token_hashed(prompt_hash, i, token);
        r = buffer_append(body, bytes_of(token, length));
    }
    return r == 0 ? buffer_append_format(
                        body,
                        "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"length\"}],"
                        "\"usage\":{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,"
                        "\"total_tokens\":%llu}}\n",
                        words, tokens, words + tokens)
                  : r;
}

int expected_make(struct expected *ret_expected, const struct settings *settings, unsigned variant)
{
    bool streams = settings->mode == LOAD_STREAM || settings->mode == LOAD_SLOW;
    struct buffer prompt = {0};

    *ret_expected = (struct expected){0};
    int r = prompt_make(&prompt, settings, variant);
    struct bytes view = buffer_bytes(&prompt);
    if (r == 0)
        r = request_make(&ret_expected->request, settings, view);
    if (r == 0)
        r = streams ? stream_make(&ret_expected->body, settings, hash_bytes(view, 0))
                    : plain_make(&ret_expected->body, settings, view);
    ret_expected->is_whole = ret_expected->body.length <= EXPECTED_BYTES;
    buffer_clear(&prompt);
    return r;
}

/* Free bytes stand together in two runs of an event, so literal pieces are long. */
static bool piece_matches(const char *want, const char *got, size_t length)
{
    while (length > 0) {
        const char *wild = memchr(want, EXPECTED_FREE, length);
        size_t literal = wild ? (size_t)(wild - want) : length;
        if (memcmp(want, got, literal) != 0)
            return false;
        while (literal < length && want[literal] == EXPECTED_FREE)
            literal++;
        want += literal;
        got += literal;
        length -= literal;
    }
    return true;
}

bool expected_matches(const struct expected *expected, uint64_t offset, struct bytes bytes)
{
    struct bytes body = buffer_bytes(&expected->body);
    size_t known = offset < body.length ? body.length - (size_t)offset : 0;

    if (bytes.length > known && expected->is_whole)
        return false;
    if (known == 0)
        return true;
    return piece_matches(body.at + offset, bytes.at, bytes.length < known ? bytes.length : known);
}

void expected_clear(struct expected *expected)
{
    buffer_clear(&expected->request);
    buffer_clear(&expected->body);
}

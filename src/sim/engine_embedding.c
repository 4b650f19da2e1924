/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine_embedding.h"

#include <stdlib.h>

#include "base/hash.h"
#include "openai/json.h"
#include "sim/engine_prompt.h"

void engine_embedding(struct bytes input, float ret_vector[ENGINE_EMBEDDING_DIMENSIONS])
{
    uint64_t hash = hash_bytes(input, 0);

    for (uint64_t i = 0; i < ENGINE_EMBEDDING_DIMENSIONS; i++) {
        uint64_t draw = hash_mix(hash, i) >> 44; /* 20 bits: exact in a float and in six digits */
        ret_vector[i] = (float)draw / (float)(1 << 19) - 1.0F;
    }
}

static int numbers_write(const float vector[ENGINE_EMBEDDING_DIMENSIONS], struct buffer *body)
{
    int r = 0;
    for (size_t i = 0; i < ENGINE_EMBEDDING_DIMENSIONS && r == 0; i++)
        r = buffer_append_format(body, "%s%.8f", i ? "," : "[", (double)vector[i]);
    return r == 0 ? buffer_append(body, BYTES("]")) : r;
}

/* RFC 4648, of the floats in little-endian order, as the API has it. */
static int base64_write(const unsigned char *bytes, size_t size, struct buffer *body)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int r = buffer_append(body, BYTES("\""));

    for (size_t i = 0; i < size && r == 0; i += 3) {
        size_t rest = size - i;
        unsigned group = (unsigned)bytes[i] << 16 | (rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (rest > 2 ? (unsigned)bytes[i + 2] : 0);
        char quad[] = {digits[group >> 18], digits[group >> 12 & 63],
                       rest > 1 ? digits[group >> 6 & 63] : '=',
                       rest > 2 ? digits[group & 63] : '='};
        r = buffer_append(body, bytes_of(quad, sizeof quad));
    }
    return r == 0 ? buffer_append(body, BYTES("\"")) : r;
}

static int vector_write(const struct engine_generation *generation, struct bytes input,
                        struct buffer *body)
{
    float vector[ENGINE_EMBEDDING_DIMENSIONS];

    engine_embedding(input, vector);
    return generation->base64 ? base64_write((const unsigned char *)vector, sizeof vector, body)
                              : numbers_write(vector, body);
}

/* A string or an array of token numbers is one input, an array of either is many. */
static bool is_many(struct bytes input)
{
    struct bytes rest = input;
    if (input.length == 0 || input.at[0] != '[')
        return false;
    rest = bytes_after(rest, 1);
    struct bytes first = engine_element_cut(&rest);
    return first.length > 0 && (first.at[0] == '"' || first.at[0] == '[');
}

static int data_write(const struct engine_generation *generation, struct buffer *body)
{
    bool many = is_many(generation->prompt);
    struct bytes rest = many ? bytes_after(generation->prompt, 1) : bytes_of(NULL, 0);
    struct bytes input = many ? engine_element_cut(&rest) : generation->prompt;
    int r = 0;

    for (size_t i = 0; input.at && r == 0; i++) {
        r = buffer_append_format(
            body, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i ? "," : "", i);
        if (r == 0)
            r = vector_write(generation, input, body);
        if (r == 0)
            r = buffer_append(body, BYTES("}"));
        input = engine_element_cut(&rest);
    }
    return r;
}

int engine_embedding_write(const struct engine_generation *generation, struct buffer *body)
{
    unsigned long long words = generation->prompt_words;

    int r = buffer_append(body, BYTES("{\"object\":\"list\",\"data\":["));
    if (r == 0)
        r = data_write(generation, body);
    if (r == 0)
        r = buffer_append(body, BYTES("],\"model\":"));
    if (r == 0)
        r = json_write_string(body, bytes_from_cstr(generation->model));
    return r == 0 ? buffer_append_format(
                        body, ",\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}}\n", words,
                        words)
                  : r;
}

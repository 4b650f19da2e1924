/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/embedding.h"

#include "base/hash.h"
#include "sim/engine/prompt.h"
#include "sim/engine/shape.h"
#include "sim/value.h"

void engine_embedding(struct bytes input, float *ret_vector, size_t dimensions)
{
    uint64_t hash = hash_bytes(input, 0);

    for (uint64_t i = 0; i < dimensions; i++) {
        uint64_t draw = hash_mix(hash, i) >> 44; /* 20 bits: exact in a float and in six digits */
        ret_vector[i] = (float)draw / (float)(1 << 19) - 1.0F;
    }
}

static void numbers_write(const float *vector, size_t dimensions, struct writer *writer)
{
    for (size_t i = 0; i < dimensions; i++)
        writer_format(writer, "%s%.8f", i ? "," : "[", (double)vector[i]);
    writer_text(writer, "]");
}

/* RFC 4648, of the floats in little-endian order, as the API has it. */
static void base64_write(const unsigned char *bytes, size_t size, struct writer *writer)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    writer_text(writer, "\"");
    for (size_t i = 0; i < size; i += 3) {
        size_t rest = size - i;
        unsigned group = (unsigned)bytes[i] << 16 | (rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (rest > 2 ? (unsigned)bytes[i + 2] : 0);
        char quad[] = {digits[group >> 18], digits[group >> 12 & 63],
                       rest > 1 ? digits[group >> 6 & 63] : '=',
                       rest > 2 ? digits[group & 63] : '='};
        writer_raw(writer, bytes_of(quad, sizeof quad));
    }
    writer_text(writer, "\"");
}

static void vector_write(const struct engine_question *question, struct bytes input,
                         struct writer *writer)
{
    yyjson_val *root = engine_question_root(question);
    yyjson_val *wanted = yyjson_obj_get(root, "dimensions");
    size_t dimensions = ENGINE_EMBEDDING_DIMENSIONS;
    float vector[ENGINE_EMBEDDING_MOST];

    if (yyjson_is_uint(wanted))
        dimensions = (size_t)yyjson_get_uint(wanted);
    engine_embedding(input, vector, dimensions);
    if (value_is(yyjson_obj_get(root, "encoding_format"), "base64"))
        base64_write((const unsigned char *)vector, dimensions * sizeof *vector, writer);
    else
        numbers_write(vector, dimensions, writer);
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

static void data_write(const struct engine_question *question, struct writer *writer)
{
    bool many = is_many(question->prompt);
    struct bytes rest = many ? bytes_after(question->prompt, 1) : bytes_of(NULL, 0);
    struct bytes input = many ? engine_element_cut(&rest) : question->prompt;

    for (size_t i = 0; input.at && writer->error == 0; i++) {
        writer_format(writer,
                      "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i ? "," : "", i);
        vector_write(question, input, writer);
        writer_text(writer, "}");
        input = engine_element_cut(&rest);
    }
}

/* Python engines give their answer an id and a time, the bare API does not. */
static int plain(struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    unsigned long long tokens = question->prompt_tokens;

    writer_text(writer, "{\"object\":\"list\",\"data\":[");
    data_write(question, writer);
    writer_text(writer, "],\"model\":");
    writer_string_text(writer, question->model);
    if (question->dialect->family == ENGINE_VLLM)
        writer_format(writer, ",\"id\":\"%s\",\"created\":%llu", question->id,
                      (unsigned long long)question->created_s);
    writer_format(writer, ",\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}}\n", tokens,
                  tokens);
    return 0;
}

const struct engine_shape engine_shape_embeddings = {.plain = plain};

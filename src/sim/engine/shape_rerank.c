/* SPDX-License-Identifier: Apache-2.0
 *
 * Rerank and score: how well texts fit a query. A text scores by how many of the query's words it
 * has, and a little by chance, so that an order is always there and always the same.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sim/engine/prompt.h"
#include "sim/engine/shape.h"
#include "sim/value.h"

struct ranked {
    size_t index;
    struct bytes text;
    double score;
};

/* Of whole words, whatever stands around them. */
static double score_of(struct bytes query, struct bytes text)
{
    double luck = (double)(hash_mix(hash_bytes(query, 0), hash_bytes(text, 0)) % 1000) / 1e5;
    struct bytes rest = query, word;
    size_t words = 0, found = 0;

    while ((word = engine_word_cut(&rest)).at) {
        words++;
        found += bytes_find(text, word) >= 0;
    }
    return words > 0 ? 0.98 * (double)found / (double)words + luck : luck;
}

/* A text, or an object with one. */
static struct bytes text_of(yyjson_val *value)
{
    return value_text(yyjson_is_obj(value) ? yyjson_obj_get(value, "text") : value);
}

static void usage_write(const struct engine_question *question, struct writer *writer)
{
    unsigned long long tokens = question->prompt_tokens;
    writer_format(writer, "\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}", tokens,
                  tokens);
}

/* ---- rerank ---- */

static int by_score(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->index < right->index ? -1 : 1;
}

static struct ranked *rank(const struct engine_question *question, size_t *ret_count)
{
    yyjson_val *root = engine_question_root(question), *document;
    yyjson_val *documents = yyjson_obj_get(root, "documents");
    struct bytes query = text_of(yyjson_obj_get(root, "query"));
    size_t i, count;

    *ret_count = yyjson_arr_size(documents);
    struct ranked *ranked = calloc(*ret_count + 1, sizeof *ranked);
    if (!ranked)
        return NULL;
    yyjson_arr_foreach(documents, i, count, document)
    {
        struct bytes text = text_of(document);
        ranked[i] = (struct ranked){i, text, score_of(query, text)};
    }
    qsort(ranked, *ret_count, sizeof *ranked, by_score);
    return ranked;
}

static void result_write(const struct engine_question *question, const struct ranked *ranked,
                         struct writer *writer)
{
    bool is_sglang = question->dialect->family == ENGINE_SGLANG;
    yyjson_val *root = engine_question_root(question);

    writer_format(writer, "{\"index\":%zu,\"%s\":%.6f", ranked->index,
                  is_sglang ? "score" : "relevance_score", ranked->score);
    if (!yyjson_is_false(yyjson_obj_get(root, "return_documents"))) {
        writer_text(writer, is_sglang ? ",\"document\":" : ",\"document\":{\"text\":");
        writer_string(writer, ranked->text);
        writer_text(writer, is_sglang ? "" : "}");
    }
    writer_text(writer, "}");
}

/* SGLang answers with the bare list. */
static int rerank(struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    bool is_sglang = question->dialect->family == ENGINE_SGLANG;
    yyjson_val *top = yyjson_obj_get(engine_question_root(question), "top_n");
    size_t count = 0;
    struct ranked *ranked = rank(question, &count);
    if (!ranked)
        return -ENOMEM;

    if (yyjson_is_uint(top) && yyjson_get_uint(top) > 0 && yyjson_get_uint(top) < count)
        count = (size_t)yyjson_get_uint(top);
    if (!is_sglang) {
        writer_format(writer, "{\"id\":\"%s\",\"model\":", question->id);
        writer_string_text(writer, question->model);
        writer_text(writer, ",");
        usage_write(question, writer);
        writer_text(writer, ",\"results\":");
    }
    for (size_t i = 0; i < count; i++) {
        writer_text(writer, i ? "," : "[");
        result_write(question, &ranked[i], writer);
    }
    writer_text(writer, count > 0 ? "]" : "[]");
    writer_text(writer, is_sglang ? "\n" : "}\n");
    free(ranked);
    return 0;
}

/* ---- score ---- */

/* One text against many, or as many pairs as either list is long. */
static struct bytes text_at(yyjson_val *texts, size_t i)
{
    if (!yyjson_is_arr(texts))
        return text_of(texts);
    return text_of(yyjson_arr_get(texts, yyjson_arr_size(texts) == 1 ? 0 : i));
}

static size_t longer(yyjson_val *a, yyjson_val *b)
{
    size_t left = yyjson_is_arr(a) ? yyjson_arr_size(a) : 1;
    size_t right = yyjson_is_arr(b) ? yyjson_arr_size(b) : 1;
    return left > right ? left : right;
}

static int score(struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    yyjson_val *root = engine_question_root(question);
    yyjson_val *left = yyjson_obj_get(root, "text_1"), *right = yyjson_obj_get(root, "text_2");
    size_t count = longer(left, right);

    writer_format(writer,
                  "{\"id\":\"%s\",\"object\":\"list\",\"created\":%llu,\"model\":", question->id,
                  (unsigned long long)question->created_s);
    writer_string_text(writer, question->model);
    writer_text(writer, ",\"data\":[");
    for (size_t i = 0; i < count; i++)
        writer_format(writer, "%s{\"index\":%zu,\"object\":\"score\",\"score\":%.6f}", i ? "," : "",
                      i, score_of(text_at(left, i), text_at(right, i)));
    writer_text(writer, "],");
    usage_write(question, writer);
    writer_text(writer, "}\n");
    return 0;
}

const struct engine_shape engine_shape_rerank = {.plain = rerank};
const struct engine_shape engine_shape_score = {.plain = score};

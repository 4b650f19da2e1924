/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/tokenize.h"

#include <errno.h>

#include "sim/engine/models.h"
#include "sim/engine/prompt.h"
#include "sim/engine/token.h"
#include "sim/value.h"
#include "sim/writer.h"

/* Reads the body; *ret_root is NULL if it is no request and the answer says so. */
static int request_read(struct engine_reply *reply, yyjson_doc **ret_document,
                        yyjson_val **ret_root)
{
    struct bytes body = buffer_bytes(&reply->request->body);
    const char *model;

    *ret_document = yyjson_read(body.at, body.length, 0);
    *ret_root = yyjson_doc_get_root(*ret_document);
    if (!yyjson_is_obj(*ret_root)) {
        *ret_root = NULL;
        return engine_reply_refuse(reply, 400, "The body must be a JSON object.");
    }
    int r = engine_model_asked(reply, *ret_root, &model);
    if (r < 0 || !model)
        *ret_root = NULL;
    return r;
}

/* Numbers the words of the raw text, and lets the engine remember them. */
static void tokens_write(struct engine *engine, struct bytes raw, struct writer *writer)
{
    struct bytes rest = raw, word;
    bool is_first = true;

    writer_text(writer, "[");
    while ((word = engine_word_cut(&rest)).at && writer->error == 0) {
        writer_text(writer, is_first ? "" : ",");
        writer_number(writer, engine_token_id(word));
        writer->error =
            writer->error == 0 ? engine_vocabulary_learn(&engine->vocabulary, word) : writer->error;
        is_first = false;
    }
    writer_text(writer, "]");
}

/* "messages" count as they stand in the request, a prompt as the text it is. */
int engine_tokenize_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    yyjson_doc *document;
    yyjson_val *root;

    int r = request_read(reply, &document, &root);
    if (r == 0 && root) {
        struct bytes raw =
            engine_member_raw(buffer_bytes(&reply->request->body), BYTES("messages"));
        yyjson_val *messages = yyjson_obj_get(root, "messages");
        struct bytes text = messages ? raw : value_text(yyjson_obj_get(root, "prompt"));
        writer_format(&writer, "{\"count\":%llu,\"max_model_len\":%llu,\"tokens\":",
                      (unsigned long long)engine_prompt_tokens(text, messages),
                      (unsigned long long)reply->engine->context_tokens);
        tokens_write(reply->engine, text, &writer);
        writer_text(&writer, ",\"token_strs\":null}\n");
        r = engine_reply_body(reply, writer.error, NULL, &body);
    }
    yyjson_doc_free(document);
    return r;
}

static void text_write(struct engine *engine, yyjson_val *tokens, struct writer *writer)
{
    char room[ENGINE_TOKEN_BYTES];
    yyjson_val *token;
    size_t i, count;

    yyjson_arr_foreach(tokens, i, count, token)
    {
        struct bytes word =
            engine_vocabulary_word(&engine->vocabulary, yyjson_get_uint(token), room);
        writer_text(writer, i ? " " : "");
        writer_escaped(writer, word.at ? word : BYTES("\xef\xbf\xbd"));
    }
}

int engine_detokenize_page(struct engine_reply *reply)
{
    bool is_sglang = reply->engine->dialect->family == ENGINE_SGLANG;
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    yyjson_doc *document;
    yyjson_val *root;

    int r = request_read(reply, &document, &root);
    if (r == 0 && root) {
        writer_text(&writer, is_sglang ? "{\"text\":\"" : "{\"prompt\":\"");
        text_write(reply->engine, yyjson_obj_get(root, "tokens"), &writer);
        writer_text(&writer, "\"}\n");
        r = engine_reply_body(reply, writer.error, NULL, &body);
    }
    yyjson_doc_free(document);
    return r;
}

int engine_count_tokens_page(struct engine_reply *reply)
{
    struct buffer body = {0};
    struct writer writer = writer_to(&body);
    yyjson_doc *document;
    yyjson_val *root;

    int r = request_read(reply, &document, &root);
    if (r == 0 && root) {
        struct bytes raw =
            engine_member_raw(buffer_bytes(&reply->request->body), BYTES("messages"));
        uint64_t tokens = engine_prompt_tokens(raw, yyjson_obj_get(root, "messages"));
        writer_format(&writer, "{\"input_tokens\":%llu}\n", (unsigned long long)tokens);
        r = engine_reply_body(reply, writer.error, NULL, &body);
    }
    yyjson_doc_free(document);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: whatever a simulated engine is asked, it refuses with a sentence, or its answer is
 * JSON, plain and in each event of a stream, and a chat's stream says what the plain answer says.
 * The first input byte picks kind and dialect.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "sim/engine/generation.h"

#define KINDS 7
#define DIALECTS 5
#define CONTEXT_TOKENS 300
#define DEFAULT_TOKENS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static bool is_vector(enum engine_kind kind)
{
    return kind == ENGINE_EMBEDDINGS || kind == ENGINE_RERANK || kind == ENGINE_SCORE;
}

/* The text of a chat's first choice, wherever it stands. */
static void text_gather(yyjson_doc *document, struct buffer *text)
{
    yyjson_val *choice = yyjson_doc_ptr_get(document, "/choices/0");
    yyjson_val *said = yyjson_ptr_get(choice, "/message/content");
    yyjson_val *delta = yyjson_ptr_get(choice, "/delta/content");
    yyjson_val *value = said ? said : delta;

    if (yyjson_get_uint(yyjson_obj_get(choice, "index")) == 0 && yyjson_is_str(value))
        expect(buffer_append(text, bytes_of(yyjson_get_str(value), yyjson_get_len(value))) == 0);
}

static void json_take(struct bytes json, struct buffer *text)
{
    yyjson_doc *document = yyjson_read(json.at, json.length, 0);
    expect(document != NULL);
    text_gather(document, text);
    yyjson_doc_free(document);
}

/* Events end with an empty line; a line of data is [DONE] or JSON. */
static void events_take(struct bytes body, struct buffer *text)
{
    expect(bytes_end_with(body, BYTES("\n\n")));
    while (body.at && body.length > 0) {
        struct bytes line = bytes_cut(&body, '\n');
        if (bytes_start_with(line, BYTES("data: ")) && !bytes_equal(line, BYTES("data: [DONE]")))
            json_take(bytes_after(line, 6), text);
        else
            expect(line.length == 0 || bytes_start_with(line, BYTES("event: ")) ||
                   bytes_equal(line, BYTES("data: [DONE]")));
    }
}

/* False: refused. */
static bool answer(enum engine_kind kind, const struct engine_dialect *dialect, struct bytes body,
                   bool streams, struct buffer *text)
{
    const struct engine_setting setting = {dialect, DEFAULT_TOKENS, CONTEXT_TOKENS};
    struct engine_generation generation = {0};
    struct engine_question *question = &generation.question;
    struct engine_refusal refusal = {0};
    struct buffer out = {0}, sent = {0};
    uint64_t now_ns = 0;

    int r = engine_question_read(question, kind, body, &setting, &refusal);
    expect(r == 0 || (r == -EINVAL && refusal.error.message.length > 0));
    question->model = "sim";
    question->streams = streams && !is_vector(kind);
    generation.token_count = engine_script_longest(&question->script, question->choice_count);
    while (r == 0 && generation.end == ENGINE_END_NOT_YET) {
        expect(engine_generation_write(&generation, now_ns, &out, &now_ns) == 0);
        expect(buffer_append(&sent, buffer_bytes(&out)) == 0);
        buffer_consume(&out, out.length);
    }
    if (r == 0) {
        struct bytes all = buffer_bytes(&sent);
        struct bytes rest = bytes_after(all, (size_t)bytes_find(all, BYTES("\r\n\r\n")) + 4);
        question->streams ? events_take(rest, text) : json_take(rest, text);
    }
    engine_generation_clear(&generation);
    buffer_clear(&out);
    buffer_clear(&sent);
    return r == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer plain = {0}, stream = {0};
    if (size < 1)
        return 0;

    enum engine_kind kind = (enum engine_kind)(data[0] % KINDS);
    const struct engine_dialect *dialect = &engine_dialects[data[0] / KINDS % DIALECTS];
    struct bytes body = bytes_of((const char *)data + 1, size - 1);
    bool is_answered = answer(kind, dialect, body, false, &plain);
    expect(answer(kind, dialect, body, true, &stream) == is_answered);
    expect(bytes_equal(buffer_bytes(&plain), buffer_bytes(&stream)));
    buffer_clear(&plain);
    buffer_clear(&stream);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

/* What a prompt of a large question grows to. */
#define PADDED_BYTES 200000

static const struct {
    const char *method, *path;
} targets[ASK_KINDS] = {
    [ASK_PLAIN] = {"POST", "/v1/chat/completions"},
    [ASK_STREAM] = {"POST", "/v1/chat/completions"},
    [ASK_LARGE] = {"POST", "/v1/chat/completions"},
    [ASK_LONG_STREAM] = {"POST", "/v1/chat/completions"},
    [ASK_EMBEDDING] = {"POST", "/v1/embeddings"},
    [ASK_MODELS] = {"GET", "/v1/models"},
    [ASK_NONSENSE] = {"POST", "/v1/chat/completions"},
    [ASK_NOWHERE] = {"POST", "/v1/nowhere"},
};

bool question_is_stream(const struct question *question)
{
    return question->kind == ASK_STREAM || question->kind == ASK_LONG_STREAM;
}

bool question_is_wrong(const struct question *question)
{
    return question->kind == ASK_NONSENSE || question->kind == ASK_NOWHERE;
}

static void put(struct buffer *out, struct bytes bytes)
{
    if (buffer_append(out, bytes) < 0)
        abort();
}

static enum question_kind draw_kind(struct random *random, const struct question_plan *plan)
{
    static const enum question_kind answers[] = {ASK_PLAIN, ASK_STREAM, ASK_STREAM,
                                                 ASK_PLAIN, ASK_STREAM, ASK_EMBEDDING};
    if (plan->asks_only > 0)
        return (enum question_kind)(plan->asks_only - 1);
    if (plan->only_answers || random_chance(random, 3, 4))
        return answers[random_below(random, sizeof answers / sizeof *answers)];
    return (enum question_kind)random_below(random, ASK_KINDS);
}

static unsigned draw_tokens(enum question_kind kind, struct random *random,
                            const struct question_plan *plan)
{
    if (kind == ASK_LARGE)
        return plan->large_tokens;
    if (kind == ASK_LONG_STREAM)
        return plan->long_tokens;
    return 1 + (unsigned)random_below(random, 40);
}

/* The text of a prompt: what no other question has, and if it is to be large no two pieces of it
 * alike, so that one that was lost or swapped is seen. */
static void write_text(const struct question *question, struct random *random, size_t bytes,
                       struct buffer *out)
{
    int r = buffer_append_format(out, "%s %016llx", question->id,
                                 (unsigned long long)random_u64(random));
    for (unsigned piece = 0; r == 0 && out->length < bytes; piece++)
        r = buffer_append_format(out, "-%015x", piece);
    if (r < 0)
        abort();
}

static void write_json(struct question *question, struct bytes text)
{
    struct buffer *out = &question->body;
    int r = 0;
    switch (question->kind) {
    case ASK_PLAIN:
    case ASK_STREAM:
    case ASK_LARGE:
    case ASK_LONG_STREAM:
    case ASK_NONSENSE: { /* its last bracket will be missing */
        struct buffer prompt = {0};
        r = buffer_append_format(&prompt, "[{\"role\":\"user\",\"content\":\"%.*s\"}]",
                                 (int)text.length, text.at);
        struct bytes raw = buffer_bytes(&prompt);
        question->prompt_hash = hash_bytes(raw, 0);
        if (r == 0)
            r = buffer_append_format(
                out, "{\"messages\":%.*s,\"model\":\"sim\",\"stream\":%s,\"max_tokens\":%u%s",
                (int)raw.length, raw.at, question_is_stream(question) ? "true" : "false",
                question->tokens, question->kind == ASK_NONSENSE ? "" : "}");
        buffer_clear(&prompt);
        break;
    }
    case ASK_EMBEDDING:
        r = buffer_append_format(out, "{\"input\":\"%.*s\",\"model\":\"sim\"}", (int)text.length,
                                 text.at);
        break;
    case ASK_NOWHERE:
        r = buffer_append_format(out, "{\"text\":\"%.*s\"}", (int)text.length, text.at);
        break;
    case ASK_MODELS:
    case ASK_KINDS:
        break;
    }
    if (r < 0)
        abort();
}

static void draw_shape(struct question *question, struct random *random)
{
    if (question->kind == ASK_MODELS) {
        question->is_head = random_chance(random, 1, 2);
        return;
    }
    question->is_chunked = random_chance(random, 1, 6);
    question->expects_continue = random_chance(random, 1, 10);
    if (random_chance(random, 1, 20))
        question->deadline_ms = random_between(random, 10, 2000);
}

void question_draw(struct question *question, struct random *random,
                   const struct question_plan *plan, const char *id)
{
    *question = (struct question){.kind = draw_kind(random, plan)};
    (void)snprintf(question->id, sizeof question->id, "%s", id);
    question->tokens = draw_tokens(question->kind, random, plan);
    bool is_large = false;
    if (!plan->only_answers && plan->asks_only == 0) {
        draw_shape(question, random);
        is_large = random_chance(random, 1, 60);
    }
    struct buffer text = {0};
    write_text(question, random, is_large ? PADDED_BYTES : 0, &text);
    write_json(question, buffer_bytes(&text));
    buffer_clear(&text);
}

void question_write_head(const struct question *question, struct buffer *out)
{
    int r = buffer_append_format(out, "%s %s HTTP/1.1\r\nHost: edge\r\nX-Request-Id: %s\r\n",
                                 question->is_head ? "HEAD" : targets[question->kind].method,
                                 targets[question->kind].path, question->id);
    if (r == 0 && question->deadline_ms > 0)
        r = buffer_append_format(out, "Isthmus-Deadline: %llu\r\n",
                                 (unsigned long long)question->deadline_ms);
    if (r == 0 && question->is_chunked)
        r = buffer_append(out, BYTES("Transfer-Encoding: chunked\r\n"));
    else if (r == 0 && question->kind != ASK_MODELS)
        r = buffer_append_format(out, "Content-Length: %zu\r\n", question->body.length);
    if (r == 0 && question->expects_continue)
        r = buffer_append(out, BYTES("Expect: 100-continue\r\n"));
    if (r < 0 || buffer_append(out, BYTES("Content-Type: application/json\r\n\r\n")) < 0)
        abort();
}

void question_write_body(const struct question *question, struct random *random, struct buffer *out)
{
    struct bytes left = buffer_bytes(&question->body);
    if (!question->is_chunked) {
        put(out, left);
        return;
    }
    while (left.length > 0) {
        size_t most = random_chance(random, 1, 2) ? 40 : 30000;
        size_t size = 1 + (size_t)random_below(random, most < left.length ? most : left.length);
        if (buffer_append_format(out, "%zx\r\n%.*s\r\n", size, (int)size, left.at) < 0)
            abort();
        left = bytes_after(left, size);
    }
    put(out, BYTES("0\r\n\r\n"));
}

void question_clear(struct question *question)
{
    buffer_clear(&question->body);
}

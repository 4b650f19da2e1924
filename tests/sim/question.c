/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

/* What a prompt of a large question grows to. */
#define PADDED_BYTES 200000

static const struct {
    const char *method, *path;
    bool is_stream;
    unsigned wrong; /* the status that it has to be refused with */
} traits[ASK_KINDS] = {
    [ASK_PLAIN] = {"POST", "/v1/chat/completions", false, 0},
    [ASK_STREAM] = {"POST", "/v1/chat/completions", true, 0},
    [ASK_LARGE] = {"POST", "/v1/chat/completions", false, 0},
    [ASK_LONG_STREAM] = {"POST", "/v1/chat/completions", true, 0},
    [ASK_PROMPT] = {"POST", "/v1/chat/completions", false, 0},
    [ASK_RESPONSE] = {"POST", "/v1/responses", true, 0},
    [ASK_MESSAGE] = {"POST", "/v1/messages", true, 0},
    [ASK_EMBEDDING] = {"POST", "/v1/embeddings", false, 0},
    [ASK_RERANK] = {"POST", "/v1/rerank", false, 0},
    [ASK_ECHO] = {"POST", "/sim/echo", false, 0},
    [ASK_MODELS] = {"GET", "/v1/models", false, 0},
    [ASK_ONE_MODEL] = {"GET", "/v1/models/", false, 0},
    [ASK_NONSENSE] = {"POST", "/v1/chat/completions", false, 400},
    [ASK_BAD_MESSAGE] = {"POST", "/v1/messages", false, 400},
    [ASK_NOWHERE] = {"POST", "/v1/nowhere", false, 404},
    [ASK_MISSING] = {"POST", "/v1/chat/completions", false, 404},
};

bool question_is_stream(const struct question *question)
{
    return traits[question->kind].is_stream;
}

unsigned question_refusal(const struct question *question)
{
    unsigned wrong = traits[question->kind].wrong;
    if (question->permission.must == 401) /* of whom nobody knows no more is read */
        return 401;
    if (wrong == 0 && question->is_denied)
        return 400;
    return wrong > 0 ? wrong : question->permission.must;
}

bool question_may_be_denied(const struct question *question, unsigned status)
{
    bool is_late =
        question->customer && question->customer->may_be_revoked; /* since it was asked */
    return status == question->permission.may || (status == 401 && is_late);
}

bool question_is_wrong(const struct question *question)
{
    return question_refusal(question) != 0;
}

static bool is_read(const struct question *question)
{
    return question->kind == ASK_MODELS || question->kind == ASK_ONE_MODEL;
}

static void put(struct buffer *out, struct bytes bytes)
{
    if (buffer_append(out, bytes) < 0)
        abort();
}

static enum question_kind draw_kind(struct random *random, const struct question_plan *plan)
{
    static const enum question_kind answers[] = {
        ASK_PLAIN,   ASK_PLAIN,   ASK_STREAM,    ASK_STREAM, ASK_STREAM, ASK_PROMPT, ASK_RESPONSE,
        ASK_MESSAGE, ASK_MESSAGE, ASK_EMBEDDING, ASK_RERANK, ASK_ECHO,   ASK_MODELS};
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

/* What stands around the text: before it and the model's name, between them, and behind. */
static const struct {
    const char *before, *between, *behind;
} bodies[ASK_KINDS] = {
    [ASK_PROMPT] = {"{\"model\":\"", "\",\"prompt\":\"", "\""},
    [ASK_RESPONSE] = {"{\"model\":\"", "\",\"stream\":true,\"input\":\"", "\""},
    [ASK_EMBEDDING] = {"{\"model\":\"", "\",\"input\":\"", "\""},
    [ASK_RERANK] = {"{\"model\":\"", "\",\"documents\":[\"a\",\"b\"],\"query\":\"", "\""},
    [ASK_ECHO] = {"--boundary\r\nx-model: ", "\r\n\r\n", "\r\n--boundary--\r\n"},
};

static void put_text(struct buffer *out, const char *before, struct bytes text, const char *behind)
{
    put(out, bytes_from_cstr(before));
    put(out, text);
    put(out, bytes_from_cstr(behind));
}

static const char *limit_name(enum question_kind kind)
{
    return kind == ASK_RESPONSE ? "max_output_tokens" : "max_tokens";
}

static void write_end(struct question *question, struct random *random)
{
    struct buffer *out = &question->body;
    bool has_limit = question->kind != ASK_EMBEDDING && question->kind != ASK_RERANK;
    if (question->kind == ASK_ECHO)
        return;
    int r = has_limit ? buffer_append_format(out, ",\"%s\":%u", limit_name(question->kind),
                                             question->tokens)
                      : 0;
    bool may_refuse =
        question->models && question->models->are_many && question->kind != ASK_MISSING;
    if (may_refuse && random_chance(random, 1, 6)) {
        question->is_denied = world_models_refuse(question->models, question->model);
        put(out, BYTES(",\"" REFUSED_FIELD "\":1"));
    }
    bool is_nonsense = question->kind == ASK_NONSENSE || question->kind == ASK_BAD_MESSAGE;
    if (r < 0 || (!is_nonsense && buffer_append(out, BYTES("}")) < 0))
        abort();
}

static uint64_t hash_between(const char *before, struct bytes text, const char *behind)
{
    struct buffer whole = {0};
    put_text(&whole, before, text, behind);
    uint64_t hash = hash_bytes(buffer_bytes(&whole), 0);
    buffer_clear(&whole);
    return hash;
}

#define MESSAGES_BEFORE "[{\"role\":\"user\",\"content\":\""
#define MESSAGES_BEHIND "\"}]"

static void write_chat(struct question *question, struct bytes text)
{
    struct buffer *out = &question->body;
    put_text(out, "{\"messages\":" MESSAGES_BEFORE, text, MESSAGES_BEHIND ",\"model\":\"");
    put(out, bytes_from_cstr(question->model));
    put(out, question_is_stream(question) ? BYTES("\",\"stream\":true") : BYTES("\""));
}

static void write_body(struct question *question, struct random *random, struct bytes text)
{
    struct buffer *out = &question->body;
    enum question_kind kind = question->kind;
    if (is_read(question))
        return;
    question->wrapped_hash = hash_between(MESSAGES_BEFORE, text, MESSAGES_BEHIND);
    question->prompt_hash =
        bodies[kind].before ? hash_between("\"", text, "\"") : question->wrapped_hash;
    if (bodies[kind].before) {
        put_text(out, bodies[kind].before, bytes_from_cstr(question->model), bodies[kind].between);
        put_text(out, "", text, bodies[kind].behind);
    } else {
        write_chat(question, text);
    }
    write_end(question, random);
    if (kind == ASK_ECHO)
        question->prompt_hash = hash_bytes(buffer_bytes(out), 0);
}

static void draw_shape(struct question *question, struct random *random)
{
    if (is_read(question)) {
        question->is_head = random_chance(random, 1, 2);
        return;
    }
    question->is_chunked = random_chance(random, 1, 6);
    question->expects_continue = random_chance(random, 1, 10);
    if (random_chance(random, 1, 20))
        question->deadline_ms = random_between(random, 10, 2000);
}

/* Whether an engine computes for it, and says how much. */
static bool is_generated(const struct question *question)
{
    return !is_read(question) && question->kind != ASK_RERANK && question->kind != ASK_ECHO;
}

unsigned question_answer_tokens(const struct question *question)
{
    return is_generated(question) && question->kind != ASK_EMBEDDING ? question->tokens : 0;
}

static struct customer_wish wish_of(const struct question *question,
                                    const struct question_plan *plan)
{
    return (struct customer_wish){
        .path = traits[question->kind].path,
        .model = question->model,
        .is_generated = is_generated(question),
        .is_hardly_asked = plan->is_hardly_asked,
        .most_tokens = question->body.length + question->tokens, /* a token is a byte at least */
    };
}

void question_draw(struct question *question, struct random *random,
                   const struct question_plan *plan, const char *id)
{
    *question = (struct question){.kind = draw_kind(random, plan)};
    (void)snprintf(question->id, sizeof question->id, "%s", id);
    question->tokens = draw_tokens(question->kind, random, plan);
    question->models = plan->models;
    question->knows_all = plan->only_answers;
    question->model = question->kind == ASK_MISSING ? "nobody"
                      : plan->model                 ? plan->model
                                                    : world_models_pick(plan->models, random);
    bool is_large = false;
    if (!plan->only_answers && plan->asks_only == 0) {
        draw_shape(question, random);
        is_large = random_chance(random, 1, 60);
    }
    struct buffer text = {0};
    write_text(question, random, is_large ? PADDED_BYTES : 0, &text);
    write_body(question, random, buffer_bytes(&text));
    buffer_clear(&text);
    const struct customer_wish wish = wish_of(question, plan);
    question->customer = plan->customer;
    question->permission = customer_permit(plan->customer, &wish);
}

void question_write_head(const struct question *question, struct buffer *out)
{
    int r = buffer_append_format(
        out, "%s %s%s HTTP/1.1\r\nHost: edge\r\nX-Request-Id: %s\r\n",
        question->is_head ? "HEAD" : traits[question->kind].method, traits[question->kind].path,
        question->kind == ASK_ONE_MODEL ? question->model : "", question->id);
    if (r == 0)
        r = customer_write_key(question->customer, out);
    if (r == 0 && question->deadline_ms > 0)
        r = buffer_append_format(out, "Isthmus-Deadline: %llu\r\n",
                                 (unsigned long long)question->deadline_ms);
    if (r == 0 && question->is_chunked)
        r = buffer_append(out, BYTES("Transfer-Encoding: chunked\r\n"));
    else if (r == 0 && !is_read(question))
        r = buffer_append_format(out, "Content-Length: %zu\r\n", question->body.length);
    if (r == 0 && question->expects_continue)
        r = buffer_append(out, BYTES("Expect: 100-continue\r\n"));
    if (r < 0)
        abort();
    put(out, question->kind == ASK_ECHO
                 ? BYTES("Content-Type: multipart/form-data; boundary=boundary\r\n\r\n")
                 : BYTES("Content-Type: application/json\r\n\r\n"));
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

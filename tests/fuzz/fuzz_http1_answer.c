/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: neither where the network cuts an answer nor how its body is granted changes what it
 * means; and what is accepted, llhttp alone reads alike. The first input byte says whether the
 * answer is one to HEAD, the second seeds cuts and credit.
 */
#include <llhttp.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/random.h"
#include "http/http1_reply.h"

#define HEAD_BYTES 2048
#define FIELD_COUNT 16
#define BLOCK_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

struct story {
    struct buffer body;
    enum http1_reply_step end;
    unsigned status;
    size_t field_count;
    size_t used_bytes; /* of the input, when the answer is complete */
    bool keeps_alive, ends_by_close;
};

static enum http1_reply_step digest(struct http1_reply *reply, struct bytes *input,
                                    struct random *random, struct story *story)
{
    for (;;) {
        struct bytes body;
        uint64_t credit = random ? random_between(random, 0, 9) : UINT64_MAX;
        enum http1_reply_step step = http1_reply_next(reply, input, credit, &body);
        expect(body.length <= credit);
        expect(buffer_append(&story->body, body) == 0);
        if (step == HTTP1_REPLY_HEAD) {
            story->status = reply->head.status;
            story->field_count = reply->head.fields.count;
        }
        if (step == HTTP1_REPLY_CREDIT)
            expect(credit == 0);
        else if (step != HTTP1_REPLY_HEAD && step != HTTP1_REPLY_BODY)
            return step;
    }
}

/* random: NULL reads all at once. */
static void read_answer(struct bytes answer, bool answers_head, struct random *random,
                        struct story *story)
{
    struct block_pool pool;
    struct arena arena;
    struct http1_reply reply;
    size_t start = 0, end = random ? 0 : answer.length;
    block_pool_init(&pool, BLOCK_BYTES, 4, NULL);
    arena_init(&arena, &pool);
    http1_reply_begin(&reply, &(struct http1_reply_options){.arena = &arena,
                                                            .head_bytes = HEAD_BYTES,
                                                            .field_count = FIELD_COUNT,
                                                            .answers_head = answers_head});
    *story = (struct story){.end = HTTP1_REPLY_MORE};
    for (;;) {
        struct bytes input = bytes_of(answer.at + start, end - start);
        story->end = digest(&reply, &input, random, story);
        start = end - input.length;
        if (story->end != HTTP1_REPLY_MORE || end == answer.length)
            break;
        end += random_between(random, 1, random_chance(random, 1, 4) ? answer.length - end : 1);
    }
    story->used_bytes = start;
    story->keeps_alive = reply.keeps_alive;
    story->ends_by_close = http1_reply_ends_by_close(&reply);
    arena_clear(&arena);
    block_pool_clear(&pool);
}

/* llhttp's own reading of the same bytes. */

struct oracle {
    struct buffer body;
    size_t field_count;
    unsigned status;
    bool answers_head, is_complete;
};

static int oracle_on_begin(llhttp_t *parser)
{
    struct oracle *oracle = parser->data;
    oracle->field_count = 0;
    oracle->is_complete = false;
    return 0;
}

static int oracle_on_field_complete(llhttp_t *parser)
{
    struct oracle *oracle = parser->data;
    oracle->field_count++;
    return 0;
}

static int oracle_on_headers_complete(llhttp_t *parser)
{
    struct oracle *oracle = parser->data;
    oracle->status = parser->status_code;
    return oracle->answers_head;
}

static int oracle_on_body(llhttp_t *parser, const char *at, size_t length)
{
    struct oracle *oracle = parser->data;
    expect(buffer_append(&oracle->body, bytes_of(at, length)) == 0);
    return 0;
}

static int oracle_on_complete(llhttp_t *parser)
{
    struct oracle *oracle = parser->data;
    oracle->is_complete = true;
    return 0;
}

static void expect_llhttp_agrees(struct bytes answer, bool answers_head, const struct story *story)
{
    static const llhttp_settings_t settings = {
        .on_message_begin = oracle_on_begin,
        .on_header_value_complete = oracle_on_field_complete,
        .on_headers_complete = oracle_on_headers_complete,
        .on_body = oracle_on_body,
        .on_message_complete = oracle_on_complete,
    };
    struct oracle oracle = {.answers_head = answers_head};
    llhttp_t parser;
    llhttp_init(&parser, HTTP_RESPONSE, &settings);
    parser.data = &oracle;
    llhttp_errno_t error = llhttp_execute(&parser, answer.at, story->used_bytes);
    if (error == HPE_OK && story->ends_by_close)
        error = llhttp_finish(&parser);
    expect(error == HPE_OK);
    expect(oracle.is_complete);
    expect(oracle.status == story->status);
    expect(oracle.field_count >= story->field_count); /* with trailers */
    expect(bytes_equal(buffer_bytes(&oracle.body), buffer_bytes(&story->body)));
    buffer_clear(&oracle.body);
}

static void expect_same(const struct story *a, const struct story *b)
{
    expect(a->end == b->end);
    expect(a->status == b->status);
    expect(a->field_count == b->field_count);
    expect(a->keeps_alive == b->keeps_alive);
    expect(a->ends_by_close == b->ends_by_close);
    expect(bytes_equal(buffer_bytes(&a->body), buffer_bytes(&b->body)));
    if (a->end == HTTP1_REPLY_END)
        expect(a->used_bytes == b->used_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    bool answers_head = data[0] == 'H';
    struct bytes answer = bytes_of((const char *)data + 2, size - 2);
    struct random random;
    random_init(&random, data[1]);

    struct story whole, pieces;
    read_answer(answer, answers_head, NULL, &whole);
    read_answer(answer, answers_head, &random, &pieces);
    expect_same(&whole, &pieces);
    if (whole.end == HTTP1_REPLY_END || (whole.end == HTTP1_REPLY_MORE && whole.ends_by_close))
        expect_llhttp_agrees(answer, answers_head, &whole);
    buffer_clear(&whole.body);
    buffer_clear(&pieces.body);
    return 0;
}

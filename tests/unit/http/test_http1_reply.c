/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "http/http1_reply.h"

/* How an origin's bytes reach the reader. */
struct delivery {
    size_t piece_bytes; /* as many at a time */
    size_t first_cut;   /* but the first piece ends here; 0: no such cut */
    uint64_t credit;    /* granted whenever there is none left */
    bool answers_head;
    bool closes; /* behind the last byte */
};

#define HEAD_LIMIT 512
#define FIELD_LIMIT 8

/* The story that comes out, as text: "200 CONTENT_LENGTH [name=value]* |BODY| how it ended". */
struct story {
    struct buffer text;
    size_t left_bytes; /* of the input, behind the answer */
};

static void tell_head(struct story *story, const struct http_answer_head *head)
{
    bool has_length = head->content_length != HTTP_LENGTH_UNKNOWN;
    buffer_append_format(&story->text, "%u %lld ", head->status,
                         has_length ? (long long)head->content_length : -1);
    for (size_t i = 0; i < head->fields.count; i++) {
        const struct http_field *field = &head->fields.at[i];
        buffer_append_format(&story->text, "%.*s=%.*s ", (int)field->name.length, field->name.at,
                             (int)field->value.length, field->value.at);
    }
    buffer_append(&story->text, BYTES("|"));
}

static const char *ending(const struct http1_reply *reply, enum http1_reply_step step, bool closes)
{
    switch (step) {
    case HTTP1_REPLY_END:
        return reply->keeps_alive ? "| kept" : "| closed";
    case HTTP1_REPLY_MALFORMED:
        return "malformed";
    case HTTP1_REPLY_TOO_LARGE:
        return "too large";
    case HTTP1_REPLY_MEMORY:
        return "memory";
    case HTTP1_REPLY_MORE:
        return closes && http1_reply_ends_by_close(reply) ? "| ended by close" : "cut";
    case HTTP1_REPLY_CREDIT:
    case HTTP1_REPLY_HEAD:
    case HTTP1_REPLY_BODY:
        break;
    }
    return "?";
}

/* All news that the held bytes bring. */
static enum http1_reply_step digest(struct http1_reply *reply, struct buffer *held,
                                    const struct delivery *delivery, struct story *story)
{
    enum http1_reply_step step;
    uint64_t credit = delivery->credit;
    do {
        struct bytes input = buffer_bytes(held), body;
        step = http1_reply_next(reply, &input, credit, &body);
        assert_true(body.length <= credit);
        credit -= body.length;
        buffer_append(&story->text, body);
        buffer_consume(held, held->length - input.length);
        if (step == HTTP1_REPLY_HEAD)
            tell_head(story, &reply->head);
        if (step == HTTP1_REPLY_CREDIT) {
            assert_int_equal(credit, 0);
            credit = delivery->credit;
        }
    } while (step == HTTP1_REPLY_HEAD || step == HTTP1_REPLY_BODY || step == HTTP1_REPLY_CREDIT);
    return step;
}

static void listen_to(struct bytes input, const struct delivery *delivery, struct story *story)
{
    struct block_pool pool;
    struct arena arena;
    struct http1_reply reply;
    struct buffer held = {0};
    block_pool_init(&pool, 4096, 4, NULL);
    arena_init(&arena, &pool);
    http1_reply_begin(&reply, &(struct http1_reply_options){
                                  .arena = &arena,
                                  .head_bytes = HEAD_LIMIT,
                                  .field_count = FIELD_LIMIT,
                                  .answers_head = delivery->answers_head,
                              });

    enum http1_reply_step step = HTTP1_REPLY_MORE;
    size_t piece = delivery->first_cut ? delivery->first_cut : delivery->piece_bytes;
    while (step == HTTP1_REPLY_MORE && input.length > 0) {
        if (piece > input.length)
            piece = input.length;
        buffer_append(&held, bytes_of(input.at, piece));
        input = bytes_after(input, piece);
        step = digest(&reply, &held, delivery, story);
        piece = delivery->piece_bytes;
    }
    buffer_append(&story->text, bytes_from_cstr(ending(&reply, step, delivery->closes)));
    story->left_bytes = held.length + input.length;
    buffer_clear(&held);
    arena_clear(&arena);
    block_pool_clear(&pool);
}

static void expect_story(struct bytes input, const struct delivery *delivery, const char *expected)
{
    struct story story = {0};
    listen_to(input, delivery, &story);
    struct bytes text = buffer_bytes(&story.text);
    if (!bytes_equal(text, bytes_from_cstr(expected)))
        fail_msg("cut %zu, pieces of %zu, credit %zu: \"%.*s\" where \"%s\" was expected",
                 delivery->first_cut, delivery->piece_bytes, (size_t)delivery->credit,
                 (int)text.length, text.at, expected);
    buffer_clear(&story.text);
}

/* The same story, wherever the network cuts and however little is granted. */
static void expect_always(struct bytes input, struct delivery delivery, const char *expected)
{
    static const uint64_t credits[] = {1, 3, UINT64_MAX};
    for (size_t i = 0; i < sizeof credits / sizeof *credits; i++) {
        delivery.credit = credits[i];
        delivery.first_cut = 0;
        delivery.piece_bytes = 1;
        expect_story(input, &delivery, expected);
        delivery.piece_bytes = SIZE_MAX;
        for (size_t cut = 1; cut <= input.length; cut++) {
            delivery.first_cut = cut;
            expect_story(input, &delivery, expected);
        }
    }
}

struct sample {
    struct bytes input;
    const char *expected;
};

#define SAMPLE(text, expected)                                                                     \
    {                                                                                              \
        {text, sizeof(text) - 1}, expected                                                         \
    }

static void expect_each(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_always(samples[i].input, (struct delivery){.closes = true}, samples[i].expected);
}

#define EXPECT_EACH(samples) expect_each(samples, sizeof(samples) / sizeof *(samples))

static void reads_each_framing(void **state)
{
    static const struct sample samples[] = {
        SAMPLE("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
               "200 5 Content-Length=5 |hello| kept"),
        SAMPLE("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 0 Content-Length=0 || kept"),
        SAMPLE("HTTP/1.1 200 \r\ntransfer-encoding: Chunked\r\n\r\n"
               "5\r\nhello\r\n00A;a=\"b;c\"\r\n, old world\r\n0\r\n\r\n",
               "200 -1 transfer-encoding=Chunked |hello, old worlmalformed"),
        SAMPLE("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
               "5\r\nhello\r\n00b;a=\"b;c\"\r\n, old world\r\n0\r\nX-Sum: 1\r\n\r\n",
               "200 -1 transfer-encoding=chunked |hello, old world| kept"),
        SAMPLE("HTTP/1.1 200 OK\r\nX:\t a b \t\r\n\r\nuntil the end", "200 -1 X=a b |until the end"
                                                                      "| ended by close"),
        SAMPLE("HTTP/1.1 204 No Content\r\n\r\n", "204 0 || kept"),
        SAMPLE("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
               "204 0 Content-Length=0 || kept"),
        SAMPLE("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
               "304 9 Content-Length=9 || kept"),
        SAMPLE("HTTP/1.1 500 Caf\xC3\xA9 trouble\r\nContent-Length: 1\r\n\r\nx",
               "500 1 Content-Length=1 |x| kept"),
    };
    EXPECT_EACH(samples);
}

static void says_whether_the_connection_can_be_kept(void **state)
{
    static const struct sample samples[] = {
        SAMPLE("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n",
               "200 0 Content-Length=0 Connection=x, Close || closed"),
        SAMPLE("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "200 0 Content-Length=0 || closed"),
        SAMPLE("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
               "200 0 Content-Length=0 Connection=keep-alive || kept"),
    };
    EXPECT_EACH(samples);
}

static void drops_interim_answers_and_refuses_an_upgrade(void **state)
{
    static const struct sample samples[] = {
        SAMPLE("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
               "200 1 Content-Length=1 |x| kept"),
        SAMPLE("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
               "malformed"),
        SAMPLE("HTTP/1.0 100 Continue\r\n\r\nHTTP/1.0 204 x\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 100 x\r\nConnection: close\r\n\r\nHTTP/1.1 204 x\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nabc", "malformed"),
        SAMPLE("HTTP/1.1 100 Continue\r\n\r\n", "cut"),
        SAMPLE("HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\n"
               "HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\n"
               "HTTP/1.1 100\r\n\r\nHTTP/1.1 204\r\n\r\n",
               "malformed"),
    };
    EXPECT_EACH(samples);
}

static void an_answer_to_head_has_a_length_but_no_body(void **state)
{
    struct delivery delivery = {.answers_head = true};
    expect_always(BYTES("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), delivery,
                  "200 5 Content-Length=5 || kept");
    expect_always(BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), delivery,
                  "200 -1 Transfer-Encoding=chunked || kept");
    expect_always(BYTES("HTTP/1.1 200 OK\r\n\r\n"), delivery, "200 0 || kept");
}

static void refuses_heads_that_two_readers_could_read_differently(void **state)
{
    static const struct sample samples[] = {
        /* the status line */
        SAMPLE("HTTP/1.1  200 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1\t200 OK\r\n\r\n", "malformed"),
        SAMPLE(" HTTP/1.1 200 OK\r\n\r\n", "malformed"),
        SAMPLE("\r\nHTTP/1.1 200 OK\r\n\r\n", "malformed"),
        SAMPLE("http/1.1 200 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.2 200 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/2.0 200 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/0.9 200 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 20 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 2000 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 +20 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 099 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 600 OK\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 O\0K\r\n\r\n", "malformed"),
        SAMPLE("GET / HTTP/1.1\r\n\r\n", "malformed"),
        /* line ends and folds */
        SAMPLE("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\nContent-Length: 0\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\r\n\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\rY: 2\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\r\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\r\n\tContent-Length: 2\r\n\r\n", "malformed"),
        /* fields */
        SAMPLE("HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\n: 1\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX\0Y: 1\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\0\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: \x7f\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 200 OK\r\nX(: 1\r\n\r\n", "malformed"),
    };
    EXPECT_EACH(samples);
}

static void refuses_framing_that_two_readers_could_read_differently(void **state)
{
    static const struct sample samples[] = {
#define HEAD(fields) "HTTP/1.1 200 OK\r\n" fields "\r\n\r\n"
        SAMPLE(HEAD("Content-Length: 1\r\nContent-Length: 1") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 1\r\nContent-Length: 2") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 1, 1") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: +1") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: -1") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 0x1") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 01") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 1 2") "x", "malformed"),
        SAMPLE(HEAD("Content-Length:") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 18446744073709551617") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 9223372036854775808") "x", "malformed"),
        SAMPLE(HEAD("Content-Length: 1\r\nTransfer-Encoding: chunked") "0\r\n\r\n", "malformed"),
        SAMPLE(HEAD("Transfer-Encoding: chunked\r\nContent-Length: 1") "0\r\n\r\n", "malformed"),
        SAMPLE(HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") "0\r\n\r\n",
               "malformed"),
        SAMPLE(HEAD("Transfer-Encoding: gzip, chunked") "0\r\n\r\n", "malformed"),
        SAMPLE(HEAD("Transfer-Encoding: identity") "x", "malformed"),
        SAMPLE(HEAD("Transfer-Encoding: xchunked") "x", "malformed"),
        SAMPLE(HEAD("Transfer-Encoding:") "x", "malformed"),
        SAMPLE("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "malformed"),
        SAMPLE("HTTP/1.1 204 OK\r\nContent-Length: 1\r\n\r\nx", "malformed"),
        SAMPLE("HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "malformed"),
    };
    EXPECT_EACH(samples);
}

static void refuses_odd_chunks(void **state)
{
    static const struct sample samples[] = {
#define CHUNKED "HTTP/1.1 200 OK\r\nTE: x\r\nTransfer-Encoding: chunked\r\n\r\n"
#define TOLD "200 -1 TE=x Transfer-Encoding=chunked |"
        SAMPLE(CHUNKED "+1\r\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "0x1\r\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED " 1\r\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "1 \r\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "\r\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "1\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "1;a\nx\r\n0\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "1\r\nxy\r\n0\r\n\r\n", TOLD "xmalformed"),
        SAMPLE(CHUNKED "1\r\nx\n0\r\n\r\n", TOLD "xmalformed"),
        SAMPLE(CHUNKED "1\r\nx0\r\n\r\n", TOLD "xmalformed"),
        SAMPLE(CHUNKED "10000000000000000\r\nx", TOLD "malformed"),
        SAMPLE(CHUNKED "ffffffffffffffff\r\nx", TOLD "malformed"),
        SAMPLE(CHUNKED "0\r\nContent-Length: 1\r\n\r\n", TOLD "malformed"),
        SAMPLE(CHUNKED "0\r\n folded\r\n\r\n", TOLD "malformed"),
    };
    EXPECT_EACH(samples);
}

static void a_cut_answer_is_no_whole_one(void **state)
{
    static const struct sample samples[] = {
        SAMPLE("HTT", "cut"),
        SAMPLE("HTTP/1.1 200 OK\r\nX: 1\r\n\r", "cut"),
        SAMPLE("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", "200 2 Content-Length=2 |xcut"),
        SAMPLE(CHUNKED "2\r\nxy\r\n", TOLD "xycut"),
        SAMPLE(CHUNKED "2\r\nxy\r\n0\r\n", TOLD "xycut"),
    };
    EXPECT_EACH(samples);
}

static void holds_heads_to_their_limits(void **state)
{
    static const char field[] = "X: 1\r\n";
    struct buffer input = {0};
    for (int count = 7; count <= 9; count++) {
        buffer_append(&input, BYTES("HTTP/1.1 204 x\r\n"));
        for (int i = 0; i < count; i++)
            buffer_append(&input, bytes_from_cstr(field));
        buffer_append(&input, BYTES("\r\n"));
        expect_always(buffer_bytes(&input), (struct delivery){0},
                      count == 7   ? "204 0 X=1 X=1 X=1 X=1 X=1 X=1 X=1 || kept"
                      : count == 8 ? "204 0 X=1 X=1 X=1 X=1 X=1 X=1 X=1 X=1 || kept"
                                   : "too large");
        buffer_clear(&input);
    }
    buffer_append(&input, BYTES("HTTP/1.1 200 "));
    while (input.length < HEAD_LIMIT)
        buffer_append(&input, BYTES("x"));
    expect_always(buffer_bytes(&input), (struct delivery){0}, "too large");
    buffer_clear(&input);
}

static void interim_heads_count_towards_the_limit(void **state)
{
    struct buffer input = {0};
    for (int i = 0; i < 7; i++) {
        buffer_append(&input, BYTES("HTTP/1.1 103 x\r\nLink: "));
        buffer_append_format(&input, "%080d\r\n\r\n", i);
    }
    expect_always(buffer_bytes(&input), (struct delivery){0}, "too large");
    buffer_clear(&input);
}

static void leaves_what_follows_the_answer_alone(void **state)
{
    struct story story = {0};
    struct delivery delivery = {.piece_bytes = SIZE_MAX, .credit = UINT64_MAX};
    listen_to(BYTES("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1"), &delivery, &story);
    assert_int_equal(story.left_bytes, 8);
    buffer_clear(&story.text);
    listen_to(BYTES(CHUNKED "0\r\n\r\n!"), &delivery, &story);
    assert_int_equal(story.left_bytes, 1);
    buffer_clear(&story.text);
}

static void sees_the_end_of_chunks_without_credit(void **state)
{
    struct block_pool pool;
    struct arena arena;
    struct http1_reply reply;
    block_pool_init(&pool, 4096, 1, NULL);
    arena_init(&arena, &pool);
    http1_reply_begin(&reply, &(struct http1_reply_options){&arena, HEAD_LIMIT, FIELD_LIMIT, 0});
    struct bytes input = BYTES(CHUNKED "1\r\nx\r\n0\r\n\r\n"), body;
    assert_int_equal(http1_reply_next(&reply, &input, 0, &body), HTTP1_REPLY_HEAD);
    assert_int_equal(http1_reply_next(&reply, &input, 0, &body), HTTP1_REPLY_CREDIT);
    assert_int_equal(http1_reply_next(&reply, &input, 1, &body), HTTP1_REPLY_BODY);
    assert_int_equal(http1_reply_next(&reply, &input, 0, &body), HTTP1_REPLY_END);
    arena_clear(&arena);
    block_pool_clear(&pool);
}

static void runs_out_of_memory_in_words(void **state)
{
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
    struct http1_reply reply;
    memory_budget_init(&budget, 1);
    block_pool_init(&pool, 4096, 1, &budget);
    arena_init(&arena, &pool);
    http1_reply_begin(&reply, &(struct http1_reply_options){&arena, HEAD_LIMIT, FIELD_LIMIT, 0});
    struct bytes input = BYTES(CHUNKED), body;
    assert_int_equal(http1_reply_next(&reply, &input, 0, &body), HTTP1_REPLY_MEMORY);
    arena_clear(&arena);
    block_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_framing),
        cmocka_unit_test(says_whether_the_connection_can_be_kept),
        cmocka_unit_test(drops_interim_answers_and_refuses_an_upgrade),
        cmocka_unit_test(an_answer_to_head_has_a_length_but_no_body),
        cmocka_unit_test(refuses_heads_that_two_readers_could_read_differently),
        cmocka_unit_test(refuses_framing_that_two_readers_could_read_differently),
        cmocka_unit_test(refuses_odd_chunks),
        cmocka_unit_test(a_cut_answer_is_no_whole_one),
        cmocka_unit_test(holds_heads_to_their_limits),
        cmocka_unit_test(interim_heads_count_towards_the_limit),
        cmocka_unit_test(leaves_what_follows_the_answer_alone),
        cmocka_unit_test(sees_the_end_of_chunks_without_credit),
        cmocka_unit_test(runs_out_of_memory_in_words),
    };
    return cmocka_run_group_tests_name("http/http1_reply", tests, NULL, NULL);
}

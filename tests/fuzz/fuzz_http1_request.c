/* SPDX-License-Identifier: Apache-2.0
 *
 * Two properties of how requests are read. Where the network cuts one never changes the verdict,
 * its head or its body; the first two input bytes choose the cut and how much body is asked for at
 * a time. And what we accept, llhttp alone reads alike: the same method, target, fields, body, and
 * the same end.
 */
#include <stdlib.h>

#include "http/http1_body.h"
#include "http/http1_request.h"
#include "tests/fuzz/http1_oracle.h"

#define HEAD_BYTES 4096
#define FIELDS 32
#define BODY_BYTES 65536
#define BLOCK_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static const struct http_limits limits = {
    .head_bytes = HEAD_BYTES, .field_count = FIELDS, .body_bytes = BODY_BYTES};

/* A reader as a connection is one, without a connection. */
struct reader {
    struct arena arena;
    struct buffer input; /* what came and is not read yet */
    size_t consumed;     /* what is read */
    struct http1_search search;
    bool has_skipped_blank, has_head, is_complete;
    unsigned status;
    struct http1_request request;
    struct http1_body body;
    struct buffer body_bytes;
};

static void consume(struct reader *reader, size_t count)
{
    buffer_consume(&reader->input, count);
    reader->consumed += count;
}

static void take_head(struct reader *reader)
{
    struct bytes head = bytes_of(buffer_bytes(&reader->input).at, reader->search.seen);
    head = arena_copy(&reader->arena, head);
    expect(head.at != NULL);
    struct http1_verdict verdict =
        http1_request_read(&reader->request, head, reader->search.lines, &limits, &reader->arena);
    reader->status = verdict.status;
    reader->has_head = verdict.status == 0;
    /* Decoding has a test of its own; here the coded bytes are the body. */
    http1_body_init(&reader->body, reader->request.body_bytes, limits.body_bytes, NULL);
    consume(reader, head.length);
}

static void read_head(struct reader *reader)
{
    enum http1_found found =
        http1_head_search(&reader->search, buffer_bytes(&reader->input), limits.head_bytes);
    if (found == HTTP1_FOUND_BLANK && !reader->has_skipped_blank) {
        reader->has_skipped_blank = true;
        reader->search = (struct http1_search){0};
        consume(reader, 2);
        read_head(reader);
    } else if (found == HTTP1_FOUND_END) {
        take_head(reader);
    } else if (found != HTTP1_FOUND_MORE) {
        reader->status = http1_request_refuse(found, &reader->search).status;
    }
}

static void read_body(struct reader *reader, uint64_t most)
{
    static const struct http1_scratch no_scratch = {0};
    while (!reader->is_complete && reader->status == 0) {
        struct bytes input = buffer_bytes(&reader->input);
        struct http1_piece piece = {0};
        enum http1_body_step step =
            http1_body_next(&reader->body, &input, most, no_scratch, &piece);
        if (step == HTTP1_BODY_PIECE) {
            expect(piece.bytes.length <= most);
            expect(buffer_append(&reader->body_bytes, piece.bytes) == 0);
            reader->is_complete = piece.last;
        }
        consume(reader, reader->input.length - input.length);
        if (step == HTTP1_BODY_MORE)
            break;
        if (step != HTTP1_BODY_PIECE)
            reader->status = step == HTTP1_BODY_LARGE ? 413 : 400;
    }
}

static void feed(struct reader *reader, struct bytes piece, uint64_t most)
{
    if (reader->status != 0 || reader->is_complete)
        return;
    expect(buffer_append(&reader->input, piece) == 0);
    if (!reader->has_head)
        read_head(reader);
    if (reader->has_head)
        read_body(reader, most);
}

static void reader_init(struct reader *reader, struct block_pool *blocks)
{
    *reader = (struct reader){0};
    arena_init(&reader->arena, blocks);
}

static void reader_clear(struct reader *reader)
{
    buffer_clear(&reader->input);
    buffer_clear(&reader->body_bytes);
    arena_clear(&reader->arena);
}

static void expect_same_head(const struct reader *a, const struct reader *b)
{
    expect(bytes_equal(a->request.head.method, b->request.head.method));
    expect(bytes_equal(a->request.head.target, b->request.head.target));
    expect(a->request.head.fields.count == b->request.head.fields.count);
    for (size_t i = 0; i < a->request.head.fields.count; i++) {
        expect(bytes_equal(a->request.head.fields.at[i].name, b->request.head.fields.at[i].name));
        expect(bytes_equal(a->request.head.fields.at[i].value, b->request.head.fields.at[i].value));
    }
}

static void expect_same(const struct reader *a, const struct reader *b)
{
    expect(a->status == b->status);
    expect(a->has_head == b->has_head && a->is_complete == b->is_complete);
    expect(bytes_equal(buffer_bytes(&a->body_bytes), buffer_bytes(&b->body_bytes)));
    if (a->has_head)
        expect_same_head(a, b);
    if (a->is_complete)
        expect(a->consumed == b->consumed);
}

static void expect_oracle_agrees(const struct reader *reader, struct bytes input)
{
    struct http1_oracle oracle = {0};
    struct buffer fields = {0};
    const struct http_request_head *head = &reader->request.head;
    http1_oracle_read(&oracle, input);
    for (size_t i = 0; i < head->fields.count; i++) {
        const struct http_field *field = &head->fields.at[i];
        expect(buffer_append(&fields, field->name) == 0);
        expect(buffer_append(&fields, BYTES(":")) == 0);
        expect(buffer_append(&fields, field->value) == 0);
        expect(buffer_append(&fields, BYTES("\n")) == 0);
    }
    expect(oracle.is_complete && oracle.consumed == reader->consumed);
    expect(bytes_equal(buffer_bytes(&oracle.method), head->method));
    expect(bytes_equal(buffer_bytes(&oracle.target), head->target));
    expect(bytes_equal(buffer_bytes(&oracle.body), buffer_bytes(&reader->body_bytes)));
    if (!reader->request.is_gzip) /* there Content-Encoding was taken out */
        expect(bytes_equal(buffer_bytes(&oracle.fields), buffer_bytes(&fields)));
    buffer_clear(&fields);
    http1_oracle_clear(&oracle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct bytes input = bytes_of((const char *)data + 2, size - 2);
    size_t cut = input.length * data[0] / 255;
    uint64_t most = (uint64_t)data[1] + 1;
    struct block_pool blocks;
    struct reader whole, parts, drops;
    block_pool_init(&blocks, BLOCK_BYTES, 8, NULL);
    reader_init(&whole, &blocks);
    reader_init(&parts, &blocks);
    reader_init(&drops, &blocks);

    feed(&whole, input, UINT64_MAX);
    feed(&parts, bytes_of(input.at, cut), most);
    feed(&parts, bytes_after(input, cut), most);
    for (size_t i = 0; i < input.length; i++)
        feed(&drops, bytes_of(input.at + i, 1), most);
    expect_same(&whole, &parts);
    expect_same(&whole, &drops);
    if (whole.is_complete)
        expect_oracle_agrees(&whole, input);

    reader_clear(&whole);
    reader_clear(&parts);
    reader_clear(&drops);
    block_pool_clear(&blocks);
    return 0;
}

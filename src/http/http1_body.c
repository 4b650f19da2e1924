/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_body.h"

#include "http/head.h"

/* Chunks cost a few bytes beside their data; reading those as well saves a second read. */
#define CHUNK_FRAMING_BYTES 64

void http1_body_init(struct http1_body *body, uint64_t body_bytes, uint64_t limit_bytes,
                     struct http_gzip *gzip)
{
    bool is_chunked = body_bytes == HTTP_LENGTH_UNKNOWN;
    *body = (struct http1_body){
        .kind = is_chunked ? HTTP1_BODY_CHUNKED : HTTP1_BODY_LENGTH,
        .length_left = is_chunked ? 0 : body_bytes,
        .decoded_left = limit_bytes,
        .gzip = gzip,
    };
}

static size_t smaller(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static enum http1_chunked_step length_next(struct http1_body *body, struct bytes *input,
                                           uint64_t most, struct bytes *ret_data)
{
    *ret_data = (struct bytes){0};
    if (body->length_left == 0)
        return HTTP1_CHUNKED_LAST;
    if (input->length == 0)
        return HTTP1_CHUNKED_MORE;
    size_t length = smaller(body->length_left, smaller(most, input->length));
    *ret_data = bytes_of(input->at, length);
    *input = bytes_after(*input, length);
    body->length_left -= length;
    return HTTP1_CHUNKED_READY;
}

static enum http1_chunked_step raw_next(struct bytes *input, uint64_t most, struct bytes *ret_data)
{
    size_t length = smaller(most, input->length);
    *ret_data = bytes_of(input->at, length);
    *input = bytes_after(*input, length);
    return length > 0 ? HTTP1_CHUNKED_READY : HTTP1_CHUNKED_MORE;
}

static enum http1_chunked_step frame_next(struct http1_body *body, struct bytes *input,
                                          uint64_t most, struct bytes *ret_data)
{
    switch (body->kind) {
    case HTTP1_BODY_LENGTH:
        return length_next(body, input, most, ret_data);
    case HTTP1_BODY_CHUNKED:
        return http1_chunked_next(&body->chunked, input, most, ret_data);
    case HTTP1_BODY_RAW:
        break;
    }
    return raw_next(input, most, ret_data);
}

/* The last `count` bytes of what frame_next() handed out were not used after all. */
static void frame_put_back(struct http1_body *body, struct bytes *input, size_t count)
{
    *input = bytes_of(input->at - count, input->length + count);
    if (body->kind == HTTP1_BODY_CHUNKED)
        http1_chunked_put_back(&body->chunked, count);
    else
        body->length_left += count;
}

/* Reads framing up to the next data, so that the end is known together with the last bytes. */
static bool frame_is_at_end(struct http1_body *body, struct bytes *input)
{
    struct bytes none;
    return frame_next(body, input, 0, &none) == HTTP1_CHUNKED_LAST;
}

static enum http1_body_step hand_out(struct http1_body *body, struct bytes bytes, bool last,
                                     struct http1_piece *ret_piece)
{
    if (bytes.length > body->decoded_left)
        return HTTP1_BODY_LARGE;
    body->decoded_left -= bytes.length;
    body->has_ended = last;
    *ret_piece = (struct http1_piece){bytes, last};
    return HTTP1_BODY_PIECE;
}

static enum http1_body_step plain_next(struct http1_body *body, struct bytes *input, uint64_t most,
                                       struct http1_piece *ret_piece)
{
    struct bytes data;
    enum http1_chunked_step step = frame_next(body, input, most, &data);
    switch (step) {
    case HTTP1_CHUNKED_MORE:
        return HTTP1_BODY_MORE;
    case HTTP1_CHUNKED_WRONG:
        return HTTP1_BODY_WRONG;
    case HTTP1_CHUNKED_LAST:
        return hand_out(body, data, true, ret_piece);
    case HTTP1_CHUNKED_READY:
        break;
    }
    if (data.length == 0) /* there is some, but nobody wants it yet */
        return HTTP1_BODY_MORE;
    return hand_out(body, data, frame_is_at_end(body, input), ret_piece);
}

static enum http1_body_step gzip_trouble(enum http_gzip_step step)
{
    switch (step) {
    case HTTP_GZIP_MEMORY:
        return HTTP1_BODY_MEMORY;
    case HTTP_GZIP_BOMB:
        return HTTP1_BODY_LARGE;
    case HTTP_GZIP_WRONG:
        return HTTP1_BODY_WRONG;
    case HTTP_GZIP_MORE:
    case HTTP_GZIP_END:
        break;
    }
    return HTTP1_BODY_MORE;
}

/* Decoding goes on even without new input: the decoder may still hold what did not fit before. */
static enum http1_body_step gzip_next(struct http1_body *body, struct bytes *input, uint64_t most,
                                      struct http1_scratch scratch, struct http1_piece *ret_piece)
{
    for (;;) {
        struct bytes data;
        enum http1_chunked_step step = frame_next(body, input, UINT64_MAX, &data);
        if (step == HTTP1_CHUNKED_WRONG)
            return HTTP1_BODY_WRONG;

        size_t written;
        enum http_gzip_step decoded =
            http_gzip_decode(body->gzip, &data, scratch.at, smaller(most, scratch.size), &written);
        enum http1_body_step trouble = gzip_trouble(decoded);
        if (trouble != HTTP1_BODY_MORE)
            return trouble;

        bool is_whole = decoded == HTTP_GZIP_END;
        bool has_trash = is_whole && data.length > 0;
        bool is_cut = !is_whole && step == HTTP1_CHUNKED_LAST && written == 0;
        if (has_trash || is_cut)
            return HTTP1_BODY_WRONG;
        frame_put_back(body, input, data.length);

        bool last = is_whole && frame_is_at_end(body, input);
        if (last || written > 0)
            return hand_out(body, bytes_of(scratch.at, written), last, ret_piece);
        if (step == HTTP1_CHUNKED_MORE)
            return HTTP1_BODY_MORE;
    }
}

enum http1_body_step http1_body_next(struct http1_body *body, struct bytes *input, uint64_t most,
                                     struct http1_scratch scratch, struct http1_piece *ret_piece)
{
    if (body->has_ended)
        return HTTP1_BODY_MORE;
    if (!body->gzip)
        return plain_next(body, input, most, ret_piece);
    return most > 0 ? gzip_next(body, input, most, scratch, ret_piece) : HTTP1_BODY_MORE;
}

size_t http1_body_wants(const struct http1_body *body, uint64_t most)
{
    if (body->has_ended || most == 0)
        return 0;
    uint64_t encoded = body->gzip ? SIZE_MAX : most;
    if (body->kind == HTTP1_BODY_LENGTH)
        return smaller(encoded, smaller(body->length_left, SIZE_MAX));
    return smaller(encoded, SIZE_MAX - CHUNK_FRAMING_BYTES) + CHUNK_FRAMING_BYTES;
}

void http1_body_clear(struct http1_body *body)
{
    http_gzip_free(body->gzip);
    body->gzip = NULL;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Two properties of how chunks are read. Neither the cuts of the network nor how much is asked for
 * at a time ever changes the data, the verdict or where the body ends; the first two input bytes
 * choose both. And a body that we accept, llhttp alone reads alike.
 */
#include <stdlib.h>

#include "http/http1_chunked.h"
#include "tests/fuzz/http1_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

struct reading {
    struct http1_chunked chunked;
    enum http1_chunked_step step;
    struct buffer data;
    size_t consumed;
};

static void feed(struct reading *reading, struct bytes piece, uint64_t most)
{
    struct bytes input = piece, data;
    do {
        reading->step = http1_chunked_next(&reading->chunked, &input, most, &data);
        expect(data.length <= most);
        expect(buffer_append(&reading->data, data) == 0);
    } while (reading->step == HTTP1_CHUNKED_READY);
    reading->consumed += piece.length - input.length;
}

static void expect_same(const struct reading *a, const struct reading *b)
{
    expect(a->step == b->step);
    expect(bytes_equal(buffer_bytes(&a->data), buffer_bytes(&b->data)));
    expect(a->consumed == b->consumed);
}

static void expect_oracle_agrees(const struct reading *reading, struct bytes body)
{
    static const struct bytes head = {
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 56};
    struct buffer request = {0};
    struct http1_oracle oracle = {0};
    expect(buffer_append(&request, head) == 0 && buffer_append(&request, body) == 0);
    http1_oracle_read(&oracle, buffer_bytes(&request));
    expect(oracle.is_complete && oracle.consumed == head.length + reading->consumed);
    expect(bytes_equal(buffer_bytes(&oracle.body), buffer_bytes(&reading->data)));
    http1_oracle_clear(&oracle);
    buffer_clear(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct bytes input = bytes_of((const char *)data + 2, size - 2);
    size_t cut = input.length * data[0] / 255;
    uint64_t most = (uint64_t)data[1] + 1;
    struct reading whole = {0}, parts = {0}, drops = {0};

    feed(&whole, input, UINT64_MAX);
    feed(&parts, bytes_of(input.at, cut), most);
    feed(&parts, bytes_after(input, cut), most);
    for (size_t i = 0; i < input.length; i++)
        feed(&drops, bytes_of(input.at + i, 1), most);
    expect_same(&whole, &parts);
    if (input.length > 0)
        expect_same(&whole, &drops);
    if (whole.step == HTTP1_CHUNKED_LAST)
        expect_oracle_agrees(&whole, input);

    buffer_clear(&whole.data);
    buffer_clear(&parts.data);
    buffer_clear(&drops.data);
    return 0;
}

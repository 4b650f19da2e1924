/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_gzip.h"

#include <errno.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#define GZIP_ONLY (16 + MAX_WBITS) /* zlib's way to say: neither zlib's own header nor none */

struct http_gzip {
    z_stream stream;
    unsigned ratio;
    struct memory_budget *budget;
};

/* zlib does not say at free() how much a piece was: it stands in front of it. */
struct piece {
    _Alignas(16) size_t size;
};

static void *piece_alloc(void *user, unsigned count, unsigned each)
{
    struct http_gzip *gzip = user;
    size_t size = sizeof(struct piece) + (size_t)count * each;
    if (!memory_budget_take(gzip->budget, size))
        return NULL;
    struct piece *piece = malloc(size);
    if (!piece) {
        memory_budget_give(gzip->budget, size);
        return NULL;
    }
    piece->size = size;
    return piece + 1;
}

static void piece_free(void *user, void *memory)
{
    struct http_gzip *gzip = user;
    struct piece *piece = (struct piece *)memory - 1;
    memory_budget_give(gzip->budget, piece->size);
    free(piece);
}

int http_gzip_open(struct http_gzip **ret_gzip, unsigned ratio, struct memory_budget *budget)
{
    struct http_gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return -ENOMEM;
    gzip->ratio = ratio;
    gzip->budget = budget;
    gzip->stream.zalloc = piece_alloc;
    gzip->stream.zfree = piece_free;
    gzip->stream.opaque = gzip;
    if (inflateInit2(&gzip->stream, GZIP_ONLY) != Z_OK) {
        free(gzip);
        return -ENOMEM;
    }
    *ret_gzip = gzip;
    return 0;
}

static bool is_bomb(const struct http_gzip *gzip)
{
    uint64_t in = gzip->stream.total_in, out = gzip->stream.total_out;
    return out > HTTP_GZIP_FREE_BYTES && (out - HTTP_GZIP_FREE_BYTES) / gzip->ratio > in;
}

static enum http_gzip_step judge(const struct http_gzip *gzip, int result)
{
    if (result == Z_MEM_ERROR)
        return HTTP_GZIP_MEMORY;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return HTTP_GZIP_WRONG;
    if (gzip->ratio > 0 && is_bomb(gzip))
        return HTTP_GZIP_BOMB;
    return result == Z_STREAM_END ? HTTP_GZIP_END : HTTP_GZIP_MORE;
}

enum http_gzip_step http_gzip_decode(struct http_gzip *gzip, struct bytes *input, char *out,
                                     size_t size, size_t *ret_written)
{
    unsigned in_bytes = input->length < UINT32_MAX ? (unsigned)input->length : UINT32_MAX;
    unsigned out_bytes = size < UINT32_MAX ? (unsigned)size : UINT32_MAX;

    gzip->stream.next_in = (const Bytef *)input->at;
    gzip->stream.avail_in = in_bytes;
    gzip->stream.next_out = (Bytef *)out;
    gzip->stream.avail_out = out_bytes;
    int result = inflate(&gzip->stream, Z_NO_FLUSH);

    *input = bytes_after(*input, in_bytes - gzip->stream.avail_in);
    *ret_written = out_bytes - gzip->stream.avail_out;
    return judge(gzip, result);
}

void http_gzip_free(struct http_gzip *gzip)
{
    if (!gzip)
        return;
    inflateEnd(&gzip->stream);
    free(gzip);
}

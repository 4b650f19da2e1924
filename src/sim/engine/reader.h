/* SPDX-License-Identifier: Apache-2.0
 *
 * reader - requests out of a connection's bytes, one at a time (RFC 9112, by llhttp).
 *
 * Keeps only what an engine looks at. What follows a complete request is left for later.
 *
 * Units    bytes.
 * Memory   the caller embeds the reader; what it keeps of a request lives until the next begins.
 * Threads  belongs to its connection.
 * Errors   a verdict.
 */
#ifndef SIM_ENGINE_READER_H
#define SIM_ENGINE_READER_H

#include <llhttp.h>

#include "base/buffer.h"

#define ENGINE_HEAD_LIMIT 65536
#define ENGINE_BODY_LIMIT (UINT64_C(64) << 20)

enum engine_read {
    ENGINE_READ_MORE,
    ENGINE_READ_CONTINUE, /* more, and the client waits for 100 Continue */
    ENGINE_READ_REQUEST,
    ENGINE_READ_MALFORMED,
    ENGINE_READ_TOO_LARGE,
    ENGINE_READ_NO_MEMORY,
};

struct engine_reader {
    llhttp_t http;
    struct buffer target, name, value;    /* of the field at hand */
    struct buffer authorization, api_key; /* the latter from either of its two fields */
    struct buffer body;
    size_t head_bytes;
    bool expects_continue;    /* the head says so */
    bool continue_is_due;     /* and the whole head is here, and no byte of the body */
    enum engine_read failure; /* why a callback stopped the parser */
    /* Of a complete request: */
    llhttp_method_t method;
    bool keeps_alive;
    bool knows_chunks; /* HTTP/1.0 does not */
};

void engine_reader_init(struct engine_reader *reader);
/* Takes bytes up to the end of a request; *ret_taken says how many. */
enum engine_read engine_reader_feed(struct engine_reader *reader, struct bytes bytes,
                                    size_t *ret_taken);
/* The target before '?'. */
struct bytes engine_reader_path(const struct engine_reader *reader);
void engine_reader_clear(struct engine_reader *reader);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * answer_reader - HTTP/1.1 answers as a load generator needs them: quickly, and with no more of
 * the protocol than servers under test use. A head must fit into one piece of HEAD bytes.
 *
 * Memory   the caller embeds the reader.
 * Errors   ANSWER_WRONG: not what a good server sends.
 */
#ifndef BENCH_LOAD_ANSWER_READER_H
#define BENCH_LOAD_ANSWER_READER_H

#include "base/bytes.h"

#define ANSWER_HEAD_BYTES 2048
#define ANSWER_LINE_BYTES 20

enum answer_verdict { ANSWER_MORE, ANSWER_DONE, ANSWER_WRONG };

enum answer_part {
    ANSWER_HEAD,
    ANSWER_BODY, /* left bytes of it, or of a chunk */
    ANSWER_CHUNK_LINE,
    ANSWER_CHUNK_END,
    ANSWER_LAST_LINE,
};

struct answer_reader {
    enum answer_part part;
    bool is_chunked;
    unsigned status;
    uint64_t left;
    char line[ANSWER_HEAD_BYTES]; /* what was cut of a head, or of a chunk's line */
    size_t line_length;
};

/* The next answer. */
void answer_reader_init(struct answer_reader *reader);
/* Takes what belongs to the answer off *bytes and hands body bytes out; false stops: wrong. */
enum answer_verdict answer_reader_feed(struct answer_reader *reader, struct bytes bytes,
                                       bool (*on_body)(void *user, struct bytes piece), void *user);

#endif

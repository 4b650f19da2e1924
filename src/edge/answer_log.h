/* SPDX-License-Identifier: Apache-2.0
 *
 * answer_log - what one call's engine has answered so far: a head and an append-only run of bytes
 * that every exchange of the call reads by a cursor of its own, also when there is only one.
 *
 * Bytes that all readers have passed are given back; so a reader that keeps up holds nothing, and
 * how far the writer may be ahead of the slowest reader is the window.
 *
 *   LOG_EMPTY -> LOG_OPEN (head known) -> LOG_WHOLE
 *       ^            |                 `-> LOG_BROKEN
 *       '-- reset ---'   (a retry, allowed until a reader has offered payload)
 *
 * Units    bytes; offsets count from the first payload byte.
 * Memory   reference-counted: the call and each reader hold one. Slabs come from the worker's pool.
 * Threads  one worker's loop.
 * Errors   answer_log_append(): -ENOMEM when the pool or its budget refuses.
 */
#ifndef EDGE_ANSWER_LOG_H
#define EDGE_ANSWER_LOG_H

#include "base/arena.h"
#include "base/list.h"
#include "http/head.h"
#include "openai/error.h"
#include "openai/usage_scan.h"

enum answer_log_state { LOG_EMPTY, LOG_OPEN, LOG_WHOLE, LOG_BROKEN };

struct answer_log {
    unsigned references;
    enum answer_log_state state;
    bool is_event_stream;
    const char *core;   /* its name, of the last attempt; NULL: none was chosen */
    unsigned attempts;  /* how many cores were tried */
    bool was_delivered; /* a reader has offered payload to its client: no retry any more */
    struct http_answer_head head;
    struct arena memory;       /* the log itself, its head, and its writer live in it */
    struct openai_error error; /* LOG_BROKEN: why; its message is static text or in `memory` */
    struct usage_tokens used;  /* so far; of a call that is metered */
    struct usage_tokens paid;  /* of these */

    struct block_pool *slab_pool;
    struct list slabs;
    uint64_t first_held; /* offset of the first byte that is still held */
    uint64_t length;     /* all bytes ever appended */
    uint64_t boundary;   /* event streams: where the last complete event ends */
    uint64_t window_bytes;

    struct list cursors;
    struct answer_log_writer *writer;
};

/* The call's side: told when readers made room, and when the last one has left. */
struct answer_log_writer {
    void (*on_room)(struct answer_log_writer *writer);
    void (*on_abandoned)(struct answer_log_writer *writer);
};

struct answer_log_cursor {
    struct list link; /* in log->cursors */
    struct answer_log *log;
    uint64_t offset; /* the next byte to read */
    void (*on_news)(struct answer_log_cursor *cursor);
};

/* One reference, the writer's; the writer may put itself into log->memory. */
int answer_log_new(struct answer_log **ret_log, struct block_pool *arena_pool,
                   struct block_pool *slab_pool, uint64_t window_bytes);
/* The writer has ended: no more calls to it. */
void answer_log_abandon(struct answer_log *log);

/* The head's fields must live as long as the log: in its memory. */
void answer_log_open(struct answer_log *log, const struct http_answer_head *head);
int answer_log_append(struct answer_log *log, struct bytes bytes);
void answer_log_set_boundary(struct answer_log *log, uint64_t offset);
void answer_log_end(struct answer_log *log);
void answer_log_break(struct answer_log *log, const struct openai_error *error);
/* Forgets head and bytes; needs !was_delivered. */
void answer_log_reset(struct answer_log *log);
/* Bytes that may still be appended before the slowest reader moves: of window_bytes in whole slabs.
 */
uint64_t answer_log_room(const struct answer_log *log);

/* Takes a reference and starts at the first byte that is held. */
void answer_log_read(struct answer_log *log, struct answer_log_cursor *cursor,
                     void (*on_news)(struct answer_log_cursor *cursor));
/* Views of the bytes from the cursor up to `until`, at most `limit` parts. */
size_t answer_log_parts(const struct answer_log_cursor *cursor, uint64_t until,
                        struct bytes *ret_parts, size_t limit);
/* What nobody has paid for yet; from now on somebody has. So that no token is paid for twice: the
 * oldest reader takes it when it leaves, and what is left of an answer without readers, or of one
 * that is reset, its writer. */
struct usage_tokens answer_log_pay(struct answer_log *log);
/* Before the first byte is offered to a client: what is offered cannot be taken back. */
void answer_log_note_delivery(struct answer_log_cursor *cursor);
void answer_log_advance(struct answer_log_cursor *cursor, uint64_t bytes);
/* A cursor that reads nothing is left alone. */
void answer_log_leave(struct answer_log_cursor *cursor);

#endif

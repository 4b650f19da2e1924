/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/answer_log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct slab {
    struct list link;
    size_t used;
    char data[];
};

static size_t slab_capacity(const struct answer_log *log)
{
    return log->slab_pool->block_bytes - sizeof(struct slab);
}

int answer_log_new(struct answer_log **ret_log, struct block_pool *arena_pool,
                   struct block_pool *slab_pool, uint64_t window_bytes)
{
    struct arena memory;
    arena_init(&memory, arena_pool);
    struct answer_log *log = arena_zalloc(&memory, sizeof *log);
    if (!log)
        return -ENOMEM;
    log->references = 1;
    log->memory = memory;
    log->slab_pool = slab_pool;
    log->window_bytes = window_bytes;
    list_init(&log->slabs);
    list_init(&log->cursors);
    *ret_log = log;
    return 0;
}

static void free_slabs_before(struct answer_log *log, uint64_t offset)
{
    while (!list_is_empty(&log->slabs)) {
        struct slab *slab = CONTAINER_OF(log->slabs.next, struct slab, link);
        if (log->first_held + slab->used > offset)
            return;
        log->first_held += slab->used;
        list_remove(&slab->link);
        block_pool_give(log->slab_pool, slab);
    }
}

static void unref(struct answer_log *log)
{
    assert(log->references > 0);
    if (--log->references > 0)
        return;
    free_slabs_before(log, log->length);
    struct arena memory = log->memory; /* the log itself lives in it */
    arena_clear(&memory);
}

void answer_log_abandon(struct answer_log *log)
{
    if (!log)
        return;
    log->writer = NULL;
    unref(log);
}

static void tell_readers(struct answer_log *log)
{
    LIST_EACH_SAFE(link, &log->cursors)
    {
        struct answer_log_cursor *cursor = CONTAINER_OF(link, struct answer_log_cursor, link);
        cursor->on_news(cursor);
    }
}

void answer_log_open(struct answer_log *log, const struct http_answer_head *head)
{
    log->head = *head;
    log->state = LOG_OPEN;
    struct bytes type = http_field_value(log->head.fields, BYTES("content-type"));
    log->is_event_stream =
        head->status == 200 && bytes_start_with(type, BYTES("text/event-stream"));
    tell_readers(log);
}

int answer_log_append(struct answer_log *log, struct bytes bytes)
{
    while (bytes.length > 0) {
        struct slab *last = CONTAINER_OF(log->slabs.prev, struct slab, link);
        if (list_is_empty(&log->slabs) || last->used == slab_capacity(log)) {
            last = block_pool_take(log->slab_pool);
            if (!last)
                return -ENOMEM;
            last->used = 0;
            list_push_back(&log->slabs, &last->link);
        }
        size_t room = slab_capacity(log) - last->used;
        size_t take = bytes.length < room ? bytes.length : room;
        memcpy(last->data + last->used, bytes.at, take);
        last->used += take;
        log->length += take;
        bytes = bytes_after(bytes, take);
    }
    tell_readers(log);
    return 0;
}

void answer_log_set_boundary(struct answer_log *log, uint64_t offset)
{
    log->boundary = offset;
}

void answer_log_end(struct answer_log *log)
{
    log->state = LOG_WHOLE;
    tell_readers(log);
}

void answer_log_break(struct answer_log *log, const struct openai_error *error)
{
    log->state = LOG_BROKEN;
    log->error = *error;
    tell_readers(log);
}

void answer_log_reset(struct answer_log *log)
{
    assert(!log->was_delivered);
    free_slabs_before(log, log->length);
    log->first_held = log->length = log->boundary = 0;
    log->state = LOG_EMPTY;
    log->is_event_stream = false;
    log->used = log->paid = (struct usage_tokens){0};
    LIST_EACH(link, &log->cursors)
    CONTAINER_OF(link, struct answer_log_cursor, link)->offset = 0;
}

static uint64_t slowest_offset(const struct answer_log *log)
{
    uint64_t slowest = log->length;
    LIST_EACH(link, &log->cursors)
    {
        uint64_t offset = CONTAINER_OF(link, struct answer_log_cursor, link)->offset;
        if (offset < slowest)
            slowest = offset;
    }
    return slowest;
}

/* Counted as memory is held: a slab that is read in part is still there, and its own words count.
 */
uint64_t answer_log_room(const struct answer_log *log)
{
    uint64_t slabs = log->window_bytes / log->slab_pool->block_bytes;
    uint64_t most = (slabs > 0 ? slabs : 1) * slab_capacity(log);
    uint64_t held = log->length - log->first_held;
    return held < most ? most - held : 0;
}

void answer_log_read(struct answer_log *log, struct answer_log_cursor *cursor,
                     void (*on_news)(struct answer_log_cursor *cursor))
{
    log->references++;
    *cursor = (struct answer_log_cursor){.log = log, .offset = log->first_held, .on_news = on_news};
    list_push_back(&log->cursors, &cursor->link);
}

size_t answer_log_parts(const struct answer_log_cursor *cursor, uint64_t until,
                        struct bytes *ret_parts, size_t limit)
{
    const struct answer_log *log = cursor->log;
    uint64_t slab_start = log->first_held;
    size_t count = 0;
    LIST_EACH(link, &log->slabs)
    {
        const struct slab *slab = CONTAINER_OF(link, struct slab, link);
        uint64_t slab_end = slab_start + slab->used;
        uint64_t from = cursor->offset > slab_start ? cursor->offset : slab_start;
        uint64_t to = until < slab_end ? until : slab_end;
        if (from < to && count < limit)
            ret_parts[count++] = bytes_of(slab->data + (from - slab_start), to - from);
        slab_start = slab_end;
    }
    return count;
}

/* What was counted may turn out to be less when the engine tells. */
static uint64_t left_of(uint64_t used, uint64_t *paid)
{
    uint64_t left = used > *paid ? used - *paid : 0;
    *paid += left;
    return left;
}

struct usage_tokens answer_log_pay(struct answer_log *log)
{
    struct usage_tokens share = log->used;
    share.prompt = left_of(log->used.prompt, &log->paid.prompt);
    share.cached = left_of(log->used.cached, &log->paid.cached);
    share.answer = left_of(log->used.answer, &log->paid.answer);
    return share;
}

void answer_log_note_delivery(struct answer_log_cursor *cursor)
{
    cursor->log->was_delivered = true;
}

void answer_log_advance(struct answer_log_cursor *cursor, uint64_t bytes)
{
    struct answer_log *log = cursor->log;
    uint64_t room_before = answer_log_room(log);
    cursor->offset += bytes;
    assert(cursor->offset <= log->length);
    free_slabs_before(log, slowest_offset(log));
    if (log->writer && answer_log_room(log) > room_before)
        log->writer->on_room(log->writer);
}

void answer_log_leave(struct answer_log_cursor *cursor)
{
    struct answer_log *log = cursor->log;
    if (!log)
        return;
    cursor->log = NULL;
    list_remove(&cursor->link);
    free_slabs_before(log, slowest_offset(log));
    if (log->writer && list_is_empty(&log->cursors))
        log->writer->on_abandoned(log->writer);
    else if (log->writer)
        log->writer->on_room(log->writer);
    unref(log);
}

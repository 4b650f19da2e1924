/* SPDX-License-Identifier: Apache-2.0 */
#include "sender.h"

#include <stdlib.h>

#define PATIENCE_MS 1000
#define PAUSE_MOST_MS 20

static void start_in(struct sender *sender, struct timer *timer, uint64_t ms)
{
    if (timer_start(timer, loop_now_ns(sender->loop) + ms * NS_PER_MS) < 0)
        abort();
}

static void on_pause(struct timer *timer)
{
    sender_flush(CONTAINER_OF(timer, struct sender, pause));
}

static void release(struct sender *sender)
{
    timer_stop(&sender->patience);
    if (buffer_append(&sender->ready, buffer_bytes(&sender->waiting)) < 0)
        abort();
    buffer_clear(&sender->waiting);
    sender_flush(sender);
}

static void on_patience(struct timer *timer)
{
    struct sender *sender = CONTAINER_OF(timer, struct sender, patience);
    sender->waited_in_vain = true;
    release(sender);
}

void sender_init(struct sender *sender, struct loop *loop, struct random *random)
{
    *sender = (struct sender){.loop = loop, .random = random};
    timer_init(&sender->pause, loop, on_pause);
    timer_init(&sender->patience, loop, on_patience);
}

void sender_cut(struct sender *sender, unsigned pieces)
{
    size_t length = sender->ready.length + sender->waiting.length;
    sender->piece_bytes = pieces > 0 ? 1 + length / pieces : 0;
    sender->waited_in_vain = false;
}

void sender_connect(struct sender *sender, struct stream *stream)
{
    sender->stream = stream;
    sender_flush(sender);
}

/* Less than offered: on_writable() calls again. All of a piece: after a pause. */
void sender_flush(struct sender *sender)
{
    struct bytes piece = buffer_bytes(&sender->ready);
    if (!sender->stream || piece.length == 0 || timer_is_started(&sender->pause))
        return;
    if (sender->piece_bytes > 0 && piece.length > sender->piece_bytes)
        piece.length = sender->piece_bytes;
    ssize_t sent = stream_write(sender->stream, &piece, 1);
    if (sent < 0)
        return; /* on_hangup() says why */
    buffer_consume(&sender->ready, (size_t)sent);
    sender->sent_ns = loop_now_ns(sender->loop);
    if (sender->ready.length > 0 && (size_t)sent == piece.length)
        start_in(sender, &sender->pause, random_below(sender->random, PAUSE_MOST_MS + 1));
    else if (sender->ready.length == 0 && sender->waiting.length > 0)
        start_in(sender, &sender->patience, PATIENCE_MS);
}

void sender_continue(struct sender *sender)
{
    if (sender->waiting.length > 0)
        release(sender);
}

bool sender_is_done(const struct sender *sender)
{
    return sender->ready.length == 0 && sender->waiting.length == 0;
}

void sender_clear(struct sender *sender)
{
    timer_stop(&sender->pause);
    timer_stop(&sender->patience);
    buffer_clear(&sender->ready);
    buffer_clear(&sender->waiting);
    sender->stream = NULL;
}

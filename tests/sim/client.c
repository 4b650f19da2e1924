/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void ask_next(struct client *client);

static void drop_stream(struct client *client, bool reset)
{
    if (!client->stream)
        return;
    if (reset)
        stream_reset(client->stream);
    else
        stream_close(client->stream);
    client->stream = NULL;
    client->is_connected = false;
}

static void think(struct client *client)
{
    if (client->asked == client->plan.questions) {
        drop_stream(client, false);
        return;
    }
    uint64_t ms = random_below(&client->random, client->plan.thinks_ms + 1);
    if (timer_start(&client->next, loop_now_ns(client->loop) + ms * NS_PER_MS) < 0)
        abort();
}

static void end_question(struct client *client, enum outcome outcome)
{
    client->is_asking = false;
    timer_stop(&client->overdue);
    timer_stop(&client->leave);
    timer_stop(&client->slow);
    bool can_stay = client->reply.state == REPLY_COMPLETE && !client->reply.must_close;
    buffer_clear(&client->unsent);
    if (!can_stay || outcome == LEFT || outcome == OVERDUE)
        drop_stream(client, outcome == LEFT && random_chance(&client->random, 1, 2));
    client->on_outcome(client, outcome);
    think(client);
}

/* No more bytes will come for this question: what was it? */
static void settle(struct client *client, bool intent)
{
    enum outcome outcome;
    struct buffer why = {0};
    if (!judge(&client->question, &client->reply, &outcome, &why))
        client->on_violation(client, buffer_bytes(&why));
    buffer_clear(&why);
    end_question(client, intent ? LEFT : outcome);
}

static void flush(struct client *client)
{
    struct bytes bytes = buffer_bytes(&client->unsent);
    if (!client->is_connected || bytes.length == 0)
        return;
    ssize_t sent = stream_write(client->stream, &bytes, 1);
    if (sent > 0)
        buffer_consume(&client->unsent, (size_t)sent);
}

static void on_connected(void *user, int error)
{
    struct client *client = user;
    if (error < 0) {
        settle(client, false);
        return;
    }
    client->is_connected = true;
    flush(client);
}

static void take(struct client *client, struct bytes bytes)
{
    if (!client->is_asking) {
        client->on_violation(client, BYTES("bytes that nobody asked for"));
        drop_stream(client, true);
        return;
    }
    size_t fed = reply_feed(&client->reply, bytes);
    bool is_over = client->reply.state == REPLY_COMPLETE || client->reply.state == REPLY_NONSENSE;
    if (is_over && fed < bytes.length)
        client->on_violation(client, BYTES("bytes behind the end of an answer"));
    if (is_over)
        settle(client, false);
}

static void end_of_stream(struct client *client)
{
    if (client->is_asking)
        settle(client, false);
    else
        drop_stream(client, false);
}

static void on_readable(void *user)
{
    struct client *client = user;
    size_t size =
        client->reads_slowly ? 1 + (size_t)random_below(&client->random, 400) : LOOP_SCRATCH_BYTES;
    char *at = loop_scratch(client->loop);
    ssize_t got = stream_read(client->stream, at, size);
    if (got == -EAGAIN)
        return;
    if (got <= 0) {
        end_of_stream(client);
        return;
    }
    if (client->reads_slowly) {
        stream_want_read(client->stream, false);
        if (timer_start(&client->slow, loop_now_ns(client->loop) + 5 * NS_PER_MS) < 0)
            abort();
    }
    take(client, bytes_of(at, (size_t)got));
}

static void on_writable(void *user)
{
    flush(user);
}

/* What was sent before a FIN is still read; only a broken stream ends here. */
static void on_hangup(void *user, int error)
{
    if (error < 0)
        end_of_stream(user);
}

static const struct stream_events events = {.on_connected = on_connected,
                                            .on_readable = on_readable,
                                            .on_writable = on_writable,
                                            .on_hangup = on_hangup};

static enum question_kind draw_kind(struct client *client)
{
    static const enum question_kind answers[] = {ASK_PLAIN, ASK_STREAM, ASK_STREAM,
                                                 ASK_PLAIN, ASK_LARGE,  ASK_EMBEDDING};
    if (client->plan.asks_only > 0)
        return (enum question_kind)(client->plan.asks_only - 1);
    if (client->plan.only_answers || random_chance(&client->random, 7, 8))
        return answers[random_below(&client->random, sizeof answers / sizeof *answers)];
    return (enum question_kind)random_below(&client->random, ASK_KINDS);
}

static void draw_question(struct client *client)
{
    struct question *question = &client->question;
    question->kind = draw_kind(client);
    question->tokens = question->kind == ASK_LARGE
                           ? client->plan.large_tokens
                           : 1 + (unsigned)random_below(&client->random, 40);
    (void)snprintf(question->id, sizeof question->id, "c%u-%u", client->plan.number, client->asked);
    (void)snprintf(question->prompt, sizeof question->prompt,
                   question->kind == ASK_EMBEDDING
                       ? "\"%s %016llx\""
                       : "[{\"role\":\"user\",\"content\":\"%s %016llx\"}]",
                   question->id, (unsigned long long)random_u64(&client->random));
}

static void start_in(struct client *client, struct timer *timer, uint64_t ms)
{
    if (timer_start(timer, loop_now_ns(client->loop) + ms * NS_PER_MS) < 0)
        abort();
}

static void ask_next(struct client *client)
{
    draw_question(client);
    client->asked++;
    client->is_asking = true;
    client->reads_slowly = !client->plan.is_steady && random_chance(&client->random, 1, 10);
    reply_init(&client->reply);
    question_write(&client->question, &client->unsent);
    start_in(client, &client->overdue, client->plan.patience_ms);
    if (!client->plan.is_steady && random_chance(&client->random, 1, 8))
        start_in(client, &client->leave, random_below(&client->random, 300));
    if (client->stream) {
        stream_want_read(client->stream, true);
        flush(client);
        return;
    }
    struct stream_options options = {0};
    if (stream_connect(&client->stream, client->loop, &client->edge, &options, &events, client) < 0)
        settle(client, false);
}

static void on_next(struct timer *timer)
{
    ask_next(CONTAINER_OF(timer, struct client, next));
}

static void on_overdue(struct timer *timer)
{
    end_question(CONTAINER_OF(timer, struct client, overdue), OVERDUE);
}

static void on_leave(struct timer *timer)
{
    settle(CONTAINER_OF(timer, struct client, leave), true);
}

static void on_slow(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, slow);
    if (client->stream)
        stream_want_read(client->stream, true);
}

void client_start(struct client *client, struct loop *loop, const struct address *edge,
                  const struct client_plan *plan, uint64_t seed)
{
    client->loop = loop;
    client->edge = *edge;
    client->plan = *plan;
    client->asked = 0;
    random_init(&client->random, seed);
    timer_init(&client->next, loop, on_next);
    timer_init(&client->overdue, loop, on_overdue);
    timer_init(&client->leave, loop, on_leave);
    timer_init(&client->slow, loop, on_slow);
    think(client);
}

bool client_is_finished(const struct client *client)
{
    return client->asked == client->plan.questions && !client->is_asking;
}

void client_clear(struct client *client)
{
    drop_stream(client, false);
    timer_stop(&client->next);
    timer_stop(&client->overdue);
    timer_stop(&client->leave);
    timer_stop(&client->slow);
    buffer_clear(&client->unsent);
    reply_clear(&client->reply);
}

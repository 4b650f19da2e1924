/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* How long an edge may take to see that a client has closed its sending side. */
#define PARTING_MS 100
#define PIECES_MOST 8

static void start_in(struct client *client, struct timer *timer, uint64_t ms)
{
    if (timer_start(timer, loop_now_ns(client->loop) + ms * NS_PER_MS) < 0)
        abort();
}

static void drop_stream(struct client *client, bool reset)
{
    sender_clear(&client->sender);
    client->is_connected = client->is_parting = false;
    if (!client->stream)
        return;
    if (reset)
        stream_reset(client->stream);
    else
        stream_close(client->stream);
    client->stream = NULL;
}

static void think(struct client *client)
{
    if (client->asked == client->plan.questions)
        drop_stream(client, false);
    else
        start_in(client, &client->next, random_below(&client->random, client->plan.thinks_ms + 1));
}

/* ---- ends ---- */

static void complain(struct client *client, const char *what)
{
    char line[120];
    (void)snprintf(line, sizeof line, "%s (kind %d): %s", client->open[0].id,
                   (int)client->open[0].kind, what);
    client->on_violation(client, bytes_from_cstr(line));
}

/* No more bytes will come for the first open question: what was it? */
static enum outcome judge_first(struct client *client)
{
    enum outcome outcome;
    struct buffer why = {0};
    if (!judge(&client->open[0], &client->reply, &outcome, &why))
        client->on_violation(client, buffer_bytes(&why));
    buffer_clear(&why);
    return outcome;
}

static void check_time(struct client *client)
{
    const char *late = answer_is_late(&client->times, &client->plan.world, &client->open[0],
                                      loop_now_ns(client->loop));
    if (late)
        complain(client, late);
}

static void close_first(struct client *client, enum outcome outcome)
{
    client->on_outcome(client, outcome);
    question_clear(&client->open[0]);
    client->open_count--;
    memmove(client->open, client->open + 1, client->open_count * sizeof *client->open);
}

/* The first open question is the one that is answered from now on. */
static void expect_answer(struct client *client)
{
    reply_init(&client->reply, client->open[0].is_head);
    client->times = (struct answer_times){
        .began_ns = loop_now_ns(client->loop),
        .is_read_slowly = client->reads_slowly,
        .was_sent_slowly = client->sender.piece_bytes > 0,
    };
    start_in(client, &client->overdue, client->plan.patience_ms);
}

static void stop_timers(struct client *client)
{
    timer_stop(&client->overdue);
    timer_stop(&client->leave);
    timer_stop(&client->slow);
}

static void close_all(struct client *client, enum outcome first, enum outcome rest)
{
    stop_timers(client);
    if (client->open_count > 0)
        close_first(client, first);
    while (client->open_count > 0)
        close_first(client, rest);
}

/* The connection is of no use any more. */
static void end_connection(struct client *client, enum outcome first, enum outcome rest, bool reset)
{
    drop_stream(client, reset);
    close_all(client, first, rest);
    think(client);
}

static void check_promises(struct client *client)
{
    check_time(client);
    if (client->sender.waited_in_vain && client->plan.world.network_is_sound)
        complain(client, "100 Continue did not come");
    if (client->open_count == 1 && !sender_is_done(&client->sender))
        complain(client, "a connection was kept whose request was not read");
}

/* The answer has been read to its end, or makes no sense. */
static void end_answer(struct client *client)
{
    enum outcome outcome = judge_first(client);
    if (client->reply.state == REPLY_NONSENSE) {
        end_connection(client, outcome, GOT_NOTHING, true);
        return;
    }
    if (client->reply.must_close) {
        end_connection(client, outcome, TURNED_AWAY, false);
        return;
    }
    check_promises(client);
    close_first(client, outcome);
    if (client->open_count > 0) {
        expect_answer(client);
        return;
    }
    stop_timers(client);
    think(client);
}

static void end_of_stream(struct client *client)
{
    if (client->open_count == 0 && !client->is_parting) { /* kept, and not wanted for now */
        drop_stream(client, false);
        return;
    }
    enum outcome outcome = GOT_NOTHING;
    if (client->open_count > 0) {
        outcome = judge_first(client);
        check_time(client);
    }
    end_connection(client, outcome, GOT_NOTHING, false);
}

/* ---- events of the stream ---- */

static void on_connected(void *user, int error)
{
    struct client *client = user;
    if (error < 0) {
        end_of_stream(client);
        return;
    }
    client->is_connected = true;
    sender_connect(&client->sender, client->stream);
}

static void take(struct client *client, struct bytes bytes)
{
    while (bytes.length > 0 && client->open_count > 0) {
        unsigned interims = client->reply.interims;
        size_t fed = reply_feed(&client->reply, bytes);
        answer_times_note(&client->times, bytes_of(bytes.at, fed), client->sender.sent_ns,
                          loop_now_ns(client->loop));
        bytes = bytes_after(bytes, fed);
        if (client->reply.interims > interims)
            sender_continue(&client->sender);
        if (client->reply.state == REPLY_COMPLETE || client->reply.state == REPLY_NONSENSE)
            end_answer(client);
    }
    if (bytes.length > 0) {
        client->on_violation(client, BYTES("bytes that nobody asked for"));
        drop_stream(client, true);
    }
}

static void on_readable(void *user)
{
    struct client *client = user;
    size_t size =
        client->reads_slowly ? 1 + (size_t)random_below(&client->random, 400) : LOOP_SCRATCH_BYTES;
    char *at = loop_scratch(client->loop);
    ssize_t got = stream_read(client->stream, at, size);
    if (got == -EAGAIN || (got > 0 && client->is_parting))
        return;
    if (got <= 0) {
        end_of_stream(client);
        return;
    }
    if (client->reads_slowly) {
        stream_want_read(client->stream, false);
        start_in(client, &client->slow, 5);
    }
    take(client, bytes_of(at, (size_t)got));
}

static void on_writable(void *user)
{
    sender_flush(&((struct client *)user)->sender);
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

/* ---- asking ---- */

static void ask_one(struct client *client, bool is_alone)
{
    struct question *question = &client->open[client->open_count++];
    struct sender *sender = &client->sender;
    char id[32];
    (void)snprintf(id, sizeof id, "c%u-%u", client->plan.number, client->asked++);
    question_draw(question, &client->random, &client->plan.question, id);
    if (!is_alone) { /* what breaks off one answer takes along what is unread of the one before */
        question->expects_continue = false;
        question->deadline_ms = 0;
    }
    question_write_head(question, &sender->ready);
    question_write_body(question, &client->random,
                        question->expects_continue ? &sender->waiting : &sender->ready);
}

static unsigned draw_count(struct client *client)
{
    unsigned left = client->plan.questions - client->asked;
    unsigned count = 1;
    if (!client->plan.is_steady && random_chance(&client->random, 1, 8))
        count = 2 + (unsigned)random_below(&client->random, PIPELINE_LIMIT - 1);
    return count < left ? count : left;
}

static void ask(struct client *client)
{
    unsigned count = draw_count(client);
    sender_cut(&client->sender, 0);
    while (client->open_count < count)
        ask_one(client, count == 1);
    if (!client->plan.is_steady && random_chance(&client->random, 1, 8))
        sender_cut(&client->sender, 2 + (unsigned)random_below(&client->random, PIECES_MOST - 1));
    client->reads_slowly = !client->plan.is_steady && random_chance(&client->random, 1, 10);
    if (!client->plan.is_steady && random_chance(&client->random, 1, 8))
        start_in(client, &client->leave, random_below(&client->random, 300));
    expect_answer(client);
}

static void on_next(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, next);
    ask(client);
    if (client->stream) {
        stream_want_read(client->stream, true);
        sender_flush(&client->sender);
        return;
    }
    struct stream_options options = {0};
    if (stream_connect(&client->stream, client->loop, &client->edge, &options, &events, client) < 0)
        end_of_stream(client);
}

static void on_overdue(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, overdue);
    if (client->is_parting && client->plan.world.network_is_sound)
        client->on_violation(client, BYTES("a client that closed its sending side was kept"));
    end_connection(client, OVERDUE, GOT_NOTHING, false);
}

/* Behind a body that nobody reads yet no FIN can be seen: the edge's buffer is full. */
static bool fin_is_visible(const struct client *client)
{
    for (unsigned i = 1; i < client->open_count; i++)
        if (client->open[i].body.length > 16384)
            return false;
    return true;
}

/* Goes away by RST, by FIN, or by a FIN behind which it waits for the edge to close, too. */
static void on_leave(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, leave);
    bool resets = !fin_is_visible(client) || random_chance(&client->random, 1, 3);
    bool is_parting = !resets && client->is_connected && sender_is_done(&client->sender) &&
                      random_chance(&client->random, 1, 2);
    (void)judge_first(client);
    close_all(client, LEFT, LEFT);
    client->reads_slowly = false;
    if (is_parting && stream_finish(client->stream) == 0) {
        client->is_parting = true;
        stream_want_read(client->stream, true);
        start_in(client, &client->overdue, PARTING_MS);
        return;
    }
    end_connection(client, LEFT, LEFT, resets);
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
    sender_init(&client->sender, loop, &client->random);
    timer_init(&client->next, loop, on_next);
    timer_init(&client->overdue, loop, on_overdue);
    timer_init(&client->leave, loop, on_leave);
    timer_init(&client->slow, loop, on_slow);
    think(client);
}

/* A refusal may close the connection, and with it what stood behind in the pipeline. */
bool client_is_answered(const struct client *client, enum outcome outcome)
{
    const struct question *question = &client->open[0];
    if (outcome == TURNED_AWAY)
        return client->reply.status >= 400;
    if (question->deadline_ms > 0)
        return outcome != OVERDUE;
    if (outcome == GOT_REFUSAL && question_may_be_denied(question, client->reply.status))
        return true;
    if (outcome == GOT_ERROR_EVENT && question->permission.may_be_cut)
        return true;
    return outcome == LEFT || outcome == (question_is_wrong(question) ? GOT_REFUSAL : GOT_ANSWER);
}

bool client_is_at_last(const struct client *client)
{
    return client->asked == client->plan.questions && client->open_count == 1;
}

bool client_is_finished(const struct client *client)
{
    return client->asked == client->plan.questions && client->open_count == 0 &&
           !client->is_parting;
}

void client_clear(struct client *client)
{
    drop_stream(client, false);
    timer_stop(&client->next);
    stop_timers(client);
    for (unsigned i = 0; i < client->open_count; i++)
        question_clear(&client->open[i]);
    client->open_count = 0;
    reply_clear(&client->reply);
}

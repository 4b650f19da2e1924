/* SPDX-License-Identifier: Apache-2.0
 *
 * Several loops at once, for ThreadSanitizer to look at: messages, shared listeners, look-ups.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "loop/mailbox.h"
#include "loop/resolver.h"
#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

#define SENDERS 4
#define LETTERS 20000U
#define CONNECTIONS 200U
#define BURST 64U

struct letter {
    struct message message;
    unsigned sender, number;
};

struct hall {
    struct suite *suite;
    struct mailbox *mailbox;
    unsigned received, out_of_order, ended;
    unsigned next[SENDERS];
};

struct sender {
    struct hall *hall;
    struct loop *loop;
    struct task task;
    unsigned index, sent;
};

static void letter_arrives(void *user, struct message *message)
{
    struct hall *hall = user;
    struct letter *letter = CONTAINER_OF(message, struct letter, message);

    hall->out_of_order += letter->number != hall->next[letter->sender]++;
    hall->received++;
    free(letter);
    suite_moved(hall->suite);
}

/* A few a turn, until the mailbox is full; then again in the next turn. */
static void sender_sends(struct task *task)
{
    struct sender *sender = CONTAINER_OF(task, struct sender, task);
    for (unsigned burst = 0; burst < 50 && sender->sent < LETTERS; burst++) {
        struct letter *letter = calloc(1, sizeof *letter);
        letter->sender = sender->index;
        letter->number = sender->sent;
        if (mailbox_send(sender->hall->mailbox, &letter->message) < 0) {
            free(letter);
            break;
        }
        sender->sent++;
    }
    if (sender->sent < LETTERS)
        loop_post(sender->loop, task);
    else
        loop_stop(sender->loop);
}

static void sender_starts(struct loop *loop, void *user)
{
    struct sender *sender = user;
    sender->loop = loop;
    task_init(&sender->task, sender_sends);
    loop_post(loop, &sender->task);
}

static void sender_has_ended(void *user)
{
    struct sender *sender = user;
    sender->hall->ended++;
    suite_moved(sender->hall->suite);
}

static void each_senders_messages_arrive_once_and_in_order(void **state)
{
    struct suite *suite = *state;
    struct hall hall = {.suite = suite};
    struct sender senders[SENDERS];

    assert_int_equal(mailbox_open(&hall.mailbox, suite->loop, 1000, letter_arrives, &hall), 0);
    for (unsigned i = 0; i < SENDERS; i++) {
        struct loop_child child = {.start = sender_starts,
                                   .on_ended = sender_has_ended,
                                   .user = &senders[i],
                                   .name = "sender"};
        senders[i] = (struct sender){.hall = &hall, .index = i};
        assert_int_equal(loop_spawn(suite->loop, &child), 0);
    }
    suite_until(suite, &hall.received, SENDERS * LETTERS);
    suite_until(suite, &hall.ended, SENDERS);
    assert_int_equal(hall.out_of_order, 0);
    assert_int_equal(hall.received, SENDERS * LETTERS);
    mailbox_close(hall.mailbox);
}

/* A worker that accepts from the shared socket, and greets with one byte or keeps the stream. */
struct worker {
    struct hall *hall;
    void (*on_accept)(void *user, struct stream *stream);
    struct stream *kept[BURST];
    struct listen_socket *socket;
    struct listener *listener;
    struct loop *loop;
    struct mailbox *orders;
    struct message stop;
    atomic_uint accepted;
};

static void worker_greets(void *user, struct stream *stream)
{
    static const struct stream_events none = {0};
    struct worker *worker = user;

    atomic_fetch_add(&worker->accepted, 1);
    stream_bind(stream, &none, NULL);
    stream_write(stream, &BYTES("\0"), 1);
    stream_close(stream);
}

static void worker_stops(void *user, struct message *message)
{
    (void)message;
    struct worker *worker = user;
    for (size_t i = 0; i < BURST && worker->kept[i]; i++)
        stream_close(worker->kept[i]);
    listener_close(worker->listener);
    mailbox_close(worker->orders);
    loop_stop(worker->loop);
}

static void worker_accepts(void *user, struct stream *stream)
{
    struct worker *worker = user;
    worker->on_accept(worker, stream);
}

static void worker_starts(struct loop *loop, void *user)
{
    static const struct listener_events events = {.on_accept = worker_accepts};
    struct worker *worker = user;
    struct message *ready = &worker->stop; /* free until it is used to stop */

    worker->loop = loop;
    if (mailbox_open(&worker->orders, loop, 1, worker_stops, worker) < 0 ||
        listener_open(&worker->listener, loop, worker->socket, NULL, &events, worker) < 0)
        abort();
    mailbox_send(worker->hall->mailbox, ready);
}

static void worker_is_ready(void *user, struct message *message)
{
    (void)message;
    struct hall *hall = user;
    hall->received++;
    suite_moved(hall->suite);
}

static void worker_has_ended(void *user)
{
    struct worker *worker = user;
    worker->hall->ended++;
    suite_moved(worker->hall->suite);
}

static void workers_start(struct hall *hall, struct worker workers[2], struct listen_socket *socket,
                          void (*on_accept)(void *user, struct stream *stream))
{
    assert_int_equal(mailbox_open(&hall->mailbox, hall->suite->loop, 2, worker_is_ready, hall), 0);
    for (size_t i = 0; i < 2; i++) {
        struct loop_child child = {.start = worker_starts,
                                   .on_ended = worker_has_ended,
                                   .user = &workers[i],
                                   .name = "worker"};
        workers[i] = (struct worker){.hall = hall, .socket = socket, .on_accept = on_accept};
        assert_int_equal(loop_spawn(hall->suite->loop, &child), 0);
    }
    suite_until(hall->suite, &hall->received, 2);
}

static void greet_each(struct suite *suite, const struct address *address, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct peer client = {.suite = suite};
        assert_int_equal(
            stream_connect(&client.stream, suite->loop, address, NULL, &peer_events, &client), 0);
        suite_until(suite, &client.received, 1);
        peer_close(&client);
    }
}

static void two_loops_share_a_socket_and_one_may_leave(void **state)
{
    struct suite *suite = *state;
    struct hall hall = {.suite = suite};
    struct worker workers[2];
    struct listen_socket *socket = NULL;
    struct address address;

    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, 64), 0);
    listen_socket_address(socket, &address);
    workers_start(&hall, workers, socket, worker_greets);
    listen_socket_close(socket); /* the workers hold it */

    greet_each(suite, &address, CONNECTIONS);
    mailbox_send(workers[0].orders, &workers[0].stop);
    greet_each(suite, &address, CONNECTIONS);
    suite_until(suite, &hall.ended, 1);
    mailbox_send(workers[1].orders, &workers[1].stop);
    suite_until(suite, &hall.ended, 2);
    assert_int_equal(atomic_load(&workers[0].accepted) + atomic_load(&workers[1].accepted),
                     2 * CONNECTIONS);
    mailbox_close(hall.mailbox);
}

static void worker_keeps(void *user, struct stream *stream)
{
    static const struct stream_events none = {0};
    struct worker *worker = user;

    stream_bind(stream, &none, NULL);
    stream_want_read(stream, false);
    worker->kept[atomic_fetch_add(&worker->accepted, 1)] = stream;
}

/* The hour of the awake: without some restraint one loop takes them all. */
static void a_burst_of_connections_is_shared(void **state)
{
    struct suite *suite = *state;
    struct hall hall = {.suite = suite};
    struct worker workers[2];
    struct listen_socket *socket = NULL;
    struct address address;
    struct peer clients[BURST];

    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, BURST), 0);
    listen_socket_address(socket, &address);
    workers_start(&hall, workers, socket, worker_keeps);
    listen_socket_close(socket);
    for (size_t i = 0; i < BURST; i++) {
        clients[i] = (struct peer){.suite = suite};
        assert_int_equal(stream_connect(&clients[i].stream, suite->loop, &address, NULL,
                                        &peer_events, &clients[i]),
                         0);
    }
    while (atomic_load(&workers[0].accepted) + atomic_load(&workers[1].accepted) < BURST)
        suite_for_ms(suite, 1);
    assert_in_range(atomic_load(&workers[0].accepted), BURST / 8, BURST - BURST / 8);

    for (size_t i = 0; i < 2; i++)
        mailbox_send(workers[i].orders, &workers[i].stop);
    suite_until(suite, &hall.ended, 2);
    for (size_t i = 0; i < BURST; i++)
        peer_close(&clients[i]);
    mailbox_close(hall.mailbox);
}

static void a_look_up_may_be_left_behind_at_any_moment(void **state)
{
    struct suite *suite = *state;
    struct resolver_options options = {.refresh_ms = 1000, .port = 80};
    struct hall hall = {.suite = suite};

    for (unsigned i = 0; i < 50; i++) {
        struct resolver_name *name = NULL;
        assert_int_equal(resolver_name_open(&name, suite->loop, BYTES("localhost"), &options,
                                            sender_has_ended, &(struct sender){.hall = &hall}),
                         0);
        if (i % 5)
            suite_for_ms(suite, i % 5 - 1);
        resolver_name_close(name);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_senders_messages_arrive_once_and_in_order),
        CASE(two_loops_share_a_socket_and_one_may_leave),
        CASE(a_burst_of_connections_is_shared),
        CASE(a_look_up_may_be_left_behind_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

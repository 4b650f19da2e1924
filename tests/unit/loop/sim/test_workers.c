/* SPDX-License-Identifier: Apache-2.0
 *
 * Several loops of one node, what passes between them, and jobs and look-ups: what comes late.
 */
#include <errno.h>

#include "loop/job.h"
#include "loop/mailbox.h"
#include "loop/resolver.h"
#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

#define WORKERS 3
#define CLIENTS 60

struct crew {
    struct world *world;
    struct world_node *node, *visitor;
    struct loop *loops[WORKERS];
    size_t loop_count;
    struct listen_socket *socket;
    struct listener *listeners[WORKERS];
    struct address place;
    unsigned accepted[WORKERS];
    struct stream *clients[CLIENTS];
    unsigned connected;
};

struct seat {
    struct crew *crew;
    size_t index;
};

static void ignore(void *user)
{
    (void)user;
}

static void count_connected(void *user, int error)
{
    struct crew *crew = user;
    crew->connected += error == 0;
}

static void ignore_error(void *user, int error)
{
    (void)user, (void)error;
}

static const struct stream_events client_events = {count_connected, ignore, ignore, ignore_error};

static void on_accept(void *user, struct stream *stream)
{
    struct seat *seat = user;
    seat->crew->accepted[seat->index]++;
    stream_close(stream);
}

static void sit_down(struct loop *loop, void *user)
{
    struct crew *crew = user;
    crew->loops[crew->loop_count++] = loop;
}

static void crew_open(struct crew *crew, uint64_t seed)
{
    struct loop_child child = {.start = sit_down, .user = crew, .name = "worker"};
    *crew = (struct crew){0};
    assert_int_equal(world_open(&crew->world, seed), 0);
    assert_int_equal(world_node_open(&crew->node, crew->world, "crew", "10.0.0.1"), 0);
    assert_int_equal(world_node_open(&crew->visitor, crew->world, "visitor", "10.0.0.2"), 0);
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(loop_spawn(world_node_loop(crew->node), &child), 0);
    world_run_until(crew->world, UINT64_MAX);
    assert_int_equal(crew->loop_count, WORKERS);
}

static void crew_close(struct crew *crew)
{
    for (size_t i = 0; i < WORKERS; i++)
        loop_stop(crew->loops[i]);
    world_run_until(crew->world, UINT64_MAX);
    assert_nothing_is_held(crew->node);
    assert_nothing_is_held(crew->visitor);
    world_node_close(crew->node);
    world_node_close(crew->visitor);
    world_close(crew->world);
}

static void crew_listen(struct crew *crew, struct seat *seats, int backlog)
{
    static const struct listener_events events = {.on_accept = on_accept};
    assert_int_equal(address_parse(BYTES("10.0.0.1:80"), &crew->place), 0);
    assert_int_equal(listen_socket_open(&crew->socket, crew->loops[0], &crew->place, backlog), 0);
    for (size_t i = 0; i < WORKERS; i++) {
        seats[i] = (struct seat){crew, i};
        assert_int_equal(listener_open(&crew->listeners[i], crew->loops[i], crew->socket, NULL,
                                       &events, &seats[i]),
                         0);
    }
}

static void crew_visit(struct crew *crew)
{
    struct loop *loop = world_node_loop(crew->visitor);
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(
            stream_connect(&crew->clients[i], loop, &crew->place, NULL, &client_events, crew), 0);
        stream_want_read(crew->clients[i], false);
        world_run_until(crew->world, world_now_ns(crew->world) + 100 * NS_PER_US);
    }
    world_run_until(crew->world, world_now_ns(crew->world) + 10 * NS_PER_S);
}

static void crew_leave(struct crew *crew)
{
    for (size_t i = 0; i < CLIENTS; i++)
        stream_close(crew->clients[i]);
    for (size_t i = 0; i < WORKERS; i++)
        listener_close(crew->listeners[i]);
    listen_socket_close(crew->socket);
}

static void the_seed_decides_which_worker_accepts(void **state)
{
    struct crew crew;
    struct seat seats[WORKERS];
    crew_open(&crew, 1);
    crew_listen(&crew, seats, CLIENTS);
    crew_visit(&crew);
    assert_int_equal(crew.accepted[0] + crew.accepted[1] + crew.accepted[2], CLIENTS);
    for (size_t i = 0; i < WORKERS; i++)
        assert_true(crew.accepted[i] > CLIENTS / 10);
    crew_leave(&crew);
    crew_close(&crew);
}

static void a_stuck_worker_loses_nobody(void **state)
{
    struct crew crew;
    struct seat seats[WORKERS];
    crew_open(&crew, 1);
    crew_listen(&crew, seats, CLIENTS);
    world_loop_stall(crew.loops[0], world_now_ns(crew.world) + 60 * NS_PER_S);
    listener_want_accept(crew.listeners[1], false);
    crew_visit(&crew);
    assert_int_equal(crew.accepted[0] + crew.accepted[1], 0);
    assert_int_equal(crew.accepted[2], CLIENTS);
    crew_leave(&crew);
    crew_close(&crew);
}

static void a_full_backlog_keeps_the_rest_waiting(void **state)
{
    struct crew crew;
    struct seat seats[WORKERS];
    crew_open(&crew, 1);
    crew_listen(&crew, seats, 8);
    for (size_t i = 0; i < WORKERS; i++)
        listener_want_accept(crew.listeners[i], false);
    crew_visit(&crew);
    assert_int_equal(crew.accepted[0] + crew.accepted[1] + crew.accepted[2], 0);
    assert_int_equal(crew.connected, 9); /* Linux lets one more in than it was told */
    listener_want_accept(crew.listeners[1], true);
    world_run_until(crew.world, world_now_ns(crew.world) + 100 * NS_PER_S);
    assert_int_equal(crew.accepted[1], CLIENTS);
    crew_leave(&crew);
    crew_close(&crew);
}

static void an_address_in_use_is_told(void **state)
{
    struct crew crew;
    struct seat seats[WORKERS];
    struct listen_socket *second = NULL;
    crew_open(&crew, 1);
    crew_listen(&crew, seats, CLIENTS);
    assert_int_equal(listen_socket_open(&second, crew.loops[0], &crew.place, 1), -EADDRINUSE);
    assert_int_equal(address_parse(BYTES("0.0.0.0:80"), &crew.place), 0);
    assert_int_equal(listen_socket_open(&second, crew.loops[0], &crew.place, 1), -EADDRINUSE);
    assert_int_equal(address_parse(BYTES("10.0.0.2:80"), &crew.place), 0);
    assert_int_equal(listen_socket_open(&second, crew.loops[0], &crew.place, 1), -EADDRNOTAVAIL);
    for (size_t i = 0; i < WORKERS; i++)
        listener_close(crew.listeners[i]);
    listen_socket_close(crew.socket);
    crew_close(&crew);
}

struct inbox {
    struct mailbox *mailbox;
    unsigned received;
    uint64_t last_ns;
    struct loop *loop;
};

static void take_message(void *user, struct message *message)
{
    struct inbox *inbox = user;
    (void)message;
    inbox->received++;
    inbox->last_ns = loop_now_ns(inbox->loop);
}

static void a_slow_mailbox_is_late_and_loses_nothing(void **state)
{
    struct crew crew;
    struct message messages[3] = {0};
    crew_open(&crew, 1);
    struct inbox inbox = {.loop = crew.loops[1]};
    assert_int_equal(mailbox_open(&inbox.mailbox, inbox.loop, 2, take_message, &inbox), 0);
    world_fault_set(crew.world, FAULT_SLOW_MAILBOX, ALWAYS);
    uint64_t sent_ns = world_now_ns(crew.world);
    assert_int_equal(mailbox_send(inbox.mailbox, &messages[0]), 0);
    assert_int_equal(mailbox_send(inbox.mailbox, &messages[1]), 0);
    assert_int_equal(mailbox_send(inbox.mailbox, &messages[2]), -ENOBUFS);
    world_run_until(crew.world, UINT64_MAX);
    assert_int_equal(inbox.received, 2);
    assert_true(inbox.last_ns >= sent_ns + NS_PER_MS);
    assert_int_equal(world_fault_count(crew.world, FAULT_SLOW_MAILBOX), 1);
    mailbox_close(inbox.mailbox);
    crew_close(&crew);
}

struct errand {
    struct job job;
    struct loop *loop;
    unsigned runs, done;
    uint64_t done_ns;
};

static void errand_run(struct job *job)
{
    CONTAINER_OF(job, struct errand, job)->runs++;
}

static void errand_done(struct job *job)
{
    struct errand *errand = CONTAINER_OF(job, struct errand, job);
    errand->done++;
    errand->done_ns = loop_now_ns(errand->loop);
}

static void a_slow_job_delays_those_behind_it(void **state)
{
    struct crew crew;
    struct errand errands[2];
    crew_open(&crew, 1);
    uint64_t begun_ns = world_now_ns(crew.world);
    for (size_t i = 0; i < 2; i++) {
        errands[i] =
            (struct errand){.job = {.run = errand_run, .done = errand_done}, .loop = crew.loops[0]};
        world_fault_set(crew.world, FAULT_SLOW_JOB, i == 0 ? ALWAYS : 0);
        assert_int_equal(job_submit(crew.loops[0], &errands[i].job), 0);
        assert_int_equal(errands[i].runs, 0);
    }
    world_run_until(crew.world, UINT64_MAX);
    assert_int_equal(errands[0].done + errands[1].done, 2);
    assert_true(errands[0].done_ns >= begun_ns + 10 * NS_PER_MS);
    assert_true(errands[1].done_ns > errands[0].done_ns);
    assert_int_equal(world_fault_count(crew.world, FAULT_SLOW_JOB), 1);
    crew_close(&crew);
}

static void a_name_has_the_addresses_it_was_given(void **state)
{
    struct crew crew;
    struct resolver_name *name = NULL;
    struct resolver_options options = {.refresh_ms = 1000, .port = 9000};
    size_t count = 0;
    crew_open(&crew, 1);
    assert_int_equal(world_name(crew.world, "cores.example", "10.0.0.1"), 0);
    assert_int_equal(world_name(crew.world, "cores.example", "10.0.0.2"), 0);
    assert_int_equal(
        resolver_name_open(&name, crew.loops[0], BYTES("cores.example"), &options, ignore, NULL),
        0);
    world_run_until(crew.world, world_now_ns(crew.world) + 100 * NS_PER_MS);
    assert_int_equal(resolver_name_addresses(name, &count)->port, 9000);
    assert_int_equal(count, 2);

    world_name_forget(crew.world, "cores.example");
    world_run_until(crew.world, world_now_ns(crew.world) + 2 * NS_PER_S);
    assert_int_equal(resolver_name_error(name), -ENOENT);
    resolver_name_addresses(name, &count);
    assert_int_equal(count, 2); /* the last good ones */
    resolver_name_close(name);
    crew_close(&crew);
}

static void look_ups_fail_or_come_late_by_fault(void **state)
{
    unsigned failed = 0, late = 0;
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct crew crew;
        struct resolver_name *name = NULL;
        struct resolver_options options = {.refresh_ms = 60000, .port = 1};
        crew_open(&crew, seed);
        assert_int_equal(world_name(crew.world, "core", "10.0.0.1"), 0);
        world_fault_set(crew.world, FAULT_RESOLVE, ALWAYS);
        assert_int_equal(
            resolver_name_open(&name, crew.loops[0], BYTES("core"), &options, ignore, NULL), 0);
        world_run_until(crew.world, world_now_ns(crew.world) + 50 * NS_PER_MS);
        late += resolver_name_is_pending(name);
        failed += resolver_name_error(name) != 0;
        assert_true(resolver_name_is_pending(name) || resolver_name_error(name) != 0);
        assert_true(world_fault_count(crew.world, FAULT_RESOLVE) > 0);
        resolver_name_close(name);
        crew_close(&crew);
    }
    assert_true(failed > 0 && late > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_decides_which_worker_accepts),
        cmocka_unit_test(a_stuck_worker_loses_nobody),
        cmocka_unit_test(a_full_backlog_keeps_the_rest_waiting),
        cmocka_unit_test(an_address_in_use_is_told),
        cmocka_unit_test(a_slow_mailbox_is_late_and_loses_nothing),
        cmocka_unit_test(a_slow_job_delays_those_behind_it),
        cmocka_unit_test(a_name_has_the_addresses_it_was_given),
        cmocka_unit_test(look_ups_fail_or_come_late_by_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What only a real kernel shows: turns that spin, socket files, descriptors that run out, signals.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop/resolver.h"
#include "loop/uv/body.h"
#include "loop/uv/socket.h"
#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

/* A loop that has nothing to do wakes for the test's own timer and little else. */
#define QUIET_TURNS 10

static uint64_t turns_in_ms(struct suite *suite, uint64_t duration_ms)
{
    uint64_t before = body_of(suite->loop)->turns;
    suite_for_ms(suite, duration_ms);
    return body_of(suite->loop)->turns - before;
}

static void bytes_that_nobody_wants_do_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    peer_write(&client, 0, 1000);
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    assert_int_equal(server.readable, 0);
    peer_close(&client);
    peer_close(&server);
}

static void a_fin_behind_unwanted_bytes_does_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    peer_write(&client, 0, 1000);
    stream_finish(client.stream);
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    assert_int_equal(server.hangups, 1);
    peer_close(&client);
    peer_close(&server);
}

static void an_end_that_was_read_does_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_finish(client.stream);
    suite_until(*state, &server.ends, 1);
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    assert_int_equal(server.ends, 1);
    peer_close(&client);
    peer_close(&server);
}

static void two_sides_that_have_finished_do_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_finish(client.stream);
    stream_finish(server.stream);
    suite_until(*state, &server.ends, 1);
    suite_until(*state, &client.ends, 1);
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    peer_close(&client);
    peer_close(&server);
}

static void a_break_that_the_owner_ignores_does_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_reset(client.stream);
    suite_until(*state, &server.hangups, 1);
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    peer_close(&server);
}

static void a_writer_that_waits_for_its_reader_does_not_spin(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    assert_true(peer_write(&client, 0, 16U << 20) < 16U << 20);
    suite_for_ms(*state, 50); /* the socket buffers still grow */
    assert_in_range(turns_in_ms(*state, 100), 1, QUIET_TURNS);
    peer_close(&client);
    peer_close(&server);
}

static void a_timer_that_is_pushed_back_for_ever_does_not_spin(void **state)
{
    struct suite *suite = *state;
    struct timer timer;
    timer_init(&timer, suite->loop, NULL);
    timer_start(&timer, loop_now_ns(suite->loop) + NS_PER_MS);
    timer_start(&timer, loop_now_ns(suite->loop) + 3600 * NS_PER_S);
    assert_in_range(turns_in_ms(suite, 100), 1, QUIET_TURNS);
    timer_stop(&timer);
}

static void writing_to_a_broken_stream_is_an_error_and_no_signal(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);
    signal(SIGPIPE, SIG_DFL);

    stream_reset(client.stream);
    suite_until(*state, &server.hangups, 1);
    assert_true(stream_write(server.stream, &BYTES("x"), 1) < 0);
    assert_true(stream_write(server.stream, &BYTES("x"), 1) < 0);
    peer_close(&server);
}

static void an_ipv6_address_works_as_well(void **state)
{
    struct suite *suite = *state;
    struct peer client, server;
    struct address peer;

    assert_int_equal(address_parse(BYTES("[::1]:0"), &suite->place), 0);
    suite_pair(suite, &client, &server);
    assert_int_equal(stream_peer(server.stream, &peer), 0);
    assert_int_equal(peer.family, ADDRESS_IPV6);
    assert_true(address_is_loopback(&peer));
    peer_close(&client);
    peer_close(&server);
}

static void place_at_path(struct suite *suite, const char *name, char ret_path[108])
{
    suite->place = (struct address){.family = ADDRESS_UNIX};
    snprintf(suite->place.path, sizeof suite->place.path, "%s/%s", suite->directory, name);
    memcpy(ret_path, suite->place.path, sizeof suite->place.path);
}

static void a_unix_socket_works_as_well_and_leaves_no_file(void **state)
{
    struct suite *suite = *state;
    struct peer client, server;
    char path[108];

    place_at_path(suite, "socket", path);
    suite_pair(suite, &client, &server);
    assert_int_equal(access(path, F_OK), -1);
    peer_write(&client, 0, 100000);
    suite_until(suite, &server.received, 100000);
    assert_int_equal(server.wrong, 0);
    stream_finish(client.stream);
    suite_until(suite, &server.hangups, 1);
    assert_int_equal(server.hangup_error, 0);
    peer_close(&client);
    peer_close(&server);
}

static void a_socket_file_that_nobody_listens_on_is_replaced(void **state)
{
    struct suite *suite = *state;
    struct socket_name name;
    struct peer client, server;
    char path[108];
    int fd = -1;

    place_at_path(suite, "socket", path);
    socket_name_from_address(&suite->place, &name);
    assert_int_equal(socket_open(&fd, ADDRESS_UNIX), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name.storage, name.length), 0);
    close(fd);

    suite_pair(suite, &client, &server);
    peer_close(&client);
    peer_close(&server);
}

static void a_socket_file_that_is_listened_on_is_left_alone(void **state)
{
    struct suite *suite = *state;
    struct listen_socket *first = NULL, *second = NULL;
    char path[108];

    place_at_path(suite, "socket", path);
    assert_int_equal(listen_socket_open(&first, suite->loop, &suite->place, 1), 0);
    assert_int_equal(listen_socket_open(&second, suite->loop, &suite->place, 1), -EADDRINUSE);
    assert_int_equal(access(path, F_OK), 0);
    listen_socket_close(first);
}

static void a_file_that_is_no_socket_is_never_replaced(void **state)
{
    struct suite *suite = *state;
    struct listen_socket *socket = NULL;
    char path[108];

    place_at_path(suite, "precious", path);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, 1), -EADDRINUSE);
    assert_int_equal(unlink(path), 0);
}

static void an_address_in_use_is_told_at_once(void **state)
{
    struct suite *suite = *state;
    struct listen_socket *first = NULL, *second = NULL;
    struct address address;

    assert_int_equal(listen_socket_open(&first, suite->loop, &suite->place, 1), 0);
    listen_socket_address(first, &address);
    assert_int_not_equal(address.port, 0);
    assert_int_equal(listen_socket_open(&second, suite->loop, &address, 1), -EADDRINUSE);
    listen_socket_close(first);
}

static int option_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

static void an_accepted_socket_is_tuned_as_its_listener_is(void **state)
{
    struct suite *suite = *state;
    struct stream_options options = {.user_timeout_ms = 15000};
    struct socket_name name;
    struct address address;
    int listening = -1, connecting = -1;

    assert_int_equal(socket_open(&listening, ADDRESS_IPV4), 0);
    socket_tune(listening, ADDRESS_IPV4, &options);
    socket_name_from_address(&suite->place, &name);
    assert_int_equal(bind(listening, (struct sockaddr *)&name.storage, name.length), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(socket_endpoint(listening, false, &address), 0);
    socket_name_from_address(&address, &name);
    assert_int_equal(socket_open(&connecting, ADDRESS_IPV4), 0);
    connect(connecting, (struct sockaddr *)&name.storage, name.length);
    int accepted = accept(listening, NULL, NULL);
    assert_true(accepted >= 0);

    assert_int_equal(option_of(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
    assert_int_equal(option_of(accepted, SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_int_equal(option_of(accepted, IPPROTO_TCP, TCP_KEEPIDLE), 5);
    assert_int_equal(option_of(accepted, IPPROTO_TCP, TCP_USER_TIMEOUT), 15000);
    close(accepted);
    close(connecting);
    close(listening);
}

/* For the child below: a listener whose process has no descriptor left. */
struct trouble {
    struct suite *suite;
    unsigned accepted, troubles;
    int error;
};

static void trouble_accept(void *user, struct stream *stream)
{
    struct trouble *trouble = user;
    trouble->accepted++;
    stream_close(stream);
    suite_moved(trouble->suite);
}

static void trouble_comes(void *user, int error)
{
    struct trouble *trouble = user;
    trouble->troubles++;
    trouble->error = error;
    suite_moved(trouble->suite);
}

static void use_up_descriptors(int ret_fds[64], size_t *ret_count)
{
    struct rlimit limit;
    int highest = dup(0);

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)highest + 8;
    setrlimit(RLIMIT_NOFILE, &limit);
    ret_fds[0] = highest;
    *ret_count = 1;
    for (int fd; *ret_count < 64 && (fd = dup(0)) >= 0;)
        ret_fds[(*ret_count)++] = fd;
}

static void accept_without_descriptors(struct suite *suite)
{
    static const struct listener_events events = {.on_accept = trouble_accept,
                                                  .on_trouble = trouble_comes};
    struct trouble trouble = {.suite = suite};
    struct listen_socket *socket = NULL;
    struct listener *listener = NULL;
    struct socket_name name;
    struct address address;
    int client = -1, fds[64];
    size_t fd_count = 0;

    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, 8), 0);
    assert_int_equal(listener_open(&listener, suite->loop, socket, NULL, &events, &trouble), 0);
    listen_socket_address(socket, &address);
    socket_name_from_address(&address, &name);
    assert_int_equal(socket_open(&client, ADDRESS_IPV4), 0);
    suite_for_ms(suite, 1); /* libuv opens its own descriptors by now */

    use_up_descriptors(fds, &fd_count);
    connect(client, (struct sockaddr *)&name.storage, name.length);
    suite_until(suite, &trouble.troubles, 1);
    assert_int_equal(trouble.error, -EMFILE);
    assert_in_range(turns_in_ms(suite, 500), 1, QUIET_TURNS);
    assert_int_equal(trouble.troubles, 1);

    while (fd_count)
        close(fds[--fd_count]);
    suite_until(suite, &trouble.accepted, 1);
    assert_int_equal(trouble.troubles, 1);
    close(client);
    listener_close(listener);
    listen_socket_close(socket);
}

static void without_descriptors_accepting_pauses_and_goes_on(void **state)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    accept_without_descriptors(*state);
    setrlimit(RLIMIT_NOFILE, &limit);
}

struct signal_count {
    struct suite *suite;
    unsigned signals;
};

static void signal_counted(void *user)
{
    struct signal_count *count = user;
    count->signals++;
    suite_moved(count->suite);
}

static void a_signal_comes_as_an_event(void **state)
{
    struct suite *suite = *state;
    struct signal_count count = {.suite = suite};
    struct signal_watch *watch = NULL;

    assert_int_equal(signal_watch_open(&watch, suite->loop, SIGHUP, signal_counted, &count), 0);
    kill(getpid(), SIGHUP);
    suite_until(suite, &count.signals, 1);
    signal_watch_close(watch);
    assert_true(signal_watch_open(&watch, suite->loop, SIGKILL, signal_counted, &count) < 0);
}

static void localhost_is_found_off_the_loop(void **state)
{
    struct suite *suite = *state;
    struct signal_count count = {.suite = suite};
    struct resolver_options options = {.refresh_ms = 60000, .port = 80};
    struct resolver_name *name = NULL;
    size_t address_count = 0;

    assert_int_equal(resolver_name_open(&name, suite->loop, BYTES("localhost"), &options,
                                        signal_counted, &count),
                     0);
    suite_until(suite, &count.signals, 1);
    const struct address *addresses = resolver_name_addresses(name, &address_count);
    assert_int_equal(resolver_name_error(name), 0);
    assert_true(address_count >= 1);
    assert_true(address_is_loopback(&addresses[0]));
    assert_int_equal(addresses[0].port, 80);
    resolver_name_close(name);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bytes_that_nobody_wants_do_not_spin),
        CASE(a_fin_behind_unwanted_bytes_does_not_spin),
        CASE(an_end_that_was_read_does_not_spin),
        CASE(two_sides_that_have_finished_do_not_spin),
        CASE(a_break_that_the_owner_ignores_does_not_spin),
        CASE(a_writer_that_waits_for_its_reader_does_not_spin),
        CASE(a_timer_that_is_pushed_back_for_ever_does_not_spin),
        CASE(writing_to_a_broken_stream_is_an_error_and_no_signal),
        CASE(an_ipv6_address_works_as_well),
        CASE(a_unix_socket_works_as_well_and_leaves_no_file),
        CASE(a_socket_file_that_nobody_listens_on_is_replaced),
        CASE(a_socket_file_that_is_listened_on_is_left_alone),
        CASE(a_file_that_is_no_socket_is_never_replaced),
        CASE(an_address_in_use_is_told_at_once),
        CASE(an_accepted_socket_is_tuned_as_its_listener_is),
        CASE(without_descriptors_accepting_pauses_and_goes_on),
        CASE(a_signal_comes_as_an_event),
        CASE(localhost_is_found_off_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

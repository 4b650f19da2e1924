/* SPDX-License-Identifier: Apache-2.0
 *
 * Standard output is a pipe, a file or a terminal of the test's own meanwhile, so nothing may be
 * asserted before it is itself again.
 */
#include "loop/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/timer.h"
#include "tests/test.h"

#define PIPE_BYTES 4096

struct output_test {
    struct loop *loop;
    struct terminal *terminal;
    struct timer limit;
    int reader, own_stdout;
    unsigned resizes, breaks;
    int error;
    size_t got;
};

static void on_resize(void *user)
{
    struct output_test *test = user;
    test->resizes++;
    loop_stop(test->loop);
}

static void on_broken(void *user, int error)
{
    struct output_test *test = user;
    test->breaks++;
    test->error = error;
    loop_stop(test->loop);
}

static void on_limit(struct timer *timer)
{
    loop_stop(timer->loop);
}

static void run_for_ms(struct output_test *test, uint64_t ms)
{
    timer_start(&test->limit, loop_now_ns(test->loop) + ms * NS_PER_MS);
    loop_run(test->loop);
    timer_stop(&test->limit);
}

/* The writer's end becomes standard output. */
static void begin(struct output_test *test, int reader, int writer)
{
    static const struct terminal_events events = {on_resize, on_broken};
    *test = (struct output_test){.reader = reader, .own_stdout = dup(STDOUT_FILENO)};
    dup2(writer, STDOUT_FILENO);
    close(writer);
    if (loop_open(&test->loop) < 0)
        abort();
    timer_init(&test->limit, test->loop, on_limit);
    if (terminal_open(&test->terminal, test->loop, &events, test) < 0)
        abort();
}

static void begin_with_pipe(struct output_test *test)
{
    int ends[2];
    if (pipe(ends) < 0 || fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) < 0)
        abort();
    signal(SIGPIPE, SIG_IGN);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    begin(test, ends[0], ends[1]);
}

static void end(struct output_test *test)
{
    terminal_close(test->terminal);
    loop_close(test->loop);
    dup2(test->own_stdout, STDOUT_FILENO);
    close(test->own_stdout);
    close(test->reader);
}

static int write_many(struct output_test *test, size_t size)
{
    static const char blanks[1024];
    int r = 0;
    for (size_t i = 0; i < size && r == 0; i += sizeof blanks)
        r = terminal_write(test->terminal, bytes_of(blanks, sizeof blanks));
    return r;
}

static void read_all(struct output_test *test)
{
    char piece[PIPE_BYTES];
    ssize_t length;
    while ((length = read(test->reader, piece, sizeof piece)) > 0)
        test->got += (size_t)length;
}

static void what_a_slow_reader_leaves_waits_for_him(void **state)
{
    struct output_test test;
    begin_with_pipe(&test);
    int r = write_many(&test, 3 * (size_t)PIPE_BYTES);
    bool was_idle = terminal_is_idle(test.terminal);
    for (int i = 0; i < 100 && test.got < 3 * PIPE_BYTES; i++) {
        read_all(&test);
        run_for_ms(&test, 5);
    }
    bool is_idle = terminal_is_idle(test.terminal), is_seen = terminal_is_seen(test.terminal);
    end(&test);
    assert_int_equal(r, 0);
    assert_false(was_idle);
    assert_int_equal(test.got, 3 * PIPE_BYTES);
    assert_true(is_idle);
    assert_false(is_seen);
}

static void more_than_the_queue_holds_is_refused_whole(void **state)
{
    struct output_test test;
    begin_with_pipe(&test);
    int r = write_many(&test, TERMINAL_QUEUE_BYTES + PIPE_BYTES);
    int full = write_many(&test, 1);
    end(&test);
    assert_int_equal(r, 0);
    assert_int_equal(full, -ENOBUFS);
}

static void a_reader_that_left_is_told_once(void **state)
{
    struct output_test test;
    begin_with_pipe(&test);
    close(test.reader);
    test.reader = -1;
    int r = write_many(&test, 1), again = write_many(&test, 1);
    run_for_ms(&test, 1000);
    run_for_ms(&test, 20);
    end(&test);
    assert_int_equal(r, -EPIPE);
    assert_int_equal(again, -EPIPE);
    assert_int_equal(test.breaks, 1);
    assert_int_equal(test.error, -EPIPE);
}

static void a_file_takes_everything_at_once(void **state)
{
    struct output_test test;
    char name[] = "/tmp/isthmus-terminal-XXXXXX";
    int file = mkstemp(name);
    unlink(name);
    begin(&test, dup(file), file);
    int r = write_many(&test, 2 * TERMINAL_QUEUE_BYTES);
    bool is_idle = terminal_is_idle(test.terminal);
    off_t size = lseek(test.reader, 0, SEEK_END);
    end(&test);
    assert_int_equal(r, 0);
    assert_true(is_idle);
    assert_int_equal(size, 2 * TERMINAL_QUEUE_BYTES);
}

static void a_terminal_tells_its_size_and_when_it_changes(void **state)
{
    struct output_test test;
    int master, slave;
    struct winsize size = {.ws_row = 30, .ws_col = 100};
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    begin(&test, master, slave);
    bool is_seen = terminal_is_seen(test.terminal);
    struct terminal_size before = terminal_size(test.terminal);
    ioctl(master, TIOCSWINSZ, &(struct winsize){.ws_row = 10, .ws_col = 40});
    raise(SIGWINCH); /* it is not our controlling terminal */
    run_for_ms(&test, 1000);
    struct terminal_size after = terminal_size(test.terminal);
    end(&test);
    assert_true(is_seen);
    assert_int_equal(before.columns, 100);
    assert_int_equal(before.rows, 30);
    assert_int_equal(test.resizes, 1);
    assert_int_equal(after.columns, 40);
    assert_int_equal(after.rows, 10);
}

static void finishing_waits_for_a_slow_reader(void **state)
{
    struct output_test test;
    begin_with_pipe(&test);
    int r = write_many(&test, 2 * (size_t)PIPE_BYTES);
    fcntl(test.reader, F_SETFL, 0);
    pid_t child = fork(); /* who reads, while we wait */
    if (child == 0) {
        char byte;
        while (test.got < 2 * PIPE_BYTES && read(test.reader, &byte, 1) == 1)
            test.got++;
        _exit(0);
    }
    int finished = terminal_finish(test.terminal);
    waitpid(child, NULL, 0);
    bool is_idle = terminal_is_idle(test.terminal);
    end(&test);
    assert_int_equal(r, 0);
    assert_int_equal(finished, 0);
    assert_true(is_idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_slow_reader_leaves_waits_for_him),
        cmocka_unit_test(more_than_the_queue_holds_is_refused_whole),
        cmocka_unit_test(a_reader_that_left_is_told_once),
        cmocka_unit_test(a_file_takes_everything_at_once),
        cmocka_unit_test(a_terminal_tells_its_size_and_when_it_changes),
        cmocka_unit_test(finishing_waits_for_a_slow_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

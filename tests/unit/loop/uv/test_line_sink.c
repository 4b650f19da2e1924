/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pipe shows that nobody reads for a while. Standard error is the pipe meanwhile, so nothing
 * may be asserted before it is itself again.
 */
#include "loop/line_sink.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#define LINE_BYTES 1000
#define PIPE_BYTES 4096 /* the smallest there is: it takes four lines and no fifth */

struct pipe_test {
    struct line_sink *sink;
    int reader, own_stderr;
    char got[4 * PIPE_BYTES];
    size_t got_length;
};

static void begin(struct pipe_test *test)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= 0);
    test->reader = ends[0];
    test->own_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    if (line_sink_open(&test->sink) < 0)
        abort();
}

static void end(struct pipe_test *test)
{
    line_sink_close(test->sink);
    dup2(test->own_stderr, STDERR_FILENO);
    close(test->own_stderr);
    close(test->reader);
}

static void write_line(struct pipe_test *test, char letter)
{
    char line[LINE_BYTES];
    memset(line, letter, sizeof line - 1);
    line[sizeof line - 1] = '\n';
    line_sink_write(test->sink, bytes_of(line, sizeof line));
}

static void read_all(struct pipe_test *test)
{
    fcntl(test->reader, F_SETFL, O_NONBLOCK);
    ssize_t length;
    while ((length = read(test->reader, test->got + test->got_length, PIPE_BYTES)) > 0)
        test->got_length += (size_t)length;
}

/* The next line's first letter, for a whole line of it; 0 for any other. */
static char letter_of(struct bytes line)
{
    for (size_t i = 1; i < line.length; i++)
        if (line.at[i] != line.at[0])
            return 0;
    return line.length == LINE_BYTES - 1 ? line.at[0] : '\0';
}

static void a_full_pipe_drops_whole_lines_and_tells_how_many(void **state)
{
    (void)state;
    static struct pipe_test test;
    begin(&test);
    for (char letter = 'a'; letter <= 'g'; letter++)
        write_line(&test, letter);
    read_all(&test);
    write_line(&test, 'h');
    read_all(&test);
    end(&test);

    struct bytes rest = bytes_of(test.got, test.got_length);
    for (char letter = 'a'; letter <= 'd'; letter++)
        assert_int_equal(letter_of(bytes_cut(&rest, '\n')), letter);
    assert_int_equal(letter_of(bytes_cut(&rest, '\n')), 'h');
    struct bytes told = BYTES("{\"level\":\"warn\",\"event\":\"log_lines_dropped\",\"lines\":3}");
    assert_true(bytes_equal(bytes_cut(&rest, '\n'), told));
    assert_int_equal(rest.length, 0);
}

static void the_standard_error_of_others_still_waits(void **state)
{
    (void)state;
    static struct pipe_test test;
    begin(&test);
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    end(&test);
    assert_int_equal(flags & O_NONBLOCK, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_drops_whole_lines_and_tells_how_many),
        cmocka_unit_test(the_standard_error_of_others_still_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

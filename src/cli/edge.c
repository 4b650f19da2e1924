/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/edge.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data_directory.h"
#include "cli/settings.h"
#include "config/printer.h"
#include "config/reference.h"
#include "edge/edge.h"
#include "loop/line_sink.h"

struct edge_process {
    struct loop *loop;
    struct edge_config *config;
    struct file *lock; /* of the data directory; NULL: there is none */
    struct line_sink *log;
    struct edge *edge;
    struct signal_watch *term, *interrupt;
    bool is_asked_to_end;
};

static void append_addresses(const struct edge_process *process, struct printer *line)
{
    const char *scheme = process->config->tls_certificate_file ? "https://" : "http://";
    struct address address;
    char text[ADDRESS_TEXT_BYTES];
    for (size_t i = 0; edge_address(process->edge, i, &address); i++)
        PRINT(line, "%s%s%s", i > 0 ? " and " : "", address.family == ADDRESS_UNIX ? "" : scheme,
              address_format(&address, text));
}

/* "isthmus edge: listening on http://127.0.0.1:8080, 2 cores, 2 workers", in one piece. */
static void on_ready(void *user)
{
    const struct edge_process *process = user;
    size_t cores = process->config->core_count;
    uint64_t workers = process->config->workers;
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer line = {.out = &text};

    if (workers == 0)
        workers = loop_cpu_count();
    PRINT(&line, "isthmus edge: listening on ");
    append_addresses(process, &line);
    PRINT(&line, ", %zu core%s, %" PRIu64 " worker%s\n", cores, cores == 1 ? "" : "s", workers,
          workers == 1 ? "" : "s");
    if (line.status == 0)
        fwrite(buffer_bytes(&text).at, 1, text.length, stderr);
    buffer_clear(&text);
}

static void on_stopped(void *user)
{
    const struct edge_process *process = user;
    loop_stop(process->loop);
}

static void on_signal(void *user)
{
    struct edge_process *process = user;
    process->is_asked_to_end = true;
    edge_drain(process->edge);
}

static int start(struct edge_process *process, struct buffer *ret_why)
{
    const struct edge_options options = {
        .config = process->config,
        .log_write = line_sink_write,
        .log_sink = process->log,
        .on_ready = on_ready,
        .on_stopped = on_stopped,
        .user = process,
    };
    /* Before the first client: a signal that nobody watches yet would end the process at once. It
     * is told on a turn of the loop, by when there is an edge to drain. */
    int r = signal_watch_open(&process->term, process->loop, SIGTERM, on_signal, process);
    if (r == 0)
        r = signal_watch_open(&process->interrupt, process->loop, SIGINT, on_signal, process);
    if (r == 0)
        r = edge_open(&process->edge, process->loop, &options, ret_why);
    return r;
}

static void tell_why(int error, const struct buffer *why)
{
    struct bytes text = why->length > 0 ? buffer_bytes(why) : bytes_from_cstr(strerror(-error));
    fprintf(stderr, "isthmus edge: cannot start: %.*s\n", (int)text.length, text.at);
}

static int serve(struct edge_process *process)
{
    struct buffer why;
    buffer_init(&why, 0, NULL);
    int r = start(process, &why);
    if (r < 0)
        tell_why(r, &why);
    else
        loop_run(process->loop);
    buffer_clear(&why);
    /* Without being asked it only ends when a worker could not start; the log has said why. */
    return process->is_asked_to_end ? COMMAND_FINE : COMMAND_FAILED;
}

static int run(struct edge_process *process, int argument_count, char **arguments)
{
    int status = settings_load(&process->config, process->loop, argument_count, arguments);
    if (status != COMMAND_FINE)
        return status;
    const char *directory = process->config->data_dir;
    if (directory && data_directory_take(&process->lock, process->loop, directory) < 0)
        return COMMAND_FAILED;
    if (line_sink_open(&process->log) < 0)
        return COMMAND_FAILED;
    return serve(process);
}

static void end(struct edge_process *process)
{
    signal_watch_close(process->interrupt);
    signal_watch_close(process->term);
    edge_close(process->edge);
    line_sink_close(process->log);
    file_close(process->lock);
    edge_config_unref(process->config);
    loop_close(process->loop);
}

static int help_make(struct buffer *out)
{
    int r = buffer_append_format(
        out, "Usage: isthmus edge [-c FILE] [--OPTION VALUE] ...\n\n"
             "The gateway near the users: OpenAI-compatible API in, GPU cores out.\n"
             "All options may stand in the file as well: see docs/configuration.md.\n\n"
             "  -c, --config FILE\n"
             "      A YAML file with options; those of the command line win.\n");
    return r < 0 ? r : config_help_edge(out);
}

int edge_command(int argument_count, char **arguments)
{
    if (command_wants_help(argument_count, arguments))
        return command_print_page(help_make);
    struct edge_process process = {0};
    int r = loop_open(&process.loop);
    if (r < 0) {
        fprintf(stderr, "isthmus edge: cannot start: %s\n", strerror(-r));
        return COMMAND_FAILED;
    }
    int status = run(&process, argument_count, arguments);
    end(&process);
    return status;
}

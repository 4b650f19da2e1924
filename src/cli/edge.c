/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/edge.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/settings.h"
#include "config/reference.h"
#include "edge/edge.h"

struct edge_process {
    struct loop *loop;
    struct edge *edge;
    struct signal_watch *term, *interrupt;
    struct edge_config *config;
};

/* One line, one fwrite(): workers do not mix their lines. */
static void write_line(void *sink, struct bytes line)
{
    fwrite(line.at, 1, line.length, sink);
}

static void on_ready(void *user)
{
    const struct edge_process *process = user;
    struct address address;
    char text[ADDRESS_TEXT_BYTES];
    for (size_t i = 0; edge_address(process->edge, i, &address); i++)
        fprintf(stderr, "isthmus edge: ready on %s\n", address_format(&address, text));
}

static void on_stopped(void *user)
{
    const struct edge_process *process = user;
    loop_stop(process->loop);
}

static void on_signal(void *user)
{
    const struct edge_process *process = user;
    edge_drain(process->edge);
}

static int start(struct edge_process *process, struct buffer *ret_why)
{
    const struct edge_options options = {
        .config = process->config,
        .log_write = write_line,
        .log_sink = stderr,
        .on_ready = on_ready,
        .on_stopped = on_stopped,
        .user = process,
    };
    int r = edge_open(&process->edge, process->loop, &options, ret_why);
    if (r == 0)
        r = signal_watch_open(&process->term, process->loop, SIGTERM, on_signal, process);
    if (r == 0)
        r = signal_watch_open(&process->interrupt, process->loop, SIGINT, on_signal, process);
    return r;
}

static int serve(struct edge_process *process)
{
    struct buffer why;
    buffer_init(&why, 0, NULL);
    int r = start(process, &why);
    if (r == 0) {
        loop_run(process->loop);
    } else {
        struct bytes text = buffer_bytes(&why);
        fprintf(stderr, "isthmus edge: cannot start: %.*s\n", (int)text.length, text.at);
    }
    signal_watch_close(process->interrupt);
    signal_watch_close(process->term);
    edge_close(process->edge);
    buffer_clear(&why);
    return r < 0 ? 1 : 0;
}

static int help_print(void)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int r = config_help_edge(&text);
    struct bytes page = buffer_bytes(&text);
    if (r == 0)
        fwrite(page.at, 1, page.length, stdout);
    buffer_clear(&text);
    return r < 0 ? 1 : 0;
}

int edge_command(int argument_count, char **arguments)
{
    if (argument_count > 0 && strcmp(arguments[0], "--help") == 0)
        return help_print();
    struct edge_process process = {0};
    if (loop_open(&process.loop) < 0)
        return 1;
    int status = 2;
    if (settings_load(&process.config, process.loop, argument_count, arguments) == 0)
        status = serve(&process);
    edge_config_unref(process.config);
    loop_close(process.loop);
    return status;
}

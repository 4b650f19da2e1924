/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "loop/sim/node.h"

struct signal_watch {
    struct source source;
    struct list link; /* in its node's watches */
    int signal_number;
    void (*on_signal)(void *user);
    void *user;
};

static void report_signal(struct source *source)
{
    struct signal_watch *watch = CONTAINER_OF(source, struct signal_watch, source);
    watch->on_signal(watch->user);
}

int signal_watch_open(struct signal_watch **ret_watch, struct loop *loop, int signal_number,
                      void (*on_signal)(void *user), void *user)
{
    struct world_node *node = node_of(loop);
    if (node->is_dead)
        return -ESHUTDOWN;
    struct signal_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return -ENOMEM;
    source_init(&watch->source, sim_loop_of(loop), report_signal);
    watch->signal_number = signal_number;
    watch->on_signal = on_signal;
    watch->user = user;
    list_push_back(&node->signal_watches, &watch->link);
    *ret_watch = watch;
    return 0;
}

void signal_watch_close(struct signal_watch *watch)
{
    if (!watch)
        return;
    source_cancel(&watch->source);
    list_remove(&watch->link);
    free(watch);
}

void world_signal(struct world_node *node, int signal_number)
{
    bool is_watched = false;
    world_trace(node->world, "signal", node->host->index, (uint64_t)signal_number);
    LIST_EACH(link, &node->signal_watches)
    {
        struct signal_watch *watch = CONTAINER_OF(link, struct signal_watch, link);
        if (watch->signal_number != signal_number)
            continue;
        source_ready(&watch->source);
        is_watched = true;
    }
    if (!is_watched && !node->is_dead)
        world_node_kill(node, false);
}

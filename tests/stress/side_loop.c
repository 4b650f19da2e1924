/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stress/side_loop.h"

#include <stdlib.h>

static void on_order(void *user, struct message *message)
{
    (void)message; /* there is one order */
    struct side_loop *side = user;
    side->close(side);
    mailbox_close(side->orders);
    loop_stop(side->loop);
}

static void start(struct loop *loop, void *user)
{
    struct side_loop *side = user;
    side->loop = loop;
    if (mailbox_open(&side->orders, loop, 1, on_order, side) < 0)
        abort();
    side->open(side, loop);
    atomic_store(&side->is_open, true);
}

static void on_ended(void *user)
{
    struct side_loop *side = user;
    side->has_ended = true;
}

void side_loop_start(struct side_loop *side, struct loop *parent, const char *name)
{
    const struct loop_child child = {
        .start = start, .on_ended = on_ended, .user = side, .name = name};
    if (loop_spawn(parent, &child) < 0)
        abort();
}

void side_loop_stop(struct side_loop *side)
{
    if (!side->open || side->is_told)
        return;
    side->is_told = true;
    if (mailbox_send(side->orders, &side->stop) < 0)
        abort();
}

bool side_loop_is_open(const struct side_loop *side)
{
    return !side->open || atomic_load(&side->is_open);
}

bool side_loop_is_over(const struct side_loop *side)
{
    return !side->open || side->has_ended;
}

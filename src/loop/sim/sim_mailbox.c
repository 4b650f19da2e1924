/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/mailbox.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/sim/node.h"

#define LEAST_DELAY_NS (1 * NS_PER_US)
#define MOST_DELAY_NS (50 * NS_PER_US)
#define LEAST_SLOW_NS (1 * NS_PER_MS)
#define MOST_SLOW_NS (1 * NS_PER_S)

struct mailbox {
    struct source source;
    struct event arrival; /* of the wake-up for all that waits */
    struct list messages;
    size_t count, limit;
    size_t due; /* of these, what the loop has been woken for */
    void (*on_message)(void *user, struct message *message);
    void *user;
};

static void wake_up(struct event *event)
{
    struct mailbox *mailbox = CONTAINER_OF(event, struct mailbox, arrival);
    world_trace(mailbox->source.loop->world, "messages", mailbox->source.loop->number,
                mailbox->count);
    mailbox->due = mailbox->count;
    source_ready(&mailbox->source);
}

static void deliver(struct mailbox *mailbox)
{
    struct list *link = list_pop_front(&mailbox->messages);
    mailbox->count--;
    mailbox->on_message(mailbox->user, CONTAINER_OF(link, struct message, link));
}

/* One message a report, so that on_message() may close the mailbox. */
static void report_message(struct source *source)
{
    struct mailbox *mailbox = CONTAINER_OF(source, struct mailbox, source);
    if (--mailbox->due > 0)
        source_again(source);
    deliver(mailbox);
}

int mailbox_open(struct mailbox **ret_mailbox, struct loop *loop, size_t limit,
                 void (*on_message)(void *user, struct message *message), void *user)
{
    struct sim_loop *self = sim_loop_of(loop);
    if (self->state == LOOP_ENDED)
        return -ESHUTDOWN;
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return -ENOMEM;
    source_init(&mailbox->source, self, report_message);
    event_init(&mailbox->arrival, wake_up);
    list_init(&mailbox->messages);
    mailbox->limit = limit;
    mailbox->on_message = on_message;
    mailbox->user = user;
    self->node->holdings.mailboxes++;
    *ret_mailbox = mailbox;
    return 0;
}

int mailbox_send(struct mailbox *mailbox, struct message *message)
{
    if (mailbox->count >= mailbox->limit)
        return -ENOBUFS;
    mailbox->count++;
    list_push_back(&mailbox->messages, &message->link);
    struct sim_loop *loop = mailbox->source.loop;
    if (loop->state == LOOP_ENDED || event_is_scheduled(&mailbox->arrival))
        return 0; /* the wake-up on its way is for all that has come by then */

    struct world *world = loop->world;
    uint64_t delay_ns = world_draw(world, LEAST_DELAY_NS, MOST_DELAY_NS);
    if (fault_fires(world, FAULT_SLOW_MAILBOX))
        delay_ns = world_draw_magnitude(world, LEAST_SLOW_NS, MOST_SLOW_NS);
    event_schedule(world, &mailbox->arrival, world->now_ns + delay_ns);
    return 0;
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    source_cancel(&mailbox->source);
    event_cancel(mailbox->source.loop->world, &mailbox->arrival);
    while (mailbox->count > 0)
        deliver(mailbox);
    mailbox->source.loop->node->holdings.mailboxes--;
    free(mailbox);
}

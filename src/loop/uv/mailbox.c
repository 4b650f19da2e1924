/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "loop/uv/body.h"

struct mailbox {
    uv_async_t bell;
    void (*on_message)(void *user, struct message *message);
    void *user;
    struct list taken; /* being delivered; the receiver's */

    pthread_mutex_t lock; /* guards what follows */
    struct list waiting;
    size_t waiting_count;
    size_t limit;
};

static void mailbox_take(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    for (struct list *link; (link = list_pop_front(&mailbox->waiting));)
        list_push_back(&mailbox->taken, link);
    mailbox->waiting_count = 0;
    pthread_mutex_unlock(&mailbox->lock);
}

/* on_message() may close the mailbox; its memory lasts until libuv has let go of the bell, and by
 * then nothing is taken any more. */
static void mailbox_deliver(struct mailbox *mailbox)
{
    for (struct list *link; (link = list_pop_front(&mailbox->taken));)
        mailbox->on_message(mailbox->user, CONTAINER_OF(link, struct message, link));
}

static void bell_rings(uv_async_t *bell)
{
    struct mailbox *mailbox = bell->data;
    mailbox_take(mailbox);
    mailbox_deliver(mailbox);
}

int mailbox_open(struct mailbox **ret_mailbox, struct loop *loop, size_t limit,
                 void (*on_message)(void *user, struct message *message), void *user)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return -ENOMEM;
    *mailbox = (struct mailbox){.on_message = on_message, .user = user, .limit = limit};
    list_init(&mailbox->taken);
    list_init(&mailbox->waiting);

    int r = uv_async_init(&body_of(loop)->uv, &mailbox->bell, bell_rings);
    if (r < 0) {
        free(mailbox);
        return r;
    }
    body_stir(loop);
    pthread_mutex_init(&mailbox->lock, NULL); /* fails for no default mutex */
    mailbox->bell.data = mailbox;
    *ret_mailbox = mailbox;
    return 0;
}

int mailbox_send(struct mailbox *mailbox, struct message *message)
{
    int r = -ENOBUFS;

    /* The bell is rung under the lock: a message that is taken, and closes the mailbox, cannot
     * overtake its own sender. */
    pthread_mutex_lock(&mailbox->lock);
    if (mailbox->waiting_count < mailbox->limit) {
        list_push_back(&mailbox->waiting, &message->link);
        if (mailbox->waiting_count++ == 0)
            uv_async_send(&mailbox->bell);
        r = 0;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return r;
}

static void mailbox_free(uv_handle_t *bell)
{
    struct mailbox *mailbox = bell->data;
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    uv_close((uv_handle_t *)&mailbox->bell, mailbox_free);
    mailbox_take(mailbox);
    mailbox_deliver(mailbox);
}

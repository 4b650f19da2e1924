/* SPDX-License-Identifier: Apache-2.0
 *
 * mailbox - the only way from one loop's thread to another's.
 *
 * Messages arrive in the order each sender sent them. A loop is woken at most once for all that
 * came since its last turn.
 *
 * Memory   a message is embedded in what is sent and belongs to the receiver from mailbox_send()
 *          on. Undelivered messages are handed to on_message() by mailbox_close().
 * Threads  mailbox_send(): any. The rest: the receiver's loop. The owner sees to it that nobody
 *          sends after mailbox_close().
 * Errors   mailbox_send(): -ENOBUFS when `limit` messages wait; the message stays the sender's.
 */
#ifndef LOOP_MAILBOX_H
#define LOOP_MAILBOX_H

#include "loop/loop.h"

struct mailbox;

struct message {
    struct list link;
};

int mailbox_open(struct mailbox **ret_mailbox, struct loop *loop, size_t limit,
                 void (*on_message)(void *user, struct message *message), void *user);
int mailbox_send(struct mailbox *mailbox, struct message *message);
void mailbox_close(struct mailbox *mailbox);

#endif

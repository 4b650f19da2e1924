/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "loop/uv/body.h"

struct child {
    struct loop_child what;
    struct loop *parent;
    struct loop *loop;
    pthread_t thread;
    struct note ended;
};

static void *child_live(void *argument)
{
    struct child *child = argument;

    if (child->what.name)
        pthread_setname_np(pthread_self(), child->what.name);
    child->what.start(child->loop, child->what.user);
    loop_run(child->loop);
    loop_close(child->loop);
    mailbox_send(body_of(child->parent)->notes, &child->ended.message); /* it has no limit */
    return NULL;
}

static void child_ended(struct note *note)
{
    struct child *child = CONTAINER_OF(note, struct child, ended);
    struct loop_child what = child->what;

    pthread_join(child->thread, NULL);
    free(child);
    what.on_ended(what.user);
}

int loop_spawn(struct loop *parent, const struct loop_child *what)
{
    struct child *child = calloc(1, sizeof *child);
    if (!child)
        return -ENOMEM;
    *child = (struct child){.what = *what, .parent = parent, .ended.run = child_ended};

    int r = loop_open(&child->loop); /* here, where failing can be told */
    if (r == 0)
        r = -pthread_create(&child->thread, NULL, child_live, child);
    if (r < 0) {
        loop_close(child->loop);
        free(child);
    }
    return r;
}

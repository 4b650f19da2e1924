/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop_body.h"

int loop_init(struct loop *loop)
{
    *loop = (struct loop){.timer_floor_ns = 1}; /* 0 is what a stopped timer is due at */
    list_init(&loop->tasks);
    heap_init(&loop->timers);
    loop->scratch = malloc(LOOP_SCRATCH_BYTES);
    return loop->scratch ? 0 : -ENOMEM;
}

void loop_clear(struct loop *loop)
{
    heap_clear(&loop->timers);
    free(loop->scratch);
    loop->scratch = NULL;
}

char *loop_scratch(struct loop *loop)
{
    return loop->scratch;
}

void loop_post(struct loop *loop, struct task *task)
{
    if (list_is_linked(&task->link))
        return;
    list_push_back(&loop->tasks, &task->link);
    loop_body_wake(loop);
}

void loop_cancel(struct loop *loop, struct task *task)
{
    (void)loop;
    list_remove(&task->link);
}

bool loop_has_tasks(const struct loop *loop)
{
    return !list_is_empty(&loop->tasks);
}

static void run_round(struct loop *loop)
{
    struct list end = {0};
    list_push_back(&loop->tasks, &end);
    for (struct list *link = list_pop_front(&loop->tasks); link != &end;
         link = list_pop_front(&loop->tasks)) {
        struct task *task = CONTAINER_OF(link, struct task, link);
        task->run(task);
    }
}

void loop_run_tasks(struct loop *loop)
{
    for (int round = 0; round < LOOP_TASK_ROUNDS && loop_has_tasks(loop); round++)
        run_round(loop);
}

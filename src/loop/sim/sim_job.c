/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/sim_job.h"

#include <assert.h>
#include <errno.h>

#include "loop/job.h"
#include "loop/sim/disk.h"
#include "loop/sim/node.h"

#define LEAST_JOB_NS (5 * NS_PER_US)
#define MOST_JOB_NS (200 * NS_PER_US)
#define LEAST_SLOW_JOB_NS (10 * NS_PER_MS)
#define MOST_SLOW_JOB_NS (5 * NS_PER_S)

/* A job runs at one instant, the end of its time: nothing else can tell the difference, since a
 * job is alone with what it works on. */

static void schedule_first(struct sim_loop *loop)
{
    struct world *world = loop->world;
    uint64_t takes_ns = world_draw(world, LEAST_JOB_NS, MOST_JOB_NS);
    if (fault_fires(world, FAULT_SLOW_JOB))
        takes_ns = world_draw_magnitude(world, LEAST_SLOW_JOB_NS, MOST_SLOW_JOB_NS);
    event_schedule(world, &loop->job_ends, world->now_ns + takes_ns);
}

static void run_first(struct event *event)
{
    struct sim_loop *loop = CONTAINER_OF(event, struct sim_loop, job_ends);
    struct list *first = list_pop_front(&loop->jobs);
    assert(first); /* the event is scheduled for a job */
    struct job *job = CONTAINER_OF(first, struct job, link);
    world_trace(loop->world, "job", loop->number, loop->job_count);
    job->run(job);
    if (disk_has_lost_power(loop->node->host->disk))
        return; /* nobody is left to be told; see world_node_kill_at_write() */
    list_push_back(&loop->done_jobs, &job->link);
    source_ready(&loop->jobs_done);
    if (!list_is_empty(&loop->jobs))
        schedule_first(loop);
}

static void report_done(struct source *source)
{
    struct sim_loop *loop = CONTAINER_OF(source, struct sim_loop, jobs_done);
    struct list *link = list_pop_front(&loop->done_jobs);
    if (!link)
        return;
    loop->job_count--;
    if (!list_is_empty(&loop->done_jobs))
        source_again(source);
    struct job *job = CONTAINER_OF(link, struct job, link);
    job->done(job);
}

int job_submit(struct loop *loop, struct job *job)
{
    struct sim_loop *self = sim_loop_of(loop);
    if (self->state == LOOP_ENDED)
        return -ESHUTDOWN;
    if (self->job_count == JOB_LANE_LIMIT)
        return -ENOBUFS;
    self->job_count++;
    bool lane_was_idle = list_is_empty(&self->jobs);
    list_push_back(&self->jobs, &job->link);
    if (lane_was_idle)
        schedule_first(self);
    return 0;
}

void sim_jobs_init(struct sim_loop *loop)
{
    list_init(&loop->jobs);
    list_init(&loop->done_jobs);
    event_init(&loop->job_ends, run_first);
    source_init(&loop->jobs_done, loop, report_done);
}

void sim_jobs_end(struct sim_loop *loop)
{
    event_cancel(loop->world, &loop->job_ends);
    while (list_pop_front(&loop->jobs) || list_pop_front(&loop->done_jobs))
        continue;
}

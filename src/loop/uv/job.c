/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/job.h"

#include <assert.h>
#include <errno.h>

#include "loop/uv/body.h"

static void lane_start(struct body *body);

static void lane_work(uv_work_t *work)
{
    struct job *job = work->data;
    job->run(job);
}

/* The next job starts before done() is called, which may take its time or submit more. */
static void lane_done(uv_work_t *work, int status)
{
    assert(status == 0); /* nobody cancels */
    (void)status;
    struct body *body = CONTAINER_OF(work, struct body, job_work);
    struct job *job = work->data;

    list_remove(&job->link);
    body->job_count--;
    lane_start(body);
    job->done(job);
}

static void lane_start(struct body *body)
{
    if (list_is_empty(&body->jobs))
        return;
    body->job_work.data = CONTAINER_OF(body->jobs.next, struct job, link);
    uv_queue_work(&body->uv, &body->job_work, lane_work, lane_done);
}

int job_submit(struct loop *loop, struct job *job)
{
    struct body *body = body_of(loop);

    if (body->job_count >= JOB_LANE_LIMIT)
        return -ENOBUFS;
    job->link = (struct list){0};
    list_push_back(&body->jobs, &job->link);
    if (++body->job_count == 1)
        lane_start(body);
    return 0;
}

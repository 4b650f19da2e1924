/* SPDX-License-Identifier: Apache-2.0
 *
 * job - work that may block (files, databases), in one lane per loop: jobs run one after the other
 * in the order they were submitted, off the loop's thread.
 *
 * Memory   the caller embeds the struct and keeps it until done() has run.
 * Threads  run() on another thread, alone with the job; done() on the loop.
 * Errors   -ENOBUFS when JOB_LANE_LIMIT jobs wait already.
 */
#ifndef LOOP_JOB_H
#define LOOP_JOB_H

#include "loop/loop.h"

#define JOB_LANE_LIMIT 4096

struct job {
    struct list link;
    void (*run)(struct job *job);
    void (*done)(struct job *job);
};

int job_submit(struct loop *loop, struct job *job);

#endif

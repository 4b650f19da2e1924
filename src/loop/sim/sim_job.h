/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_job - the job lane of a simulated loop. Only files of loop/sim include it.
 */
#ifndef LOOP_SIM_SIM_JOB_H
#define LOOP_SIM_SIM_JOB_H

#include "loop/sim/sim_loop.h"

void sim_jobs_init(struct sim_loop *loop);
/* Jobs that have not run never will, and stay counted: they were given up, not done. */
void sim_jobs_end(struct sim_loop *loop);

#endif

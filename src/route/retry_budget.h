/* SPDX-License-Identifier: Apache-2.0
 *
 * retry_budget - so many retries per hundred requests, so that a fleet in trouble is not hit
 * harder.
 *
 * Requests and retries are counted in ten buckets of one second; a retry is granted while the
 * retries of the last 10 s stay within burst + percent of the requests.
 *
 * Units    monotonic nanoseconds, passed in.
 * Memory   the caller embeds the struct.
 * Threads  one budget belongs to one loop.
 * Errors   none: a verdict.
 */
#ifndef ROUTE_RETRY_BUDGET_H
#define ROUTE_RETRY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_BUDGET_SECONDS 10

struct retry_budget {
    uint32_t percent, burst;
    uint64_t second; /* of the newest bucket */
    uint32_t requests[RETRY_BUDGET_SECONDS], retries[RETRY_BUDGET_SECONDS];
};

void retry_budget_init(struct retry_budget *budget, uint32_t percent, uint32_t burst);
void retry_budget_note_request(struct retry_budget *budget, uint64_t now_ns);
bool retry_budget_take(struct retry_budget *budget, uint64_t now_ns);

#endif

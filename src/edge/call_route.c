/* SPDX-License-Identifier: Apache-2.0
 *
 * route: which core takes it? The least loaded healthy one that was not tried yet.
 */
#include "edge/call.h"
#include "edge/errors.h"

enum step_result call_route(struct call *call)
{
    struct worker *worker = call->worker;
    if (call_knows(call, CALL_ABANDONED))
        return call_go(call, CALL_FINISH);
    int core = core_table_choose(worker->shared->cores, call->tried, loop_now_ns(worker->loop),
                                 &worker->random);
    if (core < 0)
        return call_fail(call, &error_no_core);
    call->tried |= UINT64_C(1) << core;
    call->attempts++;
    call->attempt = (struct attempt){.core = core};
    call->log->is_underway = true;
    call->log->core = worker->shared->cores->cores[core].name;
    call->log->attempts = call->attempts;
    answer_scan_init(&call->scan);
    return call_go(call, CALL_FORWARD);
}

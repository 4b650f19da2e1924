/* SPDX-License-Identifier: Apache-2.0
 *
 * route: which core takes it? The least loaded healthy one that has the model and was not tried
 * yet; if there is none, one that may have it.
 */
#include "edge/call/call.h"
#include "edge/errors.h"

static int choose(struct call *call, uint64_t among)
{
    struct worker *worker = call->worker;
    return core_table_choose(worker->shared->cores, call->tried | ~among, loop_now_ns(worker->loop),
                             &worker->random);
}

enum step_result call_route(struct call *call)
{
    struct worker *worker = call->worker;
    if (call_knows(call, CALL_ABANDONED))
        return call_go(call, CALL_FINISH);
    struct model_cores cores = call->request.placement.cores;
    int core = cores.having ? choose(call, cores.having) : -1;
    if (core < 0 && cores.unknown)
        core = choose(call, cores.unknown);
    if (core < 0)
        return call_fail(call, &error_no_core);
    call->tried |= UINT64_C(1) << core;
    call->attempts++;
    call->attempt = (struct attempt){.core = core};
    call->log->core = worker->shared->cores->cores[core].name;
    call->log->attempts = call->attempts;
    answer_scan_init(&call->scan);
    return call_go(call, CALL_FORWARD);
}

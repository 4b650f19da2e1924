/* SPDX-License-Identifier: Apache-2.0
 *
 * admit: may it come in now? Rates and concurrency of keys find their place here; with
 * `auth: open` there is one limit, the worker's own.
 */
#include "edge/errors.h"
#include "edge/exchange/exchange.h"

enum step_result exchange_admit(struct exchange *ex)
{
    uint64_t open = atomic_load_explicit(&ex->worker->counters.exchanges, memory_order_relaxed);
    if (open > worker_config(ex->worker)->limits.exchanges)
        return exchange_fail(ex, &error_busy);
    return exchange_go(ex, EX_MODEL);
}

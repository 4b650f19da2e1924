/* SPDX-License-Identifier: Apache-2.0
 *
 * admit: may it come in now? The worker's own limit, and then what the key may do, and how often.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"

enum step_result exchange_admit(struct exchange *ex)
{
    uint64_t open = atomic_load_explicit(&ex->worker->counters.exchanges, memory_order_relaxed);
    if (open > worker_config(ex->worker)->limits.exchanges)
        return exchange_fail(ex, &error_busy);
    if (ex->customer && (customer_check_rights(ex) == STEP_GO || customer_admit(ex) == STEP_GO))
        return STEP_GO;
    return exchange_go(ex, EX_MODEL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * cache: was it answered before, or is it being answered now? Nothing is kept yet: always a miss.
 */
#include "edge/exchange/exchange.h"

enum step_result exchange_cache(struct exchange *ex)
{
    return exchange_go(ex, EX_RESERVE);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * bill - what tokens cost, and whose they are. Each token that an engine made is in one usage row:
 * of the key that it was made for, or, where nobody got it (an attempt that failed and was tried
 * again, an answer that a fault of ours took away), of the operator.
 *
 * Units    nano-USD.
 * Threads  the worker's loop.
 * Errors   none.
 */
#ifndef EDGE_BILL_H
#define EDGE_BILL_H

#include "edge/worker.h"
#include "limit/limits.h"
#include "limit/price.h"
#include "openai/usage_scan.h"

/* The operator's name where a tenant's stands; no tenant's can have brackets. */
#define BILL_OPERATOR BYTES("(operator)")

/* Nothing, where no price is told. */
struct price bill_price(const struct edge_config *config, struct bytes model);
struct limit_cost bill_cost(const struct price *price, struct usage_tokens tokens);
/* Does nothing if there are none. */
void bill_operator(struct worker *worker, struct bytes model, struct usage_tokens tokens);

#endif

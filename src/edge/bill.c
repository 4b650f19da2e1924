/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/bill.h"

#include "edge/ledger/seat.h"

struct price bill_price(const struct edge_config *config, struct bytes model)
{
    const struct price_config *price = edge_config_price(config, model);
    return price ? (struct price){.in_nusd = price->in_nusd,
                                  .cached_in_nusd = price->cached_in_nusd,
                                  .out_nusd = price->out_nusd}
                 : (struct price){0};
}

struct limit_cost bill_cost(const struct price *price, struct usage_tokens tokens)
{
    const struct token_counts counts = {
        .prompt = tokens.prompt, .cached = tokens.cached, .answer = tokens.answer};
    return (struct limit_cost){.tokens = tokens.prompt + tokens.answer,
                               .nusd = price_of(price, counts)};
}

void bill_operator(struct worker *worker, struct bytes model, struct usage_tokens tokens)
{
    if (tokens.prompt + tokens.answer == 0)
        return;
    struct price price = bill_price(worker_config(worker), model);
    const struct store_usage usage = {
        .tenant = BILL_OPERATOR,
        .model = model,
        .prompt_tokens = tokens.prompt,
        .cached_tokens = tokens.cached,
        .answer_tokens = tokens.answer,
        .nusd = bill_cost(&price, tokens).nusd,
    };
    seat_note_usage(worker->seat, &usage);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/price.h"

#include "base/money.h"

uint64_t price_of(const struct price *price, struct token_counts tokens)
{
    uint64_t cached = tokens.cached < tokens.prompt ? tokens.cached : tokens.prompt;
    uint64_t in_nusd = money_add(money_of_tokens(tokens.prompt - cached, price->in_nusd),
                                 money_of_tokens(cached, price->cached_in_nusd));
    return money_add(in_nusd, money_of_tokens(tokens.answer, price->out_nusd));
}

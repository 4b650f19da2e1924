/* SPDX-License-Identifier: Apache-2.0
 *
 * token_rules - what a token must be, as the configuration says it, in the words of keys/jwt.h.
 *
 * Memory   views of the configuration, which outlives them, and lists of their own.
 * Threads  read-only once made.
 * Errors   token_rules_init(): -ENOMEM; the rules can be cleared all the same.
 */
#ifndef EDGE_ACCESS_TOKEN_RULES_H
#define EDGE_ACCESS_TOKEN_RULES_H

#include "config/access_config.h"
#include "keys/jwt.h"

int token_rules_init(struct jwt_rules *ret_rules, const struct jwt_config *config);
/* Takes zeroed ones. */
void token_rules_clear(struct jwt_rules *rules);

#endif

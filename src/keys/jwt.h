/* SPDX-License-Identifier: Apache-2.0
 *
 * jwt - whose token is it, and is it genuine? Signed tokens in the compact form (RFC 7515, 7519),
 * read as RFC 8725 wants: the algorithm is that of the key and one of those configured, never the
 * token's choice alone; no "none", no shared secrets, no `crit`, no keys or addresses out of the
 * token.
 *
 * Units    wall milliseconds since 1970, passed in.
 * Memory   the key's texts live in the caller's arena, or where `otherwise` has them.
 * Threads  a check belongs to one thread, as its hasher does.
 * Errors   none: a verdict, each with its sentence.
 */
#ifndef KEYS_JWT_H
#define KEYS_JWT_H

#include "base/arena.h"
#include "keys/jwks.h"
#include "keys/secret_key.h"

#define JWT_BYTES_LIMIT 8192
#define JWT_LIST_LIMIT 64  /* items of a list; a longer one is a wrong claim */
#define JWT_TEXT_LIMIT 255 /* bytes of a name */

/* What claims are called; at == NULL: none says so. Lists are arrays of texts, or one text with
 * spaces between; budgets are US dollars. Where a list is named here, a token without it is allowed
 * nothing; without another claim `otherwise` holds. */
struct jwt_claims {
    struct bytes tenant, models, routes, regions, service_class;
    struct bytes requests_per_minute, tokens_per_minute, concurrency;
    struct bytes budget_day, budget_month;
};

struct jwt_rules {
    struct bytes issuer;   /* must be `iss` */
    struct bytes audience; /* must be `aud`, or be in it */
    bool allows[JWT_ALGORITHM_COUNT];
    uint64_t leeway_ms; /* how far clocks may be apart */
    struct jwt_claims claims;
    struct key otherwise; /* what no claim says: tenant, lists, class, limits */
};

struct jwt_check {
    const struct jwt_rules *rules;
    const struct jwks *jwks;
    struct secret_hasher *hasher;
    struct arena *arena;
    uint64_t wall_ms;
};

enum jwt_verdict {
    JWT_VALID,
    JWT_MALFORMED,
    JWT_WRONG_ALGORITHM,
    JWT_UNKNOWN_KEY, /* perhaps of a set that is newer than ours */
    JWT_WRONG_SIGNATURE,
    JWT_EXPIRED,
    JWT_NOT_YET,
    JWT_WRONG_ISSUER,
    JWT_WRONG_AUDIENCE,
    JWT_WRONG_CLAIM,
    JWT_NO_MEMORY,
};
#define JWT_VERDICT_COUNT 11

/* "its signature is wrong": for the log. */
extern const char *const jwt_verdict_texts[JWT_VERDICT_COUNT];

/* With JWT_VALID *ret_key is what the claims say: its name is `sub`, expires_ms is `exp` with the
 * leeway, digest that of the whole token; id and tenant_id are hashes of the issuer with subject
 * and tenant, above all that a store gives out. */
enum jwt_verdict jwt_verify(const struct jwt_check *check, struct bytes token, struct key *ret_key);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * jwt - whose token is it, and is it genuine? Signed tokens in the compact form (RFC 7515, 7519),
 * read as RFC 8725 wants: the algorithm is that of the key and one of those configured, never the
 * token's choice alone; no "none", no shared secrets, no `crit`, no keys or addresses out of the
 * token.
 *
 * Units    wall milliseconds since 1970, passed in.
 * Memory   the key's texts live in the caller's arena.
 * Threads  any: nothing here is changed.
 * Errors   none: a verdict, each with its sentence.
 */
#ifndef KEYS_JWT_H
#define KEYS_JWT_H

#include "base/arena.h"
#include "keys/jwks.h"
#include "keys/key.h"

#define JWT_BYTES_LIMIT 8192

/* The names of the claims; at == NULL: this is not taken from tokens, and `otherwise` holds. Of a
 * list that is taken from tokens but absent in one, nothing is allowed. */
struct jwt_claims {
    struct bytes tenant, name, models, routes, regions, class;
    struct bytes requests_per_minute, tokens_per_minute, concurrency, day_usd, month_usd;
};

struct jwt_rules {
    struct bytes issuer;   /* must be `iss` */
    struct bytes audience; /* must be `aud` or one of it */
    bool allows[JWT_ALGORITHM_COUNT];
    uint64_t leeway_ms; /* how far clocks may be apart */
    struct jwt_claims claims;
    struct key
        otherwise; /* tenant, models, routes, regions, class and limits of what is not told */
};

enum jwt_verdict {
    JWT_VALID,
    JWT_MALFORMED,
    JWT_WRONG_ALGORITHM,
    JWT_UNKNOWN_KEY,
    JWT_WRONG_SIGNATURE,
    JWT_EXPIRED,
    JWT_NOT_YET,
    JWT_WRONG_ISSUER,
    JWT_WRONG_AUDIENCE,
    JWT_WRONG_CLAIM,
    JWT_NO_MEMORY,
};
#define JWT_VERDICT_COUNT 11

/* "its signature is wrong": for the log; clients learn less. */
extern const char *const jwt_verdict_texts[JWT_VERDICT_COUNT];

/* With JWT_VALID *ret_key is what the claims say: its id is a hash of issuer and subject, its
 * tenant_id one of issuer and tenant, expires_ms is `exp`, name the subject. */
enum jwt_verdict jwt_verify(const struct jwt_rules *rules, const struct jwks *jwks,
                            struct bytes token, uint64_t wall_ms, struct arena *arena,
                            struct key *ret_key);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * access_config - what an edge is told about who may ask, how much, and what it costs: the parts of
 * struct edge_config (config/edge_config.h) that keys, limits and budgets are made from.
 *
 * Units    in the names: _ms; _nusd is a billionth of a US dollar.
 * Memory   owned by the configuration.
 * Threads  read-only once loaded.
 */
#ifndef CONFIG_ACCESS_CONFIG_H
#define CONFIG_ACCESS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

enum auth_mode {
    AUTH_OPEN, /* whoever can connect */
    AUTH_KEYS,
    AUTH_JWT,
    AUTH_KEYS_AND_JWT,
};

/* The parts of a url that the edge itself asks for (config/web_url.h). */
struct web_url {
    bool tls;
    const char *host; /* NULL: no url is told */
    uint16_t port;
    const char *path;
};

struct keys_config {
    uint64_t poll_ms; /* between two looks at what has changed in the store */
    uint64_t most;    /* keys that the edge holds; those beyond stay unknown, and it says so */
    /* Credentials that are none, by address. */
    uint64_t bad_per_minute, bad_burst;
    uint64_t bad_addresses; /* remembered at once by a worker */
    uint64_t bad_delay_ms;  /* before such an address is answered */
    uint64_t bad_delayed;   /* answers that wait so at once in a worker; further ones go at once */
};

/* What claims of a token are called that say what jwt_config says of all; NULL: none does. */
struct jwt_claims_config {
    const char *tenant, *models, *routes, *regions, *service_class;
    const char *rpm, *tpm, *concurrency, *budget_usd_day, *budget_usd_month;
};

struct jwt_config {
    const char *jwks_file, *jwks_url; /* one of the two */
    struct web_url jwks_address;      /* of jwks_url */
    const char *jwks_ca_file;         /* NULL: the system's roots */
    uint64_t jwks_refresh_ms, jwks_recheck_ms;
    const char *issuer, *audience;
    const char **algorithms; /* "RS256", "ES256", "EdDSA" */
    size_t algorithm_count;
    uint64_t leeway_ms;                       /* by which clocks may differ */
    uint64_t cache_entries;                   /* verified tokens remembered by a worker */
    uint64_t verify_per_minute, verify_burst; /* signatures looked at, by address */

    /* What holds for every token, but for what its own claims say. */
    const char *tenant;
    const char **models, **routes, **regions; /* as those of keys */
    size_t model_count, route_count, region_count;
    const char *service_class;
    uint64_t rpm, tpm, concurrency, budget_day_nusd, budget_month_nusd; /* 0: no such limit */
    struct jwt_claims_config claims;
};

/* In nano-USD for a million tokens. */
struct price_config {
    const char *model; /* as clients ask for it; "*": every other */
    uint64_t in_nusd, cached_in_nusd, out_nusd;
};

/* When a budget is used up in mid-answer. */
enum budget_overrun {
    OVERRUN_FINISH, /* the answer goes on to its end */
    OVERRUN_CUT,    /* it ends with an error event */
};

struct budgets_config {
    uint64_t chunk_nusd; /* drawn from the store at once, and lost at most by a crash */
    enum budget_overrun overrun;
    const char *webhook;          /* NULL: nobody is told */
    struct web_url webhook_url;   /* of webhook */
    const char *webhook_ca_file;  /* NULL: the system's roots */
    struct secret webhook_secret; /* signs what is posted */
};

#endif

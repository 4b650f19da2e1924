/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_config - everything `isthmus edge` can be told, as one immutable value.
 *
 * Made by config_load_edge() (config/load.h) from the defaults, a YAML file and the command line,
 * in that order; each member is described in the option table (config/edge_options.c) and nowhere
 * else.
 *
 * Units    in the names: _ms, _bytes, _percent.
 * Memory   owned by the configuration; reference-counted, freed with the last reference.
 * Threads  read-only once loaded; the count is atomic.
 */
#ifndef CONFIG_EDGE_CONFIG_H
#define CONFIG_EDGE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/secret.h"
#include "config/access_config.h"

/* How a core wants its key. */
enum core_auth {
    CORE_AUTH_BEARER,    /* Authorization: Bearer KEY */
    CORE_AUTH_X_API_KEY, /* x-api-key: KEY, as Anthropic */
    CORE_AUTH_API_KEY,   /* api-key: KEY, as Azure */
    CORE_AUTH_NONE,      /* not at all */
};

struct core_config {
    const char *name;  /* [A-Za-z0-9._-]{1,64} */
    const char *url;   /* http://host[:port][/v1], https://..., unix:/path */
    const char *path;  /* of chat completions, as it stands ("/v1/inference"); NULL: the usual */
    struct secret key; /* sent upstream as `auth` says */
    enum core_auth auth;
    const char **deny_fields; /* top-level request fields that this core never sees */
    size_t deny_field_count;
    const char *ca_file; /* NULL: the system's roots */
    bool tls_insecure;
    uint64_t timeout_ms; /* to the first answer byte; 0: as timeouts.first_byte_ms */
    const char *region;  /* where it stands; NULL: not told, no key that is bound to a region */
};

/* The parts of a core's url, cut once. */
struct core_url {
    bool tls;
    const char *host;      /* a name, an IPv4 literal, "[::1]" or "unix:/path" */
    uint16_t port;         /* 0 with unix: */
    const char *base_path; /* "/v1" unless the url has a path; without a final slash */
};

struct core_entry {
    struct core_config config;
    struct core_url url;
};

#define EDGE_ANY_CORE SIZE_MAX

/* What a core calls a model. */
struct model_place {
    const char *core_name; /* "*": every core that has no place of its own */
    size_t core;           /* of edge_config.cores; EDGE_ANY_CORE with "*" */
    const char *model;
    const char *revision; /* NULL: none is told. Part of what the model is; sent to nobody */
};

/* A name that clients may ask for, and where it is to be had. */
struct model_config {
    const char *name;
    struct model_place *places;
    size_t place_count; /* 1 or more */
};

/* Which model an answer says it is from: the one asked for, or the core's own name for it. */
enum model_echo_name { MODEL_ECHO_REQUESTED, MODEL_ECHO_UPSTREAM };

enum model_from {
    MODEL_FROM_BODY, /* `model` of a JSON body, if there is one */
    MODEL_FROM_NONE, /* the body is not looked at */
};

/* A path that is passed to cores although the edge knows nothing of it. */
struct route_config {
    const char *path;     /* "/v1/rerank", or with all that lies below: "/v1/audio/" + "*" */
    const char **methods; /* 1 or more */
    size_t method_count;
    const char **core_names;
    size_t core_name_count;
    uint64_t cores;      /* those that take it: bit i is core i; all bits if none is named */
    uint64_t body_bytes; /* 0: as limits.body_bytes */
    uint64_t timeout_ms; /* to the first answer byte; 0: as the core's */
    enum model_from model_from;
};

struct edge_limits_config {
    uint64_t head_bytes, field_count, body_bytes, gzip_ratio;
    uint64_t connections;        /* of clients, open at once in a worker */
    uint64_t write_window_bytes; /* of one answer: how far the engine may be ahead of the reader */
    uint64_t memory_bytes;       /* memory.limit */
    uint64_t exchanges;          /* open at once in a worker */
    uint64_t model_list_bytes;   /* of a core's list of models; a larger one stays unknown */
    uint64_t accounts;           /* of keys and tenants, whose spending is kept in memory */
    uint64_t estimates;          /* pairs of tenant and model whose answers are learned from */
    uint64_t usage_rows;         /* of a worker, until the next second's writing */
    uint64_t answer_tokens;      /* expected where neither request nor experience tells */
};

struct edge_timeouts_config {
    uint64_t handshake_ms, head_ms, body_ms, idle_ms, write_ms;
    uint64_t connect_ms;    /* to a core */
    uint64_t first_byte_ms; /* core: from sent to the head of its answer */
    uint64_t token_idle_ms; /* core: between two pieces of an answer */
    uint64_t total_ms;      /* an exchange, from its head to its last byte */
    uint64_t ping_ms;       /* ": ping" on a silent stream; 0: never */
    uint64_t drain_ms;      /* after SIGTERM */
    uint64_t draw_ms;       /* for a budget's next chunk; then 503 */
    uint64_t resolve_refresh_ms, core_keep_idle_ms;
    uint64_t models_refresh_ms; /* between two readings of a core's list of models; 0: never read */
    uint64_t models_recheck_ms; /* least time between two that an unlisted model asks for */
    uint64_t models_answer_ms;  /* for the whole list; then it is unknown, or stays as it was */
};

struct edge_retry_config {
    uint64_t attempts;       /* of one call, the first included */
    uint64_t budget_percent; /* retries per 100 requests in the last 10 s ... */
    uint64_t budget_burst;   /* ... and so many in any case */
};

struct edge_config {
    const char *node_name, *node_region; /* region: NULL if none is told */
    const char **listen;                 /* addresses */
    size_t listen_count;
    const char *tls_certificate_file, *tls_key_file, *tls_client_ca_file;
    bool tls13_only;
    struct core_entry *cores;
    size_t core_count;
    struct model_config *models;
    size_t model_count;
    enum model_echo_name model_echo;
    struct route_config *routes;
    size_t route_count;
    uint64_t workers;     /* 0: as many as CPUs */
    const char *data_dir; /* NULL: none */
    enum auth_mode auth;
    bool insecure_open; /* auth: open beyond loopback */
    struct keys_config keys;
    struct jwt_config jwt;
    struct price_config *prices;
    size_t price_count;
    struct budgets_config budgets;
    const char **cors_origins; /* "*": any */
    size_t cors_origin_count;
    enum log_level log_level;
    uint64_t core_keep_idle; /* idle connections kept to each core, by worker */
    struct edge_limits_config limits;
    struct edge_timeouts_config timeouts;
    struct edge_retry_config retry;

    struct edge_config_memory *memory; /* the loader's */
};

struct edge_config *edge_config_ref(struct edge_config *config);
void edge_config_unref(struct edge_config *config);

/* NULL: no such name is configured; cores may know it all the same. */
const struct model_config *edge_config_model(const struct edge_config *config, struct bytes name);
/* Where this core has the model; NULL: it does not. */
const struct model_place *model_config_place(const struct model_config *model, size_t core);
/* The route of this path: the one written out, or the longest above it; NULL: none. */
const struct route_config *edge_config_route(const struct edge_config *config, struct bytes path);
/* What this model costs; NULL: nobody told, not even for "*". */
const struct price_config *edge_config_price(const struct edge_config *config, struct bytes model);

#endif

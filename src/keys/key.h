/* SPDX-License-Identifier: Apache-2.0
 *
 * key - what is known of one API key, and what it may do. Nothing is allowed that is not listed.
 *
 * Units    wall milliseconds since 1970; money in nano-USD; 0 as a limit: there is none.
 * Memory   key_copy() and tenant_copy() make one block with all texts in it, counted: whoever
 *          holds one has it until the release. Elsewhere the struct and its texts are the caller's.
 * Threads  what is shared is read-only; holding and releasing is allowed on any thread.
 * Errors   NULL: out of memory. The questions have none.
 */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define KEY_DIGEST_BYTES 32 /* SHA-256 of the secret */

/* From the most urgent to the most patient. */
enum service_class {
    CLASS_REALTIME,
    CLASS_INTERACTIVE,
    CLASS_STANDARD,
    CLASS_BATCH,
};
#define CLASS_COUNT 4

extern const char *const service_class_names[CLASS_COUNT];

struct key_limits {
    uint64_t requests_per_minute;
    uint64_t tokens_per_minute;
    uint64_t concurrency;
    uint64_t day_nusd, month_nusd;
};

/* Names, or patterns: "*" is every name, "llama-*" every one that begins so. */
struct name_list {
    const struct bytes *at;
    size_t count;
};

struct tenant {
    uint64_t id;
    const char *name;
    struct key_limits limits; /* of all its keys together */
};

/* What each look-up reads stands in front, in as few lines of memory as can be. */
struct key {
    uint8_t digest[KEY_DIGEST_BYTES];
    uint64_t id;              /* also names its account: of a key, or of a JWT's subject */
    uint64_t expires_ms;      /* 0: never */
    enum service_class class; /* the most urgent that it may have */
    bool is_revoked;
    struct name_list models;
    struct name_list routes;  /* of paths: "/v1/chat/completions", "/v1/audio/" and "*" */
    struct name_list regions; /* where its requests may be worked on; empty: anywhere */
    struct key_limits limits; /* its own */
    uint64_t tenant_id;
    const char *tenant; /* the name; its limits: key_table_tenant() */
    const char *name;
    const char *labels;                   /* "team=search,env=prod"; "": none */
    uint8_t old_digest[KEY_DIGEST_BYTES]; /* of the secret before, good as well until then */
    uint64_t old_until_ms;                /* 0: there is none */
};

enum key_state { KEY_LIVE, KEY_REVOKED, KEY_EXPIRED };

enum key_state key_state(const struct key *key, uint64_t wall_ms);
bool key_allows_model(const struct key *key, struct bytes model);
bool key_allows_route(const struct key *key, struct bytes path);
/* "" is the region of a core that has none configured. */
bool key_allows_region(const struct key *key, struct bytes region);
/* The class for a request's `service_tier` (at == NULL: absent): "priority" asks for realtime,
 * "flex" for batch, all else for the key's own, which is also the most urgent that is given. */
enum service_class key_class(const struct key *key, struct bytes service_tier);
/* False: there is no such class. */
bool service_class_read(struct bytes name, enum service_class *ret_class);

/* With one hold, for the caller; NULL: out of memory. */
const struct key *key_copy(const struct key *key);
/* Only of keys that key_copy() made. */
void key_hold(const struct key *key);
/* NULL does nothing. */
void key_release(const struct key *key);

const struct tenant *tenant_copy(const struct tenant *tenant);
void tenant_release(const struct tenant *tenant);
/* What a copy takes. */
size_t key_copy_bytes(const struct key *key);

#endif

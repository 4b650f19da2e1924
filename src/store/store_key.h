/* SPDX-License-Identifier: Apache-2.0
 *
 * store_key - keys: what they may do, by the SHA-256 of their secret. Secrets never come here.
 *
 * A key is never deleted, only revoked: its name stays taken, so that reports stay true, and an
 * empty table behind a store that has had keys is recognised as a loss.
 *
 * Units, memory, threads, errors: store.h.
 */
#ifndef STORE_STORE_KEY_H
#define STORE_STORE_KEY_H

#include "store/store_tenant.h"

#define STORE_DIGEST_BYTES 32

struct store_key {
    uint64_t id; /* given by the store: 1 and up, of one sequence with the tenants', below 2^63 */
    struct bytes name;
    struct bytes tenant; /* its name; made without limits if there is none yet */
    uint64_t tenant_id;
    uint8_t digest[STORE_DIGEST_BYTES];
    uint8_t old_digest[STORE_DIGEST_BYTES]; /* also good until old_until_ms; 0: there is none */
    uint64_t old_until_ms;
    struct bytes shown; /* what of the secret may be shown: "ist_ab12..." */
    /* Given back byte for byte; who writes them and who reads them agree on commas: "llama-*,qwen",
     * "team=search,env=prod". service_class is the class's name. */
    struct bytes models, routes, regions, service_class, labels;
    struct store_limits limits;
    uint64_t created_ms;
    uint64_t expires_ms; /* 0: never */
    uint64_t revoked_ms; /* 0: it is not */
    uint64_t change;     /* when it was last written: grows with each change of any row */
};

typedef bool (*store_on_key)(void *user, const struct store_key *key);

enum store_put {
    STORE_ADD,    /* STORE_EXISTS if there is a key of that name */
    STORE_CHANGE, /* STORE_NOT_FOUND if there is none */
    STORE_PUT,    /* either */
};

/* The key of that name becomes what is given; its id, old digest, created_ms, revocation and change
 * are the store's. To change one thing, find, edit and put between store_begin() and commit. */
enum store_status store_key_put(struct store *store, const struct store_key *key,
                                enum store_put how, uint64_t *ret_id);
enum store_status store_key_revoke(struct store *store, struct bytes name, uint64_t now_ms);

/* The key keeps its id and everything else, and gets a new secret. The one before is good until
 * old_until_ms (0: no longer); the one before that, if any, no longer. */
struct store_rotation {
    struct bytes name;
    uint8_t digest[STORE_DIGEST_BYTES];
    struct bytes shown;
    uint64_t old_until_ms;
};
enum store_status store_key_rotate(struct store *store, const struct store_rotation *rotation);

enum store_status store_key_find(struct store *store, struct bytes name, store_on_key on_key,
                                 void *user);

/* Tenants come before keys, each in order of their ids, revoked keys too. */
struct store_visitor {
    store_on_tenant on_tenant; /* may be NULL */
    store_on_key on_key;       /* may be NULL */
    void *user;
};

struct store_state {
    uint64_t change;    /* to load what follows: `since` of the next time */
    uint64_t keys;      /* in the file now, revoked ones too */
    uint64_t keys_ever; /* were added; more than `keys`: somebody has lost some */
};

/* What was written behind change `since` (0: everything), all of one moment. A state.change that
 * is less than `since` means another file than last time (a restored backup): load from 0. */
enum store_status store_key_load(struct store *store, uint64_t since,
                                 const struct store_visitor *visitor,
                                 struct store_state *ret_state);

#endif

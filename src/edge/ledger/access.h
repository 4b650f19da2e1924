/* SPDX-License-Identifier: Apache-2.0
 *
 * access - who may ask, as of one moment: a set of snapshots and how good they are. The ledger has
 * one, and each seat has its own until it hears of a newer one.
 *
 * Memory   the tables are counted; access_hold() and access_release() are for both together.
 * Threads  a struct access belongs to its owner; the tables may be shared.
 */
#ifndef EDGE_LEDGER_ACCESS_H
#define EDGE_LEDGER_ACCESS_H

#include "keys/jwks.h"
#include "keys/key_table.h"

enum access_state {
    ACCESS_OFF,         /* this kind of credential is not taken */
    ACCESS_LOADING,     /* not read yet: 503, and try again in a moment */
    ACCESS_READY,       /* perhaps of a store that is gone by now */
    ACCESS_UNAVAILABLE, /* cannot be read, and never was: 503 store_unavailable */
};

/* `auth: open`: both states are ACCESS_OFF. */
struct access {
    enum access_state keys_state, jwks_state;
    struct key_table *keys; /* with ACCESS_READY; tenants too. NULL otherwise */
    struct jwks *jwks;      /* with ACCESS_READY; NULL otherwise */
};

static inline void access_hold(const struct access *access)
{
    if (access->keys)
        key_table_hold(access->keys);
    if (access->jwks)
        jwks_hold(access->jwks);
}

/* Takes zeroed ones, and leaves one. */
static inline void access_release(struct access *access)
{
    key_table_release(access->keys);
    jwks_release(access->jwks);
    *access = (struct access){0};
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * mint - secrets of keys: makes them, or takes those that are brought along, and keeps their
 * SHA-256 in the row.
 *
 * Memory   the caller's: what the row then refers to lives in the minted struct, which is to be
 *          cleared, and wipes itself.
 * Threads  belongs to its owner.
 * Errors   -ENOMEM, -EIO.
 */
#ifndef CLI_KEYS_MINT_H
#define CLI_KEYS_MINT_H

#include "keys/secret_key.h"
#include "loop/loop.h"
#include "store/store_key.h"

struct mint {
    struct loop *loop;
    struct secret_hasher *hasher;
};

int mint_open(struct mint *mint, struct loop *loop);
void mint_close(struct mint *mint);

struct minted {
    char secret[SECRET_KEY_CHARACTERS + 1]; /* empty: it was brought along */
    char hint[SECRET_KEY_HINT_CHARACTERS + 1];
    uint8_t digest[STORE_DIGEST_BYTES];
};

/* A new secret. */
int mint_make(struct mint *mint, struct minted *ret_minted);
/* One that is brought along. */
int mint_take(struct mint *mint, struct bytes secret, struct minted *ret_minted);
/* The row's digest and hint; it refers to `minted` from then on. */
void minted_apply(const struct minted *minted, struct store_key *row);
void minted_clear(struct minted *minted);

#endif

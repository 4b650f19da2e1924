/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/mint.h"

int mint_open(struct mint *mint, struct loop *loop)
{
    *mint = (struct mint){.loop = loop};
    return secret_hasher_open(&mint->hasher);
}

void mint_close(struct mint *mint)
{
    secret_hasher_close(mint->hasher);
    mint->hasher = NULL;
}

int mint_make(struct mint *mint, struct minted *ret_minted)
{
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES];
    struct minted minted = {0};
    loop_entropy(mint->loop, entropy, sizeof entropy);
    secret_key_write(entropy, minted.secret);
    explicit_bzero(entropy, sizeof entropy);
    struct bytes secret = bytes_of(minted.secret, SECRET_KEY_CHARACTERS);
    secret_key_hint(secret, minted.hint);
    int r = secret_key_digest(mint->hasher, secret, minted.digest);
    *ret_minted = minted;
    minted_clear(&minted);
    return r;
}

int mint_take(struct mint *mint, struct bytes secret, struct minted *ret_minted)
{
    *ret_minted = (struct minted){0};
    secret_key_hint(secret, ret_minted->hint);
    return secret_key_digest(mint->hasher, secret, ret_minted->digest);
}

void minted_apply(const struct minted *minted, struct store_key *row)
{
    memcpy(row->digest, minted->digest, sizeof row->digest);
    row->shown = bytes_from_cstr(minted->hint);
}

void minted_clear(struct minted *minted)
{
    explicit_bzero(minted, sizeof *minted);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_key - the secret half of an API key: made once, shown once, kept as its SHA-256 only.
 *
 * A secret of ours is "ist_" and 256 random bits in base64url (43 characters): slow hashing would
 * add nothing to that. Secrets taken over from elsewhere may be any credential.
 *
 * Memory   the caller's; the hasher is opened once a worker and reused.
 * Threads  a hasher belongs to one thread; the rest any.
 * Errors   -ENOMEM from secret_hasher_open(), -EIO when OpenSSL fails to hash; readers say false.
 */
#ifndef KEYS_SECRET_KEY_H
#define KEYS_SECRET_KEY_H

#include "keys/key.h"

#define SECRET_KEY_ENTROPY_BYTES 32
#define SECRET_KEY_CHARACTERS 47
#define SECRET_KEY_HINT_CHARACTERS 11
#define SECRET_KEY_HEX_CHARACTERS 64

struct secret_hasher;

int secret_hasher_open(struct secret_hasher **ret_hasher);
void secret_hasher_close(struct secret_hasher *hasher);
int secret_key_digest(struct secret_hasher *hasher, struct bytes secret,
                      uint8_t ret_digest[KEY_DIGEST_BYTES]);

/* The text of a new secret, with a 0 byte behind it; the entropy comes from loop_entropy(). */
void secret_key_write(const uint8_t entropy[SECRET_KEY_ENTROPY_BYTES],
                      char ret_text[SECRET_KEY_CHARACTERS + 1]);
/* What may be shown of it later: "ist_ab12..."; of a secret that is not of ours only "...", since
 * nobody knows how much of it is random. With a 0 byte behind it. */
void secret_key_hint(struct bytes secret, char ret_hint[SECRET_KEY_HINT_CHARACTERS + 1]);
/* In time that does not depend on where they differ. */
bool secret_key_digests_equal(const uint8_t a[KEY_DIGEST_BYTES], const uint8_t b[KEY_DIGEST_BYTES]);

/* 64 hexadecimal digits in either case, as other gateways keep their keys. */
bool secret_key_read_digest(struct bytes hex, uint8_t ret_digest[KEY_DIGEST_BYTES]);
void secret_key_write_digest(const uint8_t digest[KEY_DIGEST_BYTES],
                             char ret_hex[SECRET_KEY_HEX_CHARACTERS + 1]);

#endif

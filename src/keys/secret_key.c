/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/secret_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "keys/base64url.h"

#define PREFIX "ist_"
#define PREFIX_CHARACTERS 4
#define SHOWN_CHARACTERS 8 /* of a secret of ours: the prefix and 24 of 256 bits */

/* Fetching the algorithm and making a context cost four times what hashing a secret does. */
struct secret_hasher {
    EVP_MD *sha256;
    EVP_MD_CTX *context;
};

int secret_hasher_open(struct secret_hasher **ret_hasher)
{
    struct secret_hasher *hasher = calloc(1, sizeof *hasher);
    if (!hasher)
        return -ENOMEM;
    hasher->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher->context = EVP_MD_CTX_new();
    if (!hasher->sha256 || !hasher->context ||
        EVP_DigestInit_ex(hasher->context, hasher->sha256, NULL) != 1) {
        secret_hasher_close(hasher);
        return -ENOMEM;
    }
    *ret_hasher = hasher;
    return 0;
}

void secret_hasher_close(struct secret_hasher *hasher)
{
    if (!hasher)
        return;
    EVP_MD_CTX_free(hasher->context);
    EVP_MD_free(hasher->sha256);
    free(hasher);
}

int secret_key_digest(struct secret_hasher *hasher, struct bytes secret,
                      uint8_t ret_digest[KEY_DIGEST_BYTES])
{
    /* Naming the algorithm again would make the context's inside again. */
    bool is_done = EVP_DigestInit_ex(hasher->context, NULL, NULL) == 1 &&
                   EVP_DigestUpdate(hasher->context, secret.at, secret.length) == 1 &&
                   EVP_DigestFinal_ex(hasher->context, ret_digest, NULL) == 1;
    return is_done ? 0 : -EIO;
}

void secret_key_write(const uint8_t entropy[SECRET_KEY_ENTROPY_BYTES],
                      char ret_text[SECRET_KEY_CHARACTERS + 1])
{
    memcpy(ret_text, PREFIX, PREFIX_CHARACTERS);
    *base64url_encode(entropy, SECRET_KEY_ENTROPY_BYTES, ret_text + PREFIX_CHARACTERS) = '\0';
}

void secret_key_hint(struct bytes secret, char ret_hint[SECRET_KEY_HINT_CHARACTERS + 1])
{
    bool is_ours =
        secret.length == SECRET_KEY_CHARACTERS && bytes_start_with(secret, BYTES(PREFIX));
    size_t shown = is_ours ? SHOWN_CHARACTERS : 0;
    memcpy(ret_hint, secret.at, shown);
    memcpy(ret_hint + shown, "...", sizeof "...");
}

bool secret_key_digests_equal(const uint8_t a[KEY_DIGEST_BYTES], const uint8_t b[KEY_DIGEST_BYTES])
{
    return CRYPTO_memcmp(a, b, KEY_DIGEST_BYTES) == 0;
}

/* ---- digests as text ---- */

/* -1: no hexadecimal digit. */
static int digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character |= 0x20; /* to lower case */
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

bool secret_key_read_digest(struct bytes hex, uint8_t ret_digest[KEY_DIGEST_BYTES])
{
    uint8_t digest[KEY_DIGEST_BYTES];
    if (hex.length != SECRET_KEY_HEX_CHARACTERS)
        return false;
    for (size_t i = 0; i < KEY_DIGEST_BYTES; i++) {
        int high = digit_of(hex.at[2 * i]), low = digit_of(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        digest[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret_digest, digest, sizeof digest);
    return true;
}

void secret_key_write_digest(const uint8_t digest[KEY_DIGEST_BYTES],
                             char ret_hex[SECRET_KEY_HEX_CHARACTERS + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < KEY_DIGEST_BYTES; i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 15];
    }
    ret_hex[SECRET_KEY_HEX_CHARACTERS] = '\0';
}

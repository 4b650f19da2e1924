/* SPDX-License-Identifier: Apache-2.0
 *
 * base64url - bytes as text (RFC 4648 section 5) without padding, as tokens and keys have it.
 * Strict: one text for the same bytes, so nothing but letters, digits, '-' and '_', and no bits
 * that stand for nothing.
 *
 * Memory   the caller's room.
 * Threads  any.
 */
#ifndef KEYS_BASE64URL_H
#define KEYS_BASE64URL_H

#include "base/bytes.h"

/* How many bytes that many characters are at most, and the other way round. */
#define BASE64URL_BYTES(characters) ((characters) / 4 * 3 + 2)
#define BASE64URL_CHARACTERS(bytes) (((bytes)*4 + 2) / 3)

/* False: no such text; what is in the room then is of no use. */
bool base64url_decode(struct bytes text, uint8_t *ret_bytes, size_t *ret_count);
/* Returns behind the last character. */
char *base64url_encode(const uint8_t *bytes, size_t count, char *ret_text);

#endif

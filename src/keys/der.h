/* SPDX-License-Identifier: Apache-2.0
 *
 * der - the one shape of ASN.1 (X.690) that RSA keys and ECDSA signatures share: a sequence of two
 * whole numbers. JSON has them as bytes, OpenSSL wants this.
 *
 * Memory   the caller's room.
 * Threads  any.
 */
#ifndef KEYS_DER_H
#define KEYS_DER_H

#include "base/bytes.h"

#define DER_NUMBER_BYTES 1024 /* RSA of 8192 bits */
#define DER_PAIR_BYTES (2 * (DER_NUMBER_BYTES + 5) + 4)

/* Two numbers of 1 to DER_NUMBER_BYTES bytes, the most significant first. Returns how many bytes
 * were written. */
size_t der_write_pair(struct bytes first, struct bytes second, uint8_t ret_der[DER_PAIR_BYTES]);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_context - what all TLS streams of one setting share. Only tls.c and tls_context.c include
 * it; see tls.h.
 *
 * Threads  read-only once made; the count of references is atomic.
 */
#ifndef LOOP_TLS_CONTEXT_H
#define LOOP_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "loop/tls.h"

#define TLS_ALPN_BYTES 256

struct tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *raw_method; /* how OpenSSL reaches the raw stream */
    _Atomic unsigned references;
    bool is_server;
    bool verifies_peer;
    unsigned alpn_length;
    unsigned char alpn[TLS_ALPN_BYTES]; /* names, each behind its length (RFC 7301 section 3.1) */
};

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_raw - OpenSSL's end of a raw stream: a BIO, and the outbox for what raw had no room for. Only
 * tls.c and tls_context.c include it; see tls.h.
 *
 * A record that has begun is finished, whatever its owner does next: OpenSSL always sees it taken,
 * and its end waits in the outbox.
 *
 * Memory   embedded in a TLS stream, which closes `stream` itself. The outbox holds memory only
 *          while it holds bytes.
 * Threads  belongs to its loop.
 * Errors   `error` is what the last call on the stream failed with, as -errno.
 */
#ifndef LOOP_TLS_RAW_H
#define LOOP_TLS_RAW_H

#include <openssl/ssl.h>

#include "base/buffer.h"
#include "loop/stream.h"

struct tls_raw {
    struct stream *stream;
    struct buffer outbox;
    int error;
};

/* NULL: out of memory. */
BIO_METHOD *tls_raw_method_new(void);

void tls_raw_init(struct tls_raw *raw, struct stream *stream);
int tls_raw_attach(struct tls_raw *raw, SSL *ssl, const BIO_METHOD *method);
/* Sends what waits: 0 when nothing is left, -EAGAIN when on_writable() will come again. */
int tls_raw_flush(struct tls_raw *raw);
void tls_raw_clear(struct tls_raw *raw);

#endif

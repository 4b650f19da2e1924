/* SPDX-License-Identifier: Apache-2.0
 *
 * tls - TLS 1.2 and 1.3 (RFC 5246, RFC 8446) as a stream over a raw stream, on either body.
 *
 * A context is a snapshot of certificates and settings: reloading means making a new one and using
 * it for the next handshake; streams keep the one they began with.
 *
 * Server: session tickets, ALPN, client certificates verified if ca_pem is given. Client: the
 * peer's certificate must be valid for server_name and signed by ca_pem (or the system's roots).
 * Dates are compared with the loop's wall clock.
 *
 * End      stream_read() gives 0 after the peer's close_notify only. A connection that ends
 *          without it is -EPROTO: somebody may have cut it. A reader that knows the length of what
 *          it reads need not care.
 * Hang-up  what the raw stream reports; a close_notify counts as FIN once it was read.
 *
 * Memory   contexts are reference-counted; the stream made takes over the raw one. While a peer is
 *          slow, the end of one record that raw had no room for waits in the stream.
 * Threads  a context may be shared by all loops; a stream belongs to its loop.
 * Errors   tls_context_*: -EINVAL with the reason in ret_why. Streams: on_connected(-EPROTO) with
 *          stream_error_text(), also for a certificate that does not verify.
 */
#ifndef LOOP_TLS_H
#define LOOP_TLS_H

#include "base/bytes.h"
#include "loop/stream.h"

struct tls_context;

#define TLS_WHY_BYTES 256
#define TLS_ALPN_LIMIT 4

struct tls_options {
    struct bytes certificate_pem; /* chain, leaf first; server: required; client: for mTLS */
    struct bytes key_pem;
    struct bytes ca_pem; /* client: trusted roots, empty: the system's; server: empty: clients need
                            no certificate */
    bool insecure_no_verify; /* client only */
    bool tls13_only;
    const char *alpn[TLS_ALPN_LIMIT]; /* by preference; NULL ends */
};

int tls_context_server(struct tls_context **ret_context, const struct tls_options *options,
                       char ret_why[TLS_WHY_BYTES]);
int tls_context_client(struct tls_context **ret_context, const struct tls_options *options,
                       char ret_why[TLS_WHY_BYTES]);
struct tls_context *tls_context_ref(struct tls_context *context);
void tls_context_unref(struct tls_context *context);

/* Both take `raw` over, also when they fail (it is closed then): -ENOMEM, -EINVAL for a server_name
 * that is none. raw comes straight from on_accept(), or from stream_connect() before its
 * on_connected(). on_connected() follows: -EPROTO, or what connecting raw failed with. */
int tls_accept(struct stream **ret_stream, struct stream *raw, struct tls_context *context,
               const struct stream_events *events, void *user);
/* server_name: for SNI and verification; a name or an IP literal. */
int tls_connect(struct stream **ret_stream, struct stream *raw, struct tls_context *context,
                struct bytes server_name, const struct stream_events *events, void *user);

/* The protocol chosen by ALPN; empty if none, or if the stream is no TLS stream. */
struct bytes tls_protocol(const struct stream *stream);
bool stream_is_tls(const struct stream *stream);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/tls_raw.h"

#include <errno.h>

/* One record, or a flight of the handshake. A peer that makes OpenSSL answer more is not read. */
#define OUTBOX_BYTES 65536

static int raw_bio_write(BIO *bio, const char *data, int size)
{
    struct tls_raw *raw = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    struct bytes rest = bytes_of(data, (size_t)size);
    ssize_t taken = raw->outbox.length > 0 ? 0 : stream_write(raw->stream, &rest, 1);
    if (taken < 0 && taken != -EAGAIN) {
        raw->error = (int)taken;
        return -1;
    }
    rest = bytes_after(rest, taken > 0 ? (size_t)taken : 0);
    int r = buffer_append(&raw->outbox, rest);
    if (r == -ENOBUFS)
        BIO_set_retry_write(bio);
    else if (r < 0)
        raw->error = r;
    return r < 0 ? -1 : size;
}

static int raw_bio_read(BIO *bio, char *ret_bytes, int size)
{
    struct tls_raw *raw = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t got = stream_read(raw->stream, ret_bytes, (size_t)size);
    if (got > 0)
        return (int)got;
    if (got == 0) {
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        return 0;
    }
    if (got == -EAGAIN)
        BIO_set_retry_read(bio);
    else
        raw->error = (int)got;
    return -1;
}

static long raw_bio_control(BIO *bio, int command, long number, void *pointer)
{
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_raw_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "raw stream");
    if (method && BIO_meth_set_write(method, raw_bio_write) == 1 &&
        BIO_meth_set_read(method, raw_bio_read) == 1 &&
        BIO_meth_set_ctrl(method, raw_bio_control) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

void tls_raw_init(struct tls_raw *raw, struct stream *stream)
{
    *raw = (struct tls_raw){.stream = stream};
    buffer_init(&raw->outbox, OUTBOX_BYTES, NULL);
}

int tls_raw_attach(struct tls_raw *raw, SSL *ssl, const BIO_METHOD *method)
{
    BIO *bio = BIO_new(method);
    if (!bio)
        return -ENOMEM;
    BIO_set_data(bio, raw);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return 0;
}

int tls_raw_flush(struct tls_raw *raw)
{
    struct bytes rest = buffer_bytes(&raw->outbox);
    if (rest.length == 0)
        return 0;
    ssize_t taken = stream_write(raw->stream, &rest, 1);
    if (taken < 0)
        return (int)taken;
    buffer_consume(&raw->outbox, (size_t)taken);
    if (raw->outbox.length > 0)
        return -EAGAIN;
    buffer_clear(&raw->outbox);
    return 0;
}

void tls_raw_clear(struct tls_raw *raw)
{
    buffer_clear(&raw->outbox);
}

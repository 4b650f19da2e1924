/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/tls.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "loop/stream_body.h"
#include "loop/tls_context.h"
#include "loop/tls_raw.h"

#define RECORD_BYTES ((size_t)SSL3_RT_MAX_PLAIN_LENGTH)
#define HOST_NAME_BYTES 256

/*
 *   CONNECTING -> SHAKING -> OPEN
 *        '-----------+-------> BROKEN   on_connected() has told an error
 */
enum tls_phase { TLS_CONNECTING, TLS_SHAKING, TLS_OPEN, TLS_BROKEN };

struct tls_stream {
    struct stream stream;
    struct tls_raw raw;
    struct tls_context *context;
    SSL *ssl;
    const char *why;  /* the last -EPROTO, in words */
    struct task task; /* tells the owner what no event of raw's will tell */
    enum tls_phase phase;
    int read_verdict;   /* what reading gives when no bytes are there: -EAGAIN, 0 or an error */
    int write_error;    /* 0: writing works */
    int hangup_error;   /* what broke raw; 0: nothing did */
    bool error_is_told; /* to this owner */
    bool fin_is_seen, fin_is_told;
    bool read_is_wanted;
    bool more_is_read;   /* bytes, or the end, wait inside OpenSSL where raw cannot see them */
    bool byte_is_owed;   /* see tls_write() */
    bool room_is_wanted; /* on_writable() is owed */
    bool finish_is_due;
};

static struct tls_stream *tls_of(const struct stream *stream)
{
    return (struct tls_stream *)(uintptr_t)stream;
}

/* Why OpenSSL refused, as -errno; -EAGAIN: it only waits for the raw stream. */
static int tls_reason(struct tls_stream *tls, int result)
{
    unsigned long code = ERR_peek_error();
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        if (tls->raw.error < 0)
            return tls->raw.error;
        break;
    default:
        break;
    }
    bool is_unverified =
        ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED;
    const char *text = is_unverified
                           ? X509_verify_cert_error_string(SSL_get_verify_result(tls->ssl))
                           : ERR_reason_error_string(code);
    if (text)
        tls->why = text;
    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE ? -ENOMEM : -EPROTO;
}

/* Telling the owner: one event a turn, the last thing that is done, since the owner may close. */

static bool tls_has_room(const struct tls_stream *tls)
{
    return tls->room_is_wanted && tls->raw.outbox.length == 0;
}

static bool tls_has_news(const struct tls_stream *tls)
{
    return (tls->fin_is_seen && !tls->fin_is_told) ||
           (tls->hangup_error != 0 && !tls->error_is_told) ||
           (tls->more_is_read && tls->read_is_wanted) || tls_has_room(tls);
}

static void tls_post(struct tls_stream *tls)
{
    if (tls->phase == TLS_OPEN && tls_has_news(tls))
        loop_post(tls->stream.loop, &tls->task);
}

static void tls_tell(struct tls_stream *tls)
{
    const struct stream_events *events = tls->stream.events;
    if (tls->phase != TLS_OPEN)
        return;
    if (tls->fin_is_seen && !tls->fin_is_told) {
        tls->fin_is_told = true;
        tls_post(tls);
        events->on_hangup(tls->stream.user, 0);
    } else if (tls->hangup_error != 0 && !tls->error_is_told) {
        tls->error_is_told = true;
        tls_post(tls);
        events->on_hangup(tls->stream.user, tls->hangup_error);
    } else if (tls_has_room(tls)) {
        tls->room_is_wanted = false;
        tls_post(tls);
        events->on_writable(tls->stream.user);
    } else if (tls->more_is_read && tls->read_is_wanted) {
        tls_post(tls); /* again, until somebody reads */
        events->on_readable(tls->stream.user);
    }
}

/* The handshake. */

static void tls_fail(struct tls_stream *tls, int error)
{
    tls->phase = TLS_BROKEN;
    tls->read_verdict = tls->write_error = error;
    tls->stream.events->on_connected(tls->stream.user, error);
}

static void tls_shake(struct tls_stream *tls)
{
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    if (result != 1) {
        int r = tls_reason(tls, result);
        if (r == -ENOMEM)
            tls_fail(tls, r);
        else if (r != -EAGAIN)
            tls_fail(tls, -EPROTO);
        return;
    }
    tls->phase = TLS_OPEN;
    tls->why = "the connection ended within a TLS record";
    tls->more_is_read = SSL_has_pending(tls->ssl);
    stream_want_read(tls->raw.stream, tls->read_is_wanted);
    tls_post(tls);
    tls->stream.events->on_connected(tls->stream.user, 0);
}

static void tls_run_task(struct task *task)
{
    struct tls_stream *tls = CONTAINER_OF(task, struct tls_stream, task);
    if (tls->phase == TLS_SHAKING)
        tls_shake(tls);
    else
        tls_tell(tls);
}

/* Sending what is left behind. */

static void tls_finish_raw(struct tls_stream *tls)
{
    if (tls->raw.outbox.length == 0 && (SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN) == 0)
        SSL_shutdown(tls->ssl);
    if (tls->raw.outbox.length > 0)
        return; /* raw_on_writable() comes back here */
    tls->finish_is_due = false;
    stream_finish(tls->raw.stream);
}

/* Events of the raw stream. */

static void raw_on_connected(void *user, int error)
{
    struct tls_stream *tls = user;
    if (error < 0) {
        tls_fail(tls, error);
        return;
    }
    tls->phase = TLS_SHAKING;
    tls_shake(tls);
}

static void raw_on_readable(void *user)
{
    struct tls_stream *tls = user;
    if (tls->phase == TLS_SHAKING)
        tls_shake(tls);
    else if (tls->phase == TLS_OPEN && tls->read_is_wanted)
        tls->stream.events->on_readable(tls->stream.user);
}

static void raw_on_writable(void *user)
{
    struct tls_stream *tls = user;
    int r = tls_raw_flush(&tls->raw);
    if (r < 0 && r != -EAGAIN)
        tls->write_error = r;
    if (r < 0)
        return;
    if (tls->phase == TLS_SHAKING) {
        tls_shake(tls);
        return;
    }
    if (tls->finish_is_due)
        tls_finish_raw(tls);
    /* Reading may have stopped because OpenSSL could not send an answer of its own. */
    if (tls->read_verdict == -EAGAIN)
        tls->more_is_read = true;
    tls_tell(tls);
}

static void raw_on_hangup(void *user, int error)
{
    struct tls_stream *tls = user;
    if (error == 0)
        tls->fin_is_seen = true; /* amid the handshake, reading will find the end */
    else
        tls->hangup_error = error;
    if (tls->phase == TLS_OPEN) {
        tls_tell(tls);
    } else if (tls->phase == TLS_SHAKING && error < 0) {
        tls_fail(tls, -EPROTO);
    }
}

static const struct stream_events raw_events = {
    .on_connected = raw_on_connected,
    .on_readable = raw_on_readable,
    .on_writable = raw_on_writable,
    .on_hangup = raw_on_hangup,
};

/* The kind. */

static void tls_bind(struct stream *stream)
{
    struct tls_stream *tls = tls_of(stream);
    tls->fin_is_told = tls->error_is_told = false;
    tls_post(tls);
}

static void tls_want_read(struct stream *stream, bool wanted)
{
    struct tls_stream *tls = tls_of(stream);
    tls->read_is_wanted = wanted;
    if (tls->phase != TLS_OPEN)
        return;
    if (tls->read_verdict == -EAGAIN)
        stream_want_read(tls->raw.stream, wanted);
    tls_post(tls);
}

/* Reading is over: raw would go on reporting an end that OpenSSL no longer reads. */
static void tls_end_reading(struct tls_stream *tls, int verdict)
{
    tls->read_verdict = verdict;
    stream_want_read(tls->raw.stream, false);
    if (verdict == 0)
        tls->fin_is_seen = true; /* close_notify says it, even if raw is still open */
}

static ssize_t tls_read(struct stream *stream, char *ret_bytes, size_t size)
{
    struct tls_stream *tls = tls_of(stream);
    size_t total = 0;
    int result = 1;
    tls->more_is_read = false;
    if (tls->phase != TLS_OPEN || tls->read_verdict != -EAGAIN)
        return tls->read_verdict;

    ERR_clear_error();
    /* One read of raw brings several records; another would mostly find nothing. */
    do {
        size_t got = 0;
        result = SSL_read_ex(tls->ssl, ret_bytes + total, size - total, &got);
        total += got;
    } while (result == 1 && total < size && SSL_has_pending(tls->ssl));

    int verdict = result == 1 ? -EAGAIN : tls_reason(tls, result);
    if (verdict != -EAGAIN)
        tls_end_reading(tls, verdict);
    if (total > 0)
        tls->more_is_read = verdict != -EAGAIN || (result == 1 && SSL_has_pending(tls->ssl));
    tls_post(tls);
    return total > 0 ? (ssize_t)total : verdict;
}

static size_t parts_length(const struct bytes *parts, size_t part_count)
{
    size_t length = 0;
    for (size_t i = 0; i < part_count; i++)
        length += parts[i].length;
    return length;
}

/* What follows the first `skip` bytes of all parts, as much as one record holds: a view if it
 * stands in one part, else gathered. */
static struct bytes parts_record(const struct bytes *parts, size_t skip, size_t length,
                                 char gathered[RECORD_BYTES])
{
    if (length > RECORD_BYTES)
        length = RECORD_BYTES;
    while (skip >= parts->length) {
        skip -= parts->length;
        parts++;
    }
    if (parts->length - skip >= length)
        return bytes_of(parts->at + skip, length);

    size_t gathered_length = 0;
    for (; gathered_length < length; parts++, skip = 0) {
        size_t piece = parts->length - skip;
        if (piece > length - gathered_length)
            piece = length - gathered_length;
        if (piece > 0)
            memcpy(gathered + gathered_length, parts->at + skip, piece);
        gathered_length += piece;
    }
    return bytes_of(gathered, length);
}

/* Encrypts and sends until a record does not fit; returns how much was encrypted. */
static size_t tls_encrypt(struct tls_stream *tls, const struct bytes *parts, size_t total,
                          size_t done)
{
    char gathered[RECORD_BYTES];
    ERR_clear_error();
    while (done < total && tls->raw.outbox.length == 0) {
        struct bytes record = parts_record(parts, done, total - done, gathered);
        size_t written = 0;
        int result = SSL_write_ex(tls->ssl, record.at, record.length, &written);
        if (result != 1) {
            int r = tls_reason(tls, result);
            tls->write_error = r < 0 && r != -EAGAIN ? r : -EPROTO;
            break;
        }
        done += written;
    }
    return done;
}

/* A record goes out whole or not at all, raw takes what it likes. The end of a record that did not
 * fit waits in the outbox, and its last byte is not reported as taken until the outbox is empty:
 * so the owner hears on_writable() when there is room, a write that was taken whole is with the
 * kernel, and closing never has to wait. */
static ssize_t tls_write(struct stream *stream, const struct bytes *parts, size_t part_count)
{
    struct tls_stream *tls = tls_of(stream);
    if (part_count > STREAM_PARTS)
        part_count = STREAM_PARTS;
    size_t total = parts_length(parts, part_count);
    if (tls->write_error < 0)
        return tls->write_error;
    if (total == 0)
        return 0;
    if (tls->phase != TLS_OPEN || tls->raw.outbox.length > 0) {
        tls->room_is_wanted = true;
        return 0;
    }
    size_t taken = tls_encrypt(tls, parts, total, tls->byte_is_owed ? 1 : 0);
    if (tls->write_error < 0)
        return tls->write_error;
    tls->byte_is_owed = tls->room_is_wanted = tls->raw.outbox.length > 0;
    return (ssize_t)(tls->byte_is_owed ? taken - 1 : taken);
}

static int tls_finish(struct stream *stream)
{
    struct tls_stream *tls = tls_of(stream);
    if (tls->phase != TLS_OPEN)
        return -ENOTCONN;
    if (tls->write_error < 0)
        return tls->write_error;
    tls->finish_is_due = true;
    tls->write_error = -EPIPE;
    tls_finish_raw(tls);
    return 0;
}

/* Takes half-built streams. */
static void tls_free(struct tls_stream *tls)
{
    loop_cancel(tls->stream.loop, &tls->task);
    SSL_free(tls->ssl);
    tls_raw_clear(&tls->raw);
    tls_context_unref(tls->context);
    free(tls);
}

static void tls_close(struct stream *stream, bool reset)
{
    struct tls_stream *tls = tls_of(stream);
    /* OpenSSL forbids to end a broken session; an owed byte means that a record is broken. */
    bool is_sound = tls->phase == TLS_OPEN && tls->write_error == 0 && tls->read_verdict != -EPROTO;
    if (!reset && is_sound && tls->raw.outbox.length == 0)
        SSL_shutdown(tls->ssl);
    if (reset)
        stream_reset(tls->raw.stream);
    else
        stream_close(tls->raw.stream);
    tls_free(tls);
}

static int tls_endpoint(const struct stream *stream, bool peer, struct address *ret_address)
{
    const struct stream *raw = tls_of(stream)->raw.stream;
    return peer ? stream_peer(raw, ret_address) : stream_local(raw, ret_address);
}

static const char *tls_error_text(const struct stream *stream)
{
    return tls_of(stream)->why;
}

static const struct stream_kind tls_kind = {
    .bind = tls_bind,
    .want_read = tls_want_read,
    .read = tls_read,
    .write = tls_write,
    .finish = tls_finish,
    .close = tls_close,
    .endpoint = tls_endpoint,
    .error_text = tls_error_text,
};

/* Opening. */

static int tls_new(struct tls_stream **ret_tls, struct stream *raw, struct tls_context *context)
{
    struct tls_stream *tls = calloc(1, sizeof *tls);
    if (!tls)
        return -ENOMEM;
    tls->stream.kind = &tls_kind;
    tls->stream.loop = stream_loop(raw);
    tls_raw_init(&tls->raw, raw);
    tls->context = tls_context_ref(context);
    tls->why = "the connection ended during the handshake";
    tls->read_verdict = -EAGAIN;
    tls->read_is_wanted = true;
    task_init(&tls->task, tls_run_task);

    tls->ssl = SSL_new(context->ssl);
    if (!tls->ssl || tls_raw_attach(&tls->raw, tls->ssl, context->raw_method) < 0) {
        tls_free(tls);
        return -ENOMEM;
    }
    /* A certificate's dates are compared with the loop's clock, which a world may set. */
    X509_VERIFY_PARAM_set_time(SSL_get0_param(tls->ssl),
                               (time_t)(loop_wall_ms(tls->stream.loop) / 1000));
    *ret_tls = tls;
    return 0;
}

static void tls_start(struct stream **ret_stream, struct tls_stream *tls,
                      const struct stream_events *events, void *user)
{
    tls->stream.events = events;
    tls->stream.user = user;
    stream_bind(tls->raw.stream, &raw_events, tls);
    *ret_stream = &tls->stream;
}

int tls_accept(struct stream **ret_stream, struct stream *raw, struct tls_context *context,
               const struct stream_events *events, void *user)
{
    assert(context->is_server);
    struct tls_stream *tls;
    int r = tls_new(&tls, raw, context);
    if (r < 0) {
        stream_close(raw);
        return r;
    }
    SSL_set_accept_state(tls->ssl);
    tls->phase = TLS_SHAKING;
    tls_start(ret_stream, tls, events, user);
    loop_post(tls->stream.loop, &tls->task);
    return 0;
}

static int expect_ip(SSL *ssl, const struct address *address)
{
    size_t length = address->family == ADDRESS_IPV4 ? 4 : 16;
    return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), address->ip, length) == 1 ? 0 : -ENOMEM;
}

static int expect_name(SSL *ssl, struct bytes name)
{
    char text[HOST_NAME_BYTES];
    if (name.length == 0 || name.length >= sizeof text || memchr(name.at, '\0', name.length))
        return -EINVAL;
    memcpy(text, name.at, name.length);
    text[name.length] = '\0';

    X509_VERIFY_PARAM *rules = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    bool set = SSL_set_tlsext_host_name(ssl, text) == 1 &&
               X509_VERIFY_PARAM_set1_host(rules, text, name.length) == 1;
    return set ? 0 : -ENOMEM;
}

/* An IP address is no server name for SNI (RFC 6066 section 3), but the certificate must have
 * it. */
static int expect_server(SSL *ssl, struct bytes name)
{
    struct address address;
    return address_parse_ip(name, 0, &address) == 0 ? expect_ip(ssl, &address)
                                                    : expect_name(ssl, name);
}

/* style: parameters, as its header says: what is opened, and who is told. */
int tls_connect(struct stream **ret_stream, struct stream *raw, struct tls_context *context,
                struct bytes server_name, const struct stream_events *events, void *user)
{
    assert(!context->is_server);
    struct tls_stream *tls;
    int r = tls_new(&tls, raw, context);
    if (r < 0) {
        stream_close(raw);
        return r;
    }
    r = expect_server(tls->ssl, server_name);
    if (r < 0) {
        stream_close(raw);
        tls_free(tls);
        return r;
    }
    SSL_set_connect_state(tls->ssl);
    tls_start(ret_stream, tls, events, user);
    return 0;
}

bool stream_is_tls(const struct stream *stream)
{
    return stream->kind == &tls_kind;
}

struct bytes tls_protocol(const struct stream *stream)
{
    const unsigned char *name = NULL;
    unsigned length = 0;
    if (stream_is_tls(stream))
        SSL_get0_alpn_selected(tls_of(stream)->ssl, &name, &length);
    return bytes_of((const char *)name, length);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/tls_context.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/tls_raw.h"

/* TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3 has nothing else. */
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

/* What a context's making reports to. */
struct making {
    const struct tls_options *options;
    struct tls_context *context;
    char *ret_why;
};

static int refuse(struct making *making, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *detail = code ? ERR_reason_error_string(code) : NULL;
    snprintf(making->ret_why, TLS_WHY_BYTES, detail ? "%s (%s)" : "%s", what, detail);
    ERR_clear_error();
    return -EINVAL;
}

/* An encrypted key would make OpenSSL ask at the terminal. */
static int no_password(char *buffer, int size, int is_writing, void *user)
{
    return -1;
}

static BIO *pem_open(struct bytes pem)
{
    return pem.length <= INT_MAX ? BIO_new_mem_buf(pem.at, (int)pem.length) : NULL;
}

/* Whether reading stopped because nothing more is there, and not because of rubbish. */
static bool pem_ended(void)
{
    unsigned long code = ERR_peek_last_error();
    bool ended = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    if (ended)
        ERR_clear_error();
    return ended;
}

static int use_chain(struct making *making, BIO *pem)
{
    SSL_CTX *ssl = making->context->ssl;
    X509 *leaf = PEM_read_bio_X509_AUX(pem, NULL, no_password, NULL);
    bool used = leaf && SSL_CTX_use_certificate(ssl, leaf) == 1;
    X509_free(leaf);
    if (!used)
        return refuse(making, "the certificate cannot be read");

    X509 *issuer;
    while ((issuer = PEM_read_bio_X509(pem, NULL, no_password, NULL))) {
        bool added = SSL_CTX_add1_chain_cert(ssl, issuer) == 1;
        X509_free(issuer);
        if (!added)
            return refuse(making, "the certificate's chain cannot be used");
    }
    return pem_ended() ? 0 : refuse(making, "the certificate's chain cannot be read");
}

static int use_key(struct making *making, BIO *pem)
{
    SSL_CTX *ssl = making->context->ssl;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, no_password, NULL);
    if (!key)
        return refuse(making, "the private key cannot be read, or is encrypted");

    bool matches = X509_check_private_key(SSL_CTX_get0_certificate(ssl), key) == 1;
    bool used = matches && SSL_CTX_use_PrivateKey(ssl, key) == 1;
    EVP_PKEY_free(key);
    if (!matches)
        return refuse(making, "certificate and key do not match");
    return used ? 0 : refuse(making, "the private key cannot be used");
}

static int use_own_certificate(struct making *making)
{
    struct bytes chain = making->options->certificate_pem, key = making->options->key_pem;
    if (chain.length == 0 && key.length == 0 && !making->context->is_server)
        return 0;
    if (chain.length == 0)
        return refuse(making, "a certificate is missing");
    if (key.length == 0)
        return refuse(making, "the private key is missing");

    BIO *chain_pem = pem_open(chain), *key_pem = pem_open(key);
    int r = chain_pem && key_pem ? 0 : refuse(making, "out of memory");
    if (r == 0)
        r = use_chain(making, chain_pem);
    if (r == 0)
        r = use_key(making, key_pem);
    BIO_free(chain_pem);
    BIO_free(key_pem);
    return r;
}

static int trust_one(struct making *making, X509 *root)
{
    SSL_CTX *ssl = making->context->ssl;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), root) != 1)
        return refuse(making, "a root certificate cannot be used");
    /* Told to clients, so that one with several certificates knows which to show. */
    if (making->context->is_server && SSL_CTX_add_client_CA(ssl, root) != 1)
        return refuse(making, "a root certificate cannot be used");
    return 0;
}

static int trust_all(struct making *making, BIO *pem)
{
    size_t count = 0;
    X509 *root;
    while ((root = PEM_read_bio_X509(pem, NULL, no_password, NULL))) {
        int r = trust_one(making, root);
        X509_free(root);
        if (r < 0)
            return r;
        count++;
    }
    if (!pem_ended())
        return refuse(making, "the root certificates cannot be read");
    return count > 0 ? 0 : refuse(making, "there is no root certificate");
}

static int trust_roots(struct making *making)
{
    struct bytes roots = making->options->ca_pem;
    if (roots.length == 0) {
        if (SSL_CTX_set_default_verify_paths(making->context->ssl) != 1)
            return refuse(making, "the system's root certificates cannot be read");
        return 0;
    }
    BIO *pem = pem_open(roots);
    int r = pem ? trust_all(making, pem) : refuse(making, "out of memory");
    BIO_free(pem);
    return r;
}

static int verify_peers(struct making *making)
{
    struct tls_context *context = making->context;
    context->verifies_peer = context->is_server ? making->options->ca_pem.length > 0
                                                : !making->options->insecure_no_verify;
    if (!context->verifies_peer)
        return 0;
    SSL_CTX_set_verify(context->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return trust_roots(making);
}

/* A client that shares none of our protocols is told so, rather than served another one.
 * style: parameters, as OpenSSL calls it. */
static int select_protocol(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_length,
                           const unsigned char *offered, unsigned offered_length, void *user)
{
    const struct tls_context *context = user;
    unsigned char *name = NULL;
    int verdict = SSL_select_next_proto(&name, ret_length, context->alpn, context->alpn_length,
                                        offered, offered_length);
    *ret_name = name;
    return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int use_protocols(struct making *making)
{
    struct tls_context *context = making->context;
    for (size_t i = 0; i < TLS_ALPN_LIMIT && making->options->alpn[i]; i++) {
        struct bytes name = bytes_from_cstr(making->options->alpn[i]);
        if (name.length == 0 || name.length >= TLS_ALPN_BYTES - context->alpn_length)
            return refuse(making, "the name of a protocol is empty or too long");
        context->alpn[context->alpn_length] = (unsigned char)name.length;
        memcpy(context->alpn + context->alpn_length + 1, name.at, name.length);
        context->alpn_length += (unsigned)name.length + 1;
    }
    if (context->alpn_length == 0)
        return 0;
    if (context->is_server)
        SSL_CTX_set_alpn_select_cb(context->ssl, select_protocol, context);
    else if (SSL_CTX_set_alpn_protos(context->ssl, context->alpn, context->alpn_length) != 0)
        return refuse(making, "out of memory");
    return 0;
}

static int set_up(struct making *making)
{
    static const unsigned char session_scope[] = "isthmus";
    SSL_CTX *ssl = making->context->ssl;
    int least = making->options->tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(ssl, least) != 1 ||
        SSL_CTX_set_cipher_list(ssl, TLS12_CIPHERS) != 1 ||
        SSL_CTX_set_session_id_context(ssl, session_scope, sizeof session_scope - 1) != 1)
        return refuse(making, "OpenSSL has none of the wanted ciphers");

    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    /* An idle connection keeps no buffers; one read takes all that is there, not a record's head
     * and then its body. */
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ssl, 1);
    /* Sessions live in tickets at the client, not in memory here. */
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ssl, 1);

    int r = use_own_certificate(making);
    if (r == 0)
        r = verify_peers(making);
    return r < 0 ? r : use_protocols(making);
}

static int context_new(struct tls_context **ret_context, const struct tls_options *options,
                       bool is_server, char ret_why[TLS_WHY_BYTES])
{
    struct making making = {.options = options, .ret_why = ret_why};
    ERR_clear_error();
    making.context = calloc(1, sizeof *making.context);
    if (!making.context)
        return refuse(&making, "out of memory");
    atomic_init(&making.context->references, 1);
    making.context->is_server = is_server;
    making.context->ssl = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    making.context->raw_method = tls_raw_method_new();

    int r = making.context->ssl && making.context->raw_method ? set_up(&making)
                                                              : refuse(&making, "out of memory");
    if (r < 0) {
        tls_context_unref(making.context);
        return r;
    }
    *ret_context = making.context;
    return 0;
}

int tls_context_server(struct tls_context **ret_context, const struct tls_options *options,
                       char ret_why[TLS_WHY_BYTES])
{
    return context_new(ret_context, options, true, ret_why);
}

int tls_context_client(struct tls_context **ret_context, const struct tls_options *options,
                       char ret_why[TLS_WHY_BYTES])
{
    return context_new(ret_context, options, false, ret_why);
}

struct tls_context *tls_context_ref(struct tls_context *context)
{
    if (context)
        /* Whoever adds a reference holds one: nothing has to be seen before it. */
        atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

void tls_context_unref(struct tls_context *context)
{
    if (!context || atomic_fetch_sub(&context->references, 1) != 1)
        return;
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->raw_method);
    free(context);
}

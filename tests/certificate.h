/* SPDX-License-Identifier: Apache-2.0
 *
 * certificate - certificates made while a test runs, so that none has to be stored and none
 * expires.
 *
 * Units    seconds since 1970.
 * Memory   what is made is freed by certificate_clear().
 * Errors   a failure ends the test.
 */
#ifndef TESTS_CERTIFICATE_H
#define TESTS_CERTIFICATE_H

#include <openssl/x509.h>

#include "base/bytes.h"

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
    struct bytes pem, key_pem;
};

struct certificate_wish {
    const char *names;                /* "DNS:a.test,IP:127.0.0.1"; NULL: a root */
    const struct certificate *issuer; /* NULL: signed by itself */
    int64_t from_s, until_s;
};

void certificate_make(struct certificate *ret_certificate, const struct certificate_wish *wish);
void certificate_clear(struct certificate *certificate);

#endif

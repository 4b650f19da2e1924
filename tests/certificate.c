/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "tests/test.h"

static void add_extension(X509 *x509, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, NULL, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static struct bytes take_text(BIO *bio)
{
    char *text;
    long length = BIO_get_mem_data(bio, &text);
    assert_true(length > 0);
    char *copy = malloc((size_t)length);
    assert_non_null(copy);
    memcpy(copy, text, (size_t)length);
    BIO_free(bio);
    return bytes_of(copy, (size_t)length);
}

static void write_pem(struct certificate *certificate)
{
    BIO *pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(pem, certificate->x509), 1);
    assert_int_equal(PEM_write_bio_PrivateKey(key_pem, certificate->key, NULL, NULL, 0, NULL, NULL),
                     1);
    certificate->pem = take_text(pem);
    certificate->key_pem = take_text(key_pem);
}

void certificate_make(struct certificate *ret_certificate, const struct certificate_wish *wish)
{
    struct certificate made = {.x509 = X509_new(), .key = EVP_EC_gen("P-256")};
    const struct certificate *issuer = wish->issuer ? wish->issuer : &made;
    assert_non_null(made.key);
    X509_set_version(made.x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.x509), wish->names ? 2 : 1);
    ASN1_TIME_set(X509_getm_notBefore(made.x509), (time_t)wish->from_s);
    ASN1_TIME_set(X509_getm_notAfter(made.x509), (time_t)wish->until_s);
    X509_set_pubkey(made.x509, made.key);

    const char *title = wish->names ? "leaf" : "root";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.x509), "CN", MBSTRING_ASC,
                               (const unsigned char *)title, -1, -1, 0);
    X509_set_issuer_name(made.x509, X509_get_subject_name(issuer->x509));
    add_extension(made.x509, NID_basic_constraints, wish->names ? "CA:FALSE" : "critical,CA:TRUE");
    if (wish->names)
        add_extension(made.x509, NID_subject_alt_name, wish->names);
    assert_true(X509_sign(made.x509, issuer->key, EVP_sha256()) > 0);

    write_pem(&made);
    *ret_certificate = made;
}

void certificate_clear(struct certificate *certificate)
{
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    free((void *)(uintptr_t)certificate->pem.at);
    free((void *)(uintptr_t)certificate->key_pem.at);
}

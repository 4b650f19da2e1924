/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/credential.h"

/* Visible ASCII and nothing else: what has spaces, controls or other bytes is no credential of any
 * kind, and need not be looked up. */
static bool is_token(struct bytes text)
{
    if (text.length == 0 || text.length > CREDENTIAL_BYTES_LIMIT)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    return true;
}

/* "Bearer", in any case, and at least one space (RFC 9110 section 11.4). */
static struct bytes after_scheme(struct bytes value)
{
    struct bytes rest = value, scheme = bytes_cut(&rest, ' ');
    return bytes_equal_nocase(scheme, BYTES("bearer")) ? bytes_trim(rest) : (struct bytes){0};
}

static void note_token(struct credential *credential, struct bytes token)
{
    bool is_second = credential->state == CREDENTIAL_GIVEN;
    if (!is_token(token))
        credential->state = CREDENTIAL_MALFORMED;
    else if (is_second && !bytes_equal(credential->token, token))
        credential->state = CREDENTIAL_AMBIGUOUS;
    else
        *credential = (struct credential){CREDENTIAL_GIVEN, token};
}

void credential_note(struct credential *credential, struct bytes name, struct bytes value)
{
    bool is_faulty =
        credential->state == CREDENTIAL_MALFORMED || credential->state == CREDENTIAL_AMBIGUOUS;
    if (is_faulty)
        return;
    if (bytes_equal_nocase(name, BYTES("authorization")))
        note_token(credential, after_scheme(bytes_trim(value)));
    else if (bytes_equal_nocase(name, BYTES("x-api-key")) ||
             bytes_equal_nocase(name, BYTES("api-key")))
        note_token(credential, bytes_trim(value));
}

static bool is_base64url(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return text.length > 0;
}

bool credential_looks_like_jwt(struct bytes token)
{
    struct bytes rest = token, header = bytes_cut(&rest, '.'), payload = bytes_cut(&rest, '.');
    /* "ey" is how '{' and the quote behind it begin. */
    return bytes_start_with(header, BYTES("ey")) && is_base64url(header) && is_base64url(payload) &&
           is_base64url(rest);
}

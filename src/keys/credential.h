/* SPDX-License-Identifier: Apache-2.0
 *
 * credential - the one credential of a request, out of its header fields: `authorization` with
 * Bearer (RFC 6750), `x-api-key`, `api-key`. What a client sends twice must be the same twice.
 *
 *   struct credential credential = {0};
 *   for (each header field)
 *       credential_note(&credential, name, value);
 *
 * Memory   a view of the field's value.
 * Threads  any.
 * Errors   none: a state.
 */
#ifndef KEYS_CREDENTIAL_H
#define KEYS_CREDENTIAL_H

#include "base/bytes.h"

#define CREDENTIAL_BYTES_LIMIT 8192 /* what is longer is malformed */

enum credential_state {
    CREDENTIAL_ABSENT,
    CREDENTIAL_GIVEN,
    CREDENTIAL_MALFORMED, /* another scheme, empty, too long, a space or no ASCII in it */
    CREDENTIAL_AMBIGUOUS, /* two that differ */
};

struct credential {
    enum credential_state state; /* the first fault stays */
    struct bytes token;          /* of GIVEN */
};

/* Other names than the three do nothing. */
void credential_note(struct credential *credential, struct bytes name, struct bytes value);
/* Three parts in base64url with dots between, the first one beginning as JSON does: for
 * `auth: keys+jwt`, where anything else is an opaque key. */
bool credential_looks_like_jwt(struct bytes token);

#endif

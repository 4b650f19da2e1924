/* SPDX-License-Identifier: Apache-2.0
 *
 * errors - what the edge itself tells clients, in one place: status, code, and what to do.
 */
#ifndef EDGE_ERRORS_H
#define EDGE_ERRORS_H

#include "base/arena.h"
#include "openai/error.h"

extern const struct openai_error error_memory, error_shutdown, error_deadline, error_unknown_path,
    error_method, error_body_too_large, error_busy, error_no_core, error_core_unreachable,
    error_core_died, error_core_rubbish, error_core_silent, error_core_cut;

/* Of those who may not come in; 401 but for the last three. */
extern const struct openai_error error_no_key, error_bad_key, error_revoked_key, error_expired_key,
    error_many_tokens, error_loading, error_store_unavailable;

/* The field may be sent to no core that could answer: in *ret_error, or error_memory. */
const struct openai_error *error_denied(const char *field, struct arena *arena,
                                        struct openai_error *ret_error);
/* The same request would end in the same way again, and its tokens would be paid for once more: the
 * clients' libraries, which by themselves repeat what ended with 504, are asked not to. */
bool error_is_final(const struct openai_error *error);

#endif

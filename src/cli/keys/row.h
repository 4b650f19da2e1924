/* SPDX-License-Identifier: Apache-2.0
 *
 * row - how a key or tenant of the store is shown.
 *
 * Memory   into the caller's printer.
 * Threads  any.
 * Errors   as the printer.
 */
#ifndef CLI_KEYS_ROW_H
#define CLI_KEYS_ROW_H

#include "cli/keys/trait.h"

/* "live", "expired", "revoked". */
const char *row_state(const struct store_key *row, uint64_t now_ms);
/* A tenant as a row without a name. */
struct store_key row_of_tenant(const struct store_tenant *tenant);

/* {"name": ..., ...}, but for the closing brace. The digest belongs into exports only. */
enum row_digest { ROW_WITH_DIGEST, ROW_WITHOUT_DIGEST };
void row_print_key(const struct store_key *row, enum row_digest digest, struct printer *out);
void row_print_tenant(const struct store_key *row, struct printer *out);

/* What a page holds goes to standard output from time to time, so that a hundred thousand lines
 * need no memory; false: nobody reads any more. */
bool row_flush(struct printer *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/row.h"

#include "cli/command.h"

#define FLUSH_BYTES 65536

const char *row_state(const struct store_key *row, uint64_t now_ms)
{
    if (row->revoked_ms > 0)
        return "revoked";
    return row->expires_ms > 0 && row->expires_ms <= now_ms ? "expired" : "live";
}

struct store_key row_of_tenant(const struct store_tenant *tenant)
{
    return (struct store_key){
        .tenant = tenant->name, .limits = tenant->limits, .labels = tenant->labels};
}

static void print_member(const struct store_key *row, const struct trait *trait, bool is_first,
                         struct printer *out)
{
    PRINT(out, "%s\"%s\": ", is_first ? "{" : ", ", trait->name);
    trait_print_json(trait, row, out);
}

void row_print_key(const struct store_key *row, enum row_digest digest, struct printer *out)
{
    for (size_t i = 0; i < trait_count; i++) {
        bool is_hidden = traits[i].kind == TRAIT_SECRET ||
                         (traits[i].kind == TRAIT_DIGEST && digest == ROW_WITHOUT_DIGEST);
        if (!is_hidden)
            print_member(row, &traits[i], i == 0, out);
    }
}

void row_print_tenant(const struct store_key *row, struct printer *out)
{
    print_member(row, trait_find(BYTES("tenant")), true, out);
    for (size_t i = 0; i < trait_count; i++)
        if (traits[i].uses & TRAIT_TENANT)
            print_member(row, &traits[i], false, out);
}

bool row_flush(struct printer *out)
{
    if (out->status < 0)
        return false;
    if (out->out->length < FLUSH_BYTES)
        return true;
    bool is_printed = command_print(out->out) == COMMAND_FINE;
    buffer_truncate(out->out, 0);
    return is_printed;
}

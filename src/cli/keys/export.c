/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/keys/row.h"
#include "cli/keys/verbs.h"

struct export
{
    struct printer out;
    struct bytes tenant; /* only this one's; empty: all */
};

static bool is_wanted(const struct export *export, struct bytes tenant)
{
    return export->tenant.length == 0 || bytes_equal(export->tenant, tenant);
}

static bool print_tenant(void *user, const struct store_tenant *tenant)
{
    struct export *export = user;
    if (!is_wanted(export, tenant->name))
        return true;
    const struct store_key row = row_of_tenant(tenant);
    row_print_tenant(&row, &export->out);
    PRINT(&export->out, "}\n");
    return row_flush(&export->out);
}

static bool print_key(void *user, const struct store_key *key)
{
    struct export *export = user;
    if (!is_wanted(export, key->tenant))
        return true;
    row_print_key(key, ROW_WITH_DIGEST, &export->out);
    PRINT(&export->out, "}\n");
    return row_flush(&export->out);
}

/* Tenants come first, so that an import has them before their keys. */
int keys_export(struct keys_request *request)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct export export = {.out = {.out = &text}, .tenant = request->sheet.key.tenant};
    struct store_visitor visitor = {print_tenant, print_key, &export};
    struct store_state state;
    enum store_status loaded = store_key_load(request->desk.store, 0, &visitor, &state);
    int status = COMMAND_FAILED;
    if (loaded == STORE_OK && export.out.status == 0)
        status = command_print(&text);
    else if (loaded != STORE_STOPPED)
        status = desk_tell_store(&request->desk);
    buffer_clear(&text);
    return status;
}

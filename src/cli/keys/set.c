/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/keys/trait.h"
#include "cli/keys/verbs.h"
#include "config/report.h"

/* A row that outlives the callback it came in. */
struct found {
    struct memory memory;
    struct store_key row;
    bool is_kept;
};

static bool keep_key(void *user, const struct store_key *key)
{
    struct found *found = user;
    found->is_kept = sheet_keep(&found->memory, key, &found->row);
    return found->is_kept;
}

static bool keep_tenant(void *user, const struct store_tenant *tenant)
{
    const struct store_key row = {
        .tenant = tenant->name, .limits = tenant->limits, .labels = tenant->labels};
    return keep_key(user, &row);
}

static int tell_revoked(const struct keys_request *request, struct bytes name)
{
    desk_tell(&request->desk,
              "\"%s\" is revoked, which is for ever\n"
              "  isthmus keys add with another name makes a new key",
              show(name).text);
    return COMMAND_FAILED;
}

static int change_key(struct keys_request *request, struct found *found)
{
    struct bytes name = bytes_from_cstr(request->word);
    uint64_t id;
    enum store_status status = store_key_find(request->desk.store, name, keep_key, found);
    if (status == STORE_NOT_FOUND)
        return desk_tell_no_key(&request->desk, name);
    if (status != STORE_OK)
        return desk_tell_store(&request->desk);
    sheet_apply(&request->sheet, &found->row);
    int checked = keys_request_check_expiry(
        request, trait_is_given(&request->sheet, "expires") ? found->row.expires_ms : 0);
    if (checked != COMMAND_FINE)
        return checked;
    status = store_key_put(request->desk.store, &found->row, STORE_CHANGE, &id);
    if (status == STORE_REVOKED)
        return tell_revoked(request, name);
    return status == STORE_OK ? COMMAND_FINE : desk_tell_store(&request->desk);
}

static int change_tenant(struct keys_request *request, struct found *found)
{
    struct bytes name = request->sheet.key.tenant;
    uint64_t id;
    enum store_status status = store_tenant_find(request->desk.store, name, keep_tenant, found);
    if (status == STORE_NOT_FOUND)
        return desk_tell_no_tenant(&request->desk, name);
    if (status != STORE_OK)
        return desk_tell_store(&request->desk);
    sheet_apply(&request->sheet, &found->row);
    const struct store_tenant tenant = {
        .name = name, .limits = found->row.limits, .labels = found->row.labels};
    status = store_tenant_put(request->desk.store, &tenant, &id);
    return status == STORE_OK ? COMMAND_FINE : desk_tell_store(&request->desk);
}

/* Nobody else changes the row between reading and writing it. */
static int change(struct keys_request *request)
{
    struct found found = {0};
    if (store_begin(request->desk.store) != STORE_OK)
        return desk_tell_store(&request->desk);
    int status = request->word ? change_key(request, &found) : change_tenant(request, &found);
    if (status == COMMAND_FINE && store_commit(request->desk.store) != STORE_OK)
        status = desk_tell_store(&request->desk);
    store_rollback(request->desk.store);
    memory_clear(&found.memory);
    return status;
}

/* Of a tenant only what tenants have; and something has to be said at all. */
static const char *find_misuse(const struct keys_request *request)
{
    bool is_tenant = !request->word, is_any = false;
    if (is_tenant && !trait_is_given(&request->sheet, "tenant"))
        return "which one?\n  write a key's NAME, or --tenant NAME for a tenant's own limits";
    for (size_t i = 0; i < trait_count; i++) {
        if (!trait_is_given(&request->sheet, traits[i].name) ||
            (is_tenant && traits[i].offset == offsetof(struct store_key, tenant)))
            continue;
        if (is_tenant && !(traits[i].uses & TRAIT_TENANT))
            return "tenants have limits and labels only\n  write a key's NAME before the options";
        is_any = true;
    }
    return is_any ? NULL : "nothing to change\n  write what is to be: --rpm 600, --models '*'";
}

int keys_set(struct keys_request *request)
{
    const char *misuse = find_misuse(request);
    if (misuse) {
        desk_tell(&request->desk, "%s", misuse);
        return COMMAND_MISUSED;
    }
    int status = change(request);
    if (status == COMMAND_FINE)
        desk_tell(
            &request->desk, "%s \"%s\" is changed; running edges see it within a second",
            request->word ? "key" : "tenant",
            show(request->word ? bytes_from_cstr(request->word) : request->sheet.key.tenant).text);
    return status;
}

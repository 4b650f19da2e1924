/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/keys/secret_file.h"
#include "cli/keys/verbs.h"
#include "config/report.h"

static bool ignore(void *user, const struct store_key *key)
{
    return true;
}

/* The name, or the digest of a secret that was brought along, is another key's. */
static int tell_exists(struct keys_request *request, struct bytes name)
{
    if (store_key_find(request->desk.store, name, ignore, NULL) == STORE_OK)
        desk_tell(&request->desk,
                  "there is a key \"%s\" already\n"
                  "  isthmus keys set changes it, isthmus keys rotate gives it another secret",
                  show(name).text);
    else
        desk_tell(&request->desk, "another key has this secret\n  each key has one of its own");
    return COMMAND_FAILED;
}

static int put(struct keys_request *request, const struct store_key *row)
{
    uint64_t id;
    enum store_status status = store_key_put(request->desk.store, row, STORE_ADD, &id);
    if (status == STORE_EXISTS)
        return tell_exists(request, row->name);
    if (status != STORE_OK)
        return desk_tell_store(&request->desk);
    desk_tell(&request->desk, "\"%s\" is there, of tenant \"%s\"", show(row->name).text,
              show(row->tenant).text);
    return COMMAND_FINE;
}

static int check(struct keys_request *request, const struct store_key *row)
{
    const char *problem = sheet_check_name(row->name);
    if (problem) {
        desk_tell(&request->desk, "\"%s\" %s\n  %s", show(row->name).text, problem,
                  sheet_name_remedy);
        return COMMAND_MISUSED;
    }
    return keys_request_check_expiry(request, row->expires_ms);
}

int keys_add(struct keys_request *request)
{
    struct store_key row = {0};
    struct minted minted;
    sheet_fill_defaults(&row);
    sheet_apply(&request->sheet, &row);
    row.name = bytes_from_cstr(request->word);
    row.created_ms = request->sheet.now_ms;

    int status = check(request, &row);
    if (status == COMMAND_FINE)
        status = secret_obtain(request, &minted);
    if (status != COMMAND_FINE)
        return status;
    minted_apply(&minted, &row);
    status = put(request, &row);
    if (status == COMMAND_FINE)
        status = secret_show(request, &minted);
    minted_clear(&minted);
    return status;
}

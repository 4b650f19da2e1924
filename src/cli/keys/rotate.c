/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/date.h"
#include "cli/keys/secret_file.h"
#include "cli/keys/verbs.h"
#include "config/report.h"

static int tell_failed(const struct keys_request *request, enum store_status status,
                       struct bytes name)
{
    if (status == STORE_NOT_FOUND)
        return desk_tell_no_key(&request->desk, name);
    if (status == STORE_REVOKED)
        desk_tell(&request->desk,
                  "\"%s\" is revoked, which is for ever\n"
                  "  isthmus keys add with another name makes a new key",
                  show(name).text);
    else if (status == STORE_EXISTS)
        desk_tell(&request->desk, "a key has this secret already\n  each secret is used once");
    else
        return desk_tell_store(&request->desk);
    return COMMAND_FAILED;
}

static void tell_done(const struct keys_request *request, const struct store_rotation *rotation)
{
    char text[DATE_TEXT_BYTES];
    if (rotation->old_until_ms > 0)
        desk_tell(&request->desk, "\"%s\" has a new secret; the old one is good until %s",
                  show(rotation->name).text, date_write_instant(rotation->old_until_ms, text));
    else
        desk_tell(&request->desk,
                  "\"%s\" has a new secret; running edges refuse the old one within a second",
                  show(rotation->name).text);
}

static int rotate(struct keys_request *request, const struct minted *minted)
{
    uint64_t overlap_ms = request->overlap_ms;
    struct store_rotation rotation = {
        .name = bytes_from_cstr(request->word),
        .shown = bytes_from_cstr(minted->hint),
        .old_until_ms = overlap_ms > 0 ? request->sheet.now_ms + overlap_ms : 0,
    };
    memcpy(rotation.digest, minted->digest, sizeof rotation.digest);
    enum store_status status = store_key_rotate(request->desk.store, &rotation);
    if (status != STORE_OK)
        return tell_failed(request, status, rotation.name);
    tell_done(request, &rotation);
    return secret_show(request, minted);
}

int keys_rotate(struct keys_request *request)
{
    struct minted minted;
    int status = secret_obtain(request, &minted);
    if (status == COMMAND_FINE)
        status = rotate(request, &minted);
    minted_clear(&minted);
    return status;
}

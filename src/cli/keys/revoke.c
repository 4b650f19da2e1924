/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/date.h"
#include "cli/keys/verbs.h"
#include "config/report.h"

static bool note_revoked(void *user, const struct store_key *key)
{
    uint64_t *revoked_ms = user;
    *revoked_ms = key->revoked_ms;
    return true;
}

/* Saying it twice is no mistake: it is done, and since when. */
static int tell_since(const struct keys_request *request, struct bytes name, uint64_t revoked_ms)
{
    char text[DATE_TEXT_BYTES];
    desk_tell(&request->desk, "\"%s\" has been revoked since %s", show(name).text,
              date_write_instant(revoked_ms, text));
    return COMMAND_FINE;
}

static int revoke(const struct keys_request *request, struct bytes name)
{
    if (store_key_revoke(request->desk.store, name, request->sheet.now_ms) != STORE_OK)
        return desk_tell_store(&request->desk);
    desk_tell(&request->desk, "\"%s\" is revoked; running edges refuse it within a second",
              show(name).text);
    return COMMAND_FINE;
}

int keys_revoke(struct keys_request *request)
{
    struct bytes name = bytes_from_cstr(request->word);
    uint64_t revoked_ms = 0;
    enum store_status status = store_key_find(request->desk.store, name, note_revoked, &revoked_ms);
    if (status == STORE_NOT_FOUND)
        return desk_tell_no_key(&request->desk, name);
    if (status != STORE_OK)
        return desk_tell_store(&request->desk);
    return revoked_ms > 0 ? tell_since(request, name, revoked_ms) : revoke(request, name);
}

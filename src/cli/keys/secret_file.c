/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/secret_file.h"

#include <stdio.h>

#include "cli/command.h"

/* The line's end that an editor leaves is no part of it. */
static struct bytes without_line_end(struct bytes text)
{
    while (text.length > 0 &&
           (text.at[text.length - 1] == '\n' || text.at[text.length - 1] == '\r'))
        text.length--;
    return text;
}

static int take(struct keys_request *request, struct mint *mint, struct bytes secret,
                struct minted *ret_minted)
{
    const char *problem = sheet_check_secret(secret);
    if (problem) {
        desk_tell(&request->desk, "the secret %s\n  %s", problem, sheet_secret_remedy);
        return COMMAND_MISUSED;
    }
    return mint_take(mint, secret, ret_minted) < 0 ? COMMAND_FAILED : COMMAND_FINE;
}

static int read_secret(struct keys_request *request, struct mint *mint, struct minted *ret_minted)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int status = desk_read_file(&request->desk, request->key_file, SHEET_SECRET_BYTES + 2, &text);
    if (status == COMMAND_FINE)
        status = take(request, mint, without_line_end(buffer_bytes(&text)), ret_minted);
    if (text.data)
        explicit_bzero(text.data, text.capacity);
    buffer_clear(&text);
    return status;
}

int secret_obtain(struct keys_request *request, struct minted *ret_minted)
{
    struct mint mint;
    *ret_minted = (struct minted){0};
    int status = mint_open(&mint, request->desk.loop) < 0 ? COMMAND_FAILED : COMMAND_FINE;
    if (status == COMMAND_FINE && request->key_file)
        status = read_secret(request, &mint, ret_minted);
    else if (status == COMMAND_FINE && mint_make(&mint, ret_minted) < 0)
        status = COMMAND_FAILED;
    if (status == COMMAND_FAILED)
        desk_tell(&request->desk, "no secret could be made");
    mint_close(&mint);
    return status;
}

int secret_show(const struct keys_request *request, const struct minted *minted)
{
    if (!minted->secret[0])
        return COMMAND_FINE;
    if (printf("%s\n", minted->secret) > 0 && fflush(stdout) == 0)
        return COMMAND_FINE;
    desk_tell(&request->desk, "the key is there, but its secret could not be shown\n"
                              "  isthmus keys rotate gives it another one");
    return COMMAND_FAILED;
}

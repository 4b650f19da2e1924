/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

bool command_wants_help(int argument_count, char **arguments)
{
    for (int i = 0; i < argument_count; i++)
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)
            return true;
    return false;
}

int command_print(const struct buffer *page)
{
    struct bytes text = buffer_bytes(page);
    bool is_printed = fwrite(text.at, 1, text.length, stdout) == text.length && fflush(stdout) == 0;
    return is_printed ? COMMAND_FINE : COMMAND_FAILED;
}

int command_print_page(int (*make)(struct buffer *out))
{
    struct buffer page;
    buffer_init(&page, 0, NULL);
    int status = make(&page) < 0 ? COMMAND_FAILED : command_print(&page);
    buffer_clear(&page);
    return status;
}

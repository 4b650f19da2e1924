/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "loop/file.h"

#define CONFIG_FILE_BYTES (1024 * 1024)

static const char *environment_get(void *user, const char *name)
{
    (void)user;
    return getenv(name);
}

static void print_message(const struct buffer *message)
{
    struct bytes text = buffer_bytes(message);
    fprintf(stderr, "%.*s", (int)text.length, text.at);
}

/* Moves "-c FILE" and "--config FILE" out of the arguments; the last one counts. Returns how many
 * arguments are left. */
static size_t take_file(size_t count, char **arguments, const char **ret_path)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_file = strcmp(arguments[i], "-c") == 0 || strcmp(arguments[i], "--config") == 0;
        if (is_file && i + 1 < count)
            *ret_path = arguments[++i];
        else
            arguments[left++] = arguments[i];
    }
    return left;
}

static int load(struct edge_config **ret_config, struct loop *loop, struct config_input *input,
                struct buffer *text)
{
    if (input->file_name) {
        int r = file_read_whole(loop, input->file_name, CONFIG_FILE_BYTES, text);
        if (r < 0) {
            fprintf(stderr, "isthmus: cannot read %s: %s\n", input->file_name, strerror(-r));
            return r;
        }
        input->file_text = buffer_bytes(text);
    }
    struct buffer message;
    buffer_init(&message, 0, NULL);
    int r = config_load_edge(ret_config, input, &message);
    print_message(&message);
    buffer_clear(&message);
    return r;
}

int settings_load(struct edge_config **ret_config, struct loop *loop, int argument_count,
                  char **arguments)
{
    struct config_input input = {.arguments = arguments, .environment = environment_get};
    struct buffer text;
    buffer_init(&text, 0, NULL);
    input.argument_count = take_file((size_t)argument_count, arguments, &input.file_name);
    int r = load(ret_config, loop, &input, &text);
    buffer_clear(&text);
    return r;
}

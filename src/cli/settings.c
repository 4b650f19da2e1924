/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "config/load.h"
#include "loop/file.h"

static const char *environment_get(void *user, const char *name)
{
    (void)user;
    return getenv(name);
}

/* The file named by this argument: behind "=" or in the next one; NULL: it names none. */
static const char *file_of(const char *argument, const char *next)
{
    if (strcmp(argument, "-c") == 0 || strcmp(argument, "--config") == 0)
        return next ? next : "";
    if (strncmp(argument, "--config=", 9) == 0)
        return argument + 9;
    return NULL;
}

/* Moves "-c FILE" and its like out of the arguments; false: not once with a file behind it. */
static bool take_file(int *count, char **arguments, const char **ret_path)
{
    int left = 0;
    for (int i = 0; i < *count; i++) {
        const char *path = file_of(arguments[i], i + 1 < *count ? arguments[i + 1] : NULL);
        if (!path) {
            arguments[left++] = arguments[i];
            continue;
        }
        if (*ret_path || *path == 0) {
            fprintf(stderr, "%s: %s\n  write one file behind it\n", arguments[i],
                    *ret_path ? "given twice" : "needs a value");
            return false;
        }
        *ret_path = path;
        i += !strchr(arguments[i], '=');
    }
    *count = left;
    return true;
}

static int read_file(struct loop *loop, const char *path, struct buffer *ret_text)
{
    int r = file_read_whole(loop, path, CONFIG_FILE_BYTES, ret_text);
    if (r == -EFBIG)
        fprintf(stderr, "%s: larger than 1MiB\n  is it a configuration?\n", path);
    else if (r < 0)
        fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(-r));
    return r < 0 ? COMMAND_MISUSED : COMMAND_FINE;
}

/* Tells what loading has come to. */
static int status_of(int r, struct buffer *message)
{
    struct bytes text = buffer_bytes(message);
    if (r == -EINVAL)
        fwrite(text.at, 1, text.length, stderr);
    else if (r < 0)
        fprintf(stderr, "isthmus: %s\n", strerror(-r));
    buffer_clear(message);
    return r == -EINVAL ? COMMAND_MISUSED : r < 0 ? COMMAND_FAILED : COMMAND_FINE;
}

static int load(struct edge_config **ret_config, const struct config_input *input)
{
    struct buffer message;
    buffer_init(&message, 0, NULL);
    return status_of(config_load_edge(ret_config, input, &message), &message);
}

int settings_load_file(struct edge_config **ret_config, struct loop *loop, const char *path,
                       int argument_count, char **arguments)
{
    struct config_input input = {
        .file_name = path,
        .arguments = arguments,
        .argument_count = (size_t)argument_count,
        .environment = environment_get,
    };
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int status = path ? read_file(loop, path, &text) : COMMAND_FINE;
    input.file_text = buffer_bytes(&text);
    if (status == COMMAND_FINE)
        status = load(ret_config, &input);
    buffer_clear(&text);
    return status;
}

int settings_load(struct edge_config **ret_config, struct loop *loop, int argument_count,
                  char **arguments)
{
    const char *path = NULL;
    if (!take_file(&argument_count, arguments, &path))
        return COMMAND_MISUSED;
    return settings_load_file(ret_config, loop, path, argument_count, arguments);
}

int settings_load_table(void *target, const struct config_table *table, struct memory *memory,
                        struct loop *loop, const char *path)
{
    struct config_input input = {.file_name = path, .environment = environment_get};
    struct buffer text, message;
    buffer_init(&text, 0, NULL);
    buffer_init(&message, 0, NULL);
    int status = read_file(loop, path, &text);
    input.file_text = buffer_bytes(&text);
    if (status == COMMAND_FINE)
        status = status_of(config_load_table(target, table, &input, memory, &message), &message);
    buffer_clear(&text);
    return status;
}

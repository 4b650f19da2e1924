/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/settings.h"
#include "config/load.h"

static int help_make(struct buffer *out)
{
    return buffer_append_format(
        out, "Usage: isthmus check [--dump] [FILE] [--OPTION VALUE] ...\n\n"
             "Says whether isthmus edge would take this configuration; if not, where it is wrong\n"
             "and what to write instead. The options are those of isthmus edge, the file may be\n"
             "named with -c as well.\n\n"
             "  --dump\n"
             "      Print all of it as YAML, defaults included, secrets hidden.\n");
}

/* Takes "--dump" out of the arguments. */
static bool take_dump(int *count, char **arguments)
{
    int left = 0;
    for (int i = 0; i < *count; i++)
        if (strcmp(arguments[i], "--dump") != 0)
            arguments[left++] = arguments[i];
    bool is_taken = left < *count;
    *count = left;
    return is_taken;
}

static int print_dump(const struct edge_config *config)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int status = config_dump_edge(config, &text) < 0 ? COMMAND_FAILED : command_print(&text);
    buffer_clear(&text);
    return status;
}

static int print_summary(const struct edge_config *config)
{
    printf("fine: listens on %s", config->listen[0]);
    if (config->listen_count > 1)
        printf(" and %zu more", config->listen_count - 1);
    printf(", %zu core%s\n", config->core_count, config->core_count == 1 ? "" : "s");
    return fflush(stdout) == 0 ? COMMAND_FINE : COMMAND_FAILED;
}

/* The file may be named first, without -c. */
static int load(struct edge_config **ret_config, struct loop *loop, int argument_count,
                char **arguments)
{
    if (argument_count == 0 || arguments[0][0] == '-')
        return settings_load(ret_config, loop, argument_count, arguments);
    return settings_load_file(ret_config, loop, arguments[0], argument_count - 1, arguments + 1);
}

int check_command(int argument_count, char **arguments)
{
    if (command_wants_help(argument_count, arguments))
        return command_print_page(help_make);
    bool is_dump = take_dump(&argument_count, arguments);
    struct edge_config *config = NULL;
    struct loop *loop = NULL;
    int status = COMMAND_FAILED;
    if (loop_open(&loop) == 0)
        status = load(&config, loop, argument_count, arguments);
    if (status == COMMAND_FINE)
        status = is_dump ? print_dump(config) : print_summary(config);
    edge_config_unref(config);
    loop_close(loop);
    return status;
}

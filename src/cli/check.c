/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <stdio.h>
#include <string.h>

#include "cli/settings.h"
#include "config/load.h"

static int help_print(void)
{
    printf("Usage: isthmus check [--dump] [-c FILE] [OPTION VALUE] ...\n\n"
           "Says whether isthmus edge would take this configuration; its options are those of\n"
           "isthmus edge. --dump prints all of it as YAML, defaults included, secrets hidden.\n");
    return 0;
}

/* Moves "--dump" out of the arguments; returns how many are left. */
static int take_dump(int count, char **arguments, bool *ret_dump)
{
    int left = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--dump") == 0)
            *ret_dump = true;
        else
            arguments[left++] = arguments[i];
    }
    return left;
}

static int dump_print(const struct edge_config *config)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int r = config_dump_edge(config, &text);
    struct bytes page = buffer_bytes(&text);
    if (r == 0)
        fwrite(page.at, 1, page.length, stdout);
    buffer_clear(&text);
    return r < 0 ? 1 : 0;
}

int check_command(int argument_count, char **arguments)
{
    struct edge_config *config = NULL;
    struct loop *loop = NULL;
    bool dump = false;

    if (argument_count > 0 && strcmp(arguments[0], "--help") == 0)
        return help_print();
    argument_count = take_dump(argument_count, arguments, &dump);
    if (loop_open(&loop) < 0)
        return 1;
    int status = settings_load(&config, loop, argument_count, arguments) < 0 ? 2 : 0;
    if (status == 0 && dump)
        status = dump_print(config);
    else if (status == 0)
        printf("The configuration is fine.\n");
    edge_config_unref(config);
    loop_close(loop);
    return status;
}

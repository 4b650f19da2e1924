/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: one table of subcommands.
 */
#include <stdio.h>
#include <string.h>

#include "cli/check.h"
#include "cli/edge.h"
#include "cli/sim.h"

static const struct {
    const char *name;
    int (*run)(int argument_count, char **arguments);
    const char *help;
} commands[] = {
    {"edge", edge_command, "the gateway near the users: OpenAI-compatible API in, GPU cores out"},
    {"check", check_command, "whether an edge's configuration is right, and what it amounts to"},
    {"sim", sim_command, "a simulated engine, for demonstrations and tests"},
};

static int usage(FILE *out)
{
    fprintf(out, "Usage: isthmus COMMAND [OPTION VALUE] ...\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\nisthmus help COMMAND says more.\n");
    return out == stderr ? 2 : 0;
}

static int run(const char *name, int argument_count, char **arguments)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argument_count, arguments);
    fprintf(stderr, "isthmus: there is no command '%s'; see isthmus help\n", name);
    return 2;
}

int main(int argument_count, char **arguments)
{
    static char help[] = "--help";
    if (argument_count < 2)
        return usage(stderr);
    if (strcmp(arguments[1], "--version") == 0)
        return printf("isthmus %s\n", ISTHMUS_VERSION) < 0;
    if (strcmp(arguments[1], "--help") != 0 && strcmp(arguments[1], "help") != 0)
        return run(arguments[1], argument_count - 2, arguments + 2);
    if (argument_count == 2)
        return usage(stdout);
    return run(arguments[2], 1, (char *[]){help}); /* "help edge" is "edge --help" */
}

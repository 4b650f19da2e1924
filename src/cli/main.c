/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: one table of subcommands.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/check.h"
#include "cli/command.h"
#include "cli/demo/demo.h"
#include "cli/edge.h"
#include "cli/keys/keys.h"
#include "cli/sim.h"
#include "cli/usage/usage.h"
#include "config/reference.h"
#include "config/suggest.h"

static int help_command(int argument_count, char **arguments);

static int version_command(int argument_count, char **arguments)
{
    return printf("isthmus %s\n", ISTHMUS_VERSION) < 0 ? COMMAND_FAILED : COMMAND_FINE;
}

static const struct command {
    const char *name;
    int (*run)(int argument_count, char **arguments);
    const char *summary;
} commands[] = {
    {"demo", demo_command, "an edge and two simulated cores at work; the first thing to run"},
    {"edge", edge_command, "the gateway near the users: OpenAI-compatible API in, GPU cores out"},
    {"check", check_command, "whether an edge's configuration is right, and what it amounts to"},
    {"keys", keys_command, "who may use an edge, and how much"},
    {"usage", usage_command, "what was used, by whom, and what it cost"},
    {"sim", sim_command, "a simulated engine, for demonstrations and tests"},
    {"help", help_command, "this list, or all about one command"},
    {"version", version_command, "the version of this program"},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

/* On standard output who asked for help finds it, on standard error who did not. */
static int print_commands(FILE *out)
{
    fprintf(out, "Usage: isthmus COMMAND [OPTION VALUE] ...\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n"
                 "isthmus help COMMAND says more. To begin:\n\n"
                 "  isthmus sim --listen 127.0.0.1:8000\n"
                 "  isthmus edge --core http://127.0.0.1:8000\n");
    return out == stderr ? COMMAND_MISUSED : COMMAND_FINE;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

static int refuse_command(const char *name)
{
    struct suggestion meant = {.word = bytes_from_cstr(name)};
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        suggest_offer(&meant, bytes_from_cstr(commands[i].name), commands[i].name);
    fprintf(stderr, "isthmus: there is no command \"%s\"\n", name);
    if (meant.nearest)
        fprintf(stderr, "  did you mean %s?\n", meant.nearest);
    else
        fprintf(stderr, "  all commands: isthmus help\n");
    return COMMAND_MISUSED;
}

static int run_command(const char *name, int argument_count, char **arguments)
{
    const struct command *command = find_command(name);
    return command ? command->run(argument_count, arguments) : refuse_command(name);
}

/* "help edge" is "edge --help"; "help --markdown" makes docs/configuration.md. */
static int help_command(int argument_count, char **arguments)
{
    static char help[] = "--help";
    if (argument_count == 0 || command_wants_help(argument_count, arguments) ||
        find_command(arguments[0]) == find_command("help"))
        return print_commands(stdout);
    if (strcmp(arguments[0], "--markdown") == 0)
        return command_print_page(config_reference_edge);
    return run_command(arguments[0], 1, (char *[]){help});
}

/* A connection is a descriptor, and the usual soft limit of 1024 is for programs of another kind.
 * What cannot be raised stays: accepting then pauses at the limit. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argument_count, char **arguments)
{
    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN); /* who stops reading our standard error shall not end us */

    if (argument_count < 2)
        return print_commands(stderr);
    if (strcmp(arguments[1], "--version") == 0)
        return version_command(0, NULL);
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)
        return print_commands(stdout);
    return run_command(arguments[1], argument_count - 2, arguments + 2);
}

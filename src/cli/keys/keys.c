/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/keys.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/keys/verbs.h"
#include "config/report.h"
#include "config/suggest.h"

#define COMMAND_BYTES 32

static const struct keys_verb verbs[] = {
    {"add", KEYS_ADD, "NAME", true, DESK_MAKES, keys_add, "a new key; its secret is shown once",
     "Makes a key and prints its secret, alone on standard output and never again:\n\n"
     "  KEY=$(isthmus keys add alice --rpm 600 --data-dir /var/lib/isthmus)"},
    {"list", KEYS_LIST, NULL, false, DESK_READS, keys_list, "all keys",
     "Lists keys with their limits; secrets are not known to anybody."},
    {"show", KEYS_SHOW, "NAME", false, DESK_READS, keys_show,
     "a key or tenant, and what it used today and this month",
     "Tells all about a key, or with --tenant about a tenant, and what it used today and this\n"
     "month."},
    {"set", KEYS_SET, "NAME", false, DESK_READS, keys_set, "other limits for a key or a tenant",
     "Changes what is named and nothing else; none takes a limit away. Without NAME, --tenant\n"
     "names the tenant whose own limits, over all of its keys, are changed:\n\n"
     "  isthmus keys set alice --rpm none --budget-usd-month 50 -c isthmus.yaml\n"
     "  isthmus keys set --tenant search --tpm 1000000 -c isthmus.yaml"},
    {"revoke", KEYS_REVOKE, "NAME", true, DESK_READS, keys_revoke, "the end of a key",
     "Ends a key for ever; running edges refuse it within a second. Its name stays taken."},
    {"rotate", KEYS_ROTATE, "NAME", true, DESK_READS, keys_rotate, "a new secret for a key",
     "Gives a key a new secret, printed as by add; limits and usage go on."},
    {"import", KEYS_IMPORT, "FILE", true, DESK_MAKES, keys_import, "many keys from lines of JSON",
     "Reads keys, one JSON object a line (- is standard input), all of them or none:\n\n"
     "  {\"name\": \"a\", \"key\": \"sk-...\", \"rpm\": 600, \"budget_usd_month\": 50}\n"
     "  {\"name\": \"b\", \"sha256\": \"9f86d081...\", \"models\": [\"llama-*\"]}\n"
     "  {\"name\": \"c\", \"tenant\": \"search\"}\n\n"
     "Secrets that it has to make are printed as {\"name\": ..., \"key\": ...} on standard\n"
     "output. docs/keys.md lists all members."},
    {"export", KEYS_EXPORT, NULL, false, DESK_READS, keys_export, "all keys as lines of JSON",
     "Prints tenants and keys as import takes them, with the SHA-256 of secrets only."},
};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

static int help_make(struct buffer *out)
{
    struct printer page = {.out = out};
    PRINT(&page, "Usage: isthmus keys VERB ... [OPTION] ...\n\n"
                 "Who may use an edge with auth: keys, and how much. The edge may be running: it\n"
                 "sees changes within a second.\n\n");
    for (size_t i = 0; i < VERB_COUNT; i++)
        PRINT(&page, "  %-7s %s\n", verbs[i].name, verbs[i].summary);
    PRINT(&page, "\nisthmus keys VERB --help says more, docs/keys.md all.\n");
    return page.status;
}

/* Who did not ask for help finds it on standard error. */
static int tell_usage(void)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    if (help_make(&text) == 0)
        fwrite(buffer_bytes(&text).at, 1, text.length, stderr);
    buffer_clear(&text);
    return COMMAND_MISUSED;
}

static int print_verb_help(const struct keys_verb *verb)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer page = {.out = &text};
    keys_request_help(verb, &page);
    int status = page.status < 0 ? COMMAND_FAILED : command_print(&text);
    buffer_clear(&text);
    return status;
}

static const struct keys_verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int refuse_verb(const char *name)
{
    struct suggestion meant = {.word = bytes_from_cstr(name)};
    for (size_t i = 0; i < VERB_COUNT; i++)
        suggest_offer(&meant, bytes_from_cstr(verbs[i].name), verbs[i].name);
    fprintf(stderr, "isthmus keys: there is no %s\n", show(meant.word).text);
    if (meant.nearest)
        fprintf(stderr, "  did you mean isthmus keys %s?\n", meant.nearest);
    else
        fprintf(stderr, "  all there is: isthmus keys --help\n");
    return COMMAND_MISUSED;
}

static int read_and_run(struct keys_request *request, int argument_count, char **arguments)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer message = {.out = &text};
    bool is_fine = keys_request_read(request, argument_count, arguments, &message);
    fwrite(buffer_bytes(&text).at, 1, text.length, stderr);
    buffer_clear(&text);
    if (!is_fine)
        return COMMAND_MISUSED;
    int status = desk_open(&request->desk, request->verb->want);
    if (status == COMMAND_FINE)
        status = request->verb->run(request);
    desk_close(&request->desk);
    return status;
}

static int run_verb(const struct keys_verb *verb, int argument_count, char **arguments)
{
    char command[COMMAND_BYTES];
    struct keys_request request = {.verb = verb, .desk.command = command};
    snprintf(command, sizeof command, "isthmus keys %s", verb->name);
    int r = loop_open(&request.desk.loop);
    if (r < 0) {
        desk_tell(&request.desk, "%s", strerror(-r));
        return COMMAND_FAILED;
    }
    sheet_init(&request.sheet, loop_wall_ms(request.desk.loop));
    int status = read_and_run(&request, argument_count, arguments);
    sheet_clear(&request.sheet);
    loop_close(request.desk.loop);
    return status;
}

int keys_command(int argument_count, char **arguments)
{
    if (argument_count > 0 && arguments[0][0] != '-') {
        const struct keys_verb *verb = find_verb(arguments[0]);
        if (!verb)
            return refuse_verb(arguments[0]);
        if (command_wants_help(argument_count - 1, arguments + 1))
            return print_verb_help(verb);
        return run_verb(verb, argument_count - 1, arguments + 1);
    }
    return command_wants_help(argument_count, arguments) ? command_print_page(help_make)
                                                         : tell_usage();
}

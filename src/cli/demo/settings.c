/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "config/printer.h"
#include "loop/address.h"

#define SECONDS_LEAST 5
#define SECONDS_MOST 3600
#define LISTEN_DEFAULT "127.0.0.1:0"
#define SECONDS_DEFAULT 24
#define SEED_DEFAULT 1

/* ---- arguments: a table; each row's reader returns false for what it cannot read ---- */

typedef bool setting_fn(struct demo_settings *settings, struct bytes value);

/* The clients of the demonstration come over TCP, and the lines to paste have a port. */
static bool set_listen(struct demo_settings *settings, struct bytes value)
{
    struct address address;
    settings->listen = value.at;
    return address_parse(value, &address) == 0 && address.family != ADDRESS_UNIX &&
           address_is_loopback(&address);
}

static bool set_seconds(struct demo_settings *settings, struct bytes value)
{
    return bytes_read_u64(value, &settings->seconds) && settings->seconds >= SECONDS_LEAST &&
           settings->seconds <= SECONDS_MOST;
}

static bool set_seed(struct demo_settings *settings, struct bytes value)
{
    return bytes_read_u64(value, &settings->seed);
}

static bool set_stay(struct demo_settings *settings, struct bytes value)
{
    settings->stays = true;
    return true;
}

static bool set_plain(struct demo_settings *settings, struct bytes value)
{
    settings->is_plain = true;
    return true;
}

static const struct {
    const char *name;
    setting_fn *set;
    const char *value; /* NULL: it takes none */
    const char *help;
} settings_table[] = {
    {"--listen", set_listen, "ADDR",
     "where the edge listens, on loopback: 127.0.0.1:8080; default: a free port"},
    {"--seconds", set_seconds, "N", "how long the story is, 5 to 3600; default 24"},
    {"--seed", set_seed, "N", "of the mixture of requests; default 1"},
    {"--stay", set_stay, NULL, "stay when the story is over, and show what to try"},
    {"--plain", set_plain, NULL, "plain lines, also in a terminal"},
};

#define SETTING_COUNT (sizeof settings_table / sizeof *settings_table)

int demo_settings_help(struct buffer *out)
{
    struct printer page = {.out = out};
    PRINT(&page,
          "Usage: isthmus demo [OPTION] ...\n\n"
          "Shows an edge and two simulated GPU cores at work, in one process: clients come,\n"
          "a core dies and comes back. Ends by itself with a summary.\n\n");
    for (size_t i = 0; i < SETTING_COUNT; i++)
        PRINT(&page, "  %-10s %-5s %s\n", settings_table[i].name,
              settings_table[i].value ? settings_table[i].value : "", settings_table[i].help);
    PRINT(&page,
          "\nCtrl-C lets answers under way end and then sums up; a second one ends at once.\n"
          "Exit status: 0; 1: it could not start, or a promise was broken; 2: wrong\n"
          "arguments; 130: ended by a second Ctrl-C.\n");
    return page.status;
}

/* How many arguments it took; 0: none, and the user was told why. */
static int setting_read(struct demo_settings *settings, const char *name, const char *value)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(name, settings_table[i].name) != 0)
            continue;
        bool takes_none = !settings_table[i].value;
        if (takes_none || value)
            if (settings_table[i].set(settings, bytes_from_cstr(value)))
                return takes_none ? 1 : 2;
        fprintf(stderr, "isthmus demo: %s takes %s: %s\n", name, settings_table[i].value,
                settings_table[i].help);
        return 0;
    }
    fprintf(stderr, "isthmus demo: there is no option %s; see isthmus demo --help\n", name);
    return 0;
}

bool demo_settings_read(struct demo_settings *ret_settings, int argument_count, char **arguments)
{
    *ret_settings = (struct demo_settings){
        .listen = LISTEN_DEFAULT, .seconds = SECONDS_DEFAULT, .seed = SEED_DEFAULT};
    for (int i = 0; i < argument_count;) {
        const char *value = i + 1 < argument_count ? arguments[i + 1] : NULL;
        int taken = setting_read(ret_settings, arguments[i], value);
        if (taken == 0)
            return false;
        i += taken;
    }
    return true;
}

/* ---- the terminal ---- */

static const char *first_set(demo_environment_fn *environment)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = environment(names[i]);
        if (value && *value)
            return value;
    }
    return "";
}

static bool names_utf8(const char *locale)
{
    const char *dot = strchr(locale, '.');
    return dot && (strncasecmp(dot, ".UTF-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0);
}

struct demo_abilities demo_abilities_read(demo_environment_fn *environment)
{
    const char *term = environment("TERM"), *no_color = environment("NO_COLOR");
    return (struct demo_abilities){
        .can_move = term && *term && strcmp(term, "dumb") != 0,
        .has_colour = !no_color || !*no_color,
        .has_utf8 = names_utf8(first_set(environment)),
    };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include "config/edge_options.h"
#include "config/printer.h"
#include "config/text_check.h"

/* How deep a line is indented. */
static void print_indent(struct printer *printer, unsigned depth)
{
    while (depth-- > 0)
        PRINT(printer, "  ");
}

/* Plain where nobody could read it as anything but a text, quoted otherwise. */
static bool is_plain(struct bytes text)
{
    if (text.length == 0 || !(text_is_name(bytes_of(text.at, 1)) || text.at[0] == '/'))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!text_is_name(bytes_of(&text.at[i], 1)) && text.at[i] != '/' && text.at[i] != ':')
            return false;
    return text.at[0] != '-' && text.at[0] != '.' && text.at[text.length - 1] != ':';
}

enum text_role { TEXT_IS_VALUE, TEXT_IS_NAME /* no variables are filled in */ };

static void print_text(struct printer *printer, const char *value, enum text_role role)
{
    struct bytes text = bytes_from_cstr(value ? value : "");
    if (is_plain(text)) {
        print_bytes(printer, text);
        return;
    }
    PRINT(printer, "\"");
    for (size_t i = 0; i < text.length; i++) {
        bool starts_variable =
            role == TEXT_IS_VALUE && bytes_start_with(bytes_after(text, i), BYTES("${"));
        bool needs_backslash = text.at[i] == '"' || text.at[i] == '\\';
        PRINT(printer, "%s%c", starts_variable ? "$" : needs_backslash ? "\\" : "", text.at[i]);
    }
    PRINT(printer, "\"");
}

static void print_list(struct printer *printer, const char *const *items, size_t count)
{
    PRINT(printer, "[");
    for (size_t i = 0; i < count; i++) {
        PRINT(printer, "%s", i > 0 ? ", " : "");
        print_text(printer, items[i], TEXT_IS_VALUE);
    }
    PRINT(printer, "]");
}

static void print_value(struct printer *printer, const struct option *option, const void *target)
{
    const void *member = (const char *)target + option->offset;
    const void *count = (const char *)target + option->count_offset;
    char number[UNITS_TEXT_BYTES];
    unsigned choice;
    switch (option->kind) {
    case OPTION_BOOL:
        PRINT(printer, "%s", *(const bool *)member ? "true" : "false");
        return;
    case OPTION_NUMBER:
    case OPTION_MS:
    case OPTION_BYTES:
    case OPTION_USD:
        PRINT(printer, "%s", option_format_number(option->kind, *(const uint64_t *)member, number));
        return;
    case OPTION_CHOICE:
        memcpy(&choice, member, sizeof choice);
        PRINT(printer, "%s", option->choices[choice]);
        return;
    case OPTION_TEXT:
        print_text(printer, *(const char *const *)member, TEXT_IS_VALUE);
        return;
    case OPTION_LIST:
        print_list(printer, *(const char *const *const *)member, *(const size_t *)count);
        return;
    case OPTION_SECRET:
        PRINT(printer, "%s", secret_is_set(member) ? "\"***\"" : "\"\"");
        return;
    case OPTION_MAP:
        return; /* print_map() */
    }
}

static void print_map(struct printer *printer, const struct option *option, const void *target,
                      unsigned depth);

/* What stands behind "name:". */
static void print_member(struct printer *printer, const struct option *option, const void *target,
                         unsigned depth)
{
    if (option->kind == OPTION_MAP) {
        print_map(printer, option, target, depth + 1);
        return;
    }
    PRINT(printer, " ");
    print_value(printer, option, target);
    PRINT(printer, "\n");
}

static void print_entry(struct printer *printer, const struct option_map *map, const void *entry,
                        unsigned depth)
{
    const char *name;
    memcpy(&name, (const char *)entry + map->name_offset, sizeof name);
    print_indent(printer, depth);
    print_text(printer, name, TEXT_IS_NAME);
    PRINT(printer, ":");
    if (*map->options->name == 0) {
        print_member(printer, map->options, entry, depth);
        return;
    }
    PRINT(printer, "\n");
    for (const struct option *option = map->options; option->name; option++) {
        print_indent(printer, depth + 1);
        PRINT(printer, "%s:", option->name);
        print_member(printer, option, entry, depth + 1);
    }
}

static void print_map(struct printer *printer, const struct option *option, const void *target,
                      unsigned depth)
{
    const char *entries;
    size_t count;
    memcpy(&entries, (const char *)target + option->offset, sizeof entries);
    memcpy(&count, (const char *)target + option->count_offset, sizeof count);
    PRINT(printer, count > 0 ? "\n" : " {}\n");
    for (size_t i = 0; i < count; i++)
        print_entry(printer, option->map, entries + i * option->map->entry_bytes, depth);
}

static unsigned count_dots(struct bytes name)
{
    unsigned dots = 0;
    for (size_t i = 0; i < name.length; i++)
        dots += name.at[i] == '.';
    return dots;
}

/* "claims:" of "jwt.claims"; that of "jwt" stands above it already. */
static void print_section(struct printer *printer, struct bytes section)
{
    ptrdiff_t dot = bytes_find(section, BYTES("."));
    struct bytes name = bytes_after(section, (size_t)(dot + 1));
    print_indent(printer, count_dots(section));
    PRINT(printer, "%.*s:\n", (int)name.length, name.at);
}

int config_dump_edge(const struct edge_config *config, struct buffer *out)
{
    struct printer printer = {.out = out};
    struct bytes section = BYTES("");
    for (const struct option *option = edge_options; option->name; option++) {
        struct bytes of_option = option_section(option);
        if (!bytes_equal(of_option, section) && of_option.length > 0)
            print_section(&printer, of_option);
        section = of_option;
        print_indent(&printer, count_dots(bytes_from_cstr(option->name)));
        PRINT(&printer, "%s:", option_last_name(option));
        print_member(&printer, option, config, 0);
    }
    return printer.status;
}

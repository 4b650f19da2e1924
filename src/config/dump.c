/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include "config/edge_options.h"
#include "config/printer.h"
#include "config/text_check.h"

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

static void print_text(struct printer *printer, const char *value)
{
    struct bytes text = bytes_from_cstr(value ? value : "");
    if (is_plain(text)) {
        print_bytes(printer, text);
        return;
    }
    PRINT(printer, "\"");
    for (size_t i = 0; i < text.length; i++) {
        bool starts_variable = bytes_start_with(bytes_after(text, i), BYTES("${"));
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
        print_text(printer, items[i]);
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
        PRINT(printer, "%s", option_format_number(option->kind, *(const uint64_t *)member, number));
        return;
    case OPTION_CHOICE:
        memcpy(&choice, member, sizeof choice);
        PRINT(printer, "%s", option->choices[choice]);
        return;
    case OPTION_TEXT:
        print_text(printer, *(const char *const *)member);
        return;
    case OPTION_LIST:
        print_list(printer, *(const char *const *const *)member, *(const size_t *)count);
        return;
    case OPTION_SECRET:
        PRINT(printer, "%s", secret_is_set(member) ? "\"***\"" : "\"\"");
        return;
    case OPTION_CORES:
        return; /* print_cores() */
    }
}

static void print_core(struct printer *printer, const struct core_entry *core)
{
    PRINT(printer, "  ");
    print_text(printer, core->config.name);
    PRINT(printer, ":\n");
    for (const struct option *option = core_options; option->name; option++) {
        PRINT(printer, "    %s: ", option->name);
        print_value(printer, option, core);
        PRINT(printer, "\n");
    }
}

static void print_cores(struct printer *printer, const struct edge_config *config)
{
    PRINT(printer, "cores:\n");
    for (size_t i = 0; i < config->core_count; i++)
        print_core(printer, &config->cores[i]);
}

int config_dump_edge(const struct edge_config *config, struct buffer *out)
{
    struct printer printer = {.out = out};
    struct bytes section = BYTES("");
    for (const struct option *option = edge_options; option->name; option++) {
        struct bytes of_option = option_section(option);
        if (!bytes_equal(of_option, section) && of_option.length > 0)
            PRINT(&printer, "%.*s:\n", (int)of_option.length, of_option.at);
        section = of_option;
        if (option->kind == OPTION_CORES) {
            print_cores(&printer, config);
            continue;
        }
        PRINT(&printer, "%s%s: ", section.length > 0 ? "  " : "", option_last_name(option));
        print_value(&printer, option, config);
        PRINT(&printer, "\n");
    }
    return printer.status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/reference.h"

#include "config/edge_options.h"
#include "config/printer.h"

/* ---- what an option takes ---- */

static const char *const kind_words[] = {
    [OPTION_BOOL] = "true or false", [OPTION_NUMBER] = "number",
    [OPTION_MS] = "duration",        [OPTION_BYTES] = "size",
    [OPTION_USD] = "dollars",        [OPTION_CHOICE] = "choice",
    [OPTION_TEXT] = "text",          [OPTION_LIST] = "list",
    [OPTION_SECRET] = "secret",      [OPTION_MAP] = "a map, see below",
};

static void print_range(struct printer *printer, const struct option *option)
{
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES];
    PRINT(printer, "%s, %s to %s", kind_words[option->kind],
          option_format_number(option->kind, option->least, least),
          option_format_number(option->kind, option->most, most));
    if (option->zero)
        PRINT(printer, ", or 0: %s", option->zero);
}

static void print_choices(struct printer *printer, const char *const *choices)
{
    for (const char *const *choice = choices; *choice; choice++)
        PRINT(printer, "%s%s", choice == choices ? "" : ", ", *choice);
}

static void print_takes(struct printer *printer, const struct option *option)
{
    bool is_named = option->value && option->kind != OPTION_MAP;
    if (option_is_number(option->kind))
        print_range(printer, option);
    else if (option->kind == OPTION_CHOICE)
        print_choices(printer, option->choices);
    else if (option->kind == OPTION_LIST)
        PRINT(printer, "one %s or a list", option->value);
    else
        PRINT(printer, "%s", is_named ? option->value : kind_words[option->kind]);
}

/* ---- for a terminal ---- */

/* "first_byte" is typed "first-byte" by most. */
static void print_flag(struct printer *printer, const struct option *option)
{
    const char *name = option->flag ? option->flag : option->name;
    PRINT(printer, "  --");
    for (; *name; name++)
        PRINT(printer, "%c", *name == '_' ? '-' : *name);
}

static void print_help(struct printer *printer, const struct option *option)
{
    bool is_repeatable = option->kind == OPTION_LIST || option->kind == OPTION_MAP;
    print_flag(printer, option);
    PRINT(printer, " ");
    if (option->map && !option->map->cut)
        PRINT(printer, "(in a file only)");
    else if (is_repeatable)
        PRINT(printer, "%s (repeat for more)", option->value);
    else if (option->kind != OPTION_BOOL)
        print_takes(printer, option);
    PRINT(printer, "\n      %s", option->help);
    if (option->fallback)
        PRINT(printer, " Default: %s.", option->fallback);
    PRINT(printer, "\n");
}

int config_help_edge(struct buffer *out)
{
    struct printer printer = {.out = out};
    for (const struct option *option = edge_options; option->name; option++)
        print_help(&printer, option);
    return printer.status;
}

/* ---- docs/configuration.md ---- */

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "<!-- Made by `isthmus help --markdown` from src/config/edge_options.c and entry_options.c: "
    "change those. -->\n"
    "\n"
    "`isthmus edge` needs no file: each option below may be written on the command line\n"
    "(`--timeouts.total 10m`; dots, dashes and underscores are alike) or in a YAML file\n"
    "(`isthmus edge -c isthmus.yaml`). The command line wins over the file, the file over the\n"
    "defaults; a list or a map given on the command line replaces that of the file.\n"
    "\n"
    "```yaml\n"
    "node: {name: edge-1, region: \"${REGION:-eu}\"}\n"
    "listen: 127.0.0.1:8080\n"
    "cores:\n"
    "  us: {url: https://us.example.org, key: ${US_KEY}, timeout: 30s}\n"
    "  local: http://127.0.0.1:8000\n"
    "models:\n"
    "  fast: {us: meta-llama/Llama-3.1-8B-Instruct, local: llama3.1:8b}\n"
    "prices:\n"
    "  fast: {in: 0.05, out: 0.20}\n"
    "routes:\n"
    "  /v1/rerank: POST\n"
    "  /v1/audio/*: {cores: us, body: 100MiB, model_from: none}\n"
    "timeouts:\n"
    "  total: 5m\n"
    "```\n"
    "\n"
    "- `isthmus check FILE` says what is wrong with a file, where, and what to write instead;\n"
    "  `isthmus check --dump FILE` shows all options as they are in force, secrets hidden.\n"
    "- `${NAME}` and `${NAME:-default}` in a value are filled in from the environment, so that "
    "one\n"
    "  file serves all places; `$${` stands for `${`.\n"
    "- Durations are written `500ms`, `30s`, `10m`, `1h`, `7d`; sizes `64KiB`, `1MiB`, `1GiB`,\n"
    "  `10kB`, `10MB`, `1GB`, or in plain bytes; US dollars `50`, `0.15`.\n"
    "- What is unknown, written twice or out of its range is an error, as are anchors, aliases "
    "and\n"
    "  tags of YAML.\n";

static void print_cell(struct printer *printer, const char *text)
{
    for (const char *at = text; *at; at++)
        PRINT(printer, "%s%c", *at == '|' ? "\\" : "", *at);
}

static void print_row(struct printer *printer, const struct option *option)
{
    PRINT(printer, "| `%s` | ", option->name);
    print_takes(printer, option);
    if (option->fallback)
        PRINT(printer, " | `%s` | ", option->fallback);
    else
        PRINT(printer, " | | ");
    print_cell(printer, option->help);
    PRINT(printer, " |\n");
}

static void print_table_head(struct printer *printer, struct bytes title)
{
    PRINT(printer, "\n## %.*s\n\n| option | takes | default | meaning |\n|---|---|---|---|\n",
          (int)title.length, title.at);
}

static void print_section(struct printer *printer, struct bytes section)
{
    for (const struct option *option = edge_options; option->name; option++)
        if (bytes_equal(option_section(option), section))
            print_row(printer, option);
}

static void print_map(struct printer *printer, const struct option_map *map)
{
    if (*map->options->name == 0)
        map = map->options->map; /* an entry is nothing but a map */
    print_table_head(printer, bytes_from_cstr(map->title));
    for (const struct option *option = map->options; option->name; option++)
        print_row(printer, option);
    PRINT(printer, "\n%s\n", map->note);
}

int config_reference_edge(struct buffer *out)
{
    struct printer printer = {.out = out};
    print_bytes(&printer, BYTES(introduction));
    print_table_head(&printer, BYTES("At the top"));
    print_section(&printer, BYTES(""));
    for (const struct option *option = edge_options; option->name; option++)
        if (option->kind == OPTION_MAP)
            print_map(&printer, option->map);

    struct bytes before = BYTES("");
    for (const struct option *option = edge_options; option->name; option++) {
        struct bytes section = option_section(option);
        if (section.length > 0 && !bytes_equal(section, before)) {
            print_table_head(&printer, section);
            print_section(&printer, section);
        }
        before = section;
    }
    return printer.status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

/* One option as it stands on the command line: "--name value", "--name=value", "--flag". */
struct argument {
    const struct option *option;
    struct place place;
    struct bytes value;
};

static bool starts_option(const char *text)
{
    return text[0] == '-' && text[1] != 0;
}

static bool refuse(struct draft *draft, const struct place *place, const char *problem,
                   const char *remedy)
{
    report_problem(&draft->report, place, BYTES(""), "%s", problem);
    report_remedy(&draft->report, "%s", remedy);
    return false;
}

/* Finds the value behind "=" or in the next argument, which *i is then moved to. */
static bool find_value(struct draft *draft, size_t *i, bool has_equals, struct argument *argument)
{
    const struct config_input *input = draft->input;
    if (has_equals)
        return true;
    if (argument->option->kind == OPTION_BOOL) {
        argument->value = BYTES("true");
        return true;
    }
    if (*i + 1 >= input->argument_count)
        return refuse(draft, &argument->place, "needs a value", "write it behind the option");
    if (starts_option(input->arguments[*i + 1]))
        return refuse(draft, &argument->place, "needs a value",
                      "a value that begins with a dash is written --name=-value");
    argument->value = bytes_from_cstr(input->arguments[++*i]);
    return true;
}

/* What follows an option nobody knows is probably its value, and no mistake of its own. */
static void skip_value(const struct draft *draft, size_t *i, bool has_equals)
{
    const struct config_input *input = draft->input;
    if (!has_equals && *i + 1 < input->argument_count && !starts_option(input->arguments[*i + 1]))
        ++*i;
}

static bool read_argument(struct draft *draft, size_t *i, struct argument *ret_argument)
{
    struct bytes text = bytes_from_cstr(draft->input->arguments[*i]);
    struct bytes value = text;
    struct bytes name = bytes_cut(&value, '=');
    struct argument argument = {.place = {.kind = PLACE_ARGUMENT, .argument = name},
                                .value = value};

    if (!bytes_start_with(text, BYTES("-")))
        return refuse(draft, &argument.place, "no option", "options begin with two dashes");
    if (bytes_start_with(name, BYTES("--")))
        argument.option = option_find_flag(edge_options, bytes_after(name, 2));
    if (!argument.option) {
        size_t dashes = bytes_start_with(name, BYTES("--")) ? 2 : 1;
        name = bytes_after(name, dashes);
        draft_refuse_unknown(draft, edge_options, &argument.place, name, name);
        skip_value(draft, i, value.at != NULL);
        return false;
    }
    if (!find_value(draft, i, value.at != NULL, &argument))
        return false;
    *ret_argument = argument;
    return true;
}

/* An entry of a map, as the file would have it in its short form. */
static void take_entry(struct draft *draft, const struct slot *slot,
                       const struct argument *argument)
{
    const struct option_map *map = slot->option->map;
    struct option_entry entry = {0};
    const char *wrong =
        map->cut ? map->cut(argument->value, &entry) : "cannot be told on the command line";
    if (wrong) {
        refuse(draft, &argument->place, wrong,
               map->cut ? map->cut_remedy : "write it in a file, and name that with -c");
        return;
    }
    const char *name = memory_copy(&draft->memory, entry.name);
    if (!name) {
        report_no_memory(&draft->report);
        return;
    }
    const struct document_node node = {
        .kind = entry.value.at ? DOCUMENT_TEXT : DOCUMENT_MAP, /* an empty map: all by default */
        .place = argument->place,
        .key = bytes_of(name, entry.name.length),
        .key_place = argument->place,
        .text = entry.value,
    };
    draft_take_entry(draft, slot, &node);
}

/* The command line's first word on an option takes the place of the file's. */
static void displace(struct assignment *assignment, const struct argument *argument)
{
    if (assignment->place.kind != PLACE_ARGUMENT)
        *assignment = (struct assignment){.place = argument->place};
}

static void take(struct draft *draft, const struct argument *argument)
{
    const struct option *option = argument->option;
    bool is_repeatable = option->kind == OPTION_LIST || option->kind == OPTION_MAP;
    struct slot slot = {option, draft_assignment(draft, option), BYTES("")};
    if (!is_repeatable && slot.assignment->place.kind == PLACE_ARGUMENT) {
        refuse(draft, &argument->place, "given twice", "keep one");
        return;
    }
    displace(slot.assignment, argument);
    if (option->kind == OPTION_MAP)
        take_entry(draft, &slot, argument);
    else
        draft_say(draft, &slot, &argument->place, argument->value);
}

void draft_take_arguments(struct draft *draft)
{
    for (size_t i = 0; i < draft->input->argument_count; i++) {
        struct argument argument;
        if (read_argument(draft, &i, &argument))
            take(draft, &argument);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include "config/core_url.h"
#include "config/text_check.h"

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
        draft_refuse_unknown(draft, edge_options, &argument.place, bytes_after(name, dashes));
        skip_value(draft, i, value.at != NULL);
        return false;
    }
    if (!find_value(draft, i, value.at != NULL, &argument))
        return false;
    *ret_argument = argument;
    return true;
}

/* What tells one url from the other: the host and port, or the end of a socket's path. */
static struct bytes telling_part(struct bytes url)
{
    if (bytes_start_with(url, BYTES("unix:"))) {
        size_t skip = url.length > TEXT_NAME_BYTES ? url.length - TEXT_NAME_BYTES : 5;
        return bytes_after(url, skip);
    }
    ptrdiff_t scheme_end = bytes_find(url, BYTES("://"));
    struct bytes rest = bytes_after(url, scheme_end < 0 ? 0 : (size_t)scheme_end + 3);
    struct bytes host = bytes_cut(&rest, '/');
    return bytes_of(host.at, host.length < TEXT_NAME_BYTES ? host.length : TEXT_NAME_BYTES);
}

/* "http://gpu.example:8000/v1" is named "gpu.example-8000". */
static struct bytes name_of_url(struct draft *draft, struct bytes url)
{
    struct bytes part = telling_part(url);
    char *name = memory_copy(&draft->memory, part);
    if (!name) {
        report_no_memory(&draft->report);
        return BYTES("core");
    }
    for (size_t i = 0; i < part.length; i++)
        if (!text_is_name(bytes_of(&name[i], 1)))
            name[i] = '-';
    size_t skip = strspn(name, "-");
    return bytes_of(name + skip, part.length - skip);
}

/* [NAME=]URL: a name holds neither a colon nor a slash, and what stands before the "=" of a
 * url without a name always does. */
static void take_core(struct draft *draft, const struct argument *argument)
{
    struct bytes url = argument->value;
    struct bytes name = bytes_cut(&url, '=');
    bool has_name = url.at && bytes_find(name, BYTES(":")) < 0 && bytes_find(name, BYTES("/")) < 0;
    if (!has_name)
        url = argument->value;

    /* A url that is wrong shall be told so, rather than the name made of it. */
    const char *wrong = core_url_check(url);
    if (wrong) {
        refuse(draft, &argument->place, wrong, core_option_url()->remedy);
        return;
    }
    struct core_draft *core =
        draft_add_core(draft, &argument->place, has_name ? name : name_of_url(draft, url));
    if (!core)
        return;
    struct assignment *assignment = core_draft_assignment(core, core_option_url());
    assignment->place = argument->place;
    draft_say(draft, assignment, &argument->place, url);
}

/* The command line's first word on an option takes the place of the file's. */
static void displace(struct draft *draft, const struct argument *argument)
{
    struct assignment *assignment = draft_assignment(draft, argument->option);
    if (assignment->place.kind == PLACE_ARGUMENT)
        return;
    *assignment = (struct assignment){.place = argument->place};
    if (argument->option->kind == OPTION_CORES) {
        draft->cores = draft->last_core = NULL;
        draft->core_count = 0;
    }
}

static void take(struct draft *draft, const struct argument *argument)
{
    bool is_repeatable =
        argument->option->kind == OPTION_LIST || argument->option->kind == OPTION_CORES;
    struct assignment *assignment = draft_assignment(draft, argument->option);
    if (!is_repeatable && assignment->place.kind == PLACE_ARGUMENT) {
        refuse(draft, &argument->place, "given twice", "keep one");
        return;
    }
    displace(draft, argument);
    if (argument->option->kind == OPTION_CORES)
        take_core(draft, argument);
    else
        draft_say(draft, assignment, &argument->place, argument->value);
}

void draft_take_arguments(struct draft *draft)
{
    for (size_t i = 0; i < draft->input->argument_count; i++) {
        struct argument argument;
        if (read_argument(draft, &i, &argument))
            take(draft, &argument);
    }
}

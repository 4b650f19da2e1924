/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flag.h"

#include "config/report.h"
#include "config/suggest.h"

#define NAME_BYTES 64

/* What is told about: the argument as it was written, without its value. */
struct place_in_line {
    struct bytes name, value;
    bool has_value;
};

static char fold(char c)
{
    return c == '_' ? '-' : c;
}

static bool is_named(const struct flag *flag, struct bytes name)
{
    struct bytes known = bytes_from_cstr(flag->name);
    if (known.length != name.length)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (fold(known.at[i]) != fold(name.at[i]))
            return false;
    return true;
}

static bool is_letter(const struct flag *flag, struct bytes name)
{
    return flag->letter && bytes_equal(name, bytes_of(&flag->letter, 1));
}

/* "--config" or "-c". */
static const struct flag *find(const struct flag_line *line, struct bytes argument)
{
    bool is_long = bytes_start_with(argument, BYTES("--"));
    struct bytes name = bytes_after(argument, is_long ? 2 : 1);
    for (size_t i = 0; i < line->flag_count; i++)
        if (is_long ? is_named(&line->flags[i], name) : is_letter(&line->flags[i], name))
            return &line->flags[i];
    return NULL;
}

/* As it is typed, with dashes. */
static const char *typed(const char *name, char ret_text[NAME_BYTES])
{
    size_t i = 0;
    for (; i < NAME_BYTES - 1 && name[i]; i++)
        ret_text[i] = fold(name[i]);
    ret_text[i] = 0;
    return ret_text;
}

static void refuse_unknown(struct flag_line *line, struct bytes argument)
{
    bool is_long = bytes_start_with(argument, BYTES("--"));
    struct suggestion meant = {.word = bytes_after(argument, is_long ? 2 : 1)};
    char text[NAME_BYTES];
    for (size_t i = 0; i < line->flag_count; i++)
        suggest_offer(&meant, bytes_from_cstr(line->flags[i].name), line->flags[i].name);
    line->problem_count++;
    PRINT(line->message, "%s: there is no option %s\n", line->command, show(argument).text);
    if (meant.nearest)
        PRINT(line->message, "  did you mean --%s?\n", typed(meant.nearest, text));
    else
        PRINT(line->message, "  all options: %s --help\n", line->command);
}

static void refuse(struct flag_line *line, struct bytes argument, const char *problem,
                   const char *remedy)
{
    line->problem_count++;
    PRINT(line->message, "%s: %s: %s\n  %s\n", line->command, show(argument).text, problem, remedy);
}

static void refuse_value(struct flag_line *line, const struct flag *flag,
                         const struct place_in_line *at, const char *problem)
{
    line->problem_count++;
    PRINT(line->message, "%s: %s: \"%s\" %s\n", line->command, show(at->name).text,
          show(at->value).text, problem);
    if (flag->remedy)
        PRINT(line->message, "  %s\n", flag->remedy);
}

/* The word itself is not repeated: it may be a secret. */
static void refuse_word(struct flag_line *line)
{
    line->problem_count++;
    PRINT(line->message,
          "%s: more than %zu word%s\n"
          "  options begin with two dashes; what has spaces in it stands in quotes\n",
          line->command, line->word_limit, line->word_limit == 1 ? "" : "s");
}

static void take_word(struct flag_line *line, const char *word)
{
    if (line->word_count < line->word_limit)
        line->words[line->word_count++] = word;
    else
        refuse_word(line);
}

static bool begins_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != 0; /* "-" is standard input */
}

static bool is_first_time(struct flag_line *line, const struct flag *flag)
{
    uint32_t bit = UINT32_C(1) << (flag - line->flags);
    bool is_first = !(line->are_given & bit) || flag->is_repeatable;
    line->are_given |= bit;
    return is_first;
}

static void take_flag(struct flag_line *line, const struct flag *flag,
                      const struct place_in_line *at)
{
    if (flag->value && !at->has_value) {
        refuse(line, at->name, "needs a value", flag->help);
        return;
    }
    if (!flag->value && at->has_value) {
        refuse(line, at->name, "takes no value", flag->help);
        return;
    }
    if (!is_first_time(line, flag)) {
        refuse(line, at->name, "given twice", "keep one");
        return;
    }
    const char *problem = flag->read(line->target, flag, at->value);
    if (problem)
        refuse_value(line, flag, at, problem);
}

/* What follows an option nobody knows is probably its value, and no mistake of its own. */
static int take_option(struct flag_line *line, char *argument, char *next)
{
    struct place_in_line at = {.value = bytes_from_cstr(argument)};
    at.name = bytes_cut(&at.value, '=');
    at.has_value = at.value.at != NULL;
    const struct flag *flag = find(line, at.name);
    bool takes_next = !at.has_value && (!flag || flag->value) && next && !begins_option(next);

    if (takes_next) {
        at.value = bytes_from_cstr(next);
        at.has_value = true;
    }
    if (flag)
        take_flag(line, flag, &at);
    else
        refuse_unknown(line, at.name);
    return takes_next;
}

bool flag_line_read(struct flag_line *line, int argument_count, char **arguments)
{
    bool are_words = false;
    for (int i = 0; i < argument_count; i++) {
        char *next = i + 1 < argument_count ? arguments[i + 1] : NULL;
        if (are_words || !begins_option(arguments[i]))
            take_word(line, arguments[i]);
        else if (strcmp(arguments[i], "--") == 0)
            are_words = true;
        else
            i += take_option(line, arguments[i], next);
    }
    return line->problem_count == 0;
}

void flag_print_help(struct printer *page, const struct flag *flags, size_t count)
{
    char name[NAME_BYTES];
    for (size_t i = 0; i < count; i++) {
        if (flags[i].letter)
            PRINT(page, "  -%c,", flags[i].letter);
        PRINT(page, "%s", flags[i].letter ? " " : "  ");
        PRINT(page, "--%s%s%s\n", typed(flags[i].name, name), flags[i].value ? " " : "",
              flags[i].value ? flags[i].value : "");
        PRINT(page, "      %s\n", flags[i].help);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret_mask.h"

#include "config/suggest.h"
#include "config/text_check.h"

static size_t skip_spaces(struct bytes line, size_t at)
{
    while (at < line.length && (line.at[at] == ' ' || line.at[at] == '\t'))
        at++;
    return at;
}

static bool is_word_char(char c)
{
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool contains_nocase(struct bytes word, struct bytes part)
{
    for (size_t i = 0; i + part.length <= word.length; i++)
        if (bytes_equal_nocase(bytes_of(word.at + i, part.length), part))
            return true;
    return false;
}

/* What counts most comes last. */
enum word_meaning { WORD_UNKNOWN, WORD_NEARLY_SECRET, WORD_PLAIN, WORD_SECRET };

static enum word_meaning compare(const struct option *option, struct bytes word)
{
    struct bytes name = bytes_from_cstr(option_last_name(option));
    bool is_secret = option->kind == OPTION_SECRET;
    if (bytes_equal(name, word))
        return is_secret ? WORD_SECRET : WORD_PLAIN;
    return is_secret && suggest_distance(name, word) <= 1 ? WORD_NEARLY_SECRET : WORD_UNKNOWN;
}

/* In the table and in those of its maps. */
static enum word_meaning look_up(const struct option *table, struct bytes word)
{
    enum word_meaning most = WORD_UNKNOWN;
    for (const struct option *option = table; option->name; option++) {
        enum word_meaning here = compare(option, word);
        enum word_meaning below = option->map ? look_up(option->map->options, word) : WORD_UNKNOWN;
        most = here > most ? here : most;
        most = below > most ? below : most;
    }
    return most;
}

static bool names_secret(const struct option *table, struct bytes word)
{
    static const struct bytes parts[] = {
        {"key", 3}, {"secret", 6}, {"token", 5}, {"passw", 5}, {"credential", 10},
    };
    enum word_meaning meaning = look_up(table, word);
    if (meaning == WORD_SECRET || meaning == WORD_PLAIN)
        return meaning == WORD_SECRET;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (contains_nocase(word, parts[i]))
            return true;
    return meaning == WORD_NEARLY_SECRET;
}

/* Behind the quote that ends a value whose inside starts at `at`; SIZE_MAX: not on this line. */
static size_t quote_end(struct bytes line, size_t at, char quote)
{
    for (; at < line.length; at++) {
        bool is_doubled = quote == '\'' && bytes_start_with(bytes_after(line, at), BYTES("''"));
        if (is_doubled || (quote == '"' && line.at[at] == '\\'))
            at++;
        else if (line.at[at] == quote)
            return at + 1;
    }
    return SIZE_MAX;
}

/* Within braces a plain value ends at a comma or brace that is not of a ${VAR:-default}. */
static size_t plain_end(struct bytes line, size_t start)
{
    bool is_in_braces = start > 0 && memchr(line.at, '{', start) != NULL;
    bool is_in_variable = false;
    for (size_t at = start; is_in_braces && at < line.length; at++) {
        bool ends = line.at[at] == '}' || line.at[at] == ',';
        if (bytes_start_with(bytes_after(line, at), BYTES("${")))
            is_in_variable = true;
        else if (ends && !is_in_variable)
            return at;
        else if (line.at[at] == '}')
            is_in_variable = false;
    }
    return line.length;
}

static struct mask_range hide_value(struct secret_mask *mask, struct bytes line, size_t start)
{
    bool is_quoted = start < line.length && (line.at[start] == '"' || line.at[start] == '\'');
    *mask = (struct secret_mask){.table = mask->table, .indent = skip_spaces(line, 0)};
    if (is_quoted) {
        size_t end = quote_end(line, start + 1, line.at[start]);
        if (end != SIZE_MAX)
            return (struct mask_range){start, end};
        mask->quote = line.at[start];
        return (struct mask_range){start, line.length};
    }
    size_t end = plain_end(line, start);
    mask->is_hiding = end == line.length && line.at[mask->indent] != '#';
    return (struct mask_range){start, end};
}

/* What continues from an earlier line. */
static struct mask_range hide_rest(struct secret_mask *mask, struct bytes line)
{
    size_t start = skip_spaces(line, 0);
    if (mask->quote) {
        size_t end = quote_end(line, start, mask->quote);
        if (end != SIZE_MAX)
            mask->quote = 0;
        return (struct mask_range){start, end != SIZE_MAX ? end : line.length};
    }
    bool is_continued = start > mask->indent || start == line.length;
    if (mask->is_hiding && is_continued)
        return (struct mask_range){start, line.length};
    mask->is_hiding = false;
    return (struct mask_range){0, 0};
}

/* Where the value begins if the word that ends at `end` is a key; 0: it is none. */
static size_t value_start(struct bytes line, size_t end)
{
    if (end < line.length && (line.at[end] == '"' || line.at[end] == '\''))
        end++;
    end = skip_spaces(line, end);
    return end < line.length && line.at[end] == ':' ? skip_spaces(line, end + 1) : 0;
}

/* "user:password" of "://user:password@"; up to the last @, since a password may hold one.
 * *ret_behind: where what could have been a url ends. */
static struct mask_range find_user_info(struct bytes line, size_t at, size_t *ret_behind)
{
    size_t start = at + 3, end = start, i = start;
    for (; i < line.length && !text_is_one_of(line.at[i], " \t\"'"); i++)
        if (line.at[i] == '@')
            end = i;
    *ret_behind = i;
    return (struct mask_range){start, end};
}

struct mask_range secret_mask_next(struct secret_mask *mask, struct bytes line, size_t from)
{
    if (from == 0) {
        struct mask_range rest = hide_rest(mask, line);
        if (rest.end > rest.start)
            return rest;
    }
    size_t url_end = from; /* no @ from here to there */
    for (size_t at = from; at < line.length; at++) {
        if (at >= url_end && bytes_start_with(bytes_after(line, at), BYTES("://"))) {
            struct mask_range info = find_user_info(line, at, &url_end);
            if (info.end > info.start)
                return info;
        }
        if (!is_word_char(line.at[at]))
            continue;
        size_t end = at;
        while (end < line.length && is_word_char(line.at[end]))
            end++;
        size_t value = value_start(line, end);
        if (value > 0 && names_secret(mask->table, bytes_of(line.at + at, end - at)))
            return hide_value(mask, line, value);
        at = end - 1;
    }
    return (struct mask_range){line.length, line.length};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/option.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/money.h"
#include "config/suggest.h"

const struct option *option_find(const struct option *table, struct bytes name)
{
    for (const struct option *option = table; option->name; option++)
        if (bytes_equal(bytes_from_cstr(option->name), name))
            return option;
    return NULL;
}

static char fold(char c)
{
    if (c == '.' || c == '_')
        return '-';
    return c;
}

static bool is_flag(const char *name, struct bytes flag)
{
    struct bytes known = bytes_from_cstr(name);
    if (known.length != flag.length)
        return false;
    for (size_t i = 0; i < flag.length; i++)
        if (fold(known.at[i]) != fold(flag.at[i]))
            return false;
    return true;
}

const struct option *option_find_flag(const struct option *table, struct bytes flag)
{
    for (const struct option *option = table; option->name; option++)
        if (is_flag(option->flag ? option->flag : option->name, flag))
            return option;
    return NULL;
}

struct bytes option_section(const struct option *option)
{
    const char *dot = strrchr(option->name, '.');
    return bytes_of(option->name, dot ? (size_t)(dot - option->name) : 0);
}

const char *option_last_name(const struct option *option)
{
    const char *dot = strrchr(option->name, '.');
    return dot ? dot + 1 : option->name;
}

bool option_is_section(const struct option *table, struct bytes path)
{
    for (const struct option *option = table; option->name; option++)
        if (path.length > 0 && bytes_equal(option_section(option), path))
            return true;
    return false;
}

const struct option *option_map_short(const struct option_map *map)
{
    return map->short_name ? option_find(map->options, bytes_from_cstr(map->short_name)) : NULL;
}

struct option_path option_path_join(struct bytes parent, struct bytes name)
{
    struct option_path path;
    const char *dot = parent.length > 0 && name.length > 0 ? "." : "";
    snprintf(path.text, sizeof path.text, "%.*s%s%.*s", (int)parent.length, parent.at, dot,
             (int)name.length, name.at);
    return path;
}

const struct option *option_nearest(const struct option *table, struct bytes name)
{
    struct suggestion whole = {.word = name};
    struct suggestion last = {.word = name}; /* "total" at the top: timeouts.total was meant */
    for (const struct option *option = table; option->name; option++) {
        suggest_offer(&whole, bytes_from_cstr(option->name), option->name);
        if (option->flag)
            suggest_offer(&whole, bytes_from_cstr(option->flag), option->name);
        suggest_offer(&last, bytes_from_cstr(option_last_name(option)), option->name);
    }
    const char *nearest = whole.nearest ? whole.nearest : last.nearest;
    return nearest ? option_find(table, bytes_from_cstr(nearest)) : NULL;
}

struct number_kind {
    bool (*read)(struct bytes text, uint64_t *ret_number);
    const char *(*format)(uint64_t number, char ret_text[UNITS_TEXT_BYTES]);
};

static const char *format_plain(uint64_t number, char ret_text[UNITS_TEXT_BYTES])
{
    snprintf(ret_text, UNITS_TEXT_BYTES, "%" PRIu64, number);
    return ret_text;
}

static const char *format_usd(uint64_t nusd, char ret_text[UNITS_TEXT_BYTES])
{
    char digits[MONEY_TEXT_BYTES];
    struct bytes text = money_write(nusd, digits);
    snprintf(ret_text, UNITS_TEXT_BYTES, "%.*s", (int)text.length, text.at);
    return ret_text;
}

static const struct number_kind number_kinds[OPTION_MAP + 1] = {
    [OPTION_NUMBER] = {bytes_read_u64, format_plain},
    [OPTION_MS] = {units_read_duration, units_format_duration},
    [OPTION_BYTES] = {units_read_size, units_format_size},
    [OPTION_USD] = {money_read, format_usd},
};

bool option_is_number(enum option_kind kind)
{
    return number_kinds[kind].read != NULL;
}

bool option_read_number(enum option_kind kind, struct bytes text, uint64_t *ret_number)
{
    return number_kinds[kind].read(text, ret_number);
}

const char *option_format_number(enum option_kind kind, uint64_t number,
                                 char ret_text[UNITS_TEXT_BYTES])
{
    return number_kinds[kind].format(number, ret_text);
}

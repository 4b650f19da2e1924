/* SPDX-License-Identifier: Apache-2.0 */
#include "config/units.h"

#include <inttypes.h>
#include <stdio.h>

struct unit {
    const char *name;
    uint64_t factor;
    bool is_written; /* or only read */
};

/* Largest first: formatting takes the first that divides. */
static const struct unit durations[] = {
    {"d", 86400000, true}, {"h", 3600000, true}, {"m", 60000, true},
    {"s", 1000, true},     {"ms", 1, true},      {NULL, 0, false},
};

static const struct unit sizes[] = {
    {"GiB", UINT64_C(1) << 30, true},
    {"GB", 1000000000, false},
    {"MiB", 1 << 20, true},
    {"MB", 1000000, false},
    {"KiB", 1 << 10, true},
    {"kB", 1000, false},
    {"KB", 1000, false},
    {"B", 1, false},
    {"", 1, true},
    {NULL, 0, false},
};

static size_t digit_count(struct bytes text)
{
    size_t count = 0;
    while (count < text.length && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

static bool read_with_unit(const struct unit *units, struct bytes text, uint64_t *ret_value)
{
    uint64_t number, product;
    size_t digits = digit_count(text);
    if (!bytes_read_u64(bytes_of(text.at, digits), &number))
        return false;

    struct bytes name = bytes_after(text, digits);
    const struct unit *unit = units;
    while (unit->name && !bytes_equal(name, bytes_from_cstr(unit->name)))
        unit++;
    if (!unit->name || __builtin_mul_overflow(number, unit->factor, &product))
        return false;
    *ret_value = product;
    return true;
}

bool units_read_duration(struct bytes text, uint64_t *ret_ms)
{
    if (bytes_equal(text, BYTES("0"))) {
        *ret_ms = 0;
        return true;
    }
    return read_with_unit(durations, text, ret_ms);
}

bool units_read_size(struct bytes text, uint64_t *ret_bytes)
{
    return read_with_unit(sizes, text, ret_bytes);
}

static const char *format_with_unit(const struct unit *units, uint64_t value, char *ret_text)
{
    const struct unit *unit = units;
    while (!unit->is_written || value % unit->factor != 0)
        unit++; /* ends: the last unit written is 1 */
    snprintf(ret_text, UNITS_TEXT_BYTES, "%" PRIu64 "%s", value / unit->factor, unit->name);
    return ret_text;
}

const char *units_format_duration(uint64_t ms, char ret_text[UNITS_TEXT_BYTES])
{
    if (ms == 0)
        return memcpy(ret_text, "0s", sizeof "0s");
    return format_with_unit(durations, ms, ret_text);
}

const char *units_format_size(uint64_t bytes, char ret_text[UNITS_TEXT_BYTES])
{
    if (bytes == 0)
        return memcpy(ret_text, "0", sizeof "0");
    return format_with_unit(sizes, bytes, ret_text);
}

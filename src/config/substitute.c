/* SPDX-License-Identifier: Apache-2.0 */
#include "config/substitute.h"

#include "config/text_check.h"

#define VARIABLE_NAME_BYTES 128

#define SHIELD_BYTES 3 /* of U+E000 to U+E07F in UTF-8 */

/* What has been made of a value so far. */
struct result {
    char *at;      /* NULL: only measure */
    size_t length; /* beyond the capacity: nothing more is written */
    size_t capacity;
};

static void add(struct result *result, struct bytes part)
{
    size_t length = result->length + part.length;
    if (result->at && part.length > 0 && length <= result->capacity)
        memcpy(result->at + result->length, part.at, part.length);
    result->length = length;
}

struct variable {
    struct bytes name, fallback;
    bool has_fallback;
};

static struct variable cut_variable(struct bytes inside)
{
    ptrdiff_t split = bytes_find(inside, BYTES(":-"));
    if (split < 0)
        return (struct variable){.name = inside};
    return (struct variable){
        .name = bytes_of(inside.at, (size_t)split),
        .fallback = bytes_after(inside, (size_t)split + 2),
        .has_fallback = true,
    };
}

static bool is_variable_name(struct bytes name)
{
    if (name.length == 0 || name.length >= VARIABLE_NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.at[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !(is_digit && i > 0))
            return false;
    }
    return true;
}

static enum substitute_verdict look_up(const struct environment *environment,
                                       const struct variable *variable, struct bytes *ret_value)
{
    char name[VARIABLE_NAME_BYTES] = {0};
    if (!is_variable_name(variable->name))
        return SUBSTITUTE_BAD_NAME;
    memcpy(name, variable->name.at, variable->name.length);

    const char *value = environment->get ? environment->get(environment->user, name) : NULL;
    if (variable->has_fallback && (!value || !*value))
        *ret_value = variable->fallback;
    else if (value)
        *ret_value = bytes_from_cstr(value);
    else
        return SUBSTITUTE_UNSET;
    return SUBSTITUTE_FINE;
}

/* Adds what stands for the "${...}" at the start of *rest and cuts it off. */
static enum substitute_verdict expand(const struct environment *environment, struct bytes *rest,
                                      struct result *result, struct bytes *ret_name)
{
    ptrdiff_t end = bytes_find(*rest, BYTES("}"));
    if (end < 0)
        return SUBSTITUTE_UNCLOSED;
    struct variable variable = cut_variable(bytes_of(rest->at + 2, (size_t)end - 2));
    struct bytes value;
    enum substitute_verdict verdict = look_up(environment, &variable, &value);
    *ret_name = variable.name;
    if (verdict != SUBSTITUTE_FINE)
        return verdict;
    add(result, value);
    *rest = bytes_after(*rest, (size_t)end + 1);
    return SUBSTITUTE_FINE;
}

static enum substitute_verdict fill(const struct environment *environment, struct bytes text,
                                    struct result *result, struct bytes *ret_name)
{
    struct bytes rest = text;
    while (rest.length > 0) {
        enum substitute_verdict verdict = SUBSTITUTE_FINE;
        if (bytes_start_with(rest, BYTES("$${"))) {
            add(result, BYTES("${"));
            rest = bytes_after(rest, 3);
        } else if (bytes_start_with(rest, BYTES("${"))) {
            verdict = expand(environment, &rest, result, ret_name);
        } else {
            add(result, bytes_of(rest.at, 1));
            rest = bytes_after(rest, 1);
        }
        if (verdict != SUBSTITUTE_FINE)
            return verdict;
        if (result->length > result->capacity)
            return SUBSTITUTE_TOO_LARGE;
    }
    return SUBSTITUTE_FINE;
}

/* Twice: to measure, and to write. Should the environment change between, the capacity holds. */
enum substitute_verdict substitute(struct memory *memory, const struct environment *environment,
                                   struct bytes text, struct bytes *ret_text,
                                   struct bytes *ret_name)
{
    struct result measured = {.capacity = SUBSTITUTE_LIMIT};
    enum substitute_verdict verdict = fill(environment, text, &measured, ret_name);
    if (verdict != SUBSTITUTE_FINE)
        return verdict;

    struct result filled = {.at = memory_alloc(memory, measured.length + 1),
                            .capacity = measured.length};
    if (!filled.at)
        return SUBSTITUTE_NO_MEMORY;
    verdict = fill(environment, text, &filled, ret_name);
    if (verdict == SUBSTITUTE_FINE)
        *ret_text = bytes_of(filled.at, filled.length);
    return verdict;
}

/* The length of the "{...}" behind a "$"; 0: it is not closed on this line, or holds a quote or a
 * backslash, which YAML shall see, or one more dollar: so each byte is looked at once. */
static size_t braces_length(struct bytes rest)
{
    if (!bytes_start_with(rest, BYTES("{")))
        return 0;
    for (size_t i = 1; i < rest.length; i++) {
        if (rest.at[i] == '}')
            return i + 1;
        if (text_is_one_of(rest.at[i], "\n\r\t\"'\\$"))
            return 0;
    }
    return 0;
}

static void add_shielded(struct result *result, struct bytes part)
{
    for (size_t i = 0; i < part.length; i++) {
        unsigned char c = (unsigned char)part.at[i];
        char moved[SHIELD_BYTES] = {(char)0xee, (char)(0x80 | c >> 6), (char)(0x80 | (c & 0x3f))};
        add(result, c < 0x80 ? bytes_of(moved, sizeof moved) : bytes_of(&part.at[i], 1));
    }
}

struct bytes substitute_shield(struct memory *memory, struct bytes text)
{
    size_t most = text.length * SHIELD_BYTES;
    struct result result = {.at = memory_alloc(memory, most + 1), .capacity = most};
    if (!result.at)
        return bytes_of(NULL, 0);

    struct bytes rest = text;
    while (rest.length > 0) {
        bool is_dollar = rest.at[0] == '$';
        add(&result, bytes_of(rest.at, 1));
        rest = bytes_after(rest, 1);
        size_t length = is_dollar ? braces_length(rest) : 0;
        add_shielded(&result, bytes_of(rest.at, length));
        rest = bytes_after(rest, length);
    }
    return bytes_of(result.at, result.length);
}

static bool is_shielded(struct bytes rest)
{
    return rest.length >= SHIELD_BYTES && rest.at[0] == (char)0xee &&
           (unsigned char)rest.at[1] < 0x82;
}

struct bytes substitute_unshield(struct memory *memory, struct bytes text)
{
    struct result result = {.at = memory_alloc(memory, text.length + 1), .capacity = text.length};
    if (!result.at)
        return bytes_of(NULL, 0);

    struct bytes rest = text;
    while (rest.length > 0) {
        bool has_moved = is_shielded(rest);
        char back = rest.at[0];
        if (has_moved)
            back = (char)((rest.at[1] & 1) << 6 | (rest.at[2] & 0x3f));
        add(&result, bytes_of(&back, 1));
        rest = bytes_after(rest, has_moved ? SHIELD_BYTES : 1);
    }
    return bytes_of(result.at, result.length);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

static unsigned char ascii_lower(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
}

bool bytes_equal_nocase_at(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

bool bytes_start_with(struct bytes view, struct bytes prefix)
{
    return view.length >= prefix.length && bytes_equal(bytes_of(view.at, prefix.length), prefix);
}

bool bytes_end_with(struct bytes view, struct bytes suffix)
{
    return view.length >= suffix.length &&
           bytes_equal(bytes_after(view, view.length - suffix.length), suffix);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct bytes bytes_trim(struct bytes view)
{
    while (view.length > 0 && is_blank(view.at[0]))
        view = bytes_after(view, 1);
    while (view.length > 0 && is_blank(view.at[view.length - 1]))
        view.length--;
    return view;
}

struct bytes bytes_cut(struct bytes *rest, char separator)
{
    struct bytes all = *rest;
    const char *found = all.length > 0 ? memchr(all.at, separator, all.length) : NULL;
    if (!found) {
        *rest = (struct bytes){0};
        return all;
    }
    size_t length = (size_t)(found - all.at);
    *rest = bytes_after(all, length + 1);
    return bytes_of(all.at, length);
}

ptrdiff_t bytes_find(struct bytes view, struct bytes needle)
{
    if (needle.length == 0)
        return 0;
    if (view.length < needle.length)
        return -1;
    const char *found = memmem(view.at, view.length, needle.at, needle.length);
    return found ? found - view.at : -1;
}

bool bytes_read_u64(struct bytes view, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < view.length; i++) {
        if (view.at[i] < '0' || view.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(view.at[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (view.length == 0)
        return false;
    *ret_value = value;
    return true;
}

struct bytes bytes_write_u64(uint64_t value, char ret_digits[BYTES_U64_DIGITS])
{
    size_t count = 0;
    do {
        ret_digits[BYTES_U64_DIGITS - ++count] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return bytes_of(ret_digits + BYTES_U64_DIGITS - count, count);
}

/* RFC 3629, section 4: what the first byte says of length, payload and least value. */
static const struct utf8_form {
    uint8_t mask, lead, length;
    uint32_t least; /* below it the form is overlong */
} utf8_forms[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static const struct utf8_form *form_of(uint8_t lead)
{
    for (size_t i = 0; i < sizeof utf8_forms / sizeof *utf8_forms; i++)
        if ((lead & utf8_forms[i].mask) == utf8_forms[i].lead)
            return &utf8_forms[i];
    return NULL;
}

size_t bytes_read_utf8(struct bytes view, uint32_t *ret_character)
{
    if (view.length == 0)
        return 0;
    uint8_t lead = (uint8_t)view.at[0];
    const struct utf8_form *form = form_of(lead);
    if (!form || view.length < form->length)
        return 0;

    uint32_t character = lead & (uint8_t)~form->mask;
    for (size_t i = 1; i < form->length; i++) {
        uint8_t byte = (uint8_t)view.at[i];
        if ((byte & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (byte & 0x3f);
    }
    bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < form->least || character > 0x10ffff || is_surrogate)
        return 0;
    *ret_character = character;
    return form->length;
}

/* Prompts are mostly ASCII: eight bytes at a time while that lasts. */
static struct bytes skip_ascii(struct bytes view)
{
    uint64_t eight;
    while (view.length >= sizeof eight) {
        memcpy(&eight, view.at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
        view = bytes_after(view, sizeof eight);
    }
    return view;
}

bool bytes_are_utf8(struct bytes view)
{
    for (view = skip_ascii(view); view.length > 0; view = skip_ascii(view)) {
        uint32_t character;
        size_t length = bytes_read_utf8(view, &character);
        if (length == 0)
            return false;
        view = bytes_after(view, length);
    }
    return true;
}

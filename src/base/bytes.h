/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes - a view of bytes somebody else owns, and strict readings of them.
 *
 * Memory   a view owns nothing; it lives as long as what it points into.
 * Threads  any.
 * Errors   readers return false and leave *ret alone.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const char *at;
    size_t length;
};

#define BYTES(literal) ((struct bytes){(literal), sizeof(literal) - 1})

static inline struct bytes bytes_of(const char *at, size_t length)
{
    return (struct bytes){at, length};
}

static inline struct bytes bytes_from_cstr(const char *text)
{
    return (struct bytes){text, text ? strlen(text) : 0};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/* The first `skip` bytes taken off; skip may not exceed the length. (C forbids NULL + 0.) */
static inline struct bytes bytes_after(struct bytes view, size_t skip)
{
    return (struct bytes){skip > 0 ? view.at + skip : view.at, view.length - skip};
}

/* Both have this length, which is not 0. */
bool bytes_equal_nocase_at(const char *a, const char *b, size_t length);

/* ASCII letters compare alike in either case, as RFC 9110 wants for field names. Most names differ
 * in their length or first letter already. */
static inline bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    if (a.length != b.length)
        return false;
    return a.length == 0 ||
           (((a.at[0] ^ b.at[0]) & ~0x20) == 0 && bytes_equal_nocase_at(a.at, b.at, a.length));
}
bool bytes_start_with(struct bytes view, struct bytes prefix);
bool bytes_end_with(struct bytes view, struct bytes suffix);
/* Without spaces and tabs at either end. */
struct bytes bytes_trim(struct bytes view);
/* Cuts *rest at the first `separator`: returns what stood before it and leaves what follows;
 * without one returns all and leaves *rest empty (at == NULL). */
struct bytes bytes_cut(struct bytes *rest, char separator);
/* Offset of the first `needle`, or -1. */
ptrdiff_t bytes_find(struct bytes view, struct bytes needle);

/* One or more decimal digits and nothing else; false also when 64 bits do not hold it. */
bool bytes_read_u64(struct bytes view, uint64_t *ret_value);
/* How many bytes the well-formed UTF-8 character at the front takes, 1 to 4; 0: there is none. */
size_t bytes_read_utf8(struct bytes view, uint32_t *ret_character);
/* Decimal digits into the caller's array, which the view returned points into. */
#define BYTES_U64_DIGITS 20
struct bytes bytes_write_u64(uint64_t value, char ret_digits[BYTES_U64_DIGITS]);
/* Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool bytes_are_utf8(struct bytes view);

#endif

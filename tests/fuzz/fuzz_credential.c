/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: a credential is visible ASCII out of one of the values; in which order the fields
 * come changes neither whether there is one nor which, and neither does sending them all once more.
 * Each line of the input is a field, its name ending with a colon.
 */
#include <stdlib.h>

#include "keys/credential.h"

#define FIELD_LIMIT 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fields {
    size_t count;
    struct bytes lines[FIELD_LIMIT];
};

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void note(struct credential *credential, struct bytes line)
{
    struct bytes value = line, name = bytes_cut(&value, ':');
    credential_note(credential, name, value);
}

static void expect_visible_inside(struct bytes token, const struct fields *fields)
{
    bool is_inside = false;
    expect(token.length > 0 && token.length <= CREDENTIAL_BYTES_LIMIT);
    for (size_t i = 0; i < token.length; i++)
        expect(token.at[i] > ' ' && token.at[i] < '\x7f');
    for (size_t i = 0; i < fields->count; i++) {
        struct bytes line = fields->lines[i];
        is_inside |= token.at >= line.at && token.at + token.length <= line.at + line.length;
    }
    expect(is_inside);
}

static void expect_same(struct credential a, struct credential b)
{
    expect((a.state == CREDENTIAL_ABSENT) == (b.state == CREDENTIAL_ABSENT));
    expect((a.state == CREDENTIAL_GIVEN) == (b.state == CREDENTIAL_GIVEN));
    if (a.state == CREDENTIAL_GIVEN)
        expect(bytes_equal(a.token, b.token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fields fields = {0};
    struct bytes rest = bytes_of((const char *)data, size);
    while (rest.length > 0 && fields.count < FIELD_LIMIT)
        fields.lines[fields.count++] = bytes_cut(&rest, '\n');

    struct credential forwards = {0}, backwards = {0};
    for (size_t i = 0; i < fields.count; i++)
        note(&forwards, fields.lines[i]);
    for (size_t i = fields.count; i-- > 0;)
        note(&backwards, fields.lines[i]);
    expect_same(forwards, backwards);

    struct credential twice = forwards;
    for (size_t i = 0; i < fields.count; i++)
        note(&twice, fields.lines[i]);
    expect(twice.state == forwards.state);
    expect_same(forwards, twice);
    if (forwards.state == CREDENTIAL_GIVEN) {
        expect_visible_inside(forwards.token, &fields);
        credential_looks_like_jwt(forwards.token);
    }
    return 0;
}

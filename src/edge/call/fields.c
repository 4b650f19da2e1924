/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/call/fields.h"

#define NEVER_UP(NAME)                                                                             \
    NAME("host")                                                                                   \
    NAME("content-length")                                                                         \
    NAME("expect")                                                                                 \
    NAME("content-encoding")                                                                       \
    NAME("accept-encoding")                                                                        \
    NAME("authorization")                                                                          \
    NAME("x-api-key")                                                                              \
    NAME("api-key")                                                                                \
    NAME("x-goog-api-key")                                                                         \
    NAME("cookie")                                                                                 \
    NAME("forwarded")                                                                              \
    NAME("x-real-ip")                                                                              \
    NAME("x-request-id")                                                                           \
    NAME("origin")                                                                                 \
    NAME("via")

#define NEVER_UP_PREFIXES(NAME)                                                                    \
    NAME("x-forwarded-")                                                                           \
    NAME("isthmus-")                                                                               \
    NAME("access-control-")

#define NEVER_DOWN(NAME)                                                                           \
    NAME("content-length")                                                                         \
    NAME("date")                                                                                   \
    NAME("x-request-id")

#define NEVER_DOWN_PREFIXES(NAME)                                                                  \
    NAME("access-control-")                                                                        \
    NAME("isthmus-")

#define VIEW(text) {(text), sizeof(text) - 1},
#define LENGTH_BIT(text) | UINT32_C(1) << (sizeof(text) - 1)

/* Most names differ from all of a list by their length already. */
struct name_list {
    const struct bytes *at;
    size_t count;
    uint32_t lengths; /* bit i: a name of i bytes is in the list */
};

#define LIST(NAMES)                                                                                \
    {                                                                                              \
        .at = (const struct bytes[]){NAMES(VIEW)},                                                 \
        .count = sizeof((const struct bytes[]){NAMES(VIEW)}) / sizeof(struct bytes),               \
        .lengths = 0 NAMES(LENGTH_BIT),                                                            \
    }

static const struct name_list never_up = LIST(NEVER_UP);
static const struct name_list never_up_prefixes = LIST(NEVER_UP_PREFIXES);
static const struct name_list never_down = LIST(NEVER_DOWN);
static const struct name_list never_down_prefixes = LIST(NEVER_DOWN_PREFIXES);

static bool is_one_of(struct bytes name, const struct name_list *list)
{
    if (name.length >= 32 || !(list->lengths >> name.length & 1))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (bytes_equal_nocase(name, list->at[i]))
            return true;
    return false;
}

static bool starts_with_one_of(struct bytes name, const struct name_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (name.length >= list->at[i].length &&
            bytes_equal_nocase(bytes_of(name.at, list->at[i].length), list->at[i]))
            return true;
    return false;
}

bool fields_may_go_up(struct http_fields fields, struct bytes name)
{
    return !is_one_of(name, &never_up) && !starts_with_one_of(name, &never_up_prefixes) &&
           !http_field_is_hop_by_hop(fields, name);
}

bool fields_may_go_down(struct http_fields fields, struct bytes name)
{
    return !is_one_of(name, &never_down) && !starts_with_one_of(name, &never_down_prefixes) &&
           !http_field_is_hop_by_hop(fields, name);
}

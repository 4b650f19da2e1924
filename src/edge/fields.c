/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/fields.h"

#define NAME(text)                                                                                 \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static const struct bytes never_up[] = {
    NAME("host"),
    NAME("content-length"),
    NAME("expect"),
    NAME("content-encoding"),
    NAME("accept-encoding"),
    NAME("authorization"),
    NAME("x-api-key"),
    NAME("api-key"),
    NAME("x-goog-api-key"),
    NAME("cookie"),
    NAME("forwarded"),
    NAME("x-real-ip"),
    NAME("x-request-id"),
    NAME("origin"),
    NAME("via"),
};

static const struct bytes never_up_prefixes[] = {
    NAME("x-forwarded-"),
    NAME("isthmus-"),
    NAME("access-control-"),
};

static const struct bytes never_down[] = {
    NAME("content-length"),
    NAME("date"),
    NAME("x-request-id"),
};

static const struct bytes never_down_prefixes[] = {
    NAME("access-control-"),
    NAME("isthmus-"),
};

static bool is_one_of(struct bytes name, const struct bytes *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal_nocase(name, list[i]))
            return true;
    return false;
}

static bool starts_with_one_of(struct bytes name, const struct bytes *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name.length >= list[i].length &&
            bytes_equal_nocase(bytes_of(name.at, list[i].length), list[i]))
            return true;
    return false;
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

bool fields_may_go_up(struct http_fields fields, struct bytes name)
{
    return !is_one_of(name, never_up, COUNT(never_up)) &&
           !starts_with_one_of(name, never_up_prefixes, COUNT(never_up_prefixes)) &&
           !http_field_is_hop_by_hop(fields, name);
}

bool fields_may_go_down(struct http_fields fields, struct bytes name)
{
    return !is_one_of(name, never_down, COUNT(never_down)) &&
           !starts_with_one_of(name, never_down_prefixes, COUNT(never_down_prefixes)) &&
           !http_field_is_hop_by_hop(fields, name);
}

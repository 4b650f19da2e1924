/* SPDX-License-Identifier: Apache-2.0 */
#include "customer.h"

#include <string.h>

static bool is_allowed(const struct customer_wish *wish)
{
    return strcmp(wish->path, "/v1/chat/completions") == 0 && strcmp(wish->model, "sim") == 0;
}

/* What was used up before it was asked stays used up. */
static bool is_broke(const struct purse *purse)
{
    return purse->spent >= purse->tokens;
}

/* Nothing else is under way that could have taken what is left, and what it needs is known. */
static bool is_rich_enough(const struct customer *customer, const struct customer_wish *wish)
{
    const struct purse *purse = customer->purse;
    return customer->kind == CUSTOMER_POOR && wish->is_hardly_asked && wish->is_generated &&
           purse->spent + wish->most_tokens < purse->tokens;
}

static struct permission permit_from_purse(const struct customer *customer,
                                           const struct customer_wish *wish)
{
    bool must_refuse = is_broke(customer->purse) && wish->is_generated;
    bool has_enough = is_rich_enough(customer, wish);
    return (struct permission){.must = must_refuse ? 429 : 0,
                               .may = has_enough ? 0 : 429,
                               .may_be_cut = !has_enough && customer->purse->cuts};
}

struct permission customer_permit(const struct customer *customer, const struct customer_wish *wish)
{
    if (!customer)
        return (struct permission){0};
    switch (customer->kind) {
    case CUSTOMER_RICH:
        break;
    case CUSTOMER_POOR:
    case CUSTOMER_SHARING:
        return permit_from_purse(customer, wish);
    case CUSTOMER_BUSY:
        return (struct permission){.may = wish->is_hardly_asked ? 0 : 429};
    case CUSTOMER_NARROW:
        return is_allowed(wish) ? (struct permission){0}
                                : (struct permission){.must = 403, .may = 403};
    case CUSTOMER_LEAVING:
        return (struct permission){.must = customer->is_revoked ? 401 : 0};
    case CUSTOMER_STRANGER:
        return (struct permission){.must = 401, .may = 401};
    case CUSTOMER_KINDS:
        break;
    }
    return (struct permission){0};
}

int customer_write_key(const struct customer *customer, struct buffer *out)
{
    static const char *const fields[] = {"Authorization: Bearer ", "x-api-key: ", "api-key: "};
    if (!customer)
        return 0;
    return buffer_append_format(out, "%s%s\r\n", fields[customer->field], customer->secret);
}

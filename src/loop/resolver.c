/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop/resolver_body.h"
#include "loop/timer.h"

#define HOST_LIMIT 253 /* RFC 1035 */
#define RETRY_FIRST_MS 1000

struct resolver_name {
    struct loop *loop;
    char host[HOST_LIMIT + 1];
    struct resolver_options options;
    void (*on_change)(void *user);
    void *user;

    struct lookup *lookup; /* NULL: none is under way */
    struct timer next;     /* always started, so that starting it never fails */
    struct task told;      /* a literal's only report */
    uint64_t retry_ms;     /* how long the next failure waits */
    bool is_pending;

    int error;
    struct address addresses[RESOLVER_ADDRESSES];
    size_t address_count;
};

static bool can_be_in_a_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

static bool host_is_valid(struct bytes host)
{
    if (host.length == 0 || host.length > HOST_LIMIT)
        return false;
    for (size_t i = 0; i < host.length; i++)
        if (!can_be_in_a_name(host.at[i]))
            return false;
    return true;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void look_up_in(struct resolver_name *name, uint64_t delay_ms)
{
    timer_start(&name->next, loop_now_ns(name->loop) + delay_ms * NS_PER_MS);
}

static void note_failure(struct resolver_name *name, int error)
{
    name->error = error;
    look_up_in(name, name->retry_ms);
    name->retry_ms = smaller(name->retry_ms * 2, name->options.refresh_ms);
}

static bool name_has(const struct resolver_name *name, const struct address *address)
{
    for (size_t i = 0; i < name->address_count; i++)
        if (address_equal(&name->addresses[i], address))
            return true;
    return false;
}

/* Name servers shuffle: only another set of addresses is a change. */
static bool is_same_set(const struct resolver_name *a, const struct resolver_name *b)
{
    for (size_t i = 0; i < b->address_count; i++)
        if (!name_has(a, &b->addresses[i]))
            return false;
    return a->address_count == b->address_count;
}

static bool take_addresses(struct resolver_name *name, const struct lookup_answer *answer)
{
    struct resolver_name fresh = {0};
    for (size_t i = 0; i < answer->count && i < RESOLVER_ADDRESSES; i++) {
        struct address address = answer->addresses[i];
        address.port = name->options.port;
        if (!name_has(&fresh, &address))
            fresh.addresses[fresh.address_count++] = address;
    }
    if (is_same_set(name, &fresh))
        return false;
    memcpy(name->addresses, fresh.addresses, sizeof name->addresses);
    name->address_count = fresh.address_count;
    return true;
}

static void note_answer(void *user, const struct lookup_answer *answer)
{
    struct resolver_name *name = user;
    bool is_news = name->is_pending;

    name->lookup = NULL;
    name->is_pending = false;
    if (answer->error || answer->count == 0) {
        note_failure(name, answer->error ? answer->error : -ENOENT);
    } else {
        name->error = 0;
        name->retry_ms = smaller(RETRY_FIRST_MS, name->options.refresh_ms);
        look_up_in(name, name->options.refresh_ms);
        is_news |= take_addresses(name, answer);
    }
    if (is_news)
        name->on_change(name->user); /* may close the name */
}

static void look_up(struct timer *next)
{
    struct resolver_name *name = CONTAINER_OF(next, struct resolver_name, next);

    timer_start(&name->next, UINT64_MAX);
    int r = lookup_start(&name->lookup, name->loop, name->host, note_answer, name);
    if (r < 0)
        note_failure(name, r);
}

static void tell_literal(struct task *told)
{
    struct resolver_name *name = CONTAINER_OF(told, struct resolver_name, told);
    name->on_change(name->user);
}

static int name_begin(struct resolver_name *name, struct bytes host)
{
    if (address_parse_ip(host, name->options.port, &name->addresses[0]) == 0) {
        name->address_count = 1;
        loop_post(name->loop, &name->told);
        return 0;
    }
    if (!host_is_valid(host))
        return -EINVAL;
    memcpy(name->host, host.at, host.length);
    name->is_pending = true;

    int r = timer_start(&name->next, UINT64_MAX);
    if (r < 0)
        return r;
    return lookup_start(&name->lookup, name->loop, name->host, note_answer, name);
}

/* style: parameters, as its header says: what is opened, and who is told. */
int resolver_name_open(struct resolver_name **ret_name, struct loop *loop, struct bytes host,
                       const struct resolver_options *options, void (*on_change)(void *user),
                       void *user)
{
    struct resolver_name *name = calloc(1, sizeof *name);
    if (!name)
        return -ENOMEM;
    name->loop = loop;
    name->options = *options;
    name->on_change = on_change;
    name->user = user;
    name->retry_ms = smaller(RETRY_FIRST_MS, options->refresh_ms);
    timer_init(&name->next, loop, look_up);
    task_init(&name->told, tell_literal);

    int r = name_begin(name, host);
    if (r < 0) {
        resolver_name_close(name);
        return r;
    }
    *ret_name = name;
    return 0;
}

const struct address *resolver_name_addresses(const struct resolver_name *name, size_t *ret_count)
{
    *ret_count = name->address_count;
    return name->addresses;
}

bool resolver_name_is_pending(const struct resolver_name *name)
{
    return name->is_pending;
}

int resolver_name_error(const struct resolver_name *name)
{
    return name->error;
}

void resolver_name_close(struct resolver_name *name)
{
    if (!name)
        return;
    if (name->lookup)
        lookup_cancel(name->lookup);
    timer_stop(&name->next);
    loop_cancel(name->loop, &name->told);
    free(name);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_lookup - host names of a world, and how long it takes to ask for them.
 */
#include <errno.h>
#include <stdlib.h>

#include "loop/resolver_body.h"
#include "loop/sim/node.h"

#define HOST_BYTES 256
#define LEAST_LOOKUP_NS (200 * NS_PER_US)
#define MOST_LOOKUP_NS (20 * NS_PER_MS)
#define LEAST_LATE_NS (100 * NS_PER_MS)
#define MOST_LATE_NS (10 * NS_PER_S)

struct host_name {
    struct list link; /* in the world's names */
    char host[HOST_BYTES];
    struct address address; /* one of its addresses */
};

struct lookup {
    struct source source;
    struct event answered;
    char host[HOST_BYTES];
    int fault_error; /* 0: it finds what there is */
    void (*on_answer)(void *user, const struct lookup_answer *answer);
    void *user;
};

int world_name(struct world *world, const char *host, const char *ip)
{
    struct address address;
    int r = address_parse_ip(bytes_from_cstr(ip), 0, &address);
    if (r < 0 || strlen(host) >= HOST_BYTES)
        return -EINVAL;
    struct host_name *name = kernel_alloc(world, sizeof *name);
    memcpy(name->host, host, strlen(host) + 1);
    name->address = address;
    list_push_back(&world->names, &name->link);
    return 0;
}

/* All of a host's names, or of all hosts. */
static void forget_names(struct world *world, const char *host)
{
    LIST_EACH_SAFE(link, &world->names)
    {
        struct host_name *name = CONTAINER_OF(link, struct host_name, link);
        if (host && strcmp(name->host, host) != 0)
            continue;
        list_remove(link);
        free(name);
    }
}

void world_name_forget(struct world *world, const char *host)
{
    forget_names(world, host);
}

void world_names_clear(struct world *world)
{
    forget_names(world, NULL);
}

static void find_addresses(const struct world *world, const char *host,
                           struct lookup_answer *ret_answer)
{
    LIST_EACH(link, &world->names)
    {
        const struct host_name *name = CONTAINER_OF(link, struct host_name, link);
        if (strcmp(name->host, host) == 0 && ret_answer->count < RESOLVER_ADDRESSES)
            ret_answer->addresses[ret_answer->count++] = name->address;
    }
    if (ret_answer->count == 0)
        ret_answer->error = -ENOENT;
}

static void report_answer(struct source *source)
{
    struct lookup *lookup = CONTAINER_OF(source, struct lookup, source);
    struct lookup_answer answer = {.error = lookup->fault_error};
    if (answer.error == 0)
        find_addresses(source->loop->world, lookup->host, &answer);
    void (*on_answer)(void *user, const struct lookup_answer *answer) = lookup->on_answer;
    void *user = lookup->user;
    lookup_cancel(lookup);
    on_answer(user, &answer);
}

static void answer(struct event *event)
{
    source_ready(&CONTAINER_OF(event, struct lookup, answered)->source);
}

static uint64_t draw_fault(struct world *world, struct lookup *lookup)
{
    static const int errors[] = {-EAGAIN, -EIO, -ENOENT};
    uint64_t choice = world_draw(world, 0, 3);
    if (choice == 3)
        return world_draw_magnitude(world, LEAST_LATE_NS, MOST_LATE_NS);
    lookup->fault_error = errors[choice];
    return 0;
}

int lookup_start(struct lookup **ret_lookup, struct loop *loop, const char *host,
                 void (*on_answer)(void *user, const struct lookup_answer *answer), void *user)
{
    struct sim_loop *self = sim_loop_of(loop);
    struct world *world = self->world;
    if (self->state == LOOP_ENDED)
        return -ESHUTDOWN;
    if (strlen(host) >= HOST_BYTES)
        return -ENOENT;
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return -ENOMEM;
    source_init(&lookup->source, self, report_answer);
    event_init(&lookup->answered, answer);
    memcpy(lookup->host, host, strlen(host) + 1);
    lookup->on_answer = on_answer;
    lookup->user = user;
    self->node->holdings.names++;

    uint64_t takes_ns = world_draw(world, LEAST_LOOKUP_NS, MOST_LOOKUP_NS);
    if (fault_fires(world, FAULT_RESOLVE))
        takes_ns += draw_fault(world, lookup);
    event_schedule(world, &lookup->answered, world->now_ns + takes_ns);
    *ret_lookup = lookup;
    return 0;
}

void lookup_cancel(struct lookup *lookup)
{
    struct sim_loop *loop = lookup->source.loop;
    source_cancel(&lookup->source);
    event_cancel(loop->world, &lookup->answered);
    loop->node->holdings.names--;
    free(lookup);
}

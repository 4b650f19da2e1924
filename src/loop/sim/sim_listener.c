/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/sim_listener.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "loop/listener.h"
#include "loop/sim/node.h"
#include "loop/sim/sim_stream.h"

#define ACCEPT_PAUSE_NS NS_PER_S
#define MOST_WAKE_NS (5 * NS_PER_US)

struct listen_socket {
    struct list link;      /* in its host's listening sockets; unlinked: its process is dead */
    struct list node_link; /* in its process's */
    struct world_node *node;
    struct address address;
    size_t backlog;
    struct list waiting; /* sockets */
    size_t waiting_count;
    struct list listeners;
    unsigned reference_count;
};

struct listener {
    struct source source;
    struct list link; /* in its socket's listeners */
    struct listen_socket *socket;
    const struct listener_events *events;
    void *user;
    uint32_t user_timeout_ms;
    bool accept_is_wanted;
    struct event wake; /* something waits, or a pause is over */
};

static bool is_any_ip(const struct address *address)
{
    static const uint8_t any[sizeof address->ip];
    return memcmp(address->ip, any, sizeof any) == 0;
}

/* Does what listens at `bound` hear what is sent to `sought`? */
static bool address_hears(const struct address *bound, const struct address *sought)
{
    if (bound->family != sought->family)
        return false;
    if (bound->family == ADDRESS_UNIX)
        return strcmp(bound->path, sought->path) == 0;
    return bound->port == sought->port &&
           (is_any_ip(bound) || memcmp(bound->ip, sought->ip, sizeof bound->ip) == 0);
}

static struct listen_socket *find_socket(struct host *host, const struct address *sought)
{
    LIST_EACH(link, &host->listening)
    {
        struct listen_socket *socket = CONTAINER_OF(link, struct listen_socket, link);
        if (address_hears(&socket->address, sought))
            return socket;
    }
    return NULL;
}

static void wake_listener(struct listener *listener)
{
    struct world *world = listener->source.loop->world;
    if (!event_is_scheduled(&listener->wake))
        event_schedule(world, &listener->wake, world->now_ns + world_draw(world, 0, MOST_WAKE_NS));
}

/* All loops that listen are woken; whose turn comes first is the seed's choice. */
static void wake_listeners(struct listen_socket *socket)
{
    LIST_EACH(link, &socket->listeners)
    wake_listener(CONTAINER_OF(link, struct listener, link));
}

enum offer_verdict sim_listen_offer(struct socket *server)
{
    struct world *world = server->connection->world;
    struct listen_socket *socket = find_socket(server->host, &server->connection->server_address);
    if (!socket)
        return OFFER_REFUSED;
    if (socket->waiting_count > socket->backlog || fault_fires(world, FAULT_BACKLOG_FULL))
        return OFFER_DROPPED;
    socket_be_born(server, socket->node);
    list_push_back(&socket->waiting, &server->backlog_link);
    socket->waiting_count++;
    wake_listeners(socket);
    return OFFER_ACCEPTED;
}

static int check_place(struct world_node *node, const struct address *address)
{
    bool is_ip = address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6;
    if (address->family == ADDRESS_NONE)
        return -EINVAL;
    if (is_ip && !is_any_ip(address) && host_find(node->host, address) != node->host)
        return -EADDRNOTAVAIL;
    LIST_EACH(link, &node->host->listening)
    {
        const struct address *taken = &CONTAINER_OF(link, struct listen_socket, link)->address;
        if (address_hears(taken, address) || address_hears(address, taken))
            return -EADDRINUSE;
    }
    return node_has_descriptor(node);
}

int listen_socket_open(struct listen_socket **ret_socket, struct loop *loop,
                       const struct address *address, int backlog)
{
    struct world_node *node = node_of(loop);
    int r = check_place(node, address);
    if (r < 0)
        return r;
    struct listen_socket *socket = calloc(1, sizeof *socket);
    if (!socket)
        return -ENOMEM;
    socket->node = node;
    socket->address = *address;
    if (address->family != ADDRESS_UNIX && address->port == 0)
        socket->address.port = host_take_port(node->host);
    socket->backlog = backlog > 0 ? (size_t)backlog : 0;
    socket->reference_count = 1;
    list_init(&socket->waiting);
    list_init(&socket->listeners);
    list_push_back(&node->host->listening, &socket->link);
    list_push_back(&node->listen_sockets, &socket->node_link);
    node->holdings.listeners++;
    node->descriptors++;
    *ret_socket = socket;
    return 0;
}

void listen_socket_address(const struct listen_socket *socket, struct address *ret_address)
{
    *ret_address = socket->address;
}

static struct socket *take_waiting(struct listen_socket *socket)
{
    struct list *link = list_pop_front(&socket->waiting);
    if (!link)
        return NULL;
    socket->waiting_count--;
    return CONTAINER_OF(link, struct socket, backlog_link);
}

/* The kernel resets whoever still waits. */
static void unbind(struct listen_socket *socket)
{
    struct socket *waiting;
    while ((waiting = take_waiting(socket)))
        socket_close(waiting, true);
    list_remove(&socket->link);
    list_remove(&socket->node_link);
}

void sim_listen_sockets_abandon(struct world_node *node)
{
    LIST_EACH_SAFE(link, &node->listen_sockets)
    unbind(CONTAINER_OF(link, struct listen_socket, node_link));
}

void listen_socket_close(struct listen_socket *socket)
{
    if (!socket || --socket->reference_count > 0)
        return;
    unbind(socket);
    socket->node->holdings.listeners--;
    socket->node->descriptors--;
    free(socket);
}

static void pause_accepting(struct listener *listener, int error)
{
    struct world *world = listener->source.loop->world;
    event_schedule(world, &listener->wake, world->now_ns + ACCEPT_PAUSE_NS);
    if (listener->events->on_trouble)
        listener->events->on_trouble(listener->user, error);
}

/* One connection a turn: the others may be found by another loop meanwhile. */
static void report_accept(struct source *source)
{
    struct listener *listener = CONTAINER_OF(source, struct listener, source);
    struct listen_socket *from = listener->socket;
    struct stream *stream = NULL;
    if (!listener->accept_is_wanted || from->waiting_count == 0)
        return;
    struct socket *socket = CONTAINER_OF(from->waiting.next, struct socket, backlog_link);
    int r = node_may_open_file(from->node);
    if (r == 0)
        r = sim_stream_accept(&stream, &source->loop->base, socket);
    if (r < 0) {
        pause_accepting(listener, r);
        return;
    }
    (void)take_waiting(from);
    socket->user_timeout_ms = listener->user_timeout_ms;
    world_trace(source->loop->world, "accept", socket->connection->number, source->loop->number);
    if (from->waiting_count > 0)
        source_ready(source);
    listener->events->on_accept(listener->user, stream);
}

static void wake(struct event *event)
{
    source_ready(&CONTAINER_OF(event, struct listener, wake)->source);
}

/* style: parameters, as its header says: what is opened, and who is told. */
int listener_open(struct listener **ret_listener, struct loop *loop, struct listen_socket *socket,
                  const struct stream_options *options, const struct listener_events *events,
                  void *user)
{
    if (node_of(loop)->is_dead)
        return -ESHUTDOWN;
    assert(node_of(loop) == socket->node);
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return -ENOMEM;
    source_init(&listener->source, sim_loop_of(loop), report_accept);
    event_init(&listener->wake, wake);
    listener->socket = socket;
    listener->events = events;
    listener->user = user;
    listener->user_timeout_ms = options ? options->user_timeout_ms : 0;
    list_push_back(&socket->listeners, &listener->link);
    socket->reference_count++;
    node_of(loop)->holdings.listeners++;
    listener_want_accept(listener, true);
    *ret_listener = listener;
    return 0;
}

void listener_want_accept(struct listener *listener, bool wanted)
{
    listener->accept_is_wanted = wanted;
    if (wanted && listener->socket->waiting_count > 0)
        wake_listener(listener);
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    source_cancel(&listener->source);
    event_cancel(listener->source.loop->world, &listener->wake);
    list_remove(&listener->link);
    listener->source.loop->node->holdings.listeners--;
    listen_socket_close(listener->socket);
    free(listener);
}

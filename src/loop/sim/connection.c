/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/connection.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/sim/node.h"
#include "loop/sim/sim_listener.h"
#include "loop/sim/sim_stream.h"

#define MOST_BUFFER_BYTES 65536
#define LEAST_BUFFER_BYTES 4096
#define LEAST_LOCAL_LATENCY_NS (5 * NS_PER_US)
#define MOST_LOCAL_LATENCY_NS (20 * NS_PER_US)
#define SYN_RETRIES 6 /* after 1, 2, 4 ... s; given up after 127 s, as Linux does */

static void shake_hands(struct event *event);

/* Most kernels are generous; some are not. */
static size_t draw_buffer_bytes(struct world *world)
{
    if (world_draw(world, 0, 3))
        return MOST_BUFFER_BYTES;
    return world_draw(world, LEAST_BUFFER_BYTES, MOST_BUFFER_BYTES);
}

static void socket_init(struct socket *socket, struct connection *connection, struct host *host)
{
    struct world *world = connection->world;
    socket->connection = connection;
    socket->host = host;
    pipe_init(&socket->out, world, draw_buffer_bytes(world), draw_buffer_bytes(world));
    socket_init_transport(socket);
}

static void own_socket(struct socket *socket, struct world_node *node)
{
    list_push_back(&node->sockets, &socket->link);
}

static uint64_t draw_latency_ns(struct world *world, const struct host *from, const struct host *to)
{
    const struct world_network *network = &world->network;
    if (from == to)
        return world_draw(world, LEAST_LOCAL_LATENCY_NS, MOST_LOCAL_LATENCY_NS);
    return world_draw(world, network->least_latency_ns, network->most_latency_ns);
}

static struct address client_address(struct host *host, const struct address *server)
{
    struct address client = server->family == ADDRESS_UNIX ? *server
                            : address_is_loopback(server)  ? *server
                                                           : host->ip;
    client.path[0] = '\0'; /* a client's unix socket has no name */
    client.port = server->family == ADDRESS_UNIX ? 0 : host_take_port(host);
    return client;
}

static void send_syn(struct connection *connection)
{
    struct world *world = connection->world;
    connection->step = HANDSHAKE_SYN;
    event_schedule(world, &connection->handshake,
                   world->now_ns + socket_latency_ns(&connection->client));
}

struct socket *connection_open(struct world_node *node, const struct address *address,
                               uint32_t user_timeout_ms)
{
    struct world *world = node->world;
    struct host *to = host_find(node->host, address);
    struct connection *connection = kernel_alloc(world, sizeof *connection);
    connection->world = world;
    connection->number = world->connection_count++;
    /* Nobody has that address: nobody will answer. */
    connection->is_lost = !to || fault_fires(world, FAULT_CONNECT_BLACKHOLE);
    if (!to)
        to = node->host;
    connection->latency_ns = draw_latency_ns(world, node->host, to);
    connection->server_address = *address;
    connection->client_address = client_address(node->host, address);
    event_init(&connection->handshake, shake_hands);
    socket_init(&connection->client, connection, node->host);
    socket_init(&connection->server, connection, to);
    list_push_back(&world->connections, &connection->link);
    fault_watch_lives(world);

    connection->client.state = SOCKET_CONNECTING;
    connection->client.user_timeout_ms = user_timeout_ms;
    own_socket(&connection->client, node);
    world_trace(world, "connect", connection->number, to->index);
    send_syn(connection);
    return &connection->client;
}

void socket_be_born(struct socket *socket, struct world_node *node)
{
    socket->state = SOCKET_OPEN;
    own_socket(socket, node);
}

static void connect_fails(struct connection *connection, int error)
{
    struct socket *client = &connection->client;
    client->state = SOCKET_BROKEN;
    client->error = error;
    if (client->stream)
        sim_stream_tell(client->stream, REPORT_CONNECTED);
}

void connection_establish(struct connection *connection)
{
    struct socket *client = &connection->client;
    event_cancel(connection->world, &connection->handshake);
    client->state = SOCKET_OPEN;
    if (client->stream)
        sim_stream_tell(client->stream, REPORT_CONNECTED);
    socket_push(client);
    if (client->wants_room) {
        client->wants_room = false;
        sim_stream_tell(client->stream, REPORT_WRITABLE);
    }
}

static void send_syn_again(struct connection *connection)
{
    struct world *world = connection->world;
    world_trace(world, "syn lost", connection->number, connection->syn_retries);
    uint64_t wait_ns = NS_PER_S << connection->syn_retries;
    event_schedule(world, &connection->handshake, world->now_ns + wait_ns);
    connection->step = connection->syn_retries++ < SYN_RETRIES ? HANDSHAKE_SYN : HANDSHAKE_GIVEN_UP;
}

static void answer_syn(struct connection *connection, enum handshake_step answer)
{
    struct world *world = connection->world;
    connection->step = answer;
    event_schedule(world, &connection->handshake,
                   world->now_ns + socket_latency_ns(&connection->server));
}

static void receive_syn(struct connection *connection)
{
    struct world *world = connection->world;
    if (!socket_path_is_open(&connection->client)) {
        send_syn_again(connection);
        return;
    }
    if (fault_fires(world, FAULT_CONNECT_REFUSED)) {
        answer_syn(connection, HANDSHAKE_REFUSED);
        return;
    }
    switch (sim_listen_offer(&connection->server)) {
    case OFFER_ACCEPTED:
        answer_syn(connection, HANDSHAKE_ACCEPTED);
        break;
    case OFFER_DROPPED:
        send_syn_again(connection);
        break;
    case OFFER_REFUSED:
        answer_syn(connection, HANDSHAKE_REFUSED);
        break;
    }
}

/* SYN-ACK is sent again each second; a lost RST leaves the client to send its SYN again. */
static void receive_answer(struct connection *connection)
{
    struct world *world = connection->world;
    bool is_accepted = connection->step == HANDSHAKE_ACCEPTED;
    if (!socket_path_is_open(&connection->server)) {
        if (is_accepted && !connection->is_lost)
            event_schedule(world, &connection->handshake, world->now_ns + NS_PER_S);
        else
            send_syn_again(connection);
        return;
    }
    world_trace(world, is_accepted ? "connected" : "refused", connection->number, 0);
    if (is_accepted)
        connection_establish(connection);
    else
        connect_fails(connection, -ECONNREFUSED);
}

static void shake_hands(struct event *event)
{
    struct connection *connection = CONTAINER_OF(event, struct connection, handshake);
    switch (connection->step) {
    case HANDSHAKE_SYN:
        receive_syn(connection);
        break;
    case HANDSHAKE_ACCEPTED:
    case HANDSHAKE_REFUSED:
        receive_answer(connection);
        break;
    case HANDSHAKE_GIVEN_UP:
        connect_fails(connection, -ETIMEDOUT);
        break;
    }
}

void connection_break(struct connection *connection)
{
    socket_send_reset(&connection->client);
    socket_send_reset(&connection->server);
}

static bool socket_has_owner(const struct socket *socket)
{
    return socket->state == SOCKET_CONNECTING || socket->state == SOCKET_OPEN ||
           socket->state == SOCKET_BROKEN;
}

static void connection_free(struct connection *connection)
{
    event_cancel(connection->world, &connection->handshake);
    socket_stop_transport(&connection->client);
    socket_stop_transport(&connection->server);
    pipe_free(&connection->client.out);
    pipe_free(&connection->server.out);
    list_remove(&connection->link);
    free(connection);
}

static void disown_socket(struct socket *socket, enum socket_state state)
{
    struct connection *connection = socket->connection;
    socket->state = state;
    socket->stream = NULL;
    list_remove(&socket->link);
    if (!socket_has_owner(&connection->client) && !socket_has_owner(&connection->server))
        connection_free(connection);
}

void socket_close(struct socket *socket, bool reset)
{
    struct connection *connection = socket->connection;
    bool was_connecting = socket->state == SOCKET_CONNECTING;
    bool has_unread = pipe_readable(socket_in(socket)) > 0;
    world_trace(connection->world, reset ? "reset" : "close", connection->number, has_unread);
    if (was_connecting)
        event_cancel(connection->world, &connection->handshake);
    if (socket->state != SOCKET_BROKEN) {
        socket->state = SOCKET_CLOSED;
        if (reset || has_unread || was_connecting)
            socket_send_reset(socket);
        else
            socket_finish(socket);
    }
    pipe_discard(socket_in(socket));
    disown_socket(socket, SOCKET_CLOSED);
}

static void socket_vanish(struct socket *socket)
{
    struct connection *connection = socket->connection;
    event_cancel(connection->world, &socket->arrival);
    if (socket->state == SOCKET_CONNECTING)
        event_cancel(connection->world, &connection->handshake);
    socket_stop_transport(socket);
    disown_socket(socket, SOCKET_VANISHED);
}

void sockets_abandon(struct world_node *node, bool power_loss)
{
    LIST_EACH_SAFE(link, &node->sockets)
    {
        struct socket *socket = CONTAINER_OF(link, struct socket, link);
        if (socket->stream)
            sim_stream_orphan(socket->stream);
        if (power_loss)
            socket_vanish(socket);
        else
            socket_close(socket, world_draw(node->world, 0, 1) == 0);
    }
}

void connections_clear(struct world *world)
{
    LIST_EACH_SAFE(link, &world->connections)
    connection_free(CONTAINER_OF(link, struct connection, link));
}

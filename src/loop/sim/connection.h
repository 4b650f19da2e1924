/* SPDX-License-Identifier: Apache-2.0
 *
 * connection - two sockets and what lies between them, as kernels and the network see it: shaking
 * hands, packets on their way, windows, retransmission, FIN and RST. What a process holds of it is
 * a sim_stream. Only files of loop/sim include it.
 *
 *     UNBORN -> OPEN ---.--> BROKEN --.--> CLOSED
 *     CONNECTING -> OPEN'             '--> VANISHED
 *
 * A packet on a blocked path is sent again after 200, 400 ... ms, as TCP does; data unacknowledged
 * for longer than the sender's user timeout breaks the connection for the sender alone.
 *
 * Memory   a connection is freed when neither end has an owner any more: what is still on its way
 *          then can make no difference.
 */
#ifndef LOOP_SIM_CONNECTION_H
#define LOOP_SIM_CONNECTION_H

#include "loop/sim/host.h"
#include "loop/sim/pipe.h"

struct sim_stream;
struct world_node;

enum socket_state {
    SOCKET_UNBORN,     /* the server's end until a SYN has come */
    SOCKET_CONNECTING, /* the client's end until an answer has come */
    SOCKET_OPEN,
    SOCKET_BROKEN,   /* `error` says how; the owner has not closed it yet */
    SOCKET_CLOSED,   /* by its owner; what was written may still be on its way */
    SOCKET_VANISHED, /* its host lost power */
};

struct socket {
    struct connection *connection;
    struct host *host;
    enum socket_state state;
    int error;                 /* -errno, once BROKEN */
    struct sim_stream *stream; /* NULL: in a backlog, or without an owner */
    struct list link;          /* in its node's sockets, while owned */
    struct list backlog_link;
    uint32_t user_timeout_ms; /* 0: the system's 15 minutes */
    bool wants_room;          /* the owner waits for on_writable() */
    struct pipe out;          /* what this end sends; what it receives is the other's `out` */
    struct event arrival;     /* of out's first packet at the other end */
    struct event hearing;     /* of what the other end acknowledges; only if it matters */
    struct event timeout;     /* what was sent has been unacknowledged for too long */
    unsigned arrival_retries, hearing_retries;
    uint64_t link_free_ns; /* when what was sent has left, at the path's bandwidth */
    uint64_t news_ns;      /* when the newest acknowledgement would reach this end */
};

enum handshake_step {
    HANDSHAKE_SYN,      /* on its way to the server */
    HANDSHAKE_ACCEPTED, /* SYN-ACK on its way to the client */
    HANDSHAKE_REFUSED,  /* RST on its way to the client */
    HANDSHAKE_GIVEN_UP, /* after the last SYN */
};

struct connection {
    struct list link; /* in the world's connections */
    struct world *world;
    uint64_t number;
    uint64_t latency_ns; /* one way, without the hosts' distances */
    bool is_lost;        /* nothing passes any more, in either direction */
    enum handshake_step step;
    struct event handshake;
    unsigned syn_retries;
    struct address client_address, server_address;
    struct socket client, server;
};

static inline struct socket *socket_peer(struct socket *socket)
{
    struct connection *connection = socket->connection;
    return socket == &connection->client ? &connection->server : &connection->client;
}

/* What this end receives. */
static inline struct pipe *socket_in(struct socket *socket)
{
    return &socket_peer(socket)->out;
}

static inline bool connection_is_established(const struct connection *connection)
{
    return connection->client.state == SOCKET_OPEN && connection->server.state == SOCKET_OPEN;
}

/* A client's socket whose SYN is on its way. */
struct socket *connection_open(struct world_node *node, const struct address *address,
                               uint32_t user_timeout_ms);
/* The server's end is born: its handshake succeeds. */
void socket_be_born(struct socket *socket, struct world_node *node);
/* The client's end has been answered. */
void connection_establish(struct connection *connection);
/* Something between both ends sends RST to either. */
void connection_break(struct connection *connection);
void connections_clear(struct world *world);

/* transport.c: a socket in use. */
void socket_init_transport(struct socket *socket);
size_t socket_write(struct socket *socket, struct bytes view);
/* Sends what the window allows; once after writes. */
void socket_push(struct socket *socket);
size_t socket_read(struct socket *socket, char *ret_bytes, size_t size);
void socket_finish(struct socket *socket);
void socket_send_reset(struct socket *socket);
void socket_break(struct socket *socket, int error);
void socket_stop_transport(struct socket *socket);
bool socket_path_is_open(struct socket *from);
/* Of the next packet from this end. */
uint64_t socket_latency_ns(struct socket *from);

/* The owner is gone. The socket may be freed. */
void socket_close(struct socket *socket, bool reset);
/* All of a dead process's. */
void sockets_abandon(struct world_node *node, bool power_loss);

#endif

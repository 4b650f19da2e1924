/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_listener - what a SYN finds on a host. Only files of loop/sim include it.
 */
#ifndef LOOP_SIM_SIM_LISTENER_H
#define LOOP_SIM_SIM_LISTENER_H

#include "loop/sim/connection.h"

enum offer_verdict {
    OFFER_ACCEPTED, /* the socket is born and waits in a backlog */
    OFFER_DROPPED,  /* the backlog is full */
    OFFER_REFUSED,  /* nobody listens there */
};

/* A SYN for the connection's server address has come. */
enum offer_verdict sim_listen_offer(struct socket *server);
/* All of a dead process's: nobody listens there any more. */
void sim_listen_sockets_abandon(struct world_node *node);

#endif

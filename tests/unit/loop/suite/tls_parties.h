/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_parties - a TLS server and client on one loop, for tests of TLS on either body.
 *
 * Memory   parties_part() closes a connection, parties_forget() frees the certificates.
 * Errors   a failure ends the test.
 */
#ifndef TESTS_UNIT_LOOP_SUITE_TLS_PARTIES_H
#define TESTS_UNIT_LOOP_SUITE_TLS_PARTIES_H

#include "loop/tls.h"
#include "tests/certificate.h"
#include "tests/unit/loop/suite/suite.h"

#define MUCH (4U << 20) /* more than both socket buffers hold */
#define DAY_S 86400

/* Two ends of a TLS connection, and what they show each other. */
struct parties {
    struct suite *suite;
    struct certificate root, leaf;
    struct tls_options server_options, client_options;
    struct tls_context *server_context, *client_context;
    struct bytes server_name;
    struct peer server, client;
    struct listen_socket *socket;
    struct listener *listener;
};

/* A server that a careful client is content with. */
struct parties parties_of(struct suite *suite);
int64_t parties_wall_s(const struct parties *parties);
/* A good leaf's, or with NULL a root's; to be spoilt and shown. */
struct certificate_wish parties_wish(const struct parties *parties, const char *names);
void parties_show_leaf(struct parties *parties, const struct certificate_wish *wish);

/* Both ends have shaken hands, or failed to. */
void parties_meet(struct parties *parties);
void parties_meet_well(struct parties *parties);
void parties_part(struct parties *parties);
void parties_forget(struct parties *parties);

/* The steps of parties_meet(), for who needs something between. */
void parties_make_contexts(struct parties *parties);
void parties_listen(struct parties *parties, struct address *ret_address);
void parties_connect(struct parties *parties, const struct address *address);

#endif

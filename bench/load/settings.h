/* SPDX-License-Identifier: Apache-2.0
 *
 * settings - what the load generator was told.
 *
 * Memory   values and views of the arguments.
 * Errors   settings_read(): false, after saying why on standard error.
 */
#ifndef BENCH_LOAD_SETTINGS_H
#define BENCH_LOAD_SETTINGS_H

#include "loop/address.h"

enum load_mode {
    LOAD_PLAIN,   /* request, whole answer, next request */
    LOAD_STREAM,  /* request, stream of events, next request; starts spread over spread_ms */
    LOAD_IDLE,    /* one request on each connection, then silence */
    LOAD_SLOW,    /* one stream on each connection, read at read_rate */
    LOAD_REFUSED, /* as LOAD_PLAIN, but each answer has to be a 401 */
};

struct settings {
    enum load_mode mode;
    struct address address;
    struct address backend; /* ADDRESS_NONE: the engine is somebody else */
    bool tls;               /* any certificate will do */
    uint64_t connections;   /* at most LOAD_CONNECTIONS */
    uint64_t duration_ms;   /* no request starts after it; what runs is waited for */
    uint64_t tokens;        /* of each answer */
    uint64_t request_bytes;
    uint64_t spread_ms;
    uint64_t itl_ms;    /* of `backend`: between two events */
    uint64_t read_rate; /* LOAD_SLOW: bytes per second and connection */
    const char *model, *key;
};

#define LOAD_CONNECTIONS 60000

bool settings_read(struct settings *ret_settings, int argument_count, char **arguments);

#endif

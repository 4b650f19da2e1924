/* SPDX-License-Identifier: Apache-2.0
 *
 * fields - which header fields travel through the edge, in each direction.
 *
 * Threads  any.
 */
#ifndef EDGE_CALL_FIELDS_H
#define EDGE_CALL_FIELDS_H

#include "http/head.h"

/* From the client to a core: not hop-by-hop ones, not credentials, not what others could use to
 * pretend who or where they are, not what the edge decides itself. */
bool fields_may_go_up(struct http_fields fields, struct bytes name);
/* From a core to the client: not hop-by-hop ones, not what the edge makes itself. */
bool fields_may_go_down(struct http_fields fields, struct bytes name);

#endif

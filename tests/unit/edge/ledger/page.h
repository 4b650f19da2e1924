/* SPDX-License-Identifier: Apache-2.0
 *
 * page - a page at http://page.test:8000 in a world, for what the edge asks by itself: it keeps
 * each request and gives the answer that the test has written.
 *
 * Errors   what the harness itself needs and does not get fails the test.
 */
#ifndef TESTS_UNIT_EDGE_LEDGER_PAGE_H
#define TESTS_UNIT_EDGE_LEDGER_PAGE_H

#include "base/buffer.h"
#include "loop/listener.h"
#include "loop/sim/world.h"

#define PAGE_HOST "page.test"
#define PAGE_IP "10.0.0.9"
#define PAGE_PORT 8000
#define PAGE_REQUESTS 64

struct page_request {
    struct page *page;
    struct stream *stream;
    struct buffer text; /* head and body */
    bool is_answered;
    struct bytes unsent; /* of the answer */
};

struct page {
    struct world_node *node;
    struct listen_socket *socket;
    struct listener *listener;
    struct page_request requests[PAGE_REQUESTS]; /* one a connection */
    size_t count;
    const char *answer; /* all of it; NULL: none comes. Without a length the connection ends it */
};

void page_open(struct page *page, struct world *world);
void page_close(struct page *page);
/* Request i as text. */
const char *page_asked(struct page *page, size_t i);

#endif

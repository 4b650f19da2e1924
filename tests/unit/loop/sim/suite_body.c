/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "loop/file.h"
#include "tests/test.h"
#include "tests/unit/loop/sim/suite_body.h"

struct body {
    struct world *world;
    struct world_node *node;
};

void suite_body_open(struct suite *suite)
{
    struct body *body = calloc(1, sizeof *body);
    assert_non_null(body);
    assert_int_equal(world_open(&body->world, 1), 0);
    assert_int_equal(world_node_open(&body->node, body->world, "node", "10.0.0.1"), 0);
    suite->loop = world_node_loop(body->node);
    suite->body = body;
    suite->directory = "/data";
    assert_int_equal(file_make_directory(suite->loop, suite->directory), 0);
    assert_int_equal(address_parse(BYTES("127.0.0.1:0"), &suite->place), 0);
}

static void assert_nothing_is_held(const struct world_node *node)
{
    struct world_holdings held;
    world_node_holdings(node, &held);
    assert_int_equal(held.streams + held.listeners + held.mailboxes + held.files, 0);
    assert_int_equal(held.timers + held.tasks + held.jobs + held.names + held.loops, 0);
}

void suite_body_close(struct suite *suite)
{
    struct body *body = suite->body;
    assert_nothing_is_held(body->node);
    world_node_close(body->node);
    world_close(body->world);
    free(body);
}

void suite_body_drive(struct suite *suite)
{
    struct body *body = suite->body;
    while (!suite->is_reached)
        assert_true(world_step(body->world));
}

void suite_body_reached(struct suite *suite)
{
    (void)suite; /* suite_body_drive() sees it */
}

struct world *suite_body_world(struct suite *suite)
{
    struct body *body = suite->body;
    return body->world;
}

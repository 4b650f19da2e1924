/* SPDX-License-Identifier: Apache-2.0
 *
 * Every allocation of a process fails in turn: each function of the room says -ENOMEM or works, and
 * nothing is left behind. The world's own memory stands for the kernel's and is spared.
 */
#include <errno.h>
#include <stdlib.h>

#include "loop/file.h"
#include "loop/mailbox.h"
#include "loop/resolver.h"
#include "loop/timer.h"
#include "tests/failing_memory.h"
#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

static void ignore(void *user)
{
    (void)user;
}

static void ignore_loop(struct loop *loop, void *user)
{
    (void)user;
    loop_stop(loop);
}

static void ignore_message(void *user, struct message *message)
{
    (void)user, (void)message;
}

static void ignore_timer(struct timer *timer)
{
    (void)timer;
}

static void is_fine(int result)
{
    assert_true(result == 0 || result == -ENOMEM);
}

static void use_everything(struct loop *loop)
{
    struct mailbox *mailbox = NULL;
    struct signal_watch *watch = NULL;
    struct resolver_name *name = NULL;
    struct file *file = NULL;
    struct timer timer;
    struct loop_child child = {.start = ignore_loop, .name = "child"};
    struct resolver_options options = {.refresh_ms = 1000};

    timer_init(&timer, loop, ignore_timer);
    is_fine(timer_start(&timer, loop_now_ns(loop) + 1));
    is_fine(mailbox_open(&mailbox, loop, 1, ignore_message, NULL));
    is_fine(signal_watch_open(&watch, loop, 1, ignore, NULL));
    is_fine(resolver_name_open(&name, loop, BYTES("name"), &options, ignore, NULL));
    is_fine(file_open(&file, loop, "file", FILE_WRITE));
    is_fine(loop_spawn(loop, &child));
    timer_stop(&timer);
    mailbox_close(mailbox);
    signal_watch_close(watch);
    resolver_name_close(name);
    file_close(file);
}

/* True if the n-th allocation was reached, and failed. */
static bool fail_nth(unsigned n)
{
    struct pair pair;
    pair_open(&pair, 1);
    world_memory_hook(pair.world, failing_memory_spare);
    failing_memory_set(n);

    int connected = pair_begin(&pair, 0);
    is_fine(connected);
    use_everything(world_node_loop(pair.client_node));
    pair_run_ms(&pair, 3000); /* an accept that failed is tried again after a second */
    bool has_failed = failing_memory_has_failed();
    failing_memory_set(0);
    assert_int_equal(pair.accepted, connected == 0);
    assert_true(pair.troubles == 0 || pair.trouble == -ENOMEM);
    pair_close(&pair);
    return has_failed;
}

static void each_allocation_may_fail(void **state)
{
    unsigned n = 1;
    while (fail_nth(n))
        n++;
    assert_true(n > 8); /* as many things as were opened */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

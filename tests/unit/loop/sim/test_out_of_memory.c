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
#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

/* The linker sends every allocation of the room through these. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__real_reallocarray(void *piece, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void *__wrap_reallocarray(void *piece, size_t count, size_t size);

static unsigned countdown; /* to the allocation that fails; 0: none does */
static bool is_exempt, has_failed;

static bool memory_is_out(void)
{
    if (is_exempt || countdown == 0 || --countdown > 0)
        return false;
    has_failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return memory_is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return memory_is_out() ? NULL : __real_realloc(piece, size);
}

void *__wrap_reallocarray(void *piece, size_t count, size_t size)
{
    return memory_is_out() ? NULL : __real_reallocarray(piece, count, size);
}

static void exempt(bool wanted)
{
    is_exempt = wanted;
}

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
    world_memory_hook(pair.world, exempt);
    has_failed = false;
    countdown = n;

    int connected = pair_begin(&pair, 0);
    is_fine(connected);
    use_everything(world_node_loop(pair.client_node));
    pair_run_ms(&pair, 3000); /* an accept that failed is tried again after a second */
    countdown = 0;
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

/* SPDX-License-Identifier: Apache-2.0
 *
 * Every allocation of the ledger fails in turn, from its opening through a day's work to its end:
 * either it does not open, or it comes to everything all the same, a little later.
 */
#include <errno.h>

#include "tests/failing_memory.h"
#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"
#include "tests/unit/edge/ledger/page.h"

#define MOST_ALLOCATIONS 3000
#define FINE "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
#define BUDGET_NUSD (50 * (uint64_t)CHUNK_NUSD)

static void begin(struct ledger_world *self, struct page *page)
{
    ledger_world_open(self, 1);
    world_memory_hook(self->world, failing_memory_spare);
    self->spares_memory = true;
    page_open(page, self->world);
    page->answer = FINE;
    self->config.budgets.webhook = "http://page.test:8000/";
    self->config.budgets.webhook_url =
        (struct web_url){.host = PAGE_HOST, .port = PAGE_PORT, .path = "/"};
    ledger_world_open_office(self);
    put_key(self, "alice");
}

static bool bob_is_known(struct ledger_world *self)
{
    return seat_key(self, 0, "bob") && seat_key(self, 1, "bob");
}

static bool on_usage(void *user, const struct store_usage *usage)
{
    *(struct store_usage *)user = *usage;
    return true;
}

/* The drawing may fail for want of memory, once; the customer comes again. */
static void spend_half_of_the_budget(struct ledger_world *self)
{
    struct customer customer;
    customer_init(&customer, self, 1);
    for (unsigned i = 0; i < 3 && !customer.reservation.limiter; i++) {
        customer_ask(&customer, BUDGET_NUSD / 2);
        ledger_world_run_ms(self, 1000);
    }
    assert_int_equal(customer.verdict, LIMIT_GRANTED);
    customer_settle(&customer, BUDGET_NUSD / 2);
}

static void work_for_a_day(struct ledger_world *self)
{
    struct store_usage sum = {0};
    const struct store_report report = {.last_day = UINT32_MAX};
    const struct store_usage usage = {.tenant = BYTES("t"), .key = BYTES("k"), .requests = 1};
    ledger_world_until(self, seats_are_ready, 10000);
    put_key(self, "bob");
    ledger_world_until(self, bob_is_known, 10000);
    spend_half_of_the_budget(self);
    seat_note_usage(self->seats[0], &usage);
    ledger_world_run_ms(self, 20000);
    assert_int_equal(store_usage_report(self->office, &report, on_usage, &sum), STORE_OK);
    assert_int_equal(sum.requests, 1);
}

/* False: all of it went by without an n-th allocation. */
static bool works_without_nth(unsigned nth)
{
    struct ledger_world self;
    struct page page;
    failing_memory_spare(true);
    begin(&self, &page);
    failing_memory_set(nth);
    failing_memory_spare(false);
    int r = ledger_world_try(&self);
    failing_memory_spare(true);
    assert_true(r == 0 || r == -ENOMEM);
    if (r == 0) {
        ledger_world_take_seats(&self);
        work_for_a_day(&self);
        assert_int_equal(page.count, 1);
        ledger_world_stop(&self);
    }
    bool has_failed = failing_memory_has_failed();
    failing_memory_set(0);
    page_close(&page);
    ledger_world_close(&self);
    failing_memory_spare(false);
    return has_failed;
}

static void without_any_one_allocation_it_comes_to_everything(void **state)
{
    unsigned nth = 1;
    (void)state;
    while (works_without_nth(nth))
        assert_true(++nth < MOST_ALLOCATIONS);
    assert_true(nth > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_one_allocation_it_comes_to_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

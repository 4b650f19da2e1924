/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"
#include "tests/unit/edge/ledger/page.h"

#define FINE "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
#define BUSY "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
#define NEVER "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
#define BUDGET_NUSD (50 * (uint64_t)CHUNK_NUSD)

struct hooked {
    struct ledger_world self;
    struct page page;
};

static void begin(struct hooked *hooked, uint64_t seed, const char *answer)
{
    struct ledger_world *self = &hooked->self;
    ledger_world_open(self, seed);
    page_open(&hooked->page, self->world);
    hooked->page.answer = answer;
    self->config.budgets.webhook = "http://page.test:8000/hook?a=b";
    self->config.budgets.webhook_url =
        (struct web_url){.host = PAGE_HOST, .port = PAGE_PORT, .path = "/hook?a=b"};
    ledger_world_open_office(self);
    put_key(self, "alice");
    ledger_world_start(self);
    ledger_world_until(self, seats_are_ready, 5000);
}

static void end(struct hooked *hooked)
{
    if (hooked->self.ledger)
        ledger_world_stop(&hooked->self);
    page_close(&hooked->page);
    secret_clear(&hooked->self.config.budgets.webhook_secret);
    ledger_world_close(&hooked->self);
}

static void spend(struct ledger_world *self, uint64_t nusd)
{
    struct customer customer;
    customer_init(&customer, self, 0);
    customer_ask(&customer, nusd);
    assert_int_equal(customer.verdict, LIMIT_GRANTED);
    customer_settle(&customer, nusd);
}

static void each_threshold_is_posted_once(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 1, FINE);
    for (unsigned percent = 10; percent <= 100; percent += 10) {
        spend(&hooked.self, BUDGET_NUSD / 10);
        ledger_world_run_ms(&hooked.self, 2000);
    }
    assert_int_equal(hooked.page.count, 3);
    assert_non_null(strstr(page_asked(&hooked.page, 0), "\"percent\":50"));
    assert_non_null(strstr(page_asked(&hooked.page, 1), "\"percent\":80"));
    assert_non_null(strstr(page_asked(&hooked.page, 2), "\"percent\":100"));
    assert_int_equal(ledger_world_logged(&hooked.self, "\"event\":\"budget_used\""), 3);
    end(&hooked);
}

static void the_post_says_whose_budget_it_is(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 2, FINE);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 2000);
    const char *asked = page_asked(&hooked.page, 0);
    assert_ptr_equal(strstr(asked, "POST /hook?a=b HTTP/1.1\r\n"), asked);
    assert_non_null(strstr(asked, "page.test:8000\r\n"));
    assert_non_null(strstr(asked, "content-type: application/json\r\n"));
    assert_non_null(strstr(asked, "webhook-id: bud_"));
    assert_non_null(strstr(asked, "webhook-timestamp: "));
    assert_null(strstr(asked, "webhook-signature"));
    assert_non_null(strstr(asked, "\"key\":\"alice\",\"tenant\":\"acme\""));
    end(&hooked);
}

static void with_a_secret_it_is_signed(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 3, FINE);
    struct secret *secret = &hooked.self.config.budgets.webhook_secret;
    assert_int_equal(secret_set(secret, BYTES("correct horse")), 0);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 2000);
    assert_non_null(strstr(page_asked(&hooked.page, 0), "webhook-signature: v1,"));
    assert_null(strstr(page_asked(&hooked.page, 0), "correct horse"));
    end(&hooked);
}

static void a_receiver_that_is_busy_is_asked_again_a_few_times(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 4, BUSY);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 300000);
    assert_int_equal(hooked.page.count, 6);
    assert_int_equal(ledger_world_logged(&hooked.self, "\"event\":\"webhook_failed\""), 1);
    end(&hooked);
}

static void each_try_has_the_same_id(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 5, BUSY);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 2500);
    hooked.page.answer = FINE;
    ledger_world_run_ms(&hooked.self, 60000);
    assert_int_equal(hooked.page.count, 3);
    const char *first = strstr(page_asked(&hooked.page, 0), "webhook-id: ");
    const char *last = strstr(page_asked(&hooked.page, 2), "webhook-id: ");
    assert_memory_equal(first, last, (size_t)(strchr(first, '\r') - first));
    assert_int_equal(ledger_world_logged(&hooked.self, "webhook_failed"), 0);
    end(&hooked);
}

static void who_does_not_want_it_is_not_asked_again(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 6, NEVER);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 60000);
    assert_int_equal(hooked.page.count, 1);
    assert_int_equal(ledger_world_logged(&hooked.self, "\"status\":410"), 1);
    end(&hooked);
}

static void a_receiver_that_never_answers_holds_up_nothing(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 7, NULL);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 1000);
    assert_int_equal(hooked.page.count, 1);
    uint64_t began_ns = world_now_ns(hooked.self.world);
    spend(&hooked.self, BUDGET_NUSD / 10);
    ledger_world_stop(&hooked.self);
    assert_true(world_now_ns(hooked.self.world) - began_ns < NS_PER_S);
    end(&hooked);
}

/* ---- over a restart ---- */

static void start_again(struct hooked *hooked)
{
    ledger_world_start(&hooked->self);
    ledger_world_until(&hooked->self, seats_are_ready, 5000);
}

static void what_was_told_is_not_told_again_after_a_restart(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 8, FINE);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 2000);
    ledger_world_stop(&hooked.self);
    start_again(&hooked);
    spend(&hooked.self, BUDGET_NUSD / 10);
    ledger_world_run_ms(&hooked.self, 5000);
    assert_int_equal(hooked.page.count, 1);
    end(&hooked);
}

static void what_was_not_delivered_yet_is_told_after_a_restart(void **state)
{
    struct hooked hooked;
    (void)state;
    begin(&hooked, 9, NULL);
    spend(&hooked.self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&hooked.self, 2000);
    ledger_world_stop(&hooked.self);
    hooked.page.answer = FINE;
    start_again(&hooked);
    spend(&hooked.self, BUDGET_NUSD / 10);
    ledger_world_run_ms(&hooked.self, 5000);
    assert_int_equal(hooked.page.count, 2);
    end(&hooked);
}

static void without_a_webhook_it_is_in_the_log_and_told_once(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 10);
    spend(&self, BUDGET_NUSD / 2);
    ledger_world_run_ms(&self, 2000);
    assert_int_equal(ledger_world_logged(&self, "\"event\":\"budget_used\""), 1);
    ledger_world_stop(&self);
    ledger_world_start(&self);
    ledger_world_until(&self, seats_are_ready, 5000);
    spend(&self, BUDGET_NUSD / 10);
    ledger_world_run_ms(&self, 2000);
    assert_int_equal(ledger_world_logged(&self, "\"event\":\"budget_used\""), 1);
    ledger_world_close(&self);
}

static bool is_in_the_log(struct ledger_world *self)
{
    return ledger_world_logged(self, "\"event\":\"budget_used\"") > 0;
}

static void what_was_told_just_before_a_stop_is_not_told_again(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 11);
    spend(&self, BUDGET_NUSD / 2);
    ledger_world_until(&self, is_in_the_log, 1000);
    ledger_world_stop(&self);
    ledger_world_start(&self);
    ledger_world_until(&self, seats_are_ready, 5000);
    spend(&self, BUDGET_NUSD / 10);
    ledger_world_run_ms(&self, 2000);
    assert_int_equal(ledger_world_logged(&self, "\"event\":\"budget_used\""), 1);
    ledger_world_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_threshold_is_posted_once),
        cmocka_unit_test(the_post_says_whose_budget_it_is),
        cmocka_unit_test(with_a_secret_it_is_signed),
        cmocka_unit_test(a_receiver_that_is_busy_is_asked_again_a_few_times),
        cmocka_unit_test(each_try_has_the_same_id),
        cmocka_unit_test(who_does_not_want_it_is_not_asked_again),
        cmocka_unit_test(a_receiver_that_never_answers_holds_up_nothing),
        cmocka_unit_test(what_was_told_is_not_told_again_after_a_restart),
        cmocka_unit_test(what_was_not_delivered_yet_is_told_after_a_restart),
        cmocka_unit_test(without_a_webhook_it_is_in_the_log_and_told_once),
        cmocka_unit_test(what_was_told_just_before_a_stop_is_not_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

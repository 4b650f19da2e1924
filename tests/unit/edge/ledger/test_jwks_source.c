/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "loop/file.h"
#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"
#include "tests/unit/edge/ledger/page.h"
#include "tests/unit/keys/sample_issuer.h"

#define FILE_PATH "data/jwks.json"
#define HEAD "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n"

/* An issuer with its page, and an edge that takes its tokens. */
struct issued {
    struct ledger_world self;
    struct page page;
    const struct sample_issuer *issuer;
    char text[SAMPLE_TEXT_BYTES];
    char answer[SAMPLE_TEXT_BYTES + sizeof HEAD];
};

static void init(struct issued *issued, void **state, uint64_t seed)
{
    struct ledger_world *self = &issued->self;
    issued->issuer = *state;
    ledger_world_open(self, seed);
    page_open(&issued->page, self->world);
    struct bytes set = sample_jwks(issued->issuer, issued->text);
    (void)snprintf(issued->answer, sizeof issued->answer, "%s%.*s", HEAD, (int)set.length, set.at);
    self->config.auth = AUTH_JWT;
    self->config.data_dir = NULL;
    self->config.jwt.jwks_refresh_ms = 300000;
    self->config.jwt.jwks_recheck_ms = 5000;
}

static void by_file(struct issued *issued, void **state, uint64_t seed)
{
    init(issued, state, seed);
    issued->self.config.jwt.jwks_file = FILE_PATH;
}

static void by_url(struct issued *issued, void **state, uint64_t seed)
{
    init(issued, state, seed);
    issued->page.answer = issued->answer;
    issued->self.config.jwt.jwks_url = "http://page.test:8000/keys";
    issued->self.config.jwt.jwks_address =
        (struct web_url){.host = PAGE_HOST, .port = PAGE_PORT, .path = "/keys"};
}

static void end(struct issued *issued)
{
    if (issued->self.ledger)
        ledger_world_stop(&issued->self);
    page_close(&issued->page);
    ledger_world_close(&issued->self);
}

static void write_file(struct issued *issued, const char *text)
{
    struct file *file;
    assert_int_equal(file_open(&file, issued->self.loops[0], FILE_PATH, FILE_WRITE), 0);
    assert_int_equal(file_truncate(file, 0), 0);
    assert_int_equal(file_write(file, 0, bytes_from_cstr(text)), strlen(text));
    file_close(file);
}

/* Only the Ed25519 key. */
static void write_one_key(struct issued *issued)
{
    char key[SAMPLE_TEXT_BYTES], set[SAMPLE_TEXT_BYTES + 32];
    struct bytes jwk = sample_jwk(issued->issuer, JWT_EDDSA, key);
    (void)snprintf(set, sizeof set, "{\"keys\":[{%.*s}]}", (int)jwk.length, jwk.at);
    write_file(issued, set);
}

static bool all_are(struct ledger_world *self, enum access_state state)
{
    return seat_access(self->seats[0])->jwks_state == state &&
           seat_access(self->seats[1])->jwks_state == state;
}

static bool jwks_are_ready(struct ledger_world *self)
{
    return all_are(self, ACCESS_READY);
}

static bool jwks_are_unavailable(struct ledger_world *self)
{
    return all_are(self, ACCESS_UNAVAILABLE);
}

static size_t known_keys(struct issued *issued, size_t seat)
{
    return jwks_count(seat_access(issued->self.seats[seat])->jwks);
}

/* ---- a file ---- */

static void a_file_is_read_at_the_start_for_every_seat(void **state)
{
    struct issued issued;
    by_file(&issued, state, 1);
    write_file(&issued, strstr(issued.answer, "{"));
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    assert_int_equal(known_keys(&issued, 0), 3);
    assert_int_equal(known_keys(&issued, 1), 3);
    assert_int_equal(seat_access(issued.self.seats[0])->keys_state, ACCESS_OFF);
    end(&issued);
}

static void a_missing_file_is_unavailable_until_it_is_there(void **state)
{
    struct issued issued;
    by_file(&issued, state, 2);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_unavailable, 1000);
    ledger_world_run_ms(&issued.self, 20000);
    assert_int_equal(ledger_world_logged(&issued.self, "\"event\":\"jwks_unread\""), 1);
    write_file(&issued, strstr(issued.answer, "{"));
    ledger_world_until(&issued.self, jwks_are_ready, 60000);
    end(&issued);
}

static void a_changed_file_is_in_force_after_a_refresh(void **state)
{
    struct issued issued;
    by_file(&issued, state, 3);
    write_file(&issued, strstr(issued.answer, "{"));
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    write_one_key(&issued);
    ledger_world_run_ms(&issued.self, 301000);
    assert_int_equal(known_keys(&issued, 1), 1);
    end(&issued);
}

static void of_a_broken_file_the_last_good_set_stays(void **state)
{
    struct issued issued;
    by_file(&issued, state, 4);
    write_file(&issued, strstr(issued.answer, "{"));
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    write_file(&issued, "{\"keys\":[]}");
    ledger_world_run_ms(&issued.self, 900000);
    assert_int_equal(known_keys(&issued, 0), 3);
    assert_true(jwks_are_ready(&issued.self));
    assert_int_equal(ledger_world_logged(&issued.self, "\"event\":\"jwks_unread\""), 1);
    end(&issued);
}

/* ---- a page ---- */

static void a_page_is_read_at_the_start_and_every_refresh(void **state)
{
    struct issued issued;
    by_url(&issued, state, 5);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    assert_int_equal(known_keys(&issued, 1), 3);
    const char *asked = page_asked(&issued.page, 0);
    assert_ptr_equal(strstr(asked, "GET /keys HTTP/1.1\r\n"), asked);
    ledger_world_run_ms(&issued.self, 3 * 301000);
    assert_int_equal(issued.page.count, 4);
    end(&issued);
}

static void what_is_no_set_of_keys_is_not_taken(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n"
        "connection: close\r\n\r\n",
        HEAD "<html>",
        "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\ncontent-length: 11\r\n\r\n{",
        NULL,
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct issued issued;
        by_url(&issued, state, 10 + i);
        issued.page.answer = answers[i];
        ledger_world_start(&issued.self);
        ledger_world_until(&issued.self, jwks_are_unavailable, 12000);
        issued.page.answer = issued.answer;
        ledger_world_until(&issued.self, jwks_are_ready, 30000);
        end(&issued);
    }
}

static void a_page_that_is_too_large_is_not_taken(void **state)
{
    struct issued issued;
    static char large[JWKS_BYTES_LIMIT + sizeof HEAD + 1];
    by_url(&issued, state, 20);
    memset(large, ' ', sizeof large - 1);
    memcpy(large, issued.answer, strlen(issued.answer));
    issued.page.answer = large;
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_unavailable, 12000);
    assert_int_equal(ledger_world_logged(&issued.self, "too large"), 1);
    end(&issued);
}

/* ---- a key that is unknown ---- */

struct asker {
    struct seat_wait wait;
    unsigned again, failed;
};

static void on_told(struct seat_wait *wait, enum wait_outcome outcome)
{
    struct asker *asker = CONTAINER_OF(wait, struct asker, wait);
    if (outcome == WAIT_LOOK_AGAIN)
        asker->again++;
    else
        asker->failed++;
}

static void an_unknown_key_makes_one_reading_for_all_who_ask(void **state)
{
    struct issued issued;
    struct asker askers[10];
    by_url(&issued, state, 30);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    ledger_world_run_ms(&issued.self, 5000);
    for (size_t i = 0; i < 10; i++) {
        askers[i] = (struct asker){.wait.on_told = on_told};
        assert_true(seat_wait_jwks(issued.self.seats[i % SEATS], &askers[i].wait));
    }
    ledger_world_run_ms(&issued.self, 1000);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(askers[i].again, 1);
    assert_int_equal(issued.page.count, 2);
    end(&issued);
}

static void keys_are_not_read_again_within_the_recheck(void **state)
{
    struct issued issued;
    struct asker asker = {.wait.on_told = on_told};
    by_url(&issued, state, 31);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    assert_false(seat_wait_jwks(issued.self.seats[1], &asker.wait));
    ledger_world_run_ms(&issued.self, 4000);
    assert_false(seat_wait_jwks(issued.self.seats[1], &asker.wait));
    assert_int_equal(issued.page.count, 1);
    end(&issued);
}

static void who_asks_a_page_that_does_not_answer_is_told_so(void **state)
{
    struct issued issued;
    struct asker asker = {.wait.on_told = on_told};
    by_url(&issued, state, 32);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    ledger_world_run_ms(&issued.self, 5000);
    issued.page.answer = NULL;
    assert_true(seat_wait_jwks(issued.self.seats[1], &asker.wait));
    ledger_world_run_ms(&issued.self, 11000);
    assert_int_equal(asker.failed, 1);
    assert_int_equal(known_keys(&issued, 1), 3);
    end(&issued);
}

/* ---- with and without a store ---- */

static void tokens_wait_for_the_store_that_knows_their_budgets(void **state)
{
    struct issued issued;
    by_url(&issued, state, 40);
    issued.self.config.data_dir = "elsewhere";
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_unavailable, 5000);
    ledger_world_run_ms(&issued.self, 5000);
    assert_true(jwks_are_unavailable(&issued.self));
    assert_int_equal(file_make_directory(issued.self.loops[0], "elsewhere"), 0);
    ledger_world_until(&issued.self, jwks_are_ready, 10000);
    end(&issued);
}

static void without_a_store_draws_are_granted_at_once(void **state)
{
    struct issued issued;
    struct limit_refusal refusal;
    struct limit_admission admission = {0};
    struct limit_reservation reservation = {0};
    struct asker asker = {.wait.on_told = on_told};
    by_url(&issued, state, 41);
    ledger_world_start(&issued.self);
    ledger_world_until(&issued.self, jwks_are_ready, 1000);
    struct limiter *limiter = seat_limiter(issued.self.seats[1]);
    const struct limit_subject subject = {.key = {.account = 7, .limits.day_nusd = CHUNK_NUSD}};
    const struct limit_estimate estimate = {.likely.nusd = 1000};
    struct limit_time time = {world_now_ns(issued.self.world), loop_wall_ms(issued.self.loops[0])};
    assert_int_equal(limit_admit(limiter, &subject, time, &admission, &refusal), LIMIT_GRANTED);
    assert_int_equal(limit_reserve(&admission, time, &estimate, &reservation, &refusal),
                     LIMIT_WANTS_DRAW);
    seat_wait_draw(issued.self.seats[1], &asker.wait);
    ledger_world_run_ms(&issued.self, 10);
    assert_int_equal(asker.again, 1);
    assert_int_equal(limit_reserve(&admission, time, &estimate, &reservation, &refusal),
                     LIMIT_GRANTED);
    limit_settle(&reservation, time, (struct limit_cost){0});
    limit_leave(&admission, time);
    end(&issued);
}

static void a_stop_waits_for_no_page(void **state)
{
    struct issued issued;
    by_url(&issued, state, 42);
    issued.page.answer = NULL;
    ledger_world_start(&issued.self);
    ledger_world_run_ms(&issued.self, 100);
    uint64_t began_ns = world_now_ns(issued.self.world);
    ledger_world_stop(&issued.self);
    assert_true(world_now_ns(issued.self.world) - began_ns < NS_PER_S);
    end(&issued);
}

static void a_stop_waits_for_the_file_that_is_being_read(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct issued issued;
        by_file(&issued, state, seed);
        world_fault_set(issued.self.world, FAULT_SLOW_JOB, 1000000);
        ledger_world_start(&issued.self);
        ledger_world_stop(&issued.self);
        end(&issued);
    }
}

/* Its keys take long to make. */
static int make_issuer(void **state)
{
    static struct sample_issuer issuer;
    sample_issuer_make(&issuer);
    *state = &issuer;
    return 0;
}

static int clear_issuer(void **state)
{
    sample_issuer_clear(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_at_the_start_for_every_seat),
        cmocka_unit_test(a_missing_file_is_unavailable_until_it_is_there),
        cmocka_unit_test(a_changed_file_is_in_force_after_a_refresh),
        cmocka_unit_test(of_a_broken_file_the_last_good_set_stays),
        cmocka_unit_test(a_page_is_read_at_the_start_and_every_refresh),
        cmocka_unit_test(what_is_no_set_of_keys_is_not_taken),
        cmocka_unit_test(a_page_that_is_too_large_is_not_taken),
        cmocka_unit_test(an_unknown_key_makes_one_reading_for_all_who_ask),
        cmocka_unit_test(keys_are_not_read_again_within_the_recheck),
        cmocka_unit_test(who_asks_a_page_that_does_not_answer_is_told_so),
        cmocka_unit_test(tokens_wait_for_the_store_that_knows_their_budgets),
        cmocka_unit_test(without_a_store_draws_are_granted_at_once),
        cmocka_unit_test(a_stop_waits_for_no_page),
        cmocka_unit_test(a_stop_waits_for_the_file_that_is_being_read),
    };
    return cmocka_run_group_tests(tests, make_issuer, clear_issuer);
}

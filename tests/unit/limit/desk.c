/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/limit/desk.h"

#include <string.h>

#define NOTICES 64

void desk_open(struct desk *desk, const struct limiter_options *options)
{
    memset(desk, 0, sizeof *desk);
    assert_int_equal(limiter_open(&desk->limiter, options), 0);
    desk->subject.key.account = DESK_KEY;
    desk->subject.tenant.account = DESK_TENANT;
    desk->time = (struct limit_time){.now_ns = 1000 * S, .wall_ms = NOON_MS};
}

void desk_close(struct desk *desk)
{
    limiter_close(desk->limiter);
}

void desk_pass(struct desk *desk, uint64_t ns)
{
    desk->time.now_ns += ns;
    desk->time.wall_ms += ns / MS;
}

enum limit_verdict desk_admit(struct desk *desk, struct limit_admission *ret_admission)
{
    return limit_admit(desk->limiter, &desk->subject, desk->time, ret_admission, &desk->refusal);
}

enum limit_verdict desk_reserve(struct desk *desk, struct limit_admission *admission,
                                struct limit_cost cost, struct limit_reservation *ret_reservation)
{
    struct limit_estimate estimate = {
        .firm = {.tokens = cost.tokens / 2, .nusd = cost.nusd / 2},
        .likely = cost,
    };
    return limit_reserve(admission, desk->time, &estimate, ret_reservation, &desk->refusal);
}

void desk_answer(struct desk *desk, bool is_there)
{
    struct limit_notice notices[NOTICES];
    size_t count = limiter_collect(desk->limiter, notices, NOTICES);
    for (size_t i = 0; i < count; i++) {
        if (notices[i].kind == LIMIT_ALERT) {
            desk->alert = notices[i];
        } else if (is_there) {
            desk->draws++;
            limiter_drawn(desk->limiter, &notices[i]);
        } else {
            limiter_draw_failed(desk->limiter, &notices[i]);
        }
    }
}

struct limit_gauge desk_gauge(struct desk *desk, enum limit_owner owner, enum limit_kind kind)
{
    struct limit_view view;
    limit_view(desk->limiter, &desk->subject, desk->time, &view);
    return owner == LIMIT_OF_KEY ? view.key.of[kind] : view.tenant.of[kind];
}

enum limit_verdict desk_admit_as(struct desk *desk, uint64_t key, uint64_t tenant,
                                 struct limit_admission *ret_admission)
{
    desk->subject.key.account = key;
    desk->subject.tenant.account = tenant;
    return desk_admit(desk, ret_admission);
}

unsigned desk_fill(struct desk *desk, struct limit_admission *admissions)
{
    unsigned count = 0;
    while (count < 1000 &&
           desk_admit_as(desk, 1000 + count, 5000 + count, &admissions[count]) == LIMIT_GRANTED)
        count++;
    return count;
}

enum limit_verdict desk_spend_cent(struct desk *desk)
{
    struct limit_admission admission;
    struct limit_reservation reservation;
    const struct limit_cost cent = {.nusd = USD / 100};
    enum limit_verdict verdict = desk_admit(desk, &admission);
    if (verdict != LIMIT_GRANTED)
        return verdict;
    assert_int_equal(desk_reserve(desk, &admission, cent, &reservation), LIMIT_WANTS_DRAW);
    desk_answer(desk, true);
    assert_int_equal(desk_reserve(desk, &admission, cent, &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk->time, cent);
    limit_leave(&admission, desk->time);
    return LIMIT_GRANTED;
}

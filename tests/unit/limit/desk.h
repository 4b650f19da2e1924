/* SPDX-License-Identifier: Apache-2.0
 *
 * desk - a limiter with one key, its tenant, a clock that tests move, and a store that does what
 * they say.
 */
#ifndef TESTS_UNIT_LIMIT_DESK_H
#define TESTS_UNIT_LIMIT_DESK_H

#include "limit/limiter.h"
#include "tests/test.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define MINUTE (60 * S)
#define USD UINT64_C(1000000000)
#define DAY_MS UINT64_C(86400000)
/* Noon of the 22nd of November 2026. */
#define NOON_MS UINT64_C(1795348800000)
#define NOON_DAY 20779

struct desk {
    struct limiter *limiter;
    struct limit_subject subject;
    struct limit_time time;
    struct limit_refusal refusal; /* the last */
    struct limit_notice alert;    /* the last; percent 0: none */
    unsigned draws;               /* that were answered */
};

#define DESK_KEY 101
#define DESK_TENANT 7

void desk_open(struct desk *desk, const struct limiter_options *options);
void desk_close(struct desk *desk);
void desk_pass(struct desk *desk, uint64_t ns);

enum limit_verdict desk_admit(struct desk *desk, struct limit_admission *ret_admission);
/* The estimate is half prompt, half answer. */
enum limit_verdict desk_reserve(struct desk *desk, struct limit_admission *admission,
                                struct limit_cost cost, struct limit_reservation *ret_reservation);
/* Answers every draw that is wanted; false: the store is gone, and each of them fails. */
void desk_answer(struct desk *desk, bool is_there);
/* From here on it is that key's and that tenant's. */
enum limit_verdict desk_admit_as(struct desk *desk, uint64_t key, uint64_t tenant,
                                 struct limit_admission *ret_admission);
/* Admits ever more keys, each of its own tenant, until there is no room; how many that were. */
unsigned desk_fill(struct desk *desk, struct limit_admission *ret_admissions);
/* A request of a cent, from its admission to its end, with the draw that it takes. */
enum limit_verdict desk_spend_cent(struct desk *desk);
struct limit_gauge desk_gauge(struct desk *desk, enum limit_owner owner, enum limit_kind kind);

#endif

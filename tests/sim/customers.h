/* SPDX-License-Identifier: Apache-2.0
 *
 * customers - all who ask in a world whose edge wants keys, the store that the edge knows them
 * from, and what must hold of their money:
 *
 *   - what a budget holds is spent once: an answer that begins when it is used up is a violation
 *     (judge.h), and it is exceeded by no more than the answers that were under way;
 *   - what is spent was drawn: before, or, where an answer took more than was set aside for it, at
 *     once behind it;
 *   - every token of an answer that came whole was paid once, by who asked for it, and nothing is
 *     paid for attempts that were thrown away;
 *   - without faults the store's usage is what the engines made, and with them, where the disk is
 *     sound, what the log says of each key, to the last token.
 *
 * A revocation is another process's: a connection to the same file of the same disk.
 *
 * Memory   the caller embeds the struct.
 * Errors   violations, as sentences.
 */
#ifndef TESTS_SIM_CUSTOMERS_H
#define TESTS_SIM_CUSTOMERS_H

#include "faults.h"
#include "question.h"
#include "store/store_usage.h"

#define CUSTOMERS_LIMIT 8
#define CUSTOMERS_VFS "world"
#define CUSTOMERS_FOLDER "data"

struct customers {
    void (*on_violation)(void *user, struct bytes why);
    void *user;

    bool are_asked; /* else the edge is open, and nobody has a key */
    bool disk_is_sound;
    unsigned count;
    struct customer of[CUSTOMERS_LIMIT];
    struct purse purses[CUSTOMERS_LIMIT + 1]; /* the first is shared */
    uint64_t largest;                         /* tokens of one request */
    uint64_t in_part;                         /* tokens of answers that did not come whole */
    uint64_t revoke_ns, hears_ns;             /* when; and what the edge may take to hear of it */

    struct sqlite_vfs *vfs;
    struct store *store; /* the other process's */
};

/* One for each of `count` clients; and what their edge's disk will suffer. */
void customers_draw(struct customers *customers, struct random *random, unsigned count,
                    struct fault_plan *faults);
/* NULL: everybody may ask. */
struct customer *customers_of(struct customers *customers, unsigned client);
/* More of the edge's configuration. */
void customers_configure(const struct customers *customers, struct buffer *yaml);
/* Their keys, on the disk of the edge that is opened next. */
void customers_open(struct customers *customers, struct loop *edge);
void customers_look(struct customers *customers, uint64_t now_ns);
/* Of the edge's log. */
void customers_note_line(struct customers *customers, struct bytes line);

/* An answer has ended, for who asked for it. */
void customers_note_answer(struct customers *customers, const struct question *question,
                           bool is_whole);
/* The edge has stopped. `made_tokens`: of all engines; 0: there were faults, and nobody knows what
 * of them the edge has seen. */
void customers_conclude(struct customers *customers, uint64_t made_tokens);
void customers_close(struct customers *customers);

#endif

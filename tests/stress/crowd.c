/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stress/crowd.h"

#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_MS 20000
#define THINKS_MS 5

static void complain(struct client *client, struct bytes why)
{
    struct crowd *crowd = client->user;
    if (buffer_append_format(&crowd->complaints, "%.*s\n", (int)why.length, why.at) < 0)
        abort();
}

static void check_answered(struct client *client, enum outcome outcome)
{
    if (client_is_answered(client, outcome))
        return;
    char line[160];
    const struct question *question = &client->open[0];
    int length = snprintf(line, sizeof line, "%s (kind %d): %s, status %u", question->id,
                          (int)question->kind, outcome_names[outcome], client->reply.status);
    complain(client, bytes_of(line, (size_t)length));
}

static void on_outcome(struct client *client, enum outcome outcome)
{
    struct crowd *crowd = client->user;
    atomic_fetch_add(&crowd->outcomes[outcome], 1);
    if (client_is_at_last(client))
        atomic_fetch_add(&crowd->finished, 1);
    if (crowd->plan.expects_answers)
        check_answered(client, outcome);
    else if (outcome == OVERDUE)
        complain(client, BYTES("a question that nothing ended"));
}

/* Half of them read slowly or leave now and then. */
static void open_clients(struct side_loop *side, struct loop *loop)
{
    struct crowd *crowd = CONTAINER_OF(side, struct crowd, side);
    for (unsigned i = 0; i < CROWD_CLIENTS; i++) {
        const struct client_plan plan = {
            .number = i,
            .questions = crowd->plan.questions,
            .is_steady = i % 2 == 0,
            .patience_ms = PATIENCE_MS,
            .thinks_ms = THINKS_MS,
            .question = {.large_tokens = crowd->plan.large_tokens,
                         .long_tokens = crowd->plan.large_tokens / 10},
        };
        crowd->clients[i].on_outcome = on_outcome;
        crowd->clients[i].on_violation = complain;
        crowd->clients[i].user = crowd;
        client_start(&crowd->clients[i], loop, &crowd->plan.edge, &plan, i);
    }
}

static void close_clients(struct side_loop *side)
{
    struct crowd *crowd = CONTAINER_OF(side, struct crowd, side);
    for (unsigned i = 0; i < CROWD_CLIENTS; i++)
        client_clear(&crowd->clients[i]);
}

void crowd_start(struct crowd *crowd, struct loop *parent, const struct crowd_plan *plan)
{
    crowd->plan = *plan;
    crowd->side.open = open_clients;
    crowd->side.close = close_clients;
    side_loop_start(&crowd->side, parent, "crowd");
}

void crowd_clear(struct crowd *crowd)
{
    buffer_clear(&crowd->complaints);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/seat.h"

#include <assert.h>
#include <errno.h>

#include "edge/ledger/ledger_body.h"
#include "edge/ledger/seat_body.h"

#define MS_PER_DAY UINT64_C(86400000)
#define INBOX_LIMIT 1 /* the news' one message */

/* ---- who waits ---- */

/* Whoever waits again from inside is not told a second time. */
static void tell_all(struct list *waits, enum told told)
{
    if (told == TOLD_NOTHING)
        return;
    struct list telling;
    struct list *link;
    list_init(&telling);
    while ((link = list_pop_front(waits)))
        list_push_back(&telling, link);
    while ((link = list_pop_front(&telling))) {
        struct seat_wait *wait = CONTAINER_OF(link, struct seat_wait, link);
        wait->on_told(wait, told == TOLD_FAILED ? WAIT_FAILED : WAIT_LOOK_AGAIN);
    }
}

static void call_ledger(struct seat *seat, struct seat_call call)
{
    mutex_lock(&seat->mutex);
    seat->call.wants_draw |= call.wants_draw;
    seat->call.wants_jwks |= call.wants_jwks;
    if (!seat->is_calling)
        seat->is_calling = mailbox_send(seat->ledger_inbox, &seat->call_message) == 0;
    mutex_unlock(&seat->mutex);
}

void seat_wait_draw(struct seat *seat, struct seat_wait *wait)
{
    list_push_back(&seat->draw_waits, &wait->link);
    call_ledger(seat, (struct seat_call){.wants_draw = true});
}

bool seat_wait_jwks(struct seat *seat, struct seat_wait *wait)
{
    if (seat->access.jwks_state == ACCESS_OFF || loop_now_ns(seat->loop) < seat->jwks_due_ns)
        return false;
    list_push_back(&seat->jwks_waits, &wait->link);
    call_ledger(seat, (struct seat_call){.wants_jwks = true});
    return true;
}

void seat_wait_access(struct seat *seat, struct seat_wait *wait)
{
    list_push_back(&seat->access_waits, &wait->link);
}

void seat_leave(struct seat_wait *wait)
{
    list_remove(&wait->link);
}

/* ---- news ---- */

/* False: there are none. */
static bool take_news(struct seat *seat, struct seat_news *ret_news)
{
    mutex_lock(&seat->mutex);
    bool has_news = seat->has_news;
    *ret_news = seat->news;
    seat->news = (struct seat_news){0};
    seat->has_news = false;
    mutex_unlock(&seat->mutex);
    return has_news;
}

static void hear(struct seat *seat)
{
    struct seat_news news;
    if (!take_news(seat, &news))
        return;
    access_release(&seat->access);
    seat->access = news.access;
    seat->jwks_due_ns = news.jwks_due_ns;
    tell_all(&seat->draw_waits, news.draws);
    tell_all(&seat->jwks_waits, news.jwks);
    tell_all(&seat->access_waits, TOLD_LOOK_AGAIN);
}

static void on_message(void *user, struct message *message)
{
    struct seat *seat = user;
    mutex_lock(&seat->mutex);
    seat->is_told = false;
    mutex_unlock(&seat->mutex);
    (void)message;
    if (seat->loop) /* not from inside seat_close() */
        hear(seat);
}

/* ---- the worker's place ---- */

int seat_open(struct seat **ret_seat, struct ledger *ledger, struct loop *loop)
{
    struct seat *seat = ledger_take_seat(ledger);
    struct mailbox *inbox = NULL;
    if (seat->ledger_inbox) {
        int r = mailbox_open(&inbox, loop, INBOX_LIMIT, on_message, seat);
        if (r < 0)
            return r;
    }
    mutex_lock(&seat->mutex);
    seat->inbox = inbox;
    mutex_unlock(&seat->mutex);
    seat->loop = loop;
    hear(seat); /* what was told to an empty seat */
    *ret_seat = seat;
    return 0;
}

void seat_close(struct seat *seat)
{
    if (!seat)
        return;
    mutex_lock(&seat->mutex);
    struct mailbox *inbox = seat->inbox;
    seat->inbox = NULL;
    mutex_unlock(&seat->mutex);
    seat->loop = NULL;
    mailbox_close(inbox);
    access_release(&seat->access);
    while (list_pop_front(&seat->draw_waits) || list_pop_front(&seat->jwks_waits) ||
           list_pop_front(&seat->access_waits))
        continue;
}

const struct access *seat_access(const struct seat *seat)
{
    return &seat->access;
}

struct limiter *seat_limiter(const struct seat *seat)
{
    return seat->limiter;
}

void seat_note_usage(struct seat *seat, const struct store_usage *usage)
{
    struct store_usage row = *usage;
    if (!seat->notes_usage)
        return;
    row.day = (uint32_t)(loop_wall_ms(seat->loop) / MS_PER_DAY);
    mutex_lock(&seat->mutex);
    usage_table_add(&seat->usage, &row);
    mutex_unlock(&seat->mutex);
}

/* ---- the ledger's side ---- */

int seat_init(struct seat *seat, const struct seat_options *options)
{
    seat->limiter = options->limiter;
    seat->ledger_inbox = options->ledger_inbox;
    mutex_init(&seat->mutex);
    list_init(&seat->draw_waits);
    list_init(&seat->jwks_waits);
    list_init(&seat->access_waits);
    seat->notes_usage = options->usage_most > 0;
    return seat->notes_usage ? usage_table_init(&seat->usage, options->usage_most) : 0;
}

void seat_clear(struct seat *seat)
{
    if (!seat->draw_waits.next)
        return; /* never initialised */
    assert(!seat->loop);
    access_release(&seat->news.access);
    usage_table_clear(&seat->usage);
    mutex_clear(&seat->mutex);
}

static enum told merge(enum told before, enum told now)
{
    return now > before ? now : before;
}

/* The access that nobody has looked at yet goes where the last hold on it is dropped: here, but
 * outside the lock. */
void seat_tell(struct seat *seat, const struct seat_news *news)
{
    access_hold(&news->access);
    mutex_lock(&seat->mutex);
    struct access unheard = seat->news.access;
    seat->news.access = news->access;
    seat->news.jwks_due_ns = news->jwks_due_ns;
    seat->news.draws = merge(seat->news.draws, news->draws);
    seat->news.jwks = merge(seat->news.jwks, news->jwks);
    seat->has_news = true;
    if (seat->inbox && !seat->is_told)
        seat->is_told = mailbox_send(seat->inbox, &seat->news_message) == 0;
    mutex_unlock(&seat->mutex);
    access_release(&unheard);
}

struct seat *seat_of_call(struct message *message)
{
    return CONTAINER_OF(message, struct seat, call_message);
}

struct seat_call seat_take_call(struct seat *seat)
{
    mutex_lock(&seat->mutex);
    struct seat_call call = seat->call;
    seat->call = (struct seat_call){0};
    seat->is_calling = false;
    mutex_unlock(&seat->mutex);
    return call;
}

void seat_swap_usage(struct seat *seat, struct usage_table *empty)
{
    mutex_lock(&seat->mutex);
    struct usage_table noted = seat->usage;
    seat->usage = *empty;
    mutex_unlock(&seat->mutex);
    *empty = noted;
}

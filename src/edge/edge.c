/* SPDX-License-Identifier: Apache-2.0
 *
 * The edge as a process: sockets and certificates opened once, one worker on the main loop, further
 * ones on loops of their own, and the few messages between them:
 *
 *   main -> worker   DRAIN (and again: now), STOP
 *   worker -> main   READY or FAILED, DRAINED
 *
 * Main sends nothing after STOP, so that a worker may close its mailbox then.
 */
#include "edge/edge.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "edge/edge_shared.h"
#include "edge/ledger/ledger.h"
#include "limit/estimate.h"
#include "loop/mailbox.h"

#define LISTEN_BACKLOG 4096
#define MAILBOX_LIMIT 64
/* For the last writes to the store, behind the last exchange. */
#define LEDGER_STOP_NS (10 * NS_PER_S)

enum note_kind { NOTE_DRAIN, NOTE_DRAIN_NOW, NOTE_STOP, NOTE_READY, NOTE_FAILED, NOTE_DRAINED };

struct note {
    struct message message;
    enum note_kind kind;
    struct edge_worker *from_or_to;
};

/* One worker and its messages: each is sent once, so each has its own place. */
struct edge_worker {
    struct edge *edge;
    struct worker worker;
    struct mailbox *inbox; /* the worker's; NULL for the one on the main loop */
    struct note notes[6];  /* by kind */
    int error;             /* with NOTE_FAILED */
    bool is_open;          /* main's view: READY came */
};

struct edge {
    struct loop *loop;
    struct edge_options options;
    struct edge_shared shared;
    struct core_table cores;
    struct memory_budget memory;
    struct edge_worker *workers;
    size_t worker_count;
    size_t opening, undrained, running; /* workers */
    struct mailbox *inbox;              /* main's */
    unsigned drains;                    /* times asked */
    bool has_failed, is_ledger_stopping;
    struct task ready_task, stopped_task;
};

static void post_note(struct mailbox *mailbox, struct edge_worker *slot, enum note_kind kind)
{
    struct note *note = &slot->notes[kind];
    note->kind = kind;
    note->from_or_to = slot;
    int r = mailbox_send(mailbox, &note->message);
    assert(r == 0); /* fewer notes exist than the mailbox holds */
    (void)r;
}

/* ---- the worker's side ---- */

static void on_worker_drained(struct worker *worker)
{
    struct edge_worker *slot = CONTAINER_OF(worker, struct edge_worker, worker);
    post_note(slot->edge->inbox, slot, NOTE_DRAINED);
}

static void stop_worker(struct edge_worker *slot)
{
    struct loop *loop = slot->worker.loop;
    worker_close(&slot->worker);
    mailbox_close(slot->inbox);
    slot->inbox = NULL;
    loop_stop(loop);
}

static void on_worker_note(void *user, struct message *message)
{
    struct edge_worker *slot = user;
    switch (CONTAINER_OF(message, struct note, message)->kind) {
    case NOTE_DRAIN:
    case NOTE_DRAIN_NOW:
        worker_drain(&slot->worker, on_worker_drained);
        break;
    case NOTE_STOP:
        stop_worker(slot);
        break;
    case NOTE_READY:
    case NOTE_FAILED:
    case NOTE_DRAINED:
        break; /* main's */
    }
}

static void start_worker(struct loop *loop, void *user)
{
    struct edge_worker *slot = user;
    int r = mailbox_open(&slot->inbox, loop, MAILBOX_LIMIT, on_worker_note, slot);
    if (r == 0)
        r = worker_open(&slot->worker, loop, &slot->edge->shared);
    slot->error = r;
    if (r == 0) {
        post_note(slot->edge->inbox, slot, NOTE_READY);
        return;
    }
    worker_close(&slot->worker);
    if (slot->inbox)
        mailbox_close(slot->inbox);
    slot->inbox = NULL;
    post_note(slot->edge->inbox, slot, NOTE_FAILED);
    loop_stop(loop);
}

/* ---- main's side ---- */

static void log_error(struct edge *edge, const char *event, int error)
{
    LOG_EVENT(&edge->workers[0].worker.log, LOG_ERROR, event,
              LOG_T("why", bytes_from_cstr(strerror(-error))));
}

static void tell_stopped(struct task *task)
{
    struct edge *edge = CONTAINER_OF(task, struct edge, stopped_task);
    edge->options.on_stopped(edge->options.user);
}

static void on_ledger_stopped(void *user)
{
    struct edge *edge = user;
    loop_post(edge->loop, &edge->stopped_task);
}

/* Nobody asks the ledger any more: it writes what it still has to. */
static void check_stopped(struct edge *edge)
{
    bool is_quiet = edge->opening == 0 && edge->undrained == 0 && edge->running == 0;
    if (!is_quiet || edge->drains == 0 || edge->is_ledger_stopping)
        return;
    edge->is_ledger_stopping = true;
    ledger_stop(edge->shared.ledger, loop_now_ns(edge->loop) + LEDGER_STOP_NS, on_ledger_stopped,
                edge);
}

static void on_main_drained(struct worker *worker)
{
    struct edge_worker *slot = CONTAINER_OF(worker, struct edge_worker, worker);
    slot->edge->undrained--;
    check_stopped(slot->edge);
}

static void on_child_ended(void *user)
{
    struct edge_worker *slot = user;
    slot->edge->running--;
    check_stopped(slot->edge);
}

/* The first time, or the second. */
static void drain_worker(struct edge_worker *slot, unsigned drain)
{
    struct edge *edge = slot->edge;
    if (slot == &edge->workers[0])
        worker_drain(&slot->worker, on_main_drained);
    else if (slot->is_open)
        post_note(slot->inbox, slot, drain == 1 ? NOTE_DRAIN : NOTE_DRAIN_NOW);
}

/* While main held on to the sockets, the kernel would go on taking connections for nobody. Workers
 * that are still opening need them. */
static void check_listening(struct edge *edge)
{
    if (edge->drains > 0 && edge->opening == 0)
        edge_shared_stop_listening(&edge->shared);
}

static void check_ready(struct edge *edge)
{
    if (edge->opening > 0)
        return;
    if (edge->drains > 0)
        check_listening(edge);
    else if (edge->has_failed)
        edge_drain(edge);
    else if (edge->options.on_ready)
        edge->options.on_ready(edge->options.user);
}

static void note_opened(struct edge_worker *slot, bool is_open)
{
    struct edge *edge = slot->edge;
    edge->opening--;
    slot->is_open = is_open;
    if (is_open) {
        edge->undrained++;
        for (unsigned drain = 1; drain <= edge->drains; drain++) /* asked for while it opened */
            drain_worker(slot, drain);
    } else {
        edge->has_failed = true;
        log_error(edge, "worker_failed", slot->error);
    }
    check_ready(edge);
    check_stopped(edge);
}

static void on_main_note(void *user, struct message *message)
{
    struct edge *edge = user;
    struct note *note = CONTAINER_OF(message, struct note, message);
    struct edge_worker *slot = note->from_or_to;
    switch (note->kind) {
    case NOTE_READY:
        note_opened(slot, true);
        break;
    case NOTE_FAILED:
        note_opened(slot, false);
        break;
    case NOTE_DRAINED:
        edge->undrained--;
        slot->is_open = false; /* nothing is sent behind STOP */
        post_note(slot->inbox, slot, NOTE_STOP);
        break;
    case NOTE_DRAIN:
    case NOTE_DRAIN_NOW:
    case NOTE_STOP:
        break; /* a worker's */
    }
}

static int open_estimator(struct edge *edge)
{
    const struct edge_config *config = edge->shared.config;
    struct estimator_options options = {.pairs = config->limits.estimates,
                                        .default_answer_tokens = config->limits.answer_tokens};
    if (config->auth == AUTH_OPEN)
        return 0;
    loop_entropy(edge->loop, &options.seed, sizeof options.seed);
    return estimator_open(&edge->shared.estimator, &options);
}

/* Who may ask, and what that has cost. */
static int open_ledger(struct edge *edge, struct buffer *ret_why)
{
    const struct ledger_options options = {
        .config = edge->shared.config,
        .seats = edge->worker_count,
        .log_write = edge->options.log_write,
        .log_sink = edge->options.log_sink,
        .memory = &edge->memory,
        .store_vfs = edge->options.store_vfs,
    };
    int r = open_estimator(edge);
    return r < 0 ? r : ledger_open(&edge->shared.ledger, edge->loop, &options, ret_why);
}

static int open_workers(struct edge *edge)
{
    edge->workers = calloc(edge->worker_count, sizeof *edge->workers);
    if (!edge->workers)
        return -ENOMEM;
    for (size_t i = 0; i < edge->worker_count; i++)
        edge->workers[i].edge = edge;
    int r = mailbox_open(&edge->inbox, edge->loop, MAILBOX_LIMIT * edge->worker_count, on_main_note,
                         edge);
    if (r < 0)
        return r;
    r = worker_open(&edge->workers[0].worker, edge->loop, &edge->shared);
    edge->undrained = r == 0;
    return r;
}

/* A child that cannot be spawned is one that failed to open: the edge drains and stops. */
static void spawn_children(struct edge *edge)
{
    edge->opening = edge->worker_count - 1;
    for (size_t i = 1; i < edge->worker_count; i++) {
        struct edge_worker *slot = &edge->workers[i];
        const struct loop_child child = {
            .start = start_worker, .on_ended = on_child_ended, .user = slot, .name = "worker"};
        int r = loop_spawn(edge->loop, &child);
        if (r == 0) {
            edge->running++; /* from here on the slot is the child's */
            continue;
        }
        slot->error = r;
        post_note(edge->inbox, slot, NOTE_FAILED);
    }
}

static void announce(struct task *task)
{
    check_ready(CONTAINER_OF(task, struct edge, ready_task));
}

int edge_open(struct edge **ret_edge, struct loop *loop, const struct edge_options *options,
              struct buffer *ret_why)
{
    struct edge *edge = calloc(1, sizeof *edge);
    if (!edge)
        return -ENOMEM;
    edge->loop = loop;
    edge->options = *options;
    task_init(&edge->stopped_task, tell_stopped);
    task_init(&edge->ready_task, announce);
    memory_budget_init(&edge->memory, options->config->limits.memory_bytes);
    edge->shared.config = edge_config_ref(options->config);
    edge->shared.log_write = options->log_write;
    edge->shared.log_sink = options->log_sink;
    edge->shared.memory = &edge->memory;
    edge->shared.cores = &edge->cores;

    uint64_t workers = options->config->workers;
    edge->worker_count = workers > 0 ? workers : loop_cpu_count();

    int r = edge_shared_open(&edge->shared, loop, ret_why);
    if (r < 0)
        goto fail;
    r = open_ledger(edge, ret_why);
    if (r < 0)
        goto fail;
    r = open_workers(edge);
    if (r < 0)
        goto fail;
    spawn_children(edge);
    if (edge->opening == 0)
        loop_post(loop, &edge->ready_task);
    *ret_edge = edge;
    return 0;

fail:
    edge_close(edge); /* takes half-built edges */
    return r;
}

bool edge_address(const struct edge *edge, size_t i, struct address *ret_address)
{
    if (i >= edge->shared.socket_count || !edge->shared.sockets[i])
        return false;
    listen_socket_address(edge->shared.sockets[i], ret_address);
    return true;
}

void edge_drain(struct edge *edge)
{
    if (edge->drains == 2)
        return;
    edge->drains++;
    for (size_t i = 0; i < edge->worker_count; i++)
        drain_worker(&edge->workers[i], edge->drains);
    check_listening(edge);
    check_stopped(edge);
}

void edge_close(struct edge *edge)
{
    if (!edge)
        return;
    if (edge->workers)
        worker_close(&edge->workers[0].worker);
    if (edge->inbox)
        mailbox_close(edge->inbox);
    loop_cancel(edge->loop, &edge->stopped_task);
    loop_cancel(edge->loop, &edge->ready_task);
    free(edge->workers);
    ledger_close(edge->shared.ledger);
    estimator_close(edge->shared.estimator);
    edge_shared_close(&edge->shared);
    edge_config_unref(edge->shared.config);
    free(edge);
}

static void add_counts(struct edge_counts *sum, const struct worker *worker)
{
    const struct worker_counters *counters = &worker->counters;
    sum->exchanges += atomic_load_explicit(&counters->exchanges, memory_order_relaxed);
    sum->calls += atomic_load_explicit(&counters->calls, memory_order_relaxed);
    sum->exchanges_ended += atomic_load_explicit(&counters->exchanges_ended, memory_order_relaxed);
    sum->calls_started += atomic_load_explicit(&counters->calls_started, memory_order_relaxed);
    sum->retries += atomic_load_explicit(&counters->retries, memory_order_relaxed);
    sum->errors_sent += atomic_load_explicit(&counters->errors_sent, memory_order_relaxed);
}

void edge_count(const struct edge *edge, struct edge_counts *ret_counts)
{
    *ret_counts = (struct edge_counts){.memory_bytes = memory_budget_used(&edge->memory)};
    for (size_t i = 0; i < edge->worker_count; i++)
        add_counts(ret_counts, &edge->workers[i].worker);
}

bool edge_core(const struct edge *edge, size_t i, struct edge_core *ret_core)
{
    if (i >= edge->cores.count)
        return false;
    const struct core_state *core = &edge->cores.cores[i];
    *ret_core = (struct edge_core){
        .name = core->name,
        .in_flight = atomic_load_explicit(&core->in_flight, memory_order_relaxed),
        .is_ejected = atomic_load_explicit(&core->ejections, memory_order_relaxed) > 0,
    };
    return true;
}

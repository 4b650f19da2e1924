/* SPDX-License-Identifier: Apache-2.0
 *
 * accept shared|balanced|reuseport SECONDS well|stuck|leave|burst - two workers, each on a CPU and
 * a thread of its own, accept connections, read a byte, answer it, close; one client asks one
 * connection after the other, 16 at a time. Prints what came of them, one line `name value` each.
 *
 *   balanced  shared, and a worker that holds more streams than the other waits for 1 ms, as
 *             loop/uv does it
 *   stuck     the first worker sleeps for the second half of the time
 *   leave     after half of the time the first worker has a turn of 50 ms, then closes its
 *             listening socket for good
 *   burst     instead of that, 64 connections are opened at once and held
 */
#include <arpa/inet.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 2
#define BATCH 4 /* connections that are accepted in a turn */
#define LEAD 4  /* streams that a balanced worker may hold more than the other */
#define CLIENTS 16
#define BURST 64
#define LATE_NS 100000000L /* an answer that takes longer counts as late */

struct worker {
    pthread_t thread;
    int index, fd, epoll;
    bool is_balanced, is_stuck, leaves;
    double half_s, resume_s; /* resume_s: 0, or when it listens again */
    const struct worker *other;
    atomic_uint streams;
    unsigned long accepted, empty_wakes;
    double cpu_s;
};

static atomic_bool is_over;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static int listen_at(struct sockaddr_in *address, bool reuseport)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    socklen_t length = sizeof *address;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (reuseport)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)address, length) < 0 || listen(fd, 1024) < 0)
        fail("listen");
    getsockname(fd, (struct sockaddr *)address, &length);
    return fd;
}

static void accept_batch(struct worker *worker)
{
    int taken = 0;
    for (; taken < BATCH; taken++) {
        int fd = accept4(worker->fd, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0)
            break;
        worker->accepted++;
        atomic_fetch_add(&worker->streams, 1);
        watch(worker->epoll, fd);
    }
    worker->empty_wakes += taken == 0;
}

static void listen_event(struct worker *worker)
{
    unsigned lead = worker->is_balanced ? LEAD : UINT_MAX / 2;
    if (atomic_load(&worker->streams) <= atomic_load(&worker->other->streams) + lead) {
        accept_batch(worker);
        return;
    }
    epoll_ctl(worker->epoll, EPOLL_CTL_DEL, worker->fd, NULL);
    worker->resume_s = now_s() + 0.001;
}

static void listen_again(struct worker *worker)
{
    if (worker->resume_s == 0 || now_s() < worker->resume_s)
        return;
    worker->resume_s = 0;
    watch(worker->epoll, worker->fd);
    accept_batch(worker);
}

static void answer(struct worker *worker, int fd)
{
    char byte;
    if (recv(fd, &byte, 1, 0) == 1)
        send(fd, &byte, 1, MSG_NOSIGNAL);
    atomic_fetch_sub(&worker->streams, 1);
    close(fd);
}

/* What goes wrong with a worker after half of the time. */
static void misbehave(struct worker *worker)
{
    if (worker->is_stuck)
        nanosleep(&(struct timespec){.tv_sec = (time_t)worker->half_s}, NULL);
    if (worker->leaves) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        epoll_ctl(worker->epoll, EPOLL_CTL_DEL, worker->fd, NULL);
        close(worker->fd);
    }
    worker->is_stuck = worker->leaves = false;
}

static void *worker_live(void *argument)
{
    struct worker *worker = argument;
    struct epoll_event events[64];
    struct rusage usage;
    cpu_set_t cpu;

    CPU_ZERO(&cpu);
    CPU_SET((size_t)worker->index, &cpu);
    pthread_setaffinity_np(pthread_self(), sizeof cpu, &cpu);
    worker->epoll = epoll_create1(0);
    watch(worker->epoll, worker->fd);
    for (double half_s = now_s() + worker->half_s; !atomic_load(&is_over);) {
        if (now_s() >= half_s)
            misbehave(worker);
        listen_again(worker);
        int count = epoll_wait(worker->epoll, events, 64, worker->resume_s > 0 ? 1 : 10);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd == worker->fd)
                listen_event(worker);
            else
                answer(worker, events[i].data.fd);
    }
    getrusage(RUSAGE_THREAD, &usage);
    worker->cpu_s = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
                    (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
    return NULL;
}

struct client {
    int epoll;
    const struct sockaddr_in *server;
    double begun_s[1024]; /* by descriptor */
    unsigned long answered, late, lost;
    double longest_s;
};

static void ask(struct client *client)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct linger reset = {.l_onoff = 1};

    if (fd < 0 || fd >= 1024)
        fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset); /* no TIME_WAIT */
    client->begun_s[fd] = now_s();
    watch(client->epoll, fd); /* before connecting: an end that comes at once is seen */
    if (connect(fd, (const struct sockaddr *)client->server, sizeof *client->server) < 0 ||
        send(fd, "x", 1, MSG_NOSIGNAL) != 1) {
        client->lost++;
        close(fd);
        ask(client);
    }
}

static void take(struct client *client, int fd)
{
    char byte;
    double took_s = now_s() - client->begun_s[fd];

    if (recv(fd, &byte, 1, 0) == 1)
        client->answered++;
    else
        client->lost++;
    client->late += took_s * 1e9 > (double)LATE_NS;
    client->longest_s = took_s > client->longest_s ? took_s : client->longest_s;
    close(fd);
    ask(client);
}

static void client_live(struct client *client, double seconds)
{
    struct epoll_event events[64];

    client->epoll = epoll_create1(0);
    for (int i = 0; i < CLIENTS; i++)
        ask(client);
    for (double end_s = now_s() + seconds; now_s() < end_s;) {
        int count = epoll_wait(client->epoll, events, 64, 100);
        for (int i = 0; i < count; i++)
            take(client, events[i].data.fd);
    }
}

static void burst(const struct sockaddr_in *server)
{
    for (int i = 0; i < BURST; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (const struct sockaddr *)server, sizeof *server) < 0)
            fail("connect");
    }
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

static void workers_start(struct worker *workers, char **argv, struct sockaddr_in *address)
{
    bool reuseport = strcmp(argv[1], "reuseport") == 0;
    int first = listen_at(address, reuseport);

    for (int i = 0; i < WORKERS; i++) {
        workers[i].index = i;
        workers[i].other = &workers[1 - i];
        workers[i].is_balanced = strcmp(argv[1], "balanced") == 0;
        workers[i].half_s = strtod(argv[2], NULL) / 2;
        workers[i].fd = i == 0 ? first : reuseport ? listen_at(address, true) : dup(first);
        workers[i].is_stuck = i == 0 && strcmp(argv[3], "stuck") == 0;
        workers[i].leaves = i == 0 && strcmp(argv[3], "leave") == 0;
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&workers[i].thread, NULL, worker_live, &workers[i]);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* they stand */
}

static void report(struct worker *workers, const struct client *client, double seconds)
{
    unsigned long accepted = 0, empty_wakes = 0;
    double cpu_s = 0;

    for (int i = 0; i < WORKERS; i++) {
        pthread_join(workers[i].thread, NULL);
        accepted += workers[i].accepted;
        empty_wakes += workers[i].empty_wakes;
        cpu_s += workers[i].cpu_s;
        printf("worker_%d %lu\n", i, workers[i].accepted);
    }
    printf("rate %.0f /s\n", (double)client->answered / seconds);
    printf("cpu_per_connection %.2f us\n", cpu_s * 1e6 / (double)accepted);
    printf("empty_wakes_per_connection %.2f\n", (double)empty_wakes / (double)accepted);
    printf("late %lu\nlost %lu\nlongest %.0f ms\n", client->late, client->lost,
           client->longest_s * 1e3);
}

int main(int argc, char **argv)
{
    static struct worker workers[WORKERS];
    static struct client client;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (argc != 4)
        return EXIT_FAILURE;

    workers_start(workers, argv, &address);
    client.server = &address;
    if (strcmp(argv[3], "burst") == 0)
        burst(&address);
    else
        client_live(&client, strtod(argv[2], NULL));
    atomic_store(&is_over, true);
    report(workers, &client, strtod(argv[2], NULL));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * echo_load PORT CONNECTIONS SECONDS - sends 1 KB on each connection, waits for its echo, sends
 * the next; prints how many came back. Plain epoll, so that it is the same for every server.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD_BYTES 1024
#define MOST_CONNECTIONS 1024

struct load {
    int epoll;
    unsigned long round_trips;
    size_t missing[MOST_CONNECTIONS + 64]; /* by descriptor: bytes of the echo to come */
};

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void ask(struct load *load, int fd)
{
    static const char payload[PAYLOAD_BYTES];
    load->missing[fd] = PAYLOAD_BYTES;
    if (send(fd, payload, sizeof payload, MSG_NOSIGNAL) != PAYLOAD_BYTES)
        fail("send");
}

static void open_connection(struct load *load, const struct sockaddr_in *server)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0 || fd >= MOST_CONNECTIONS ||
        connect(fd, (const struct sockaddr *)server, sizeof *server) < 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event);
    ask(load, fd);
}

static void take_echo(struct load *load, int fd)
{
    char echo[PAYLOAD_BYTES];
    ssize_t got = recv(fd, echo, sizeof echo, 0);
    if (got <= 0)
        fail("recv");
    load->missing[fd] -= (size_t)got;
    if (load->missing[fd] == 0) {
        load->round_trips++;
        ask(load, fd);
    }
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static struct load load;
    struct epoll_event events[64];
    if (argc != 4)
        return EXIT_FAILURE;
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10))};

    load.epoll = epoll_create1(0);
    for (unsigned long i = strtoul(argv[2], NULL, 10); i > 0; i--)
        open_connection(&load, &server);
    for (double end_s = now_s() + strtod(argv[3], NULL); now_s() < end_s;) {
        int count = epoll_wait(load.epoll, events, 64, 1000);
        for (int i = 0; i < count; i++)
            take_echo(&load, events[i].data.fd);
    }
    printf("%lu\n", load.round_trips);
}

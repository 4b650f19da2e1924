/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_timing PORT SECRET [GUESSES] - the same question as prefix_timing's, of a whole edge on
 * 127.0.0.1: does the time until its 401 tell how much of a guess is right? SECRET is a key of that
 * edge; half of the guesses (1,000,000) share 35 of its 43 random characters. See bench/README.md.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"
#include "bench/keys/many_keys.h"
#include "bench/keys/welch.h"

#define OTHER_END 8
#define WARM_UP 20000 /* guesses; the slowest hundredth of them sets what is left out as noise */
#define ANSWER_BYTES 4096

struct wire {
    int socket;
    const char *secret;
    struct random random;
};

static int open_socket(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail("no edge answers there");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* How long the whole answer is; 0: that is not known yet. */
static size_t answer_length(const char *answer)
{
    const char *body = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "content-length: ");
    if (!body || !length)
        return 0;
    return (size_t)(body + 4 - answer) + strtoul(length + strlen("content-length: "), NULL, 10);
}

static void read_refusal(struct wire *wire)
{
    char answer[ANSWER_BYTES + 1] = "";
    size_t length = 0, wanted = 0;
    while (wanted == 0 || length < wanted) {
        ssize_t count = recv(wire->socket, answer + length, ANSWER_BYTES - length, 0);
        if (count <= 0)
            fail("the edge hung up: is keys.bad-per-minute 1000000?");
        length += (size_t)count;
        answer[length] = '\0';
        wanted = answer_length(answer);
    }
    if (strncmp(answer, "HTTP/1.1 401 ", 13) != 0)
        fail("something else than 401 came");
}

static size_t make_question(struct wire *wire, bool is_close, char ret_question[256])
{
    char guess[SECRET_KEY_CHARACTERS + 1];
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES];
    for (size_t i = 0; i < sizeof entropy; i++)
        entropy[i] = (uint8_t)random_u64(&wire->random);
    secret_key_write(entropy, guess);
    if (is_close)
        memcpy(guess, wire->secret, SECRET_KEY_CHARACTERS - OTHER_END);
    return (size_t)snprintf(
        ret_question, 256, "GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization: Bearer %s\r\n\r\n",
        guess);
}

static uint64_t time_guess(struct wire *wire, bool is_close)
{
    char question[256];
    size_t length = make_question(wire, is_close, question);
    uint64_t began_ns = clock_ns();
    if (send(wire->socket, question, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("the edge takes no more");
    read_refusal(wire);
    return clock_ns() - began_ns;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static uint64_t noise_from(struct wire *wire)
{
    static uint64_t times[WARM_UP];
    for (size_t i = 0; i < WARM_UP; i++)
        times[i] = time_guess(wire, random_chance(&wire->random, 1, 2));
    qsort(times, WARM_UP, sizeof *times, compare);
    return times[WARM_UP - WARM_UP / 100];
}

int main(int count, char **arguments)
{
    if (count < 3 || strlen(arguments[2]) != SECRET_KEY_CHARACTERS)
        fail("usage: wire_timing PORT SECRET [GUESSES]");
    size_t guesses = count > 3 ? strtoul(arguments[3], NULL, 10) : 1000000;
    struct wire wire = {.secret = arguments[2]};
    struct welch welch = {0};
    wire.socket = open_socket((uint16_t)strtoul(arguments[1], NULL, 10));
    random_init(&wire.random, clock_ns());

    uint64_t noise_ns = noise_from(&wire);
    for (size_t i = 0; i < guesses; i++) {
        bool is_close = random_chance(&wire.random, 1, 2);
        uint64_t took_ns = time_guess(&wire, is_close);
        if (took_ns < noise_ns)
            welch_add(&welch, is_close, took_ns);
    }
    close(wire.socket);
    welch_print(&welch, "wire");
    return welch_tells(&welch) ? EXIT_FAILURE : EXIT_SUCCESS;
}

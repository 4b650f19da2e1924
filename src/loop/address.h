/* SPDX-License-Identifier: Apache-2.0
 *
 * address - where a listener or stream is: IPv4, IPv6 or a unix socket.
 *
 * Text forms: "127.0.0.1:8080", "[::1]:8080", "unix:/run/isthmus.sock". Names are no addresses;
 * see resolver.h.
 *
 * Memory   a value.
 * Threads  any; nothing here touches the world.
 * Errors   -EINVAL for text that is none of the forms.
 */
#ifndef LOOP_ADDRESS_H
#define LOOP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum address_family { ADDRESS_NONE, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_UNIX };

#define ADDRESS_PATH_BYTES 108
#define ADDRESS_TEXT_BYTES 116

struct address {
    enum address_family family;
    uint16_t port;  /* host byte order */
    uint8_t ip[16]; /* network byte order; IPv4 in the first four */
    uint32_t scope; /* IPv6 scope id */
    char path[ADDRESS_PATH_BYTES];
};

int address_parse(struct bytes text, struct address *ret_address);
/* An IP literal alone ("127.0.0.1", "::1", "[::1]") with a port. */
int address_parse_ip(struct bytes host, uint16_t port, struct address *ret_address);
/* Writes the text form; returns ret_text. */
const char *address_format(const struct address *address, char ret_text[ADDRESS_TEXT_BYTES]);
bool address_equal(const struct address *a, const struct address *b);
/* 127.0.0.0/8, ::1 and unix sockets. */
bool address_is_loopback(const struct address *address);

#endif

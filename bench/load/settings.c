/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/settings.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: load --connect ADDR [OPTION VALUE] ...\n"
    "  --backend ADDR                  plays the engine as well, there; plain and stream only\n"
    "  --itl-ms N                      between two events of that engine; default 20\n"
    "  --mode plain|stream|idle|slow|refused   default plain\n"
    "  --tls 0|1                       without verifying; default 0\n"
    "  --connections N                 default 16\n"
    "  --duration-ms N                 default 3000\n"
    "  --tokens N                      of each answer; default 64\n"
    "  --request-bytes N               of each request's body; default 1024\n"
    "  --spread-ms N                   over which streams begin; default 0\n"
    "  --read-rate N                   bytes per second of a slow reader; default 65536\n"
    "  --model NAME, --key KEY         default sim, none\n";

static bool read_mode(enum load_mode *ret_mode, const char *value)
{
    static const char *const names[] = {"plain", "stream", "idle", "slow", "refused"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(value, names[i]) == 0) {
            *ret_mode = (enum load_mode)i;
            return true;
        }
    return false;
}

static bool read_number(struct settings *settings, const char *name, const char *value)
{
    const struct {
        const char *name;
        uint64_t *number;
    } numbers[] = {
        {"--connections", &settings->connections}, {"--duration-ms", &settings->duration_ms},
        {"--tokens", &settings->tokens},           {"--request-bytes", &settings->request_bytes},
        {"--spread-ms", &settings->spread_ms},     {"--read-rate", &settings->read_rate},
        {"--itl-ms", &settings->itl_ms},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(name, numbers[i].name) == 0)
            return bytes_read_u64(bytes_from_cstr(value), numbers[i].number);
    return false;
}

static bool read_one(struct settings *settings, const char *name, const char *value)
{
    if (strcmp(name, "--connect") == 0)
        return address_parse(bytes_from_cstr(value), &settings->address) == 0;
    if (strcmp(name, "--backend") == 0)
        return address_parse(bytes_from_cstr(value), &settings->backend) == 0;
    if (strcmp(name, "--mode") == 0)
        return read_mode(&settings->mode, value);
    if (strcmp(name, "--model") == 0) {
        settings->model = value;
        return true;
    }
    if (strcmp(name, "--key") == 0) {
        settings->key = value;
        return true;
    }
    if (strcmp(name, "--tls") == 0) {
        settings->tls = strcmp(value, "1") == 0;
        return true;
    }
    return read_number(settings, name, value);
}

bool settings_read(struct settings *ret_settings, int argument_count, char **arguments)
{
    *ret_settings = (struct settings){
        .connections = 16,
        .duration_ms = 3000,
        .tokens = 64,
        .request_bytes = 1024,
        .read_rate = 65536,
        .itl_ms = 20,
        .model = "sim",
    };
    for (int i = 0; i < argument_count; i += 2)
        if (i + 1 == argument_count || !read_one(ret_settings, arguments[i], arguments[i + 1])) {
            fprintf(stderr, "load: cannot read %s\n%s", arguments[i], usage);
            return false;
        }
    if (ret_settings->address.family == ADDRESS_NONE || ret_settings->connections == 0 ||
        ret_settings->connections > LOAD_CONNECTIONS) {
        fputs(usage, stderr);
        return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/edge_options.h"

#include "config/core_url.h"
#include "config/edge_config.h"
#include "config/entry_argument.h"
#include "config/text_check.h"

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define PATH_BYTES 4096
#define KEY_BYTES 4096
#define URL_BYTES 1024

#define EDGE struct edge_config

static const char *const auth_modes[] = {[AUTH_OPEN] = "open", NULL};
static const char *const log_levels[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn",
    [LOG_ERROR] = "error", [LOG_OFF] = "off",   NULL,
};

/* One shape for all rows. */
/* clang-format off */

#define URL_REMEDY "write http://host:port, https://host/v1 or unix:/run/engine.sock"
#define CORE struct core_entry

static const struct option core_options[] = {
    {.name = "url", OPTION_IS_TEXT(CORE, config.url), .least = 1, .most = URL_BYTES,
     .check = core_url_check, .may_hold_secret = true,
     .remedy = URL_REMEDY, .value = "URL",
     .help = "Where the engine's API is; its path is /v1 unless one is told."},
    {.name = "key", OPTION_IS_SECRET(CORE, config.key), .most = KEY_BYTES,
     .check = text_check_key, .may_hold_secret = true,
     .remedy = "look for a stray space or line end, in the file or in the variable", .value = "KEY",
     .help = "Sent to the core as `Authorization: Bearer`; best taken from the environment."},
    {.name = "timeout", OPTION_IS_MS(CORE, config.timeout_ms), .fallback = "0",
     .least = 10, .most = DAY, .zero = "as timeouts.first_byte",
     .help = "From a request sent to this core to the head of its answer."},
    {.name = "ca_file", OPTION_IS_TEXT(CORE, config.ca_file), .most = PATH_BYTES,
     .value = "FILE",
     .help = "Authorities (PEM) that sign this core's certificate; without one the system's."},
    {.name = "tls_insecure", OPTION_IS_BOOL(CORE, config.tls_insecure), .fallback = "false",
     .help = "Do not check this core's certificate."},
    {0},
};

static const struct option_map core_map = {
    .options = core_options, .entry_bytes = sizeof(CORE),
    .name_offset = OPTION_AT(const char *, CORE, config.name), .noun = "core",
    .check_name = text_check_core_name,
    .name_remedy = "write 1 to 64 letters, digits, dots, dashes or underscores",
    .short_name = "url", .entry_shape = "a url or a map",
    .entry_remedy = "write NAME: http://host:port, or NAME: {url: http://host:port, key: ${KEY}}",
    .map_remedy = "write a line for each core below it: NAME: http://host:port",
    .cut = entry_argument_cut_core, .cut_remedy = URL_REMEDY,
    .title = "cores.NAME",
    .note = "`NAME: URL` is short for `NAME: {url: URL}`. On the command line: `--core NAME=URL`, "
            "or\n`--core URL`, which names the core after its host and port.",
};

const struct option edge_options[] = {
    {.name = "node.name", OPTION_IS_TEXT(EDGE, node_name), .fallback = "edge",
     .least = 1, .most = TEXT_NAME_BYTES, .check = text_check_name,
     .remedy = "write 1 to 64 letters, digits, dots, dashes or underscores", .value = "NAME",
     .help = "What this edge calls itself in logs and answers."},
    {.name = "node.region", OPTION_IS_TEXT(EDGE, node_region),
     .most = TEXT_NAME_BYTES, .check = text_check_name,
     .remedy = "write 1 to 64 letters, digits, dots, dashes or underscores", .value = "NAME",
     .help = "Where this edge stands; said in logs."},

    {.name = "listen", OPTION_IS_LIST(EDGE, listen, listen_count), .fallback = "127.0.0.1:8080",
     .least = 1, .most = 16, .check = text_check_listen,
     .remedy = "write an address with a port, or a socket: 127.0.0.1:8080, [::1]:8080, "
               "unix:/run/isthmus.sock",
     .value = "ADDRESS", .help = "Where clients connect."},
    {.name = "cores", .flag = "core", OPTION_IS_MAP(CORE, EDGE, cores, core_count),
     .most = EDGE_CORE_LIMIT, .map = &core_map, .value = "[NAME=]URL",
     .help = "The GPU cores, by name."},
    {.name = "workers", OPTION_IS_NUMBER(EDGE, workers), .fallback = "0",
     .least = 1, .most = 256, .zero = "one for each CPU",
     .help = "Threads that serve clients."},
    {.name = "data_dir", OPTION_IS_TEXT(EDGE, data_dir),
     .most = PATH_BYTES, .value = "DIRECTORY",
     .help = "Where durable state is kept, for one edge alone; made if it is missing."},

    {.name = "auth", OPTION_IS_CHOICE(enum auth_mode, EDGE, auth), .fallback = "open",
     .choices = auth_modes,
     .help = "Who may ask. open: whoever can connect."},
    {.name = "insecure_open", OPTION_IS_BOOL(EDGE, insecure_open), .fallback = "false",
     .help = "Allow auth: open on addresses that other machines can reach."},

    {.name = "tls.certificate_file", OPTION_IS_TEXT(EDGE, tls_certificate_file),
     .most = PATH_BYTES, .value = "FILE",
     .help = "Certificate chain (PEM) shown to clients; with it every listener speaks TLS."},
    {.name = "tls.key_file", OPTION_IS_TEXT(EDGE, tls_key_file),
     .most = PATH_BYTES, .value = "FILE",
     .help = "The certificate's private key (PEM)."},
    {.name = "tls.client_ca_file", OPTION_IS_TEXT(EDGE, tls_client_ca_file),
     .most = PATH_BYTES, .value = "FILE",
     .help = "Clients must show a certificate that one of these authorities (PEM) signed."},
    {.name = "tls.tls13_only", OPTION_IS_BOOL(EDGE, tls13_only), .fallback = "false",
     .help = "Refuse TLS 1.2."},

    {.name = "cors.origins", OPTION_IS_LIST(EDGE, cors_origins, cors_origin_count),
     .most = 64, .check = text_check_origin,
     .remedy = "write https://app.example.org, without a path, or \"*\" for any",
     .value = "ORIGIN",
     .help = "Web pages that may ask from a browser; \"*\": any."},
    {.name = "log.level", OPTION_IS_CHOICE(enum log_level, EDGE, log_level), .fallback = "info",
     .choices = log_levels,
     .help = "The least important lines that are written."},

    {.name = "limits.head", OPTION_IS_BYTES(EDGE, limits.head_bytes), .fallback = "32KiB",
     .least = KIB, .most = MIB,
     .help = "A request's head; more is answered with 431."},
    {.name = "limits.fields", OPTION_IS_NUMBER(EDGE, limits.field_count), .fallback = "128",
     .least = 8, .most = 1024,
     .help = "Header fields of a request; more is answered with 431."},
    {.name = "limits.body", OPTION_IS_BYTES(EDGE, limits.body_bytes), .fallback = "32MiB",
     .least = KIB, .most = GIB,
     .help = "A request's body, unpacked; more is answered with 413."},
    {.name = "limits.gzip_ratio", OPTION_IS_NUMBER(EDGE, limits.gzip_ratio), .fallback = "100",
     .least = 1, .most = 1000,
     .help = "How many times its size a packed body may grow; more is answered with 413."},
    {.name = "limits.connections", OPTION_IS_NUMBER(EDGE, limits.connections),
     .fallback = "10000", .least = 1, .most = 1000000,
     .help = "Client connections open at once in a worker; further ones wait to be accepted."},
    {.name = "limits.exchanges", OPTION_IS_NUMBER(EDGE, limits.exchanges), .fallback = "8192",
     .least = 1, .most = 1000000,
     .help = "Requests in progress at once in a worker; further ones are answered with 503."},
    {.name = "limits.write_window", OPTION_IS_BYTES(EDGE, limits.write_window_bytes),
     .fallback = "64KiB", .least = 4 * KIB, .most = 64 * MIB,
     .help = "How far a core may be ahead of the client that reads its answer; then it waits."},
    {.name = "memory.limit", OPTION_IS_BYTES(EDGE, limits.memory_bytes), .fallback = "1GiB",
     .least = 16 * MIB, .most = 1024 * GIB,
     .help = "All buffers and answers together; a request that finds no room is answered "
             "with 503."},

    {.name = "timeouts.handshake", OPTION_IS_MS(EDGE, timeouts.handshake_ms), .fallback = "10s",
     .least = 100, .most = HOUR,
     .help = "From a client's connection to the end of the TLS handshake."},
    {.name = "timeouts.head", OPTION_IS_MS(EDGE, timeouts.head_ms), .fallback = "10s",
     .least = 100, .most = HOUR,
     .help = "From the first byte of a request to the end of its head; then 408."},
    {.name = "timeouts.body", OPTION_IS_MS(EDGE, timeouts.body_ms), .fallback = "30s",
     .least = 100, .most = HOUR,
     .help = "Silence within a request's body; then 408."},
    {.name = "timeouts.idle", OPTION_IS_MS(EDGE, timeouts.idle_ms), .fallback = "75s",
     .least = 100, .most = DAY,
     .help = "Silence between two requests on a connection; then it is closed."},
    {.name = "timeouts.write", OPTION_IS_MS(EDGE, timeouts.write_ms), .fallback = "1m",
     .least = 100, .most = DAY,
     .help = "How long a client may take no byte of its answer; then it is closed."},
    {.name = "timeouts.connect", OPTION_IS_MS(EDGE, timeouts.connect_ms), .fallback = "2s",
     .least = 10, .most = HOUR,
     .help = "To a core: name, connection and handshake together; then another core is tried."},
    {.name = "timeouts.first_byte", OPTION_IS_MS(EDGE, timeouts.first_byte_ms),
     .fallback = "10m", .least = 10, .most = DAY,
     .help = "From a request sent to a core to the head of its answer; bounded by "
             "timeouts.total."},
    {.name = "timeouts.token_idle", OPTION_IS_MS(EDGE, timeouts.token_idle_ms),
     .fallback = "1m", .least = 10, .most = DAY,
     .help = "Between two pieces of a core's answer; then the answer ends with an error."},
    {.name = "timeouts.total", OPTION_IS_MS(EDGE, timeouts.total_ms), .fallback = "10m",
     .least = 100, .most = DAY,
     .help = "A request from its head to the last byte of its answer."},
    {.name = "timeouts.ping", OPTION_IS_MS(EDGE, timeouts.ping_ms), .fallback = "15s",
     .least = 10, .most = HOUR, .zero = "never",
     .help = "A comment is sent on a stream that was silent for so long, to keep proxies "
             "from closing it."},
    {.name = "timeouts.drain", OPTION_IS_MS(EDGE, timeouts.drain_ms), .fallback = "30s",
     .least = 10, .most = DAY, .zero = "at once",
     .help = "How long requests may finish after SIGTERM."},
    {.name = "timeouts.resolve_refresh", OPTION_IS_MS(EDGE, timeouts.resolve_refresh_ms),
     .fallback = "30s", .least = 100, .most = DAY,
     .help = "How often the addresses of a core's name are looked up again."},
    {.name = "timeouts.core_keep_idle", OPTION_IS_MS(EDGE, timeouts.core_keep_idle_ms),
     .fallback = "1m", .least = 100, .most = DAY,
     .help = "How long an unused connection to a core is kept."},

    {.name = "core_keep_idle", OPTION_IS_NUMBER(EDGE, core_keep_idle), .fallback = "64",
     .least = 1, .most = 65536, .zero = "none",
     .help = "Unused connections kept to each core, by worker."},
    {.name = "retry.attempts", OPTION_IS_NUMBER(EDGE, retry.attempts), .fallback = "3",
     .least = 1, .most = 10,
     .help = "Cores tried for one request, the first included; none once an answer has begun."},
    {.name = "retry.budget_percent", OPTION_IS_NUMBER(EDGE, retry.budget_percent),
     .fallback = "10", .most = 100,
     .help = "Retries for 100 requests of the last ten seconds ..."},
    {.name = "retry.budget_burst", OPTION_IS_NUMBER(EDGE, retry.budget_burst), .fallback = "3",
     .most = 1000,
     .help = "... and so many in any case."},
    {0},
};

/* clang-format on */

_Static_assert(sizeof edge_options / sizeof *edge_options <= OPTION_LIMIT + 1, "OPTION_LIMIT");

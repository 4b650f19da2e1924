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
#define MODEL_BYTES 256

#define EDGE struct edge_config

static const char *const auth_modes[] = {[AUTH_OPEN] = "open", NULL};
static const char *const core_auths[] = {
    [CORE_AUTH_BEARER] = "bearer",
    [CORE_AUTH_X_API_KEY] = "x-api-key",
    [CORE_AUTH_API_KEY] = "api-key",
    [CORE_AUTH_NONE] = "none",
    NULL,
};
static const char *const model_echoes[] = {
    [MODEL_ECHO_REQUESTED] = "requested", [MODEL_ECHO_UPSTREAM] = "upstream", NULL};
static const char *const model_origins[] = {
    [MODEL_FROM_BODY] = "body", [MODEL_FROM_NONE] = "none", NULL};
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
    {.name = "path", OPTION_IS_TEXT(CORE, config.path), .most = PATH_BYTES,
     .check = text_check_path, .remedy = "write a path without a query: /v1/inference",
     .value = "PATH",
     .help = "Where chat completions are, as it stands; without one `/chat/completions` below "
             "the url. A `prompt` without `messages` then passes as it is."},
    {.name = "key", OPTION_IS_SECRET(CORE, config.key), .most = KEY_BYTES,
     .check = text_check_key, .may_hold_secret = true,
     .remedy = "look for a stray space or line end, in the file or in the variable", .value = "KEY",
     .help = "What the core asks for; best taken from the environment. The client's own key is "
             "never passed on."},
    {.name = "auth", OPTION_IS_CHOICE(enum core_auth, CORE, config.auth), .fallback = "bearer",
     .choices = core_auths,
     .help = "How the key is sent: as `Authorization: Bearer`, or in the field of that name."},
    {.name = "deny_fields", OPTION_IS_LIST(CORE, config.deny_fields, config.deny_field_count),
     .most = 64, .value = "FIELD",
     .help = "Top-level fields of a request that this core must not get: such a request goes to "
             "another core, or is answered with 400 that names the field."},
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

#define PLACE struct model_place

static const struct option place_options[] = {
    {.name = "model", OPTION_IS_TEXT(PLACE, model), .least = 1, .most = MODEL_BYTES,
     .value = "MODEL",
     .help = "What this core calls it."},
    {.name = "revision", OPTION_IS_TEXT(PLACE, revision), .most = MODEL_BYTES,
     .value = "REVISION",
     .help = "Which weights these are, where the name does not tell: answers of one revision are "
             "never taken for those of another. Sent to nobody."},
    {0},
};

#define PLACE_SHAPE "a core's name for the model, or a map"
#define PLACE_REMEDY "write CORE: MODEL, or CORE: {model: MODEL, revision: REVISION}"

static const struct option_map place_map = {
    .options = place_options, .entry_bytes = sizeof(PLACE),
    .name_offset = OPTION_AT(const char *, PLACE, core_name), .noun = "place",
    .check_name = text_check_place, .name_remedy = "write a core's name, or \"*\" for every core",
    .any_name = "*", .short_name = "model",
    .entry_shape = PLACE_SHAPE, .entry_remedy = PLACE_REMEDY, .map_remedy = PLACE_REMEDY,
    .title = "models.NAME.CORE",
    .note = "`models` maps a name that clients ask for to what each core calls it. `\"*\"` stands "
            "for every core\nthat is not named; `NAME: MODEL` is short for `NAME: {\"*\": MODEL}`, "
            "and `CORE: MODEL` for\n`CORE: {model: MODEL}`. A request for such a name goes only to "
            "these cores. Names that are not here\nare passed as they are. On the command line: "
            "`--model NAME=MODEL`.",
};

#define MODEL struct model_config

/* The nameless row: a model is nothing but its places. */
static const struct option model_options[] = {
    {.name = "", OPTION_IS_MAP(PLACE, MODEL, places, place_count), .most = EDGE_CORE_LIMIT + 1,
     .map = &place_map, .help = "Where it is to be had, by the names of cores."},
    {0},
};

static const struct option_map model_map = {
    .options = model_options, .entry_bytes = sizeof(MODEL),
    .name_offset = OPTION_AT(const char *, MODEL, name), .noun = "model",
    .check_name = text_check_model_name, .name_remedy = "write 1 to 256 bytes of plain text",
    .short_name = "", .entry_shape = "a model's name or a map",
    .entry_remedy = "write NAME: MODEL, or NAME: {CORE: MODEL}",
    .map_remedy = "write a line for each model below it: NAME: MODEL, or NAME: {CORE: MODEL}",
    .cut = entry_argument_cut_model, .cut_remedy = "write NAME=MODEL",
};

#define ROUTE struct route_config

static const struct option route_options[] = {
    {.name = "methods", OPTION_IS_LIST(ROUTE, methods, method_count), .fallback = "POST",
     .least = 1, .most = 8, .check = text_check_method,
     .remedy = "write GET, HEAD, POST, PUT, PATCH or DELETE", .value = "METHOD",
     .help = "What may be done there; another method is answered with 405."},
    {.name = "cores", OPTION_IS_LIST(ROUTE, core_names, core_name_count),
     .most = EDGE_CORE_LIMIT, .check = text_check_core_name,
     .remedy = "write the name of a core", .value = "CORE",
     .help = "The cores that have it; all, if none is named."},
    {.name = "model_from", OPTION_IS_CHOICE(enum model_from, ROUTE, model_from),
     .fallback = "body", .choices = model_origins,
     .help = "body: the `model` of a JSON body, where there is one, chooses the core and is named "
             "as in `models`. none: the body is not looked at."},
    {.name = "body", OPTION_IS_BYTES(ROUTE, body_bytes), .fallback = "0",
     .least = KIB, .most = GIB, .zero = "as limits.body",
     .help = "A request's body, unpacked; more is answered with 413."},
    {.name = "timeout", OPTION_IS_MS(ROUTE, timeout_ms), .fallback = "0",
     .least = 10, .most = DAY, .zero = "as the core's",
     .help = "From a request sent to a core to the head of its answer."},
    {0},
};

static const struct option_map route_map = {
    .options = route_options, .entry_bytes = sizeof(ROUTE),
    .name_offset = OPTION_AT(const char *, ROUTE, path), .noun = "route",
    .check_name = text_check_route,
    .name_remedy = "write /v1/rerank for this path, or /v1/audio/* for all below it",
    .short_name = "methods", .entry_shape = "a method, a list of them, or a map",
    .entry_remedy = "write PATH: POST, or PATH: {methods: [GET, POST], cores: CORE}",
    .map_remedy = "write a line for each route below it: /v1/rerank: POST",
    .cut = entry_argument_cut_route, .cut_remedy = "write PATH or PATH=METHOD",
    .title = "routes.PATH",
    .note = "A path that is neither here nor the edge's own is answered with 404. `PATH` is one "
            "path, or ends\nwith `/*` and is all below it; the longest one counts. `PATH: METHOD` "
            "is short for\n`PATH: {methods: METHOD}`. On the command line: `--route PATH=METHOD`, "
            "or `--route PATH` for `POST`.",
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
    {.name = "models", .flag = "model", OPTION_IS_MAP(MODEL, EDGE, models, model_count),
     .most = 256, .map = &model_map, .value = "NAME=MODEL",
     .help = "Names that clients may ask for, and what the cores call them."},
    {.name = "model_echo", OPTION_IS_CHOICE(enum model_echo_name, EDGE, model_echo),
     .fallback = "requested", .choices = model_echoes,
     .help = "Which model an answer says it is from: the name that was asked for, or the core's."},
    {.name = "routes", .flag = "route", OPTION_IS_MAP(ROUTE, EDGE, routes, route_count),
     .most = 64, .map = &route_map, .value = "PATH[=METHOD]",
     .help = "Further paths that are passed to cores, with any body."},
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
    {.name = "limits.model_list", OPTION_IS_BYTES(EDGE, limits.model_list_bytes),
     .fallback = "1MiB", .least = KIB, .most = 64 * MIB,
     .help = "A core's list of models; what a core with a larger one has stays unknown."},
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
    {.name = "timeouts.models_refresh", OPTION_IS_MS(EDGE, timeouts.models_refresh_ms),
     .fallback = "30s", .least = 100, .most = DAY, .zero = "never",
     .help = "How often each core is asked for its list of models."},
    {.name = "timeouts.models_recheck", OPTION_IS_MS(EDGE, timeouts.models_recheck_ms),
     .fallback = "2s", .least = 100, .most = DAY,
     .help = "How old a list may be that says no to a model; an older one is asked for again."},
    {.name = "timeouts.models_answer", OPTION_IS_MS(EDGE, timeouts.models_answer_ms),
     .fallback = "5s", .least = 10, .most = HOUR,
     .help = "For a core's list of models; without one it is unknown, or stays as it was."},
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

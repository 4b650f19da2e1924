/* SPDX-License-Identifier: Apache-2.0 */
#include "config/entry_options.h"

#include "config/core_url.h"
#include "config/edge_config.h"
#include "config/edge_options.h"
#include "config/entry_argument.h"
#include "config/option_limits.h"
#include "config/text_check.h"

static const char *const core_auths[] = {
    [CORE_AUTH_BEARER] = "bearer",
    [CORE_AUTH_X_API_KEY] = "x-api-key",
    [CORE_AUTH_API_KEY] = "api-key",
    [CORE_AUTH_NONE] = "none",
    NULL,
};
static const char *const model_origins[] = {
    [MODEL_FROM_BODY] = "body", [MODEL_FROM_NONE] = "none", NULL};

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
    {.name = "region", OPTION_IS_TEXT(CORE, config.region), .most = TEXT_NAME_BYTES,
     .check = text_check_name,
     .remedy = "write 1 to 64 letters, digits, dots, dashes or underscores", .value = "NAME",
     .help = "Where this core stands. A key that is bound to regions gets no core of another one, "
             "and none without a region."},
    {0},
};

const struct option_map core_map = {
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

const struct option_map model_map = {
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

const struct option_map route_map = {
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

#define PRICE struct price_config
#define MOST_USD (1000000 * USD)
#define MODEL_REMEDY "write 1 to 256 bytes of plain text, or \"*\" for every other model"

static const struct option price_options[] = {
    {.name = "in", OPTION_IS_USD(PRICE, in_nusd), .fallback = "0", .most = MOST_USD,
     .help = "A million tokens of prompts. Must be told."},
    {.name = "cached_in", OPTION_IS_USD(PRICE, cached_in_nusd), .fallback = "0",
     .least = 1, .most = MOST_USD, .zero = "as `in`",
     .help = "A million tokens of prompts that the engine had in its cache."},
    {.name = "out", OPTION_IS_USD(PRICE, out_nusd), .fallback = "0", .most = MOST_USD,
     .help = "A million tokens of answers. Must be told."},
    {0},
};

const struct option_map price_map = {
    .options = price_options, .entry_bytes = sizeof(PRICE),
    .name_offset = OPTION_AT(const char *, PRICE, model), .noun = "price",
    .check_name = text_check_model_name, .name_remedy = MODEL_REMEDY,
    .entry_shape = "a map", .entry_remedy = "write MODEL: {in: 0.15, out: 0.60}",
    .map_remedy = "write a line for each model below it: MODEL: {in: 0.15, out: 0.60}",
    .title = "prices.MODEL",
    .note = "In US dollars, by the name that clients ask for; `\"*\"` is every model that has no "
            "line of its own.\nBudgets are spent by them, and `isthmus usage` adds them up; a "
            "model without a price costs nothing.\nIn a file only.",
};

/* clang-format on */

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/settings.h"
#include "config/units.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "sim/engine/dialect.h"
#include "sim/engine/engine.h"
#include "sim/gpu/gpu.h"
#include "sim/gpu/profile_file.h"
#include "sim/gpu/table.h"

#define MODEL_LIMIT 16 /* and as many adapters */
#define BACKLOG 1024
#define SCALE_LIMIT 1000000
#define LISTEN_DEFAULT "127.0.0.1:8000"

struct sim_settings {
    struct loop *loop; /* reads files */
    struct address listen;
    struct engine_profile profile;
    struct gpu_profile gpu;      /* the profile's, with what was changed of it */
    struct gpu_profile_file own; /* profiles */
    const char *models[MODEL_LIMIT + 1], *loras[MODEL_LIMIT + 1];
    size_t model_count, lora_count;
    uint64_t cold_start_ms;
    struct engine_options engine;
};

/* ---- arguments: a table; each row's reader returns false for what it cannot read ---- */

typedef bool setting_fn(struct sim_settings *settings, struct bytes value);

static bool set_listen(struct sim_settings *settings, struct bytes value)
{
    return address_parse(value, &settings->listen) == 0;
}

static void gpu_take(struct sim_settings *settings, const struct gpu_profile *gpu)
{
    settings->gpu = *gpu;
    settings->profile = engine_profile_of(&settings->gpu);
}

static bool set_profile(struct sim_settings *settings, struct bytes value)
{
    const struct gpu_profile *own = gpu_profile_file_find(&settings->own, value);

    if (!own && !engine_profile_find(value, &settings->profile))
        return false;
    if (own || settings->profile.gpu)
        gpu_take(settings, own ? own : settings->profile.gpu);
    return true;
}

/* Its first profile is the one, unless --profile names another. */
static bool set_profile_file(struct sim_settings *settings, struct bytes value)
{
    gpu_profile_file_clear(&settings->own);
    int status = settings_load_table(&settings->own, &gpu_profile_table, &settings->own.memory,
                                     settings->loop, value.at);
    if (status != COMMAND_FINE || settings->own.count == 0)
        return false;
    gpu_take(settings, &settings->own.profiles[0]);
    return true;
}

static bool set_noise(struct sim_settings *settings, struct bytes value)
{
    uint64_t *percent = &settings->gpu.noise_percent;
    return settings->profile.gpu && bytes_read_u64(value, percent) && *percent < 100;
}

static bool set_max_num_seqs(struct sim_settings *settings, struct bytes value)
{
    uint64_t *count = &settings->gpu.max_num_seqs;
    return settings->profile.gpu && bytes_read_u64(value, count) && *count > 0;
}

/* 0.000001 to 1000000: digits, and a point if need be. */
static bool set_scale(struct sim_settings *settings, struct bytes value)
{
    struct bytes whole = bytes_cut(&value, '.');
    uint64_t units, parts = 0, weight = GPU_SCALE_ONE;

    if (!bytes_read_u64(whole, &units) || units > SCALE_LIMIT || value.length > 6 ||
        (value.length > 0 && !bytes_read_u64(value, &parts)))
        return false;
    for (size_t i = 0; i < value.length; i++)
        weight /= 10;
    settings->engine.scale_millionths = units * GPU_SCALE_ONE + parts * weight;
    return settings->engine.scale_millionths > 0;
}

static bool set_dialect(struct sim_settings *settings, struct bytes value)
{
    settings->engine.dialect = engine_dialect_find(value);
    return settings->engine.dialect != NULL;
}

static bool name_add(const char **names, size_t *count, struct bytes value)
{
    if (*count == MODEL_LIMIT || value.length == 0)
        return false;
    names[(*count)++] = value.at;
    return true;
}

static bool set_model(struct sim_settings *settings, struct bytes value)
{
    return name_add(settings->models, &settings->model_count, value);
}

static bool set_lora(struct sim_settings *settings, struct bytes value)
{
    return name_add(settings->loras, &settings->lora_count, value);
}

static bool set_max_model_len(struct sim_settings *settings, struct bytes value)
{
    return bytes_read_u64(value, &settings->engine.max_model_len);
}

static bool set_cold_start(struct sim_settings *settings, struct bytes value)
{
    return units_read_duration(value, &settings->cold_start_ms) &&
           settings->cold_start_ms <= UINT64_MAX / NS_PER_MS;
}

static bool set_seed(struct sim_settings *settings, struct bytes value)
{
    return bytes_read_u64(value, &settings->engine.seed);
}

static bool set_fault(struct sim_settings *settings, struct bytes value)
{
    uint64_t per_million;
    struct bytes name = bytes_cut(&value, '=');
    return bytes_read_u64(value, &per_million) && per_million <= UINT32_MAX &&
           engine_fault_set(&settings->engine.faults, name, (uint32_t)per_million);
}

static bool set_tokens(struct sim_settings *settings, struct bytes value)
{
    uint64_t tokens;
    if (!bytes_read_u64(value, &tokens) || tokens > UINT32_MAX)
        return false;
    settings->profile.default_tokens = (uint32_t)tokens;
    return true;
}

static bool set_duration(uint64_t *us, struct bytes value)
{
    uint64_t ms;
    if (!units_read_duration(value, &ms) || ms > UINT64_MAX / 1000)
        return false;
    *us = ms * 1000;
    return true;
}

static bool set_ttft(struct sim_settings *settings, struct bytes value)
{
    return !settings->profile.gpu && set_duration(&settings->profile.ttft_us, value);
}

static bool set_itl(struct sim_settings *settings, struct bytes value)
{
    return !settings->profile.gpu && set_duration(&settings->profile.itl_us, value);
}

static bool set_key(struct sim_settings *settings, struct bytes value)
{
    settings->engine.key = value.at;
    return value.length > 0;
}

static bool set_answer_bytes(struct sim_settings *settings, struct bytes value)
{
    uint64_t size;
    if (!units_read_size(value, &size))
        return false;
    settings->engine.answer_bytes = size;
    return true;
}

static const struct {
    const char *name;
    setting_fn *set;
    const char *value, *help;
} settings_table[] = {
    {"--listen", set_listen, "ADDR", "where to listen; default " LISTEN_DEFAULT},
    {"--profile", set_profile, "NAME", "how fast; before --tokens, --ttft, --itl; default instant"},
    {"--profile-file", set_profile_file, "FILE",
     "GPUs of your own, in YAML; before --profile, default its first"},
    {"--scale", set_scale, "X", "of the profile's times: 0.1 is ten times faster"},
    {"--noise", set_noise, "PERCENT", "of a GPU's steps, more or less; 0: none"},
    {"--max-num-seqs", set_max_num_seqs, "N", "requests that a GPU runs at once; others wait"},
    {"--dialect", set_dialect, "NAME",
     "openai, vllm, vllm-old, sglang or sglang-old; default openai"},
    {"--model", set_model, "NAME", "a model it serves, up to 16 times; default sim"},
    {"--lora", set_lora, "NAME", "an adapter of the first model, up to 16 times"},
    {"--max-model-len", set_max_model_len, "N", "tokens of a prompt and its answer"},
    {"--cold-start", set_cold_start, "TIME", "until it is ready, such as 20s"},
    {"--tokens", set_tokens, "N", "of an answer without max_tokens"},
    {"--ttft", set_ttft, "TIME", "to the first token, such as 20ms; not on a GPU"},
    {"--itl", set_itl, "TIME", "between two tokens; not on a GPU"},
    {"--answer-bytes", set_answer_bytes, "SIZE", "of the text of plain answers, at least"},
    {"--key", set_key, "KEY", "required as Authorization: Bearer"},
    {"--seed", set_seed, "N", "of the draws of faults, and of the GPU's noise"},
    {"--fault", set_fault, "NAME=N", "strikes N requests in a million; GET /sim/faults lists all"},
};

#define SETTING_COUNT (sizeof settings_table / sizeof settings_table[0])

static void profiles_print(void)
{
    printf("\nProfiles:");
    for (const struct engine_profile *profile = engine_profiles; profile->name; profile++)
        printf(" %s", profile->name);
    for (const struct gpu_profile *profile = gpu_profiles; profile->name; profile++)
        printf(" %s", profile->name);
    printf("\ndocs/engine-model.md says what they stand for.\n");
}

static int help_print(void)
{
    printf("Usage: isthmus sim [OPTION VALUE] ...\n"
           "       isthmus sim --table      what was published of real GPUs, and what the model "
           "says\n\n"
           "A simulated inference engine with an OpenAI-compatible API.\n\n");
    for (size_t i = 0; i < SETTING_COUNT; i++)
        printf("  %-16s %-15s %s\n", settings_table[i].name, settings_table[i].value,
               settings_table[i].help);
    profiles_print();
    return 0;
}

static bool setting_read(struct sim_settings *settings, const char *name, const char *value)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(name, settings_table[i].name) != 0)
            continue;
        if (value && settings_table[i].set(settings, bytes_from_cstr(value)))
            return true;
        fprintf(stderr, "isthmus sim: %s takes %s: %s\n", name, settings_table[i].value,
                settings_table[i].help);
        return false;
    }
    fprintf(stderr, "isthmus sim: there is no option %s; see isthmus sim --help\n", name);
    return false;
}

static bool settings_read(struct sim_settings *settings, int argument_count, char **arguments)
{
    settings->profile = engine_profiles[0];
    set_listen(settings, bytes_from_cstr(LISTEN_DEFAULT));
    for (int i = 0; i < argument_count; i += 2)
        if (!setting_read(settings, arguments[i], i + 1 < argument_count ? arguments[i + 1] : NULL))
            return false;
    settings->engine.profile = &settings->profile;
    settings->engine.models = settings->model_count > 0 ? settings->models : NULL;
    settings->engine.loras = settings->loras;
    return true;
}

/* ---- the process ---- */

static void on_signal(void *user)
{
    loop_stop(user);
}

static void ready_print(const struct listen_socket *socket)
{
    struct address address;
    char text[ADDRESS_TEXT_BYTES];

    listen_socket_address(socket, &address);
    fprintf(stderr, "isthmus sim: ready on %s\n", address_format(&address, text));
}

/* The engine, and before it the time in which its model is loaded. */
struct site {
    struct loop *loop;
    struct sim_settings *settings;
    struct timer cold_start;
    struct listen_socket *socket;
    struct engine *engine;
    int error;
};

static int site_open(struct site *site)
{
    int r = listen_socket_open(&site->socket, site->loop, &site->settings->listen, BACKLOG);
    if (r == 0)
        r = engine_open(&site->engine, site->loop, site->socket, &site->settings->engine);
    if (r == 0)
        ready_print(site->socket);
    return r;
}

static void on_loaded(struct timer *timer)
{
    struct site *site = CONTAINER_OF(timer, struct site, cold_start);

    site->error = site_open(site);
    if (site->error < 0)
        loop_stop(site->loop);
}

/* vLLM listens when its model is loaded, and refuses connections until then; the others listen at
 * once and answer 503. */
static int site_begin(struct site *site)
{
    const struct engine_dialect *dialect = site->settings->engine.dialect;
    uint64_t cold_ns = site->settings->cold_start_ms * NS_PER_MS;

    if (cold_ns > 0 && dialect && dialect->family == ENGINE_VLLM)
        return timer_start(&site->cold_start, loop_now_ns(site->loop) + cold_ns);
    site->settings->engine.cold_start_ns = cold_ns;
    return site_open(site);
}

static int serve(struct loop *loop, struct sim_settings *settings)
{
    struct signal_watch *term = NULL, *interrupt = NULL;
    struct site site = {.loop = loop, .settings = settings};

    timer_init(&site.cold_start, loop, on_loaded);
    int r = signal_watch_open(&term, loop, SIGTERM, on_signal, loop);
    if (r == 0)
        r = signal_watch_open(&interrupt, loop, SIGINT, on_signal, loop);
    if (r == 0)
        r = site_begin(&site);
    if (r == 0)
        loop_run(loop);

    timer_stop(&site.cold_start);
    signal_watch_close(interrupt);
    signal_watch_close(term);
    engine_close(site.engine);
    if (site.socket)
        listen_socket_close(site.socket);
    return r == 0 ? site.error : r;
}

static int serve_or_tell(struct sim_settings *settings)
{
    char text[ADDRESS_TEXT_BYTES];

    int r = serve(settings->loop, settings);
    if (r == 0)
        return COMMAND_FINE;
    fprintf(stderr, "isthmus sim: cannot listen on %s: %s\n",
            address_format(&settings->listen, text), strerror(-r));
    return COMMAND_FAILED;
}

int sim_command(int argument_count, char **arguments)
{
    struct sim_settings settings = {0};

    if (argument_count > 0 && strcmp(arguments[0], "--help") == 0)
        return help_print();
    if (argument_count > 0 && strcmp(arguments[0], "--table") == 0)
        return command_print_page(gpu_table_write);
    int r = loop_open(&settings.loop);
    if (r < 0) {
        fprintf(stderr, "isthmus sim: %s\n", strerror(-r));
        return COMMAND_FAILED;
    }
    int status = COMMAND_MISUSED;
    if (settings_read(&settings, argument_count, arguments))
        status = serve_or_tell(&settings);
    loop_close(settings.loop);
    gpu_profile_file_clear(&settings.own);
    return status;
}

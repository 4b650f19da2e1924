/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include "loop/address.h"

static const struct place nowhere = {.kind = PLACE_NONE};

const struct assignment *draft_given(struct draft *draft, const char *name)
{
    return draft_assignment(draft, option_find(edge_options, bytes_from_cstr(name)));
}

static const struct place *place_of(struct draft *draft, const char *name)
{
    return &draft_given(draft, name)->place;
}

static void check_cores(struct draft *draft, const struct edge_config *config)
{
    if (config->core_count > 0)
        return;
    report_problem(&draft->report, place_of(draft, "cores"), BYTES(""),
                   "there is no core to send requests to");
    report_remedy(&draft->report,
                  "name one: --core http://127.0.0.1:8000, or cores: in a file with a line "
                  "\"NAME: http://host:port\"");
}

static void check_core(struct draft *draft, const struct entry_draft *core,
                       const struct core_entry *entry)
{
    if (!entry->config.url) {
        report_problem(&draft->report, &core->place, BYTES("cores"), "%s has no url",
                       entry->config.name);
        report_remedy(&draft->report, "write url: http://host:port below it");
    } else if (!entry->url.tls && (entry->config.ca_file || entry->config.tls_insecure)) {
        report_problem(&draft->report, &core->place, BYTES("cores"),
                       "%s has TLS options but no https:// url", entry->config.name);
        report_remedy(&draft->report, "write https://, or take ca_file and tls_insecure out");
    } else if (entry->config.auth == CORE_AUTH_NONE && secret_is_set(&entry->config.key)) {
        report_problem(&draft->report, &core->place, BYTES("cores"),
                       "%s has a key, but auth: none never sends it", entry->config.name);
        report_remedy(&draft->report, "take one of the two out");
    }
}

static void check_each_core(struct draft *draft, const struct edge_config *config)
{
    const struct entry_draft *core = draft_given(draft, "cores")->entries;
    for (size_t i = 0; i < config->core_count; i++, core = core->next)
        check_core(draft, core, &config->cores[i]);
}

static void check_model(struct draft *draft, const struct entry_draft *written,
                        const struct model_config *model)
{
    const struct entry_draft *entry = written->given->entries; /* of the only row */
    if (!entry) {
        report_problem(&draft->report, &written->place, BYTES("models"), "%s is to be had nowhere",
                       show(written->name).text);
        report_remedy(&draft->report, "write CORE: MODEL below it, or \"*\": MODEL for every core");
    }
    for (size_t i = 0; entry && i < model->place_count; i++, entry = entry->next) {
        if (model->places[i].model)
            continue;
        report_problem(&draft->report, &entry->place, BYTES("models"),
                       "it is not said what the core calls %s", show(written->name).text);
        report_remedy(&draft->report, "write model: MODEL below it");
    }
}

static void check_each_model(struct draft *draft, const struct edge_config *config)
{
    const struct entry_draft *model = draft_given(draft, "models")->entries;
    for (size_t i = 0; i < config->model_count; i++, model = model->next)
        check_model(draft, model, &config->models[i]);
}

void draft_check_pair(struct draft *draft, struct draft_pair pair, bool is_told, bool is_needed)
{
    if (!is_told || is_needed)
        return;
    report_problem(&draft->report, place_of(draft, pair.told), bytes_from_cstr(pair.told),
                   "is of no use without %s", pair.needed);
    report_remedy(&draft->report, "tell %s too", pair.needed);
}

static void check_tls(struct draft *draft, const struct edge_config *config)
{
    static const struct draft_pair key = {"tls.certificate_file", "tls.key_file"};
    static const struct draft_pair certificate = {"tls.key_file", "tls.certificate_file"};
    static const struct draft_pair clients = {"tls.client_ca_file", "tls.certificate_file"};
    bool has_certificate = config->tls_certificate_file, has_key = config->tls_key_file;
    draft_check_pair(draft, key, has_certificate, has_key);
    draft_check_pair(draft, certificate, has_key, has_certificate);
    draft_check_pair(draft, clients, config->tls_client_ca_file, has_certificate);
}

static void refuse_open(struct draft *draft, const struct place *place, const char *text)
{
    report_problem(&draft->report, place, BYTES("listen"),
                   "%s can be reached from other machines, and auth: open lets everybody ask",
                   text);
    report_remedy(&draft->report,
                  "tell auth: keys (and data_dir), or listen on 127.0.0.1, [::1] or a "
                  "unix socket; or, if something before the edge checks who asks, "
                  "tell insecure_open: true (--insecure-open)");
}

static bool is_listened_before(const struct edge_config *config, size_t i,
                               const struct address *address)
{
    bool is_picked = address->family != ADDRESS_UNIX && address->port == 0;
    for (size_t j = 0; j < i && !is_picked; j++) {
        struct address other;
        if (address_parse(bytes_from_cstr(config->listen[j]), &other) == 0 &&
            address_equal(&other, address))
            return true;
    }
    return false;
}

static void check_listen(struct draft *draft, const struct edge_config *config)
{
    const struct setting *setting = draft_given(draft, "listen")->first;
    for (size_t i = 0; i < config->listen_count; i++) {
        struct address address;
        const struct place *place = setting ? &setting->place : &nowhere;
        address_parse(bytes_from_cstr(config->listen[i]), &address);
        if (is_listened_before(config, i, &address)) {
            report_problem(&draft->report, place, BYTES("listen"), "%s is written twice",
                           config->listen[i]);
            report_remedy(&draft->report, "keep one");
        } else if (config->auth == AUTH_OPEN && !config->insecure_open &&
                   !address_is_loopback(&address)) {
            refuse_open(draft, place, config->listen[i]);
        }
        setting = setting ? setting->next : NULL;
    }
}

void draft_check(struct draft *draft, const struct edge_config *config)
{
    check_cores(draft, config);
    check_each_core(draft, config);
    check_each_model(draft, config);
    check_tls(draft, config);
    check_listen(draft, config);
    draft_check_access(draft, config);
}

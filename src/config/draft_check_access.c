/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

static void refuse(struct draft *draft, const char *name, const char *problem, const char *remedy)
{
    report_problem(&draft->report, &draft_given(draft, name)->place, bytes_from_cstr(name), "%s",
                   problem);
    report_remedy(&draft->report, "%s", remedy);
}

static bool takes_keys(const struct edge_config *config)
{
    return config->auth == AUTH_KEYS || config->auth == AUTH_KEYS_AND_JWT;
}

static bool takes_tokens(const struct edge_config *config)
{
    return config->auth == AUTH_JWT || config->auth == AUTH_KEYS_AND_JWT;
}

/* What tokens have spent has to be kept as well. */
static void check_store(struct draft *draft, const struct edge_config *config)
{
    bool has_budget = takes_tokens(config) &&
                      (config->jwt.budget_day_nusd > 0 || config->jwt.budget_month_nusd > 0 ||
                       config->jwt.claims.budget_usd_day || config->jwt.claims.budget_usd_month);
    if (config->data_dir)
        return;
    if (takes_keys(config))
        refuse(draft, "auth", "there is nowhere to keep keys",
               "tell data_dir, where `isthmus keys` puts them: data_dir: /var/lib/isthmus");
    else if (has_budget)
        refuse(draft, "auth", "there is nowhere to keep what is spent of budgets",
               "tell data_dir: /var/lib/isthmus, or take the budgets of jwt out");
}

/* Somebody wrote it who thinks that tokens are looked at. */
static void refuse_unused(struct draft *draft, const struct edge_config *config)
{
    const char *told = config->jwt.jwks_file ? "jwt.jwks_file" : "jwt.jwks_url";
    if (config->jwt.jwks_file || config->jwt.jwks_url)
        refuse(draft, told, "nobody is asked for a token",
               "write auth: jwt or auth: keys+jwt, or take it out");
}

static bool is_this_machine(const struct web_url *url)
{
    struct bytes host = bytes_from_cstr(url->host);
    return bytes_equal(host, BYTES("localhost")) || bytes_equal(host, BYTES("[::1]")) ||
           bytes_start_with(host, BYTES("127."));
}

/* Who can change what comes from there lets in whom they like. */
static void check_jwks(struct draft *draft, const struct jwt_config *jwt)
{
    if (!jwt->jwks_file && !jwt->jwks_url)
        refuse(draft, "auth", "nothing says how tokens are signed",
               "tell jwt.jwks_file or jwt.jwks_url");
    else if (jwt->jwks_file && jwt->jwks_url)
        refuse(draft, "jwt.jwks_url", "the keys are in jwt.jwks_file already", "keep one");
    else if (jwt->jwks_url && !jwt->jwks_address.tls && !is_this_machine(&jwt->jwks_address))
        refuse(draft, "jwt.jwks_url", "on the way from there anybody can put keys in",
               "write https://, or tell jwt.jwks_file");
}

static void check_jwt(struct draft *draft, const struct edge_config *config)
{
    if (!takes_tokens(config)) {
        refuse_unused(draft, config);
        return;
    }
    check_jwks(draft, &config->jwt);
    if (!config->jwt.issuer)
        refuse(draft, "auth", "nothing says whose tokens are good", "tell jwt.issuer: their `iss`");
    if (!config->jwt.audience)
        refuse(draft, "auth", "tokens that were made for other services would be good here",
               "tell jwt.audience: the `aud` of those that are made for this edge");
}

static void check_ca_file(struct draft *draft, const char *name, const char *ca_file,
                          const struct web_url *url)
{
    if (ca_file && !url->tls)
        refuse(draft, name, "is of no use without a url of https://",
               "write https:// there, or take it out");
}

static void check_webhook(struct draft *draft, const struct budgets_config *budgets)
{
    static const struct draft_pair url = {"budgets.webhook", "budgets.webhook_secret"};
    static const struct draft_pair secret = {"budgets.webhook_secret", "budgets.webhook"};
    bool has_secret = secret_is_set(&budgets->webhook_secret);
    bool is_empty = !has_secret && draft_given(draft, secret.told)->place.kind != PLACE_NONE;
    if (budgets->webhook && is_empty)
        refuse(draft, secret.told, "is empty: anybody could send such messages",
               "make one with `openssl rand -base64 32` and take it from the environment");
    else
        draft_check_pair(draft, url, budgets->webhook, has_secret);
    draft_check_pair(draft, secret, has_secret, budgets->webhook);
    check_ca_file(draft, "budgets.webhook_ca_file", budgets->webhook_ca_file,
                  &budgets->webhook_url);
}

static const struct assignment *given_price(const struct entry_draft *entry, const char *name)
{
    const struct option *table = option_find(edge_options, BYTES("prices"))->map->options;
    return &entry->given[option_find(table, bytes_from_cstr(name)) - table];
}

/* A price that was forgotten would be none. */
static void check_prices(struct draft *draft)
{
    const struct entry_draft *entry = draft_given(draft, "prices")->entries;
    for (; entry; entry = entry->next) {
        bool has_in = given_price(entry, "in")->place.kind != PLACE_NONE;
        bool has_out = given_price(entry, "out")->place.kind != PLACE_NONE;
        if (has_in && has_out)
            continue;
        report_problem(&draft->report, &entry->place, BYTES("prices"), "%s has no price for \"%s\"",
                       show(entry->name).text, has_in ? "out" : "in");
        report_remedy(&draft->report, "write {in: 0.15, out: 0.60}; 0 where it costs nothing");
    }
}

void draft_check_access(struct draft *draft, const struct edge_config *config)
{
    check_store(draft, config);
    check_jwt(draft, config);
    check_ca_file(draft, "jwt.ca_file", config->jwt.jwks_ca_file, &config->jwt.jwks_address);
    check_webhook(draft, &config->budgets);
    check_prices(draft);
}

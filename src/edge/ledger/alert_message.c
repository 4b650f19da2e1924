/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/alert_message.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#include "base/money.h"
#include "openai/json.h"

#define BASE64_PREFIX "whsec_"
#define KEY_BYTES_LIMIT 1024
#define SHA256_BYTES 32
#define SHA256_BASE64 44
#define S_PER_DAY 86400

static const char *period_name(const struct limit_notice *notice)
{
    return notice->period == LIMIT_DAY ? "day" : "month";
}

static int write_time(struct buffer *out, uint64_t unix_s)
{
    struct tm tm;
    time_t when = (time_t)unix_s;
    if (!gmtime_r(&when, &tm))
        return -EINVAL;
    return buffer_append_format(out, "\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", tm.tm_year + 1900,
                                tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* A name that nobody knows is null. */
static int write_name(struct buffer *out, const char *field, const char *name)
{
    int r = buffer_append_format(out, ",\"%s\":", field);
    if (r < 0)
        return r;
    return name[0] ? json_write_string(out, bytes_from_cstr(name))
                   : buffer_append(out, BYTES("null"));
}

static int write_money(struct buffer *out, const char *field, uint64_t nusd)
{
    char text[MONEY_TEXT_BYTES];
    struct bytes money = money_write(nusd, text);
    return buffer_append_format(out, ",\"%s\":%.*s", field, (int)money.length, money.at);
}

static int write_whose(struct buffer *out, const struct alert *alert)
{
    const struct limit_notice *notice = &alert->notice;
    bool is_tenant = notice->account == notice->tenant;
    int r = buffer_append_format(out, ",\"budget_of\":\"%s\"", is_tenant ? "tenant" : "key");
    if (r == 0)
        r = write_name(out, "key", alert->key);
    if (r == 0)
        r = write_name(out, "tenant", alert->tenant);
    return r < 0 ? r
                 : buffer_append_format(out, ",\"account\":\"%016" PRIx64 "\"", notice->account);
}

static int write_budget(struct buffer *out, const struct limit_notice *notice)
{
    int r = buffer_append_format(out, ",\"period\":\"%s\",\"period_begin\":", period_name(notice));
    if (r == 0)
        r = write_time(out, (uint64_t)notice->first_day * S_PER_DAY);
    if (r == 0)
        r = buffer_append_format(out, ",\"percent\":%u", notice->percent);
    if (r == 0)
        r = write_money(out, "limit_usd", notice->limit_nusd);
    return r < 0 ? r : write_money(out, "used_usd", notice->used_nusd);
}

int alert_message_write(struct buffer *body, const struct alert *alert, const char *node)
{
    int r = buffer_append(body, BYTES("{\"type\":\"budget.threshold\",\"timestamp\":"));
    if (r == 0)
        r = write_time(body, alert->wall_ms / 1000);
    if (r == 0)
        r = buffer_append(body, BYTES(",\"data\":{\"node\":"));
    if (r == 0)
        r = json_write_string(body, bytes_from_cstr(node));
    if (r == 0)
        r = write_whose(body, alert);
    if (r == 0)
        r = write_budget(body, &alert->notice);
    return r < 0 ? r : buffer_append(body, BYTES("}}"));
}

int alert_message_name(struct buffer *id, const struct limit_notice *notice)
{
    return buffer_append_format(id, "bud_%016" PRIx64 "-%s-%" PRIu32 "-%u", notice->account,
                                period_name(notice), notice->first_day, notice->percent);
}

/* ---- the signature ---- */

struct signing_key {
    unsigned char bytes[KEY_BYTES_LIMIT];
    size_t length;
};

/* Base64 that is none is a key as it is. */
static int read_base64(struct signing_key *key, struct bytes text)
{
    if (text.length == 0 || text.length % 4 != 0 || text.length / 4 * 3 > sizeof key->bytes)
        return -EINVAL;
    int length = EVP_DecodeBlock(key->bytes, (const unsigned char *)text.at, (int)text.length);
    if (length < 0)
        return -EINVAL;
    key->length = (size_t)length;
    for (size_t i = text.length; i > text.length - 2 && text.at[i - 1] == '='; i--)
        key->length--;
    return 0;
}

static int read_key(struct signing_key *key, struct bytes secret)
{
    if (bytes_start_with(secret, BYTES(BASE64_PREFIX)) &&
        read_base64(key, bytes_after(secret, strlen(BASE64_PREFIX))) == 0)
        return 0;
    if (secret.length > sizeof key->bytes)
        return -EINVAL;
    memcpy(key->bytes, secret.at, secret.length);
    key->length = secret.length;
    return 0;
}

static int sign(const struct signing_key *key, struct bytes text, struct buffer *signature)
{
    unsigned char mac[SHA256_BYTES];
    char base64[SHA256_BASE64 + 1];
    unsigned length = sizeof mac;
    if (!HMAC(EVP_sha256(), key->bytes, (int)key->length, (const unsigned char *)text.at,
              text.length, mac, &length))
        return -ENOMEM;
    EVP_EncodeBlock((unsigned char *)base64, mac, (int)length);
    return buffer_append_format(signature, "v1,%s", base64);
}

int alert_message_sign(struct buffer *signature, const struct secret *secret,
                       const struct alert_envelope *envelope)
{
    struct signing_key key;
    struct buffer text = {0};
    int r = buffer_append_format(&text, "%.*s.%.*s.", (int)envelope->id.length, envelope->id.at,
                                 (int)envelope->timestamp.length, envelope->timestamp.at);
    if (r == 0)
        r = buffer_append(&text, envelope->body);
    if (r == 0)
        r = read_key(&key, secret_reveal(secret));
    if (r == 0) {
        r = sign(&key, buffer_bytes(&text), signature);
        OPENSSL_cleanse(&key, sizeof key);
    }
    buffer_clear(&text);
    return r;
}

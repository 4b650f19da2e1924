/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/refusal.h"

#include <stdio.h>

#include "base/money.h"

#define NAME_BYTES 64
#define CLIENTS_WAIT_MS 120000 /* at most, by the official clients */
#define AMOUNT_BYTES 40
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static bool is_budget(enum limit_kind kind)
{
    return kind == LIMIT_DAY_BUDGET || kind == LIMIT_MONTH_BUDGET;
}

const char *limit_refusal_code(const struct limit_refusal *refusal)
{
    return is_budget(refusal->kind) ? "insufficient_quota" : "rate_limit_exceeded";
}

bool limit_refusal_is_worth_retrying(const struct limit_refusal *refusal)
{
    return !refusal->is_never && refusal->retry_after_ms <= CLIENTS_WAIT_MS;
}

/* --- pieces of sentences --- */

struct duration {
    char text[AMOUNT_BYTES];
};

/* Rounded up to what a person cares for. */
static struct duration duration_of(uint64_t ms)
{
    struct duration duration;
    uint64_t s = (ms + 999) / 1000, minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;
    uint64_t hours = (ms + HOUR_MS - 1) / HOUR_MS;
    if (ms < 1000)
        snprintf(duration.text, AMOUNT_BYTES, "%u ms", (unsigned)ms);
    else if (ms < 2 * MINUTE_MS)
        snprintf(duration.text, AMOUNT_BYTES, "%u s", (unsigned)s);
    else if (ms < 2 * HOUR_MS)
        snprintf(duration.text, AMOUNT_BYTES, "%u min", (unsigned)minutes);
    else if (ms < 2 * DAY_MS)
        snprintf(duration.text, AMOUNT_BYTES, "%u h %u min", (unsigned)(minutes / 60),
                 (unsigned)(minutes % 60));
    else
        snprintf(duration.text, AMOUNT_BYTES, "%u d %u h", (unsigned)(hours / 24),
                 (unsigned)(hours % 24));
    return duration;
}

struct sum {
    char text[AMOUNT_BYTES];
};

static struct sum dollars_of(uint64_t nusd)
{
    struct sum sum;
    char digits[MONEY_TEXT_BYTES];
    struct bytes money = money_write(nusd, digits);
    snprintf(sum.text, AMOUNT_BYTES, "$%.*s", (int)money.length, money.at);
    return sum;
}

/* Names are UTF-8, and are not cut inside a character. */
static int name_length(struct bytes name)
{
    if (name.length <= NAME_BYTES)
        return (int)name.length;
    size_t length = NAME_BYTES;
    while (length > 0 && ((unsigned char)name.at[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

struct who {
    char text[NAME_BYTES + 8];
};

static struct who who_of(const struct limit_refusal *refusal, const struct limit_names *names)
{
    struct who who;
    bool is_key = refusal->owner == LIMIT_OF_KEY;
    struct bytes name = is_key ? names->key : names->tenant;
    snprintf(who.text, sizeof who.text, "%s %.*s", is_key ? "key" : "tenant", name_length(name),
             name.length > 0 ? name.at : "");
    return who;
}

/* --- sentences --- */

#define N(number) ((unsigned long long)(number))

static int write_never(char *words, const struct limit_refusal *refusal, const char *who)
{
    const char *per = refusal->kind == LIMIT_DAY_BUDGET ? "day" : "month";
    if (!is_budget(refusal->kind))
        return snprintf(words, LIMIT_WORDS_BYTES,
                        "This request can never pass: its prompt alone is about %llu tokens, and "
                        "%s may use %llu tokens per minute. Send less.",
                        N(refusal->wanted), who, N(refusal->limit));
    return snprintf(words, LIMIT_WORDS_BYTES,
                    "This request can never pass: its prompt alone costs about %s, and %s may "
                    "spend %s per %s. Send less.",
                    dollars_of(refusal->wanted).text, who, dollars_of(refusal->limit).text, per);
}

static int write_budget(char *words, const struct limit_refusal *refusal, const char *who)
{
    const char *per = refusal->kind == LIMIT_DAY_BUDGET ? "day" : "month";
    struct duration wait = duration_of(refusal->retry_after_ms);
    struct sum wanted = dollars_of(refusal->wanted);
    return snprintf(words, LIMIT_WORDS_BYTES,
                    "Budget used up: %s may spend %s per %s, %s of it is spent or reserved%s%s. It "
                    "begins anew in %s, with the next %s (UTC).",
                    who, dollars_of(refusal->limit).text, per, dollars_of(refusal->used).text,
                    refusal->wanted > 0 ? ", and this request may cost " : "",
                    refusal->wanted > 0 ? wanted.text : "", wait.text, per);
}

static int write_rate(char *words, const struct limit_refusal *refusal, const char *who)
{
    struct duration wait = duration_of(refusal->retry_after_ms);
    if (refusal->kind == LIMIT_REQUESTS)
        return snprintf(words, LIMIT_WORDS_BYTES,
                        "Request limit reached: %s may make %llu requests per minute. Try again in "
                        "%s.",
                        who, N(refusal->limit), wait.text);
    return snprintf(words, LIMIT_WORDS_BYTES,
                    "Token limit reached: %s may use %llu tokens per minute, %llu of them are used "
                    "or reserved, and this request needs about %llu. Try again in %s.",
                    who, N(refusal->limit), N(refusal->used), N(refusal->wanted), wait.text);
}

static int write_slots(char *words, const struct limit_refusal *refusal, const char *who)
{
    return snprintf(words, LIMIT_WORDS_BYTES,
                    "Too many requests at once: %s may have %llu in progress, and has %llu. Try "
                    "again when one of them has ended.",
                    who, N(refusal->limit), N(refusal->used));
}

struct bytes limit_refusal_words(const struct limit_refusal *refusal,
                                 const struct limit_names *names, char ret_words[LIMIT_WORDS_BYTES])
{
    struct who who = who_of(refusal, names);
    int length;
    if (refusal->is_never)
        length = write_never(ret_words, refusal, who.text);
    else if (is_budget(refusal->kind))
        length = write_budget(ret_words, refusal, who.text);
    else if (refusal->kind == LIMIT_CONCURRENCY)
        length = write_slots(ret_words, refusal, who.text);
    else
        length = write_rate(ret_words, refusal, who.text);
    return bytes_of(ret_words, (size_t)length);
}

/* Behind what was written; formatting with printf would cost more than all that is told. */
static char *write_number(char *text, uint64_t number, const char *unit)
{
    char digits[BYTES_U64_DIGITS];
    struct bytes written = bytes_write_u64(number, digits);
    memcpy(text, written.at, written.length);
    text += written.length;
    while (*unit)
        *text++ = *unit++;
    return text;
}

/* The decimals that they have, up to three. */
static char *write_decimals(char *text, unsigned ms)
{
    if (ms > 0)
        *text++ = '.';
    for (unsigned place = 100; ms > 0; ms %= place, place /= 10)
        *text++ = (char)('0' + ms / place);
    return text;
}

struct bytes limit_reset_write(uint64_t reset_ms, char ret_text[LIMIT_RESET_BYTES])
{
    char *end = ret_text;
    if (reset_ms < 1000) {
        end = write_number(end, reset_ms, "ms");
        return bytes_of(ret_text, (size_t)(end - ret_text));
    }
    if (reset_ms >= HOUR_MS)
        end = write_number(end, reset_ms / HOUR_MS, "h");
    if (reset_ms >= MINUTE_MS)
        end = write_number(end, reset_ms % HOUR_MS / MINUTE_MS, "m");
    end = write_number(end, reset_ms % MINUTE_MS / 1000, "");
    end = write_decimals(end, (unsigned)(reset_ms % 1000));
    *end++ = 's';
    return bytes_of(ret_text, (size_t)(end - ret_text));
}

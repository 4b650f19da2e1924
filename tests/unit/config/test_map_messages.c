/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of mistakes in the maps: models, routes, and cores' own ways.
 */
#include <errno.h>

#include "loading.h"
#include "tests/test.h"

static void models_are_told_what_is_missing(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"cores: {us: http://a}\n"
         "models: {fast: {ux: m}}\n",
         "f.yaml:2:17: no core is named ux\n"
         "  models: {fast: {ux: m}}\n"
         "                  ^\n"
         "  did you mean us?\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {}}\n",
         "f.yaml:2:10: models: fast is to be had nowhere\n"
         "  models: {fast: {}}\n"
         "           ^\n"
         "  write CORE: MODEL below it, or \"*\": MODEL for every core\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {us: {revision: r}}}\n",
         "f.yaml:2:17: models: it is not said what the core calls fast\n"
         "  models: {fast: {us: {revision: r}}}\n"
         "                  ^\n"
         "  write model: MODEL below it\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {us: {modl: r}}}\n",
         "f.yaml:2:22: models.fast.us.modl: no such option\n"
         "  models: {fast: {us: {modl: r}}}\n"
         "                       ^\n"
         "  did you mean model?\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {us: \"\"}}\n",
         "f.yaml:2:21: models.fast.us.model: \"\" may not be empty\n"
         "  models: {fast: {us: \"\"}}\n"
         "                      ^\n"
         "  write a value\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: [us]}\n",
         "f.yaml:2:16: models.fast: a list where a model's name or a map belongs\n"
         "  models: {fast: [us]}\n"
         "                 ^\n"
         "  write NAME: MODEL, or NAME: {CORE: MODEL}\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {us: [x]}}\n",
         "f.yaml:2:21: models.fast.us: a list where a core's name for the model, or a map belongs\n"
         "  models: {fast: {us: [x]}}\n"
         "                      ^\n"
         "  write CORE: MODEL, or CORE: {model: MODEL, revision: REVISION}\n"},
        {"cores: {us: http://a}\n"
         "models: {\"\": x}\n",
         "f.yaml:2:10: models: \"\" is no name for a model\n"
         "  models: {\"\": x}\n"
         "           ^\n"
         "  write 1 to 256 bytes of plain text\n"},
        {"cores: {us: http://a}\n"
         "models: x\n",
         "f.yaml:2:9: models: a single value where a map belongs\n"
         "  models: x\n"
         "          ^\n"
         "  write a line for each model below it: NAME: MODEL, or NAME: {CORE: MODEL}\n"},
        {"cores: {us: http://a}\n"
         "models: {fast: {\"a b\": x}}\n",
         "f.yaml:2:17: models.fast: \"a b\" is no name for a core\n"
         "  models: {fast: {\"a b\": x}}\n"
         "                  ^\n"
         "  write a core's name, or \"*\" for every core\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void routes_are_told_what_is_wrong(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"cores: {us: http://a}\n"
         "routes: {v1/rerank: POST}\n",
         "f.yaml:2:10: routes: \"v1/rerank\" is no path for a route\n"
         "  routes: {v1/rerank: POST}\n"
         "           ^\n"
         "  write /v1/rerank for this path, or /v1/audio/* for all below it\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/*/x: POST}\n",
         "f.yaml:2:10: routes: \"/v1/*/x\" is no path for a route\n"
         "  routes: {/v1/*/x: POST}\n"
         "           ^\n"
         "  write /v1/rerank for this path, or /v1/audio/* for all below it\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: FETCH}\n",
         "f.yaml:2:17: routes./v1/x.methods: \"FETCH\" is no method\n"
         "  routes: {/v1/x: FETCH}\n"
         "                  ^\n"
         "  write GET, HEAD, POST, PUT, PATCH or DELETE\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: {cores: [us, eu]}}\n",
         "f.yaml:2:30: no core is named eu\n"
         "  routes: {/v1/x: {cores: [us, eu]}}\n"
         "                               ^\n"
         "  write a name that stands below cores:\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: {cores: u s}}\n",
         "f.yaml:2:25: routes./v1/x.cores: \"u s\" is no name for a core\n"
         "  routes: {/v1/x: {cores: u s}}\n"
         "                          ^\n"
         "  write the name of a core\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: {metods: GET}}\n",
         "f.yaml:2:18: routes./v1/x.metods: no such option\n"
         "  routes: {/v1/x: {metods: GET}}\n"
         "                   ^\n"
         "  did you mean methods?\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: {methods: []}}\n",
         "f.yaml:2:27: routes./v1/x.methods: is an empty list\n"
         "  routes: {/v1/x: {methods: []}}\n"
         "                            ^\n"
         "  write at least one, or take the line out for the default\n"},
        {"cores: {us: http://a}\n"
         "routes: [/v1/x]\n",
         "f.yaml:2:9: routes: a list where a map belongs\n"
         "  routes: [/v1/x]\n"
         "          ^\n"
         "  write a line for each route below it: /v1/rerank: POST\n"},
        {"cores: {us: http://a}\n"
         "routes: {/v1/x: {model_from: head}}\n",
         "f.yaml:2:30: routes./v1/x.model_from: \"head\" is none of the choices\n"
         "  routes: {/v1/x: {model_from: head}}\n"
         "                               ^\n"
         "  write body or none\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void a_cores_own_ways_are_checked(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"cores: {us: {url: http://a, path: v1/x}}\n",
         "f.yaml:1:35: cores.us.path: \"v1/x\" does not begin with a slash\n"
         "  cores: {us: {url: http://a, path: v1/x}}\n"
         "                                    ^\n"
         "  write a path without a query: /v1/inference\n"},
        {"cores: {us: {url: http://a, path: \"/v1/x?y\"}}\n",
         "f.yaml:1:35: cores.us.path: \"/v1/x?y\" holds a character that no path may hold\n"
         "  cores: {us: {url: http://a, path: \"/v1/x?y\"}}\n"
         "                                    ^\n"
         "  write a path without a query: /v1/inference\n"},
        {"cores: {us: {url: http://a, auth: basic}}\n",
         "f.yaml:1:35: cores.us.auth: \"basic\" is none of the choices\n"
         "  cores: {us: {url: http://a, auth: basic}}\n"
         "                                    ^\n"
         "  write bearer, x-api-key, api-key or none\n"},
        {"cores: {us: {url: http://a, auth: none, key: k}}\n",
         "f.yaml:1:9: cores: us has a key, but auth: none never sends it\n"
         "  cores: {us: {url: http://a, auth: none, key: ***}}\n"
         "          ^\n"
         "  take one of the two out\n"},
        {"cores: {us: http://a}\n"
         "model_echo: none\n",
         "f.yaml:2:13: model_echo: \"none\" is none of the choices\n"
         "  model_echo: none\n"
         "              ^\n"
         "  write requested or upstream\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void so_are_they_on_the_command_line(void **state)
{
    (void)state;
    static const struct {
        const char *option, *value, *message;
    } mistakes[] = {
        {"--model", "x",
         "--model: does not say what the cores call it\n"
         "  write NAME=MODEL\n"},
        {"--model", "a=b",
         "--model: two models are named a\n"
         "  name them apart: --model NAME=MODEL\n"},
        {"--route", "rerank",
         "--route: \"rerank\" is no path for a route\n"
         "  write /v1/rerank for this path, or /v1/audio/* for all below it\n"},
        {"--route", "/x=FETCH",
         "--route: \"FETCH\" is no method\n"
         "  write GET, HEAD, POST, PUT, PATCH or DELETE\n"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct loading loading =
            load_arguments(NULL, ARGUMENTS("--core", "http://a", "--model", "a=a",
                                           mistakes[i].option, mistakes[i].value));
        assert_int_equal(loading.status, -EINVAL);
        assert_true(
            bytes_equal(buffer_bytes(&loading.message), bytes_from_cstr(mistakes[i].message)));
        loading_clear(&loading);
    }
}

/* Generated: no file in the tree is that long. */
static void there_is_a_most_of_each(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append(&text, BYTES("cores: {a: http://a}\nroutes:\n"));
    for (int i = 0; i < 65; i++)
        buffer_append_format(&text, "  /%d: GET\n", i);
    struct loading loading = load_bytes(buffer_bytes(&text), NULL);
    assert_true(bytes_equal(buffer_bytes(&loading.message),
                            BYTES("f.yaml:67:3: routes: more than 64 routes\n"
                                  "  /64: GET\n"
                                  "  ^\n"
                                  "  write fewer\n")));
    loading_clear(&loading);
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_told_what_is_missing),
        cmocka_unit_test(routes_are_told_what_is_wrong),
        cmocka_unit_test(a_cores_own_ways_are_checked),
        cmocka_unit_test(so_are_they_on_the_command_line),
        cmocka_unit_test(there_is_a_most_of_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/edge_config.h"
#include "tests/test.h"

static struct model_place places[] = {
    {.core_name = "*", .core = EDGE_ANY_CORE, .model = "anywhere"},
    {.core_name = "us", .core = 1, .model = "in-us"},
};
static struct model_config models[] = {
    {.name = "fast", .places = &places[1], .place_count = 1},
    {.name = "smart", .places = places, .place_count = 2},
};
static struct route_config routes[] = {
    {.path = "/v1/*"},
    {.path = "/v1/audio/*"},
    {.path = "/v1/audio/speech"},
    {.path = "/rerank"},
};
static const struct edge_config config = {
    .models = models, .model_count = 2, .routes = routes, .route_count = 4};

static void a_model_is_found_by_its_whole_name(void **state)
{
    (void)state;
    assert_ptr_equal(edge_config_model(&config, BYTES("smart")), &models[1]);
    assert_null(edge_config_model(&config, BYTES("smar")));
    assert_null(edge_config_model(&config, BYTES("smarter")));
    assert_null(edge_config_model(&config, BYTES("")));
}

static void a_core_of_its_own_goes_before_every_core(void **state)
{
    (void)state;
    assert_string_equal(model_config_place(&models[1], 1)->model, "in-us");
    assert_string_equal(model_config_place(&models[1], 0)->model, "anywhere");
    assert_null(model_config_place(&models[0], 0));
}

static const char *route_of(const char *path)
{
    const struct route_config *route = edge_config_route(&config, bytes_from_cstr(path));
    return route ? route->path : "none";
}

static void the_longest_route_above_a_path_is_its_own(void **state)
{
    (void)state;
    assert_string_equal(route_of("/rerank"), "/rerank");
    assert_string_equal(route_of("/v1/audio/speech"), "/v1/audio/speech");
    assert_string_equal(route_of("/v1/audio/speech/x"), "/v1/audio/*");
    assert_string_equal(route_of("/v1/audio/"), "/v1/audio/*");
    assert_string_equal(route_of("/v1/audio"), "/v1/*");
    assert_string_equal(route_of("/rerank/x"), "none");
    assert_string_equal(route_of("/v1"), "none");
    assert_string_equal(route_of("/"), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_is_found_by_its_whole_name),
        cmocka_unit_test(a_core_of_its_own_goes_before_every_core),
        cmocka_unit_test(the_longest_route_above_a_path_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "loading.h"
#include "tests/test.h"

static void unknown_options_come_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"workrs: 3\n", "f.yaml:1:1: workrs: no such option\n"
                        "  workrs: 3\n"
                        "  ^\n"
                        "  did you mean workers?\n"},
        {"timeouts:\n"
         "  totl: 4s\n",
         "f.yaml:2:3: timeouts.totl: no such option\n"
         "  totl: 4s\n"
         "  ^\n"
         "  did you mean timeouts.total?\n"},
        {"total: 4s\n", "f.yaml:1:1: total: no such option\n"
                        "  total: 4s\n"
                        "  ^\n"
                        "  did you mean timeouts.total?\n"},
        {"cores: {a: {url: http://a, timout: 3s}}\n",
         "f.yaml:1:28: cores.a.timout: no such option\n"
         "  cores: {a: {url: http://a, timout: 3s}}\n"
         "                             ^\n"
         "  did you mean timeout?\n"},
        {"quantum: 4s\n", "f.yaml:1:1: quantum: no such option\n"
                          "  quantum: 4s\n"
                          "  ^\n"
                          "  all options: isthmus help edge\n"},
        {"timeouts.total.x: 4s\n", "f.yaml:1:1: timeouts.total.x: no such option\n"
                                   "  timeouts.total.x: 4s\n"
                                   "  ^\n"
                                   "  did you mean timeouts.total?\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void values_of_the_wrong_kind_are_told_what_to_write(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"timeouts:\n"
         "  total: 10 minuts\n",
         "f.yaml:2:10: timeouts.total: \"10 minuts\" is no duration\n"
         "  total: 10 minuts\n"
         "         ^\n"
         "  write a number with a unit: 500ms, 30s, 10m, 1h\n"},
        {"limits: {body: 10 MB}\n", "f.yaml:1:16: limits.body: \"10 MB\" is no size\n"
                                    "  limits: {body: 10 MB}\n"
                                    "                 ^\n"
                                    "  write bytes, or a number with a unit: 64KiB, 1MiB, 10MB\n"},
        {"retry: {attempts: many}\n", "f.yaml:1:19: retry.attempts: \"many\" is no number\n"
                                      "  retry: {attempts: many}\n"
                                      "                    ^\n"
                                      "  write digits only\n"},
        {"insecure_open: yes\n", "f.yaml:1:16: insecure_open: \"yes\" is neither true nor false\n"
                                 "  insecure_open: yes\n"
                                 "                 ^\n"
                                 "  write true or false\n"},
        {"auth: closed\n", "f.yaml:1:7: auth: \"closed\" is none of the choices\n"
                           "  auth: closed\n"
                           "        ^\n"
                           "  write open, keys, jwt or keys+jwt\n"},
        {"log: {level: \"\"}\n", "f.yaml:1:14: log.level: \"\" is none of the choices\n"
                                 "  log: {level: \"\"}\n"
                                 "               ^\n"
                                 "  write debug, info, warn, error or off\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void texts_that_are_not_what_they_should_be_are_refused(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"node: {name: two words}\n",
         "f.yaml:1:14: node.name: \"two words\" is no name\n"
         "  node: {name: two words}\n"
         "               ^\n"
         "  write 1 to 64 letters, digits, dots, dashes or underscores\n"},
        {"listen: localhost:8080\n", "f.yaml:1:9: listen: \"localhost:8080\" is no address\n"
                                     "  listen: localhost:8080\n"
                                     "          ^\n"
                                     "  write an address with a port, or a socket: 127.0.0.1:8080, "
                                     "[::1]:8080, unix:/run/isthmus.sock\n"},
        {"cors: {origins: [https://a.example/path]}\n",
         "f.yaml:1:18: cors.origins: \"https://a.example/path\" is no origin\n"
         "  cors: {origins: [https://a.example/path]}\n"
         "                   ^\n"
         "  write https://app.example.org, without a path, or \"*\" for any\n"},
        {"cores: {a: htp://gpu}\n",
         "f.yaml:1:12: cores.a.url: begins with neither http:// nor https:// nor unix:/\n"
         "  cores: {a: htp://gpu}\n"
         "             ^\n"
         "  write http://host:port, https://host/v1 or unix:/run/engine.sock\n"},
        {"cores: {a: \"http://[::1\"}\n",
         "f.yaml:1:12: cores.a.url: has no valid host\n"
         "  cores: {a: \"http://[::1\"}\n"
         "             ^\n"
         "  write http://host:port, https://host/v1 or unix:/run/engine.sock\n"},
        {"cores: {a: {url: http://a, key: a b}}\n",
         "f.yaml:1:33: cores.a.key: holds a space or a character that no header can carry\n"
         "  cores: {a: {url: http://a, key: ***}}\n"
         "                                  ^\n"
         "  look for a stray space or line end, in the file or in the variable\n"},
        {"data_dir: \"a\\tb\"\n",
         "f.yaml:1:11: data_dir: \"a?b\" holds a character that cannot be printed\n"
         "  data_dir: \"a\\tb\"\n"
         "            ^\n"
         "  write plain text\n"},
        {"cores: {\"a b\": http://a}\n",
         "f.yaml:1:9: cores: \"a b\" is no name for a core\n"
         "  cores: {\"a b\": http://a}\n"
         "          ^\n"
         "  write 1 to 64 letters, digits, dots, dashes or underscores\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void values_out_of_range_are_told_the_range(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"workers: 9999\n", "f.yaml:1:10: workers: \"9999\" is out of range\n"
                            "  workers: 9999\n"
                            "           ^\n"
                            "  write 1 to 256, or 0: one for each CPU\n"},
        {"retry: {attempts: 0}\n", "f.yaml:1:19: retry.attempts: \"0\" is out of range\n"
                                   "  retry: {attempts: 0}\n"
                                   "                    ^\n"
                                   "  write 1 to 10\n"},
        {"timeouts: {ping: 5ms}\n", "f.yaml:1:18: timeouts.ping: \"5ms\" is out of range\n"
                                    "  timeouts: {ping: 5ms}\n"
                                    "                   ^\n"
                                    "  write 10ms to 1h, or 0: never\n"},
        {"memory: {limit: 1MiB}\n", "f.yaml:1:17: memory.limit: \"1MiB\" is out of range\n"
                                    "  memory: {limit: 1MiB}\n"
                                    "                  ^\n"
                                    "  write 16MiB to 1024GiB\n"},
        {"limits: {body: 18446744073709551616}\n",
         "f.yaml:1:16: limits.body: \"18446744073709551616\" is no size\n"
         "  limits: {body: 18446744073709551616}\n"
         "                 ^\n"
         "  write bytes, or a number with a unit: 64KiB, 1MiB, 10MB\n"},
        {"node: {name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn}\n",
         "f.yaml:1:14: node.name: "
         "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...\" is too long\n"
         "  node: {name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\n"
         "               ^\n"
         "  write something shorter\n"},
        {"node: {name: \"\"}\n", "f.yaml:1:14: node.name: \"\" may not be empty\n"
                                 "  node: {name: \"\"}\n"
                                 "               ^\n"
                                 "  write a value\n"},
        {"listen: []\n", "f.yaml:1:9: listen: is an empty list\n"
                         "  listen: []\n"
                         "          ^\n"
                         "  write at least one, or take the line out for the default\n"},
        {"listen: [\"\"]\n", "f.yaml:1:10: listen: \"\" may not be empty\n"
                             "  listen: [\"\"]\n"
                             "           ^\n"
                             "  write a value\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void wrong_shapes_are_named(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"workers: [1]\n", "f.yaml:1:10: workers: a list where a single value belongs\n"
                           "  workers: [1]\n"
                           "           ^\n"
                           "  write one value\n"},
        {"workers: {a: 1}\n", "f.yaml:1:10: workers: a map where a single value belongs\n"
                              "  workers: {a: 1}\n"
                              "           ^\n"
                              "  write one value\n"},
        {"workers:\n", "f.yaml:1:1: workers: nothing stands behind it\n"
                       "  workers:\n"
                       "  ^\n"
                       "  write a value, or take the line out for the default\n"},
        {"listen: {a: 1}\n", "f.yaml:1:9: listen: a map where a list belongs\n"
                             "  listen: {a: 1}\n"
                             "          ^\n"
                             "  write one text, or a list of texts\n"},
        {"listen: [[127.0.0.1:1]]\n", "f.yaml:1:10: listen: a list where a single value belongs\n"
                                      "  listen: [[127.0.0.1:1]]\n"
                                      "           ^\n"
                                      "  write one text for each item\n"},
        {"timeouts: 5s\n", "f.yaml:1:11: timeouts: a single value where a map belongs\n"
                           "  timeouts: 5s\n"
                           "            ^\n"
                           "  write its options below it, indented\n"},
        {"cores: http://a\n", "f.yaml:1:8: cores: a single value where a map belongs\n"
                              "  cores: http://a\n"
                              "         ^\n"
                              "  write a line for each core below it: NAME: http://host:port\n"},
        {"cores: {a: [http://a]}\n",
         "f.yaml:1:12: cores.a: a list where a url or a map belongs\n"
         "  cores: {a: [http://a]}\n"
         "             ^\n"
         "  write NAME: http://host:port, or NAME: {url: http://host:port, key: ${KEY}}\n"},
        {"cores: {a: {url: [http://a]}}\n",
         "f.yaml:1:18: cores.a.url: a list where a single value belongs\n"
         "  cores: {a: {url: [http://a]}}\n"
         "                   ^\n"
         "  write one value\n"},
        {"cores:\n"
         "  a:\n",
         "f.yaml:2:3: cores.a: nothing stands behind it\n"
         "  a:\n"
         "  ^\n"
         "  write a value, or take the line out for the default\n"},
        {"- workers\n", "f.yaml:1:1: a list where a map belongs\n"
                        "  - workers\n"
                        "  ^\n"
                        "  write options as name: value\n"},
        {"just text\n", "f.yaml:1:1: a single value where a map belongs\n"
                        "  just text\n"
                        "  ^\n"
                        "  write options as name: value\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void yaml_that_cannot_be_read_is_shown_where_it_breaks(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"timeouts:\n"
         "\ttotal: 5s\n",
         "f.yaml:2:1: a tab where YAML wants spaces\n"
         "  total: 5s\n"
         "  ^\n"
         "  indent with spaces\n"},
        {"timeouts:\n"
         "  total: 5s\n"
         " head: 1s\n",
         "f.yaml:3:2: while parsing a block mapping, did not find expected key\n"
         "  head: 1s\n"
         "  ^\n"
         "  check indentation and brackets since line 1\n"},
        {"listen: [127.0.0.1:1\n"
         "workers: 2\n",
         "f.yaml:2:8: while parsing a flow sequence, did not find expected ',' or ']'\n"
         "  workers: 2\n"
         "         ^\n"
         "  check indentation and brackets since line 1\n"},
        {"node: {name: \"edge\n",
         "f.yaml:1:14: while scanning a quoted scalar, found unexpected end of stream\n"
         "  node: {name: \"edge\n"
         "               ^\n"
         "  check the quotes and colons from here on\n"},
        {"node: name: edge\n", "f.yaml:1:11: mapping values are not allowed in this context\n"
                               "  node: name: edge\n"
                               "            ^\n"
                               "  check the quotes, colons and indentation here\n"},
        {"listen: @home\n", "f.yaml:1:9: while scanning for the next token, found character that "
                            "cannot start any token\n"
                            "  listen: @home\n"
                            "          ^\n"
                            "  check the quotes and colons from here on\n"},
        {"workers: \"\\q\"\n",
         "f.yaml:1:10: while parsing a quoted scalar, found unknown escape character\n"
         "  workers: \"\\q\"\n"
         "           ^\n"
         "  check the quotes and colons from here on\n"},
        {"node: {name: \x01"
         "}\n",
         "f.yaml:1:14: a character that no text holds, or no UTF-8\n"
         "  node: {name: ?}\n"
         "               ^\n"
         "  save the file as UTF-8 text\n"},
        {"node: {name: \xff"
         "}\n",
         "f.yaml:1:14: a character that no text holds, or no UTF-8\n"
         "  node: {name: ?}\n"
         "               ^\n"
         "  save the file as UTF-8 text\n"},
        {"node: {name: \xe2"
         "\x80"
         "\xa8"
         "x}\n",
         "f.yaml:1:14: a character that no text holds, or no UTF-8\n"
         "  node: {name: ?x}\n"
         "               ^\n"
         "  save the file as UTF-8 text\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void yaml_that_is_more_than_a_configuration_needs_is_refused(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"node: &here {name: a}\n",
         "f.yaml:1:7: an anchor or alias\n"
         "  node: &here {name: a}\n"
         "        ^\n"
         "  write the value out; a text that begins with & or * needs quotes\n"},
        {"node: *there\n", "f.yaml:1:7: an anchor or alias\n"
                           "  node: *there\n"
                           "        ^\n"
                           "  write the value out; a text that begins with & or * needs quotes\n"},
        {"node: {name: !!str a}\n", "f.yaml:1:14: a tag\n"
                                    "  node: {name: !!str a}\n"
                                    "               ^\n"
                                    "  leave it out; a text that begins with ! needs quotes\n"},
        {"workers: 1\n"
         "---\n"
         "workers: 2\n",
         "f.yaml:2:1: a second document\n"
         "  ---\n"
         "  ^\n"
         "  one file holds one configuration\n"},
        {"[a]: 1\n", "f.yaml:1:1: a list or map where a name belongs\n"
                     "  [a]: 1\n"
                     "  ^\n"
                     "  write name: value; a text that begins with [ or { needs quotes\n"},
        {"a: [[[[[[[[[1]]]]]]]]]\n", "f.yaml:1:11: nested too deep\n"
                                     "  a: [[[[[[[[[1]]]]]]]]]\n"
                                     "            ^\n"
                                     "  no option lies deeper than cores: NAME: key\n"},
        {"workers: 1\n"
         "workers: 2\n",
         "f.yaml:2:1: workers: written twice\n"
         "  workers: 2\n"
         "  ^\n"
         "  keep one; the first is in line 1\n"},
        {"timeouts: {total: 1s}\n"
         "timeouts.total: 2s\n",
         "f.yaml:2:1: timeouts.total: written twice\n"
         "  timeouts.total: 2s\n"
         "  ^\n"
         "  keep one; the first is in line 1\n"},
        {"cores:\n"
         "  a: http://a\n"
         "  a: http://b\n",
         "f.yaml:3:3: a: written twice\n"
         "  a: http://b\n"
         "  ^\n"
         "  keep one; the first is in line 2\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void variables_are_named_when_they_fail(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"workers: ${WORKERS}\n", "f.yaml:1:10: workers: ${WORKERS} is not set in the environment\n"
                                  "  workers: ${WORKERS}\n"
                                  "           ^\n"
                                  "  export WORKERS, or write a default: ${WORKERS:-value}\n"},
        {"node: {region: \"${REGION\"}\n",
         "f.yaml:1:16: node.region: \"${\" without \"}\"\n"
         "  node: {region: \"${REGION\"}\n"
         "                 ^\n"
         "  write ${NAME} or ${NAME:-default}; for a plain \"${\" write \"$${\"\n"},
        {"node: {region: \"${RE-GION}\"}\n",
         "f.yaml:1:16: node.region: ${...} does not hold the name of a variable\n"
         "  node: {region: \"${RE-GION}\"}\n"
         "                 ^\n"
         "  write ${NAME} or ${NAME:-default}; for a plain \"${\" write \"$${\"\n"},
        {"workers: ${REGION}\n", "f.yaml:1:10: workers: \"${REGION}\" is no number\n"
                                 "  workers: ${REGION}\n"
                                 "           ^\n"
                                 "  write digits only\n"},
        {"cores: {a: {url: http://a, key: ${SECRET}}}\n",
         "f.yaml:1:33: cores.a.key: ${SECRET} is not set in the environment\n"
         "  cores: {a: {url: http://a, key: ***}}\n"
         "                                  ^\n"
         "  export SECRET, or write a default: ${SECRET:-value}\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void options_that_need_or_exclude_each_other_say_so(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"workers: 1\n", "f.yaml: there is no core to send requests to\n"
                         "  name one: --core http://127.0.0.1:8000, or cores: in a file with a "
                         "line \"NAME: http://host:port\"\n"},
        {"", "f.yaml: there is no core to send requests to\n"
             "  name one: --core http://127.0.0.1:8000, or cores: in a file with a line \"NAME: "
             "http://host:port\"\n"},
        {"cores: {}\n", "f.yaml:1:1: there is no core to send requests to\n"
                        "  cores: {}\n"
                        "  ^\n"
                        "  name one: --core http://127.0.0.1:8000, or cores: in a file with a line "
                        "\"NAME: http://host:port\"\n"},
        {"cores: {a: {timeout: 3s}}\n", "f.yaml:1:9: cores: a has no url\n"
                                        "  cores: {a: {timeout: 3s}}\n"
                                        "          ^\n"
                                        "  write url: http://host:port below it\n"},
        {"cores: {a: {url: http://a, ca_file: /ca.pem}}\n",
         "f.yaml:1:9: cores: a has TLS options but no https:// url\n"
         "  cores: {a: {url: http://a, ca_file: /ca.pem}}\n"
         "          ^\n"
         "  write https://, or take ca_file and tls_insecure out\n"},
        {"cores: {a: http://a}\n"
         "tls: {certificate_file: /c.pem}\n",
         "f.yaml:2:7: tls.certificate_file: is of no use without tls.key_file\n"
         "  tls: {certificate_file: /c.pem}\n"
         "        ^\n"
         "  tell tls.key_file too\n"},
        {"cores: {a: http://a}\n"
         "tls: {key_file: /k.pem}\n",
         "f.yaml:2:7: tls.key_file: is of no use without tls.certificate_file\n"
         "  tls: {key_file: /k.pem}\n"
         "        ^\n"
         "  tell tls.certificate_file too\n"},
        {"cores: {a: http://a}\n"
         "tls: {client_ca_file: /ca.pem}\n",
         "f.yaml:2:7: tls.client_ca_file: is of no use without tls.certificate_file\n"
         "  tls: {client_ca_file: /ca.pem}\n"
         "        ^\n"
         "  tell tls.certificate_file too\n"},
        {"cores: {a: http://a}\n"
         "listen: [127.0.0.1:80, 0.0.0.0:80]\n",
         "f.yaml:2:24: listen: 0.0.0.0:80 can be reached from other machines, and auth: open lets "
         "everybody ask\n"
         "  listen: [127.0.0.1:80, 0.0.0.0:80]\n"
         "                         ^\n"
         "  tell auth: keys (and data_dir), or listen on 127.0.0.1, [::1] or a unix socket; or, if "
         "something before the edge checks who asks, tell insecure_open: true (--insecure-open)\n"},
        {"cores: {a: http://a}\n"
         "listen: [\"[::1]:80\", \"[0::1]:80\"]\n",
         "f.yaml:2:22: listen: [0::1]:80 is written twice\n"
         "  listen: [\"[::1]:80\", \"[0::1]:80\"]\n"
         "                       ^\n"
         "  keep one\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void the_command_line_is_told_by_its_own_words(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[6], *message;
    } mistakes[] = {
        {{"--workrs", "3", NULL},
         "--workrs: no such option\n"
         "  did you mean --workers?\n"},
        {{"--timeouts-total=ever", NULL},
         "--timeouts-total: \"ever\" is no duration\n"
         "  write a number with a unit: 500ms, 30s, 10m, 1h\n"},
        {{"--listen", NULL},
         "--listen: needs a value\n"
         "  write it behind the option\n"},
        {{"--workers", "--listen", NULL},
         "--workers: needs a value\n"
         "  a value that begins with a dash is written --name=-value\n"
         "--listen: needs a value\n"
         "  write it behind the option\n"},
        {{"--workers", "1", "--workers=2", NULL},
         "--workers: given twice\n"
         "  keep one\n"},
        {{"-x", NULL},
         "-x: no such option\n"
         "  all options: isthmus help edge\n"},
        {{"file.yaml", NULL},
         "file.yaml: no option\n"
         "  options begin with two dashes\n"},
        {{"--core", "foo", NULL},
         "--core: begins with neither http:// nor https:// nor unix:/\n"
         "  write http://host:port, https://host/v1 or unix:/run/engine.sock\n"},
        {{"--core", "http://a", "--core", "http://a/v2", NULL},
         "--core: two cores are named a\n"
         "  name them apart: --core [NAME=]URL\n"},
        {{"--core", "a b=http://a", NULL},
         "--core: \"a b\" is no name for a core\n"
         "  write 1 to 64 letters, digits, dots, dashes or underscores\n"},
        {{"--listen=0.0.0.0:80", "--core", "http://a", NULL},
         "--listen: 0.0.0.0:80 can be reached from other machines, and auth: open lets everybody "
         "ask\n"
         "  tell auth: keys (and data_dir), or listen on 127.0.0.1, [::1] or a unix socket; or, if "
         "something before the edge checks who asks, tell insecure_open: true (--insecure-open)\n"},
        {{NULL},
         "command line: there is no core to send requests to\n"
         "  name one: --core http://127.0.0.1:8000, or cores: in a file with a line \"NAME: "
         "http://host:port\"\n"},
        {{NULL}, NULL},
    };
    for (size_t i = 0; mistakes[i].message; i++) {
        struct loading loading = load_arguments(NULL, mistakes[i].arguments);
        struct bytes message = buffer_bytes(&loading.message);
        if (!bytes_equal(message, bytes_from_cstr(mistakes[i].message)))
            print_error("%.*s", (int)message.length, message.at);
        assert_int_equal(loading.status, -EINVAL);
        assert_true(bytes_equal(message, bytes_from_cstr(mistakes[i].message)));
        loading_clear(&loading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_options_come_with_the_nearest_name),
        cmocka_unit_test(values_of_the_wrong_kind_are_told_what_to_write),
        cmocka_unit_test(texts_that_are_not_what_they_should_be_are_refused),
        cmocka_unit_test(values_out_of_range_are_told_the_range),
        cmocka_unit_test(wrong_shapes_are_named),
        cmocka_unit_test(yaml_that_cannot_be_read_is_shown_where_it_breaks),
        cmocka_unit_test(yaml_that_is_more_than_a_configuration_needs_is_refused),
        cmocka_unit_test(variables_are_named_when_they_fail),
        cmocka_unit_test(options_that_need_or_exclude_each_other_say_so),
        cmocka_unit_test(the_command_line_is_told_by_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

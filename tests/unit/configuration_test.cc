// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration.h"

#include "tests/support/test.h"
#include "tests/unit/configuration_file.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::diagnostics;
using test::kOutbox;
using test::provider_file;
using test::ScratchDirectory;

namespace {

// The file has these lines first, so that their numbers stay what they are, and a provider after
// them.
void check_refused(const std::string& lines, std::string_view complaint) {
  CHECK_EQ(diagnostics(lines + "\n" + std::string(test::kOutbox)), complaint);
}

// Line 1 is `[section]`, line 2 the key.
void check_key(const std::string& section, const std::string& line, std::string_view complaint) {
  check_refused("[" + section + "]\n" + line,
                complaint.empty() ? "" : "c:2: " + std::string(complaint));
}

}  // namespace

TEST(the_least_file_has_the_defaults) {
  const ScratchDirectory directory;
  const auto result = read_configuration(directory.write("c", kOutbox));
  REQUIRE(result.ok());
  CHECK_EQ(result->code.length, 6u);
  CHECK(result->code.alphabet == Alphabet::digits);
  CHECK(result->code.lifetime == 5min);
  CHECK_EQ(result->code.tries, 3u);
  CHECK(
      (result->code.methods == Methods{Method::sms, Method::voice, Method::totp, Method::backup}));
  CHECK(result->code.unenrolled == Unenrolled::deny);
  CHECK(result->enroll.number_change == NumberChange::refuse);
  CHECK(result->enroll.number_change_delay == 24h);
  CHECK_EQ(result->store.key_file, "/etc/sms2fa/store.key");
  CHECK(result->message.echo);
  CHECK(result->delivery.deadline == 8s);
  CHECK(!result->delivery.voice);
  REQUIRE(result->delivery.providers.size() == 1);
  CHECK_EQ(result->delivery.providers[0].name, "outbox");
  CHECK_EQ(result->delivery.providers[0].type->name, "outbox");
  CHECK_EQ(result->delivery.providers[0].options->directory(), "/var/lib/sms2fa/outbox");
  CHECK(result->directory.sources == std::vector{DirectorySource::users_file});
  CHECK_EQ(result->directory.users_file, "/etc/sms2fa/users.conf");
  CHECK_EQ(result->limits.sends_per_number.count, 6u);
  CHECK(result->limits.sends_per_number.window == 10min);
  CHECK_EQ(result->limits.wrong_before_lockout, 10u);
  CHECK(result->limits.lockout == 30min);
  CHECK_EQ(result->limits.wrong_before_disable, 100u);
  CHECK(result->store.type == StoreType::sqlite);
}

TEST(every_key_reaches_its_setting) {
  const ScratchDirectory directory;
  const auto result =
      read_configuration(directory.write("c",
                                         "[code]\n"
                                         "length = 8 ; longer\n"
                                         "alphabet = base32\n"
                                         "lifetime = 90s\n"
                                         "tries = 5\n"
                                         "methods = totp, sms, backup\n"
                                         "unenrolled = allow\n"
                                         "[message]\n"
                                         "sms = {host}: use {code} ({ref})\n"
                                         "voice = Der Code f\xc3\xbcr {service}: {code}\n"
                                         "language = de-DE\n"
                                         "prompt = Code, bitte\n"
                                         "echo = no\n"
                                         "[delivery]\n"
                                         "providers = outbox\n"
                                         "deadline = 9s\n"
                                         "voice = yes\n"
                                         "[provider outbox]\n"
                                         "type = outbox\n"
                                         "directory = /tmp/outbox\n"
                                         "[directory]\n"
                                         "sources = gecos, users-file\n"
                                         "users_file = /etc/people.conf\n"
                                         "gecos_field = 4\n"
                                         "default_country = IE\n"
                                         "[limits]\n"
                                         "sends_per_code = 2\n"
                                         "resend_after = 1m\n"
                                         "sends_per_number = 1/1m\n"
                                         "sends_per_user = 2/2h\n"
                                         "sends_per_source = 3/3d\n"
                                         "sends_per_host = 4/4s\n"
                                         "wrong_before_lockout = 5\n"
                                         "lockout = 1h\n"
                                         "wrong_before_disable = 50\n"
                                         "countries = IE, GB\n"
                                         "logins_per_user = 1\n"
                                         "logins_at_once = 2\n"
                                         "[enroll]\n"
                                         "number_change = wait\n"
                                         "number_change_delay = 2h\n"
                                         "[peer www-data]\n"
                                         "services = web, wiki\n"
                                         "groups = @web, @staff\n"
                                         "[store]\n"
                                         "type = memory\n"
                                         "path = /tmp/state.db\n"
                                         "key_file = /etc/store.key\n"));
  if (!result) test::fail(__FILE__, __LINE__, result.error().message);
  REQUIRE(result.ok());
  CHECK_EQ(result->code.length, 8u);
  CHECK(result->code.alphabet == Alphabet::base32);
  CHECK(result->code.lifetime == 90s);
  CHECK_EQ(result->code.tries, 5u);
  CHECK((result->code.methods == Methods{Method::totp, Method::sms, Method::backup}));
  CHECK(result->code.unenrolled == Unenrolled::allow);
  CHECK_EQ(result->message.sms, "{host}: use {code} ({ref})");
  CHECK_EQ(result->message.voice, "Der Code f\xc3\xbcr {service}: {code}");
  CHECK_EQ(result->message.language, "de-DE");
  CHECK_EQ(result->message.prompt, "Code, bitte");
  CHECK(!result->message.echo);
  CHECK(result->delivery.deadline == 9s);
  CHECK(result->delivery.voice);
  CHECK((result->directory.sources ==
         std::vector{DirectorySource::gecos, DirectorySource::users_file}));
  CHECK_EQ(result->directory.users_file, "/etc/people.conf");
  CHECK_EQ(result->directory.gecos_field, 4u);
  CHECK_EQ(result->directory.default_country, "IE");
  const LimitSettings& limits = result->limits;
  CHECK_EQ(limits.sends_per_code, 2u);
  CHECK(limits.resend_after == 1min);
  CHECK(limits.sends_per_number.count == 1 && limits.sends_per_number.window == 1min);
  CHECK(limits.sends_per_user.count == 2 && limits.sends_per_user.window == 2h);
  CHECK(limits.sends_per_source.count == 3 && limits.sends_per_source.window == 72h);
  CHECK(limits.sends_per_host.count == 4 && limits.sends_per_host.window == 4s);
  CHECK_EQ(limits.wrong_before_lockout, 5u);
  CHECK(limits.lockout == 1h);
  CHECK_EQ(limits.wrong_before_disable, 50u);
  CHECK((limits.countries == std::vector<std::string>{"IE", "GB"}));
  CHECK_EQ(limits.logins_per_user, 1u);
  CHECK_EQ(limits.logins_at_once, 2u);
  CHECK(result->enroll.number_change == NumberChange::wait);
  CHECK(result->enroll.number_change_delay == 2h);
  REQUIRE(result->peers.size() == 1);
  CHECK_EQ(result->peers[0].account, "www-data");
  CHECK((result->peers[0].services == std::vector<std::string>{"web", "wiki"}));
  CHECK((result->peers[0].groups == std::vector<std::string>{"web", "staff"}));
  CHECK(result->store.type == StoreType::memory);
  CHECK_EQ(result->store.path, "/tmp/state.db");
  CHECK_EQ(result->store.key_file, "/etc/store.key");
}

TEST(unknown_names_come_with_the_nearest_right_one) {
  check_key("code", "lenght = 6", "unknown key lenght; did you mean length?");
  check_key("code", "prompt = x", "prompt belongs to [message]");
  check_key("code", "colour = x", "unknown key colour");
  check_refused("[cdoe]\nlength = 99", "c:1: unknown section cdoe; did you mean code?");
  check_refused("[twilio]\ntype = twilio", "c:1: unknown section twilio");
  check_refused("[Code]", "c:1: unknown section; did you mean code?");
  check_refused("[provider]", "c:1: [provider NAME] needs a name");
  check_refused("[provider a b]",
                "c:1: [provider NAME]: must be a name of 1 to 32 letters, digits, '-' or '_'");
  CHECK_EQ(diagnostics(provider_file("outbox", "directory = /o\ndirectry = /o")),
           "c:6: unknown key directry; did you mean directory?");
  CHECK_EQ(diagnostics(provider_file("outbox", "directory = /o\nresend_after = 30s")),
           "c:6: resend_after belongs to [limits]");
}

TEST(a_peer_is_named_with_its_services_and_groups) {
  check_refused("[peer]", "c:1: [peer NAME] needs a name");
  check_refused("[peer a b]",
                "c:1: [peer NAME]: must be a name of 1 to 32 letters, digits, '-' or '_'");
  const auto of_peer = [](const std::string& lines) {
    return diagnostics("[peer www-data]\n" + lines + std::string(kOutbox));
  };
  CHECK_EQ(of_peer("services = web\ngroups = @web\n"), "");
  CHECK_EQ(of_peer("services = web\n"), "c:1: [peer www-data] lacks groups");
  CHECK_EQ(of_peer("groups = @web\n"), "c:1: [peer www-data] lacks services");
  CHECK_EQ(of_peer("services = web\ngroups = web\n"),
           "c:3: groups: must be groups, each with an '@' before it");
  CHECK_EQ(of_peer("services = web\ngroups = @web\nuser = alice\n"), "c:4: unknown key user");
}

TEST(nothing_stands_twice) {
  check_refused("[code]\nlength = 6\nlength = 6", "c:3: length: stands already in line 2");
  check_refused("[code]\nlength = 6\n[store]\n[code]\nlength = 7",
                "c:4: [code] stands already in line 1\n"
                "c:5: length: stands already in line 2");
  CHECK_EQ(diagnostics(provider_file("outbox", "directory = /o\n[provider p]\ntype = outbox")),
           "c:6: [provider p] stands already in line 3\n"
           "c:7: type: stands already in line 4");
}

TEST(all_mistakes_come_at_once_in_the_order_of_the_lines) {
  CHECK_EQ(diagnostics("[provider p]\n"
                       "type = twilio\n"
                       "[code]\n"
                       "length = 3\n"
                       "  indented = 1\n"
                       "colour = red\n"
                       "[limits]\n"
                       "wrong_before_disable = 5\n"),
           "c:1: [provider p] lacks account_sid\n"
           "c:1: [provider p] lacks auth_token or auth_token_file or api_key_secret or "
           "api_key_secret_file\n"
           "c:1: [provider p] lacks from or messaging_service_sid\n"
           "c:1: [delivery] lacks providers\n"
           "c:4: length: must be a number from 4 to 10\n"
           "c:5: the line is indented\n"
           "c:6: unknown key colour\n"
           "c:8: wrong_before_disable: must not be below wrong_before_lockout");
}

TEST(limits_fit_together) {
  check_refused("[limits]\nwrong_before_lockout = 20\nwrong_before_disable = 19",
                "c:3: wrong_before_disable: must not be below wrong_before_lockout");
  check_refused("[limits]\nwrong_before_lockout = 20\nwrong_before_disable = 20", "");
}

TEST(providers_are_named_and_present) {
  CHECK_EQ(diagnostics(""), "c:1: [delivery] lacks providers");
  CHECK_EQ(diagnostics("\n[delivery]\nvoice = yes\n"), "c:2: [delivery] lacks providers");
  CHECK_EQ(diagnostics(
               "[delivery]\nproviders = twilo\n[provider twilio]\ntype = outbox\ndirectory = /o\n"),
           "c:2: providers: there is no [provider twilo]; did you mean twilio?");
  CHECK_EQ(diagnostics("[delivery]\nproviders = a, a\n"),
           "c:2: providers: names the same item twice");
  CHECK_EQ(diagnostics("[delivery]\nproviders = a,\n"),
           "c:2: providers: has an empty item in its list");
}

TEST(providers_come_in_the_order_of_preference) {
  const ScratchDirectory directory;
  const auto result =
      read_configuration(directory.write("c",
                                         "[provider a]\ntype = outbox\ndirectory = /a\n"
                                         "[provider b]\ntype = outbox\ndirectory = /b\n"
                                         "[provider c]\ntype = outbox\ndirectory = /c\n"
                                         "[delivery]\nproviders = c, a\n"));
  REQUIRE(result.ok());
  REQUIRE(result->delivery.providers.size() == 2);
  CHECK_EQ(result->delivery.providers[0].options->directory(), "/c");
  CHECK_EQ(result->delivery.providers[1].options->directory(), "/a");
}

TEST(hostile_files_are_refused_with_their_line) {
  using namespace std::string_literals;
  const std::string rest(kOutbox);
  CHECK_EQ(diagnostics("\xef\xbb\xbf" + rest), "");
  CHECK_EQ(diagnostics(rest + "# " + std::string(1 << 20, 'x') + "\n"), "");
  CHECK_EQ(diagnostics(rest + "[code]\nlength = " + std::string(1 << 20, '6') + "\n"),
           "c:7: the line is over 199 bytes");
  CHECK_EQ(diagnostics(rest + "[code]\nlength = 6\0007\n"s), "c:7: the line holds a NUL byte");
  CHECK_EQ(diagnostics(rest + "[message]\nprompt = \xc0\xaf\n"),
           "c:7: the line is not valid UTF-8");
  CHECK_EQ(diagnostics(rest + "[code]\nlength = 6\n tries = 3\n"), "c:8: the line is indented");
  CHECK_EQ(diagnostics(rest + "[" + std::string(60, 's') + "]\n"),
           "c:6: the line has a section name over 49 characters");
}

TEST(the_kind_tells_permission_from_content) {
  const ScratchDirectory directory;
  const auto kind = [](const std::string& path) { return read_configuration(path).error().kind; };
  CHECK(kind(directory.write("c", kOutbox, 0644)) == ErrorKind::permission);
  CHECK(kind(directory.path("absent")) == ErrorKind::not_found);
  CHECK(kind(directory.write("c", "x", 0600)) == ErrorKind::configuration);
}

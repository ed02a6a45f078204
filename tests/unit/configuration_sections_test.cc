// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration_sections.h"

#include "lib/base/text.h"

#include "tests/support/test.h"
#include "tests/unit/configuration_file.h"

using namespace sms2fa;
using test::diagnostics;

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

TEST(numbers_have_bounds) {
  for (const char* value :
       {"3", "11", "0", "-6", "+6", "6x", "0x6", "six", "6 7", "99999999999999999999"})
    check_key("code", "length = " + std::string(value), "length: must be a number from 4 to 10");
  check_key("code", "length = 10", "");
  check_key("code", "tries = 6", "tries: must be a number from 1 to 5");
  check_key("code", "tries = 0", "tries: must be a number from 1 to 5");
  check_key("directory", "gecos_field = 0", "gecos_field: must be a number from 1 to 9");
  check_key("limits", "sends_per_code = 11", "sends_per_code: must be a number from 1 to 10");
  check_key("limits", "wrong_before_lockout = 0",
            "wrong_before_lockout: must be a number from 1 to 100");
  check_key("limits", "wrong_before_disable = 101",
            "wrong_before_disable: must be a number from 1 to 100");
  check_key("limits", "logins_per_user = 0", "logins_per_user: must be a number from 1 to 1000");
  check_key("limits", "logins_at_once = 0", "logins_at_once: must be a number from 1 to 10000");
}

TEST(times_have_units_and_bounds) {
  for (const char* value : {"11m", "601s", "0s", "5", "m", "5 m", "-5m", "5M", "1h30m", "1.5m"})
    check_key("code", "lifetime = " + std::string(value),
              "lifetime: must be a time from 1s to 10m in s, m, h or d, such as 30s");
  check_key("code", "lifetime = 10m", "");
  check_key("limits", "resend_after = 0s",
            "resend_after: must be a time from 1s to 10m in s, m, h or d, such as 30s");
  check_key("limits", "lockout = 31d",
            "lockout: must be a time from 1s to 30d in s, m, h or d, such as 30s");
  for (const char* value : {"10s", "0s", "1m"})
    CHECK_EQ(diagnostics("[delivery]\ndeadline = " + std::string(value) +
                         "\nproviders = o\n[provider o]\ntype = outbox\ndirectory = /o\n"),
             "c:2: deadline: must be a time from 1s to 9s in s, m, h or d, such as 30s");
}

TEST(rates_are_a_count_in_a_time) {
  for (const char* value :
       {"6", "6/", "/10m", "0/10m", "6/0s", "6/10", "6/31d", "100001/1d", "6 / 10m", "6/10m/2"})
    check_key(
        "limits", "sends_per_number = " + std::string(value),
        "sends_per_number: must be a count of 1 to 100000 in a time of up to 30d, such as 6/10m");
  check_key("limits", "sends_per_host = 100000/30d", "");
}

TEST(choices_name_what_there_is) {
  check_key("code", "alphabet = letters", "alphabet: must be digits, hex, base32 or mixed");
  check_key("code", "alphabet = Digits", "alphabet: must be digits, hex, base32 or mixed");
  check_key("message", "echo = true", "echo: must be yes or no");
  check_key("directory", "sources = users-file, ldap", "sources: must be users-file or gecos");
  check_key("directory", "sources = gecos, gecos", "sources: names the same item twice");
  check_key("store", "type = postgres", "type: must be sqlite or memory");
  check_key("code", "unenrolled = maybe", "unenrolled: must be deny, allow or countdown");
  check_key("enroll", "number_change = yes", "number_change: must be refuse or wait");
  check_key("code", "methods = sms, sms", "methods: names the same item twice");
  check_key("code", "methods = sms;totp", "methods: must be a list of sms, voice, totp and backup");
}

TEST(a_countdown_has_a_deadline_which_is_a_day) {
  const std::string rest =
      "[delivery]\nproviders = o\n[provider o]\ntype = outbox\ndirectory = /o\n";
  const auto with = [&rest](const std::string& code) {
    return diagnostics("[code]\n" + code + rest);
  };
  for (const char* day : {"tomorrow", "2027-3-1", "2027-02-29", "2027-00-01", "2027-03-011",
                          "+027-03-01", "2027/03/01"})
    CHECK_EQ(with("unenrolled = countdown\ndeadline = " + std::string(day) + "\n"),
             "c:3: deadline: must be a day such as 2027-03-01");
  CHECK_EQ(with("unenrolled = countdown\n"), "c:2: unenrolled: a countdown needs a deadline");
  CHECK_EQ(with("deadline = 2027-03-01\n"), "");
  CHECK_EQ(with("unenrolled = allow\ndeadline = 2027-03-01\n"),
           "c:3: deadline: ends no unenrolled = allow");
  const test::ScratchDirectory directory;
  const auto read = read_configuration(
      directory.write("c", "[code]\nunenrolled = countdown\ndeadline = 2028-02-29\n" + rest));
  REQUIRE(read.ok());
  CHECK(read->code.unenrolled == Unenrolled::countdown);
  CHECK_EQ(iso_date(read->code.deadline.value()), "2028-02-29");
}

TEST(an_unclear_end_stops_or_sends_again) {
  const auto with = [](const std::string& word) {
    return "[delivery]\non_unknown_outcome = " + word +
           "\nproviders = o\n[provider o]\ntype = outbox\ndirectory = /o\n";
  };
  CHECK_EQ(diagnostics(with("yes")), "c:2: on_unknown_outcome: must be stop or retry");
  const test::ScratchDirectory directory;
  for (const bool retry : {false, true}) {
    const auto read = read_configuration(directory.write("c", with(retry ? "retry" : "stop")));
    REQUIRE(read.ok());
    CHECK_EQ(read->delivery.retry_on_unknown_outcome, retry);
  }
}

TEST(a_word_that_was_renamed_leads_to_the_new_one) {
  const auto renamed = [](const std::string& section, const std::string& line,
                          const std::string& now) {
    check_key(section, line, line.substr(0, line.find(' ')) + " is called " + now + " now");
  };
  renamed("code", "attempts = 3", "tries");
  renamed("limits", "sends_per_attempt = 3", "sends_per_code");
  renamed("limits", "lock = 30m", "lockout");
  renamed("limits", "failures_before_lock = 10", "wrong_before_lockout");
  renamed("limits", "failures_before_disable = 100", "wrong_before_disable");
  renamed("limits", "attempts_per_user = 4", "logins_per_user");
  renamed("limits", "attempts_at_once = 64", "logins_at_once");
  renamed("enroll", "wait = 1d", "number_change_delay");
  check_key("code", "unenrolled = pass", "unenrolled: pass is called allow now");
  const std::string provider = "\nproviders = o\n[provider o]\ntype = outbox\ndirectory = /o\n";
  CHECK_EQ(diagnostics("[delivery]\nambiguous = resend" + provider),
           "c:2: ambiguous is called on_unknown_outcome now");
  CHECK_EQ(diagnostics("[delivery]\non_unknown_outcome = resend" + provider),
           "c:2: on_unknown_outcome: resend is called retry now");
  // Elsewhere they are unknown, as ever, and no value is repeated that is not one of these words.
  check_key("code", "wait = 1d", "unknown key wait");
  check_key("code", "unenrolled = passt", "unenrolled: must be deny, allow or countdown");
}

TEST(countries_are_two_capital_letters) {
  for (const char* value : {"ie", "IRL", "I", "I1"}) {
    check_key("directory", "default_country = " + std::string(value),
              "default_country: must be a country in two capital letters, such as IE");
    check_key("limits", "countries = GB, " + std::string(value),
              "countries: must be a country in two capital letters, such as IE");
  }
  check_key("limits", "countries = GB,,IE", "countries: has an empty item in its list");
}

TEST(paths_are_absolute) {
  for (const char* value :
       {"users.conf", "./users.conf", "/etc/../users.conf", "/etc/..", "\"/etc/u\""})
    check_key("directory", "users_file = " + std::string(value),
              "users_file: must be an absolute path, without . and .. in it");
  check_key("store", "path = state.db", "path: must be an absolute path, without . and .. in it");
  check_key("store", "path = /var/lib/..data/state..db", "");
}

TEST(an_sms_fits_into_one_message_with_the_longest_values) {
  const std::string fixed = "sms = {host} {service} {ref} {code} ";
  // 20 + 20 + 2 + 6 and four blanks are 52.
  check_key("message", fixed + std::string(108, 'x'), "");
  check_key("message", fixed + std::string(109, 'x'),
            "sms: may become 161 characters, and 160 fit into one message");
  check_refused("[message]\n" + fixed + std::string(108, 'x') + "\n[code]\nlength = 7",
                "c:2: sms: may become 161 characters, and 160 fit into one message");
  check_key("message", "sms = [{code}] " + std::string(149, 'x'), "");
  check_key("message", "sms = [{code}] " + std::string(150, 'x'),
            "sms: may become 161 characters, and 160 fit into one message");
}

TEST(an_sms_holds_the_code_and_nothing_dangerous) {
  check_key("message", "sms = hello", "sms: must hold {code}");
  for (const char* value : {"{code} {user}", "{code} {", "{code} }", "{{code}}",
                            "{code} {r{host}ef}", "{ code } {code}", "{code} {CODE}"})
    check_key("message", "sms = " + std::string(value),
              "sms: may hold no other braces than {host}, {code}, {service} and {ref}");
  for (const char* value : {"http://x", "HTTPS", "www.example.org", "app://x"})
    check_key("message", "sms = {code} " + std::string(value),
              "sms: must not hold a link: people are to trust none in such a message");
  check_key("message", "sms = {code} caf\xc3\xa9",
            "sms: must hold only ASCII characters of the GSM-7 alphabet");
  check_key("message", "sms = {code} `x`",
            "sms: must hold only ASCII characters of the GSM-7 alphabet");
  check_key("message", "sms = \"{code}\"", "sms: must not be in quotes, which would be shown");
  check_key("message", "sms = {code}\tx", "sms: must not hold control characters");
}

TEST(a_colon_in_a_value_is_no_separator) {
  check_key("message", "sms = {host}: {code}", "");
  check_key("message", "sms : {code}",
            "the line has ':' where '=' belongs (expected: key = value)");
}

TEST(voice_language_and_prompt_have_their_shapes) {
  check_key("message", "voice = Your code", "voice: must hold {code}");
  check_key("message", "voice = {code} {name}",
            "voice: may hold no other braces than {host}, {code}, {service} and {ref}");
  for (const char* value :
       {"english", "e", "e1", "en_US", "en-", "-US", "en US", "en-US\"/>", "en-ninechars"})
    check_key("message", "language = " + std::string(value),
              "language: must be a language tag such as en-US");
  for (const char* value : {"en", "de-DE", "sr-Latn-RS", "cmn-Hans-CN"})
    check_key("message", "language = " + std::string(value), "");
  check_key("message", "prompt = " + std::string(100, 'x'), "");
  check_key("message", "prompt = " + std::string(101, 'x'), "prompt: must be at most 100 bytes");
  check_key("message", "prompt = Code for {user}", "prompt: may hold no braces");
  check_key("message",
            "prompt = a\xc2\x9b"
            "31m",
            "prompt: must not hold control characters");
  check_key("message", "prompt = S\xc3\xa9same", "");
}

// What the providers' own tutorials send, and what people have used for long, as far as it is not
// easy to guess.
TEST(a_code_that_is_short_for_its_alphabet_is_refused_with_the_bits_it_has) {
  const auto about = [](const std::string& bits) {
    return "length: " + bits + " bits, easy to guess; at least 19.9 are needed";
  };
  check_key("code", "length = 5", about("5 of 10 characters are 16.6"));
  check_refused("[code]\nlength = 4\nalphabet = hex",
                "c:2: " + about("4 of 16 characters are 16.0"));
  check_refused("[code]\nalphabet = hex\nlength = 5", "");
  check_refused("[code]\nlength = 4\nalphabet = base32", "");
  check_refused("[code]\nlength = 4\nalphabet = mixed", "");
}

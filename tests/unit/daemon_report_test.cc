// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/daemon_report.h"

#include <string>

#include "lib/wire/message.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

Outlook alice() {
  Outlook person;
  person.user = "alice";
  person.has_account = true;
  person.meets = Outlook::Meets::decoy;
  person.reason = "locked";
  person.detail = "what is the matter";
  person.number = "********67";
  person.methods = {"sms", "totp"};
  person.by_message = true;
  person.app_unavailable = true;
  person.chance = 3'000'000;
  person.series = {{Series::strangers, 10, 1200s, 0s}, {Series::familiar, 1, 0s, 86400s}};
  person.limits = {{"sends_per_number", 6, 600s, 0, 35s, false},
                   {"sends_per_number", 3, 600s, 0, 135s, true}};
  return person;
}

DaemonReport report() {
  DaemonReport told;
  told.version = "1.2.3";
  told.pid = "42";
  told.loaded.at = WallTime(1'750'000'000s);
  told.loaded.files = {{"/etc/sms2fa/sms2fa.conf", {7, 123, 1'750'000'000'123'456'789}},
                       {"/etc/a b/users.conf", {8, 0, 1}}};
  told.refused = RefusedReload{WallTime(1'750'000'100s), "a:1: no\nb:2: neither"};
  told.person = alice();
  return told;
}

}  // namespace

TEST(a_report_is_read_as_it_was_written) {
  const DaemonReport written = report();
  const auto read = read_report(write_report(written));
  REQUIRE(read.has_value());
  CHECK_EQ(read->version, "1.2.3");
  CHECK_EQ(read->pid, "42");
  CHECK(read->loaded.at == written.loaded.at);
  REQUIRE(read->loaded.files.size() == 2);
  CHECK_EQ(read->loaded.files[1].path, "/etc/a b/users.conf");
  CHECK(read->loaded.files[0].stamp == written.loaded.files[0].stamp);
  REQUIRE(read->refused.has_value());
  CHECK(read->refused->at == written.refused->at);
  CHECK_EQ(read->refused->why, "a:1: no\nb:2: neither\n");
  REQUIRE(read->person.has_value());
  const Outlook& person = *read->person;
  CHECK(person.meets == Outlook::Meets::decoy);
  CHECK_EQ(person.reason + person.detail + person.number, "lockedwhat is the matter********67");
  CHECK(person.methods == written.person->methods);
  CHECK(person.has_account && person.by_message && person.app_unavailable);
  CHECK(!person.by_other && !person.number_unavailable);
  CHECK_EQ(person.chance, 3'000'000);
  REQUIRE(person.series.size() == 2 && person.limits.size() == 2);
  CHECK(person.series[0].series == Series::strangers && person.series[0].locked_for == 1200s);
  CHECK(person.series[1].last_right == 86400s);
  CHECK_EQ(person.limits[1].name, "sends_per_number");
  CHECK(person.limits[1].is_share && person.limits[1].next_in == 135s);
  CHECK(person.exhausted() == &person.limits[0]);  // what stops everybody
}

TEST(a_report_fits_into_its_message_whatever_it_says) {
  DaemonReport told = report();
  for (int i = 0; i < 100; ++i) told.refused->why += std::string(1000, 'x') + "\n";
  told.person->user = std::string(2000, 'u');
  const std::string text = write_report(told);
  CHECK(text.size() <= wire::kLongestReport);
  wire::Message message(wire::MessageType::report);
  message.put(wire::Field::nonce, std::string(wire::kNonceSize, 'n'))
      .put(wire::Field::report, text);
  CHECK(message.complete());
  CHECK(read_report(text).has_value());
}

TEST(nothing_in_a_report_moves_a_terminal_or_begins_a_line) {
  DaemonReport told = report();
  told.person->detail = "a\nmeets question\x1b[2J";
  const auto read = read_report(write_report(told));
  REQUIRE(read.has_value());
  CHECK(read->person->meets == Outlook::Meets::decoy);
  CHECK_EQ(read->person->detail, "a meets question?[2J");
}

TEST(a_later_daemon_may_say_more_but_nothing_that_cannot_be_read) {
  CHECK(read_report("version 9\nweather fine\nuser bob\nmood good\n").has_value());
  for (const char* bad :
       {"loaded soon\n", "file 1 2 x /etc\n", "user a\nmeets perhaps\n", "user a\nseries 3 0 0 0\n",
        "user a\nlimit 1 2 3\n", "user a\nlimit -1 2 3 4 x\n"})
    CHECK(!read_report(bad).has_value());
}

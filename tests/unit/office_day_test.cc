// SPDX-License-Identifier: Apache-2.0
// A working day of 200 people behind one address who log in at one machine, against the real
// limits, on a clock that does not wait. Prints the table of docs/LIMITS.md, the same each time.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

constexpr int kPeople = 200;
constexpr const char* kOffice = "192.0.2.7";
// Of logins, a hundred: whose first answer is wrong, and who ask for the message again.
constexpr unsigned kWrong = 5;
constexpr unsigned kResend = 3;
// After a refusal people try again so much later, and then give up.
constexpr std::array<std::chrono::minutes, 4> kPatience = {1min, 5min, 15min, 30min};

struct Day {
  const char* name;
  int logins;  // of each person
  Lane lane;
};

constexpr Day kDays[] = {{"once, after a key", 1, Lane::proven},
                         {"4 times, after a key", 4, Lane::proven},
                         {"10 times, after a key", 10, Lane::proven},
                         {"4 times, the PIN first", 4, Lane::unproven}};

struct Settings {
  const char* name;
  unsigned per_source;  // an hour
  unsigned per_host;    // an hour
  unsigned per_day;
};

const LimitSettings kDefault;
const Settings kSettings[] = {{"the defaults", kDefault.sends_per_source.count,
                               kDefault.sends_per_host.count, kDefault.sends_per_host_per_day},
                              {"that of the source raised", 500, kDefault.sends_per_host.count,
                               kDefault.sends_per_host_per_day},
                              {"an office's", 500, 500, 5000}};

struct Tally {
  unsigned in_at_once = 0;
  unsigned in_later = 0;
  unsigned gave_up = 0;
  std::map<std::string, unsigned> refused;  // by the limit
  size_t messages = 0;
  size_t busiest_hour = 0;
};

class Office {
 public:
  Office(const Day& day, const Settings& settings) : day_(day), begins_(scene_.clock.now()) {
    scene_.limits().sends_per_source.count = settings.per_source;
    scene_.limits().sends_per_host.count = settings.per_host;
    scene_.limits().sends_per_host_per_day = settings.per_day;
    scene_.messenger->while_sending = [this] { sent_.push_back(scene_.clock.now()); };
    for (int person = 0; person < kPeople; ++person) {
      scene_.directory->add(name_of(person), "+353851" + std::to_string(100'000 + person));
      wants_.push({begins_ + 8h + 30min + below(30min) + below(30min), person, 0});
      for (int login = 1; login < day.logins; ++login)
        wants_.push({begins_ + 9h + 30min + below(8h), person, 0});
    }
  }

  Tally run() {
    while (!wants_.empty()) {
      const Want want = wants_.top();
      wants_.pop();
      if (want.at > scene_.clock.now()) scene_.clock.advance(want.at - scene_.clock.now());
      log_in(want);
    }
    tally_.messages = sent_.size();
    for (size_t first = 0, last = 0; last < sent_.size(); ++last) {
      while (sent_[last] - sent_[first] >= 1h) ++first;
      tally_.busiest_hour = std::max(tally_.busiest_hour, last - first + 1);
    }
    return tally_;
  }

 private:
  struct Want {
    SteadyTime at;
    int person;
    size_t tries;
    bool operator<(const Want& other) const { return at > other.at; }
  };

  static std::string name_of(int person) { return "person" + std::to_string(person); }

  SteadyDuration below(std::chrono::seconds end) {
    return std::chrono::seconds(random_() % static_cast<unsigned>(end.count()));
  }

  void log_in(const Want& want) {
    auto person = scene_.person();
    const auto luck = random_() % 100;
    if (luck < kWrong) person.types([this] { return wrong(); });
    if (luck >= 100 - kResend) person.waits(31s).types("r");
    person.types([this] { return scene_.code(); });
    LoginRequest request = Scene::login(name_of(want.person), "sshd", kOffice);
    request.uid = static_cast<uid_t>(10'000 + want.person);
    request.lane = day_.lane;
    const AuditEvent event =
        authenticate(request, {std::shared_ptr<void>(), &scene_.snapshot}, scene_.services, person);
    if (event.verdict == AuditVerdict::accepted)
      return void(++(want.tries == 0 ? tally_.in_at_once : tally_.in_later));
    ++tally_.refused[event.limit.empty() ? to_string(event.reason) : event.limit];
    if (want.tries == kPatience.size()) return void(++tally_.gave_up);
    wants_.push({scene_.clock.now() + kPatience.at(want.tries), want.person, want.tries + 1});
  }

  std::string wrong() {
    std::string code = scene_.code();
    code.back() = code.back() == '9' ? '0' : static_cast<char>(code.back() + 1);
    return code;
  }

  Day day_;
  Scene scene_;
  SteadyTime begins_;
  std::mt19937_64 random_{1};
  std::priority_queue<Want> wants_;
  std::vector<SteadyTime> sent_;
  Tally tally_;
};

std::string row_of(const Day& day, const Settings& settings, const Tally& tally) {
  std::string refused;
  for (const auto& [limit, count] : tally.refused)
    refused += (refused.empty() ? "" : ", ") + limit + " " + std::to_string(count);
  std::array<char, 300> row{};
  std::snprintf(row.data(), row.size(), "| %s | %s | %d | %u | %u | %u | %zu | %zu | %s |",
                day.name, settings.name, kPeople * day.logins, tally.in_at_once, tally.in_later,
                tally.gave_up, tally.messages, tally.busiest_hour,
                refused.empty() ? "none" : refused.c_str());
  return row.data();
}

std::string limits_page() {
  std::ifstream file(SMS2FA_LIMITS_PAGE);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(the_page_has_the_numbers_of_each_day) {
  const std::string page = limits_page();
  for (const Day& day : kDays)
    for (const Settings& settings : kSettings) {
      const std::string row = row_of(day, settings, Office(day, settings).run());
      std::puts(row.c_str());
      CHECK(page.find("\n" + row + "\n") != std::string::npos);
    }
}

TEST(an_offices_settings_refuse_nobody) {
  const Settings& settings = kSettings[2];
  for (const Day& day : kDays) CHECK(Office(day, settings).run().refused.empty());
  const std::string lines = "    sends_per_source = " + std::to_string(settings.per_source) +
                            "/1h\n    sends_per_host = " + std::to_string(settings.per_host) +
                            "/1h\n    sends_per_host_per_day = " + std::to_string(settings.per_day);
  CHECK(limits_page().find(lines) != std::string::npos);
}

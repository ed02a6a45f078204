// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <string>

#include "lib/base/totp_parameters.h"
#include "lib/config/users_file.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/factors.h"
#include "programs/sms2fa/check/check.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

// What one answer may be.
struct Guessable {
  bool message = false;                 // a code by text or call
  std::map<unsigned, unsigned> apps{};  // how many that show so many digits
  auto operator<=>(const Guessable&) const = default;

  int64_t chance(const CodeSettings& code) const {
    int64_t chance = message ? chance_of_code(code) : 0;
    for (const auto& [digits, count] : apps) chance += count * chance_of_app(digits);
    return chance;
  }
  std::string text() const {
    std::string text = message ? "a number" : "";
    for (const auto& [digits, count] : apps) {
      text += text.empty() ? "" : " and ";
      text += count == 1 ? "an app" : std::to_string(count) + " apps";
      if (digits != kFewestTotpDigits) text += " of " + std::to_string(digits) + " digits";
    }
    return text;
  }
};

std::string one_in(int64_t chance) {
  return "1 in " + std::to_string(kCertain / std::max<int64_t>(1, chance));
}

bool contains(const Methods& methods, Method method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// How many people there are of each kind.
class ChanceLook {
 public:
  ChanceLook(const Configuration& configuration, Findings& findings)
      : configuration_(configuration), findings_(findings) {
    for (const bool number : {true, false})
      for (const auto& apps : {std::vector<unsigned>{}, std::vector<unsigned>{kFewestTotpDigits}})
        (void)kind_of(number, apps, {});
  }

  // `methods` are those of the person's record, empty when it names none.
  void add(bool number, const std::vector<unsigned>& app_digits, const Methods& methods) {
    if (size_t* const people = kind_of(number, app_digits, methods)) ++*people;
  }

  void finish() {
    for (const auto& [kind, people] : kinds_) tell(kind, people);
  }

 private:
  size_t* kind_of(bool number, const std::vector<unsigned>& app_digits, const Methods& own) {
    const Methods& methods = own.empty() ? configuration_.code.methods : own;
    const bool calls = configuration_.delivery.voice && contains(methods, Method::voice);
    Guessable kind{number && (calls || contains(methods, Method::sms))};
    if (contains(methods, Method::totp))
      for (const unsigned digits : app_digits) ++kind.apps[digits];
    if (kind == Guessable()) return nullptr;
    return &kinds_[kind];
  }

  void tell(const Guessable& kind, size_t people) {
    const int64_t chance = kind.chance(configuration_.code);
    const int64_t strangers = share_of(Series::strangers, chance);
    const int64_t all = share_of(Series::familiar, chance);
    const std::string who = people == 0   ? "somebody"
                            : people == 1 ? "1 person"
                                          : std::to_string(people) + " people";
    const std::string text = who + " with " + kind.text() + " may " + (people > 1 ? "each " : "") +
                             "be guessed at " + std::to_string(all) + " times a year, " +
                             one_in(all * chance) + ", and by strangers " +
                             std::to_string(strangers) + " times, " + one_in(strangers * chance);
    if (all * chance > kYearlyChance || all == 0)
      findings_.add(make_error(ErrorKind::configuration, text + "; [code] length is too small"));
    else
      findings_.add(Severity::note, text);
  }

  const Configuration& configuration_;
  Findings& findings_;
  std::map<Guessable, size_t> kinds_;
};

// Whoever has enrolled may have their number in the directory, or methods.
void look_at_enrolled(const Configuration& configuration,
                      const std::vector<EnrolledFactors>& enrolled, ChanceLook& look) {
  if (enrolled.empty()) return;
  const auto directory = make_directory(configuration.directory);
  if (!directory) return;  // its error has been reported
  for (const auto& one : enrolled) {
    const auto found = (*directory)->find(one.user);
    const bool listed = found && *found;
    const bool number = one.number || (listed && (*found)->phone);
    look.add(number, one.app_digits, listed ? (*found)->methods : Methods());
  }
}

void look_at_users_file(const DirectorySettings& settings,
                        const std::vector<EnrolledFactors>& enrolled, ChanceLook& look) {
  if (std::find(settings.sources.begin(), settings.sources.end(), DirectorySource::users_file) ==
      settings.sources.end())
    return;
  std::set<std::string, std::less<>> done;
  for (const auto& one : enrolled) done.insert(one.user);
  (void)read_users_file(settings.users_file, [&](const UserLine& line) -> Result<void> {
    if (!done.contains(line.name)) look.add(!line.phone.empty(), {}, line.methods);
    return {};
  });
}

}  // namespace

void check_chance(const Configuration& configuration, const std::vector<EnrolledFactors>& enrolled,
                  Findings& findings) {
  ChanceLook look(configuration, findings);
  look_at_enrolled(configuration, enrolled, look);
  look_at_users_file(configuration.directory, enrolled, look);
  look.finish();
  if (configuration.store.type == StoreType::memory)
    findings.add(
        Severity::warning,
        "[store] type = memory: a restart of the daemon forgets locks, budgets and how often "
        "people were guessed at within the year, so these chances begin anew; keep it in a "
        "file: type = sqlite");
}

}  // namespace sms2fa

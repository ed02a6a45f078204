// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "lib/base/text.h"
#include "lib/config/users_file.h"
#include "lib/directory/number_policy.h"
#include "lib/directory/number_text.h"
#include "programs/sms2fa/check/check.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

// libphonenumber takes some 150 µs a number, and nobody reads a thousand warnings.
constexpr size_t kMostLookedAt = 100'000;
constexpr size_t kMostNamed = 10;

using Finding = NumberPolicy::Finding;

// Looks at the numbers on record, and counts what it finds.
class NumberLook {
 public:
  NumberLook(const NumberPolicy& policy, Findings& findings)
      : policy_(policy), findings_(findings) {}

  // An error when no code can go to the number.
  Result<void> look_at(std::string_view user, const PhoneNumber& number) {
    if (looked_at_ == kMostLookedAt) {
      ++left_out_;
      return {};
    }
    ++looked_at_;
    const auto verdict = policy_.judge(number);
    switch (verdict.finding) {
      case Finding::fine:
        ++fine_;
        break;
      case Finding::impossible:
      case Finding::forbidden:
        return number_error(ErrorKind::configuration, verdict.why);
      case Finding::foreign:
        doubt(user, number, verdict.why + ": [limits] countries");
        break;
      case Finding::no_mobile:
      case Finding::unknown:
        doubt(user, number, verdict.why + "; check it: sms2fa send " + escape(user));
        break;
    }
    return {};
  }

  void finish() {
    if (doubtful_ > kMostNamed)
      findings_.add(Severity::warning,
                    "and " + std::to_string(doubtful_ - kMostNamed) + " more numbers like these");
    if (left_out_ > 0)
      findings_.add(Severity::note, std::to_string(left_out_) +
                                        " more numbers were not looked at, for there are many");
    if (fine_ > 0 && fine_ == looked_at_)
      findings_.add(Severity::ok, fine_ == 1
                                      ? "1 phone number looks plausible"
                                      : std::to_string(fine_) + " phone numbers look plausible");
  }

  bool none_found() const { return looked_at_ == 0; }

 private:
  void doubt(std::string_view user, const PhoneNumber& number, const std::string& why) {
    if (++doubtful_ <= kMostNamed)
      findings_.add(Severity::warning, escape(user) + "'s number " + number.masked() + " " + why);
  }

  const NumberPolicy& policy_;
  Findings& findings_;
  size_t looked_at_ = 0;
  size_t left_out_ = 0;
  size_t fine_ = 0;
  size_t doubtful_ = 0;
};

void look_at_users_file(const DirectorySettings& settings, NumberLook& look, Findings& findings) {
  const auto read = read_users_file(settings.users_file, [&](const UserLine& line) -> Result<void> {
    if (line.phone.empty()) return {};
    const auto number = read_number(line.phone, settings.default_country);
    if (!number) return number.error();
    return look.look_at(line.name, *number);
  });
  if (!read) findings.add(read.error());
}

void look_at_gecos(DirectorySettings settings, NumberLook& look, Findings& findings) {
  settings.sources = {DirectorySource::gecos};
  const auto gecos = make_directory(settings);
  if (!gecos) return findings.add(gecos.error());
  size_t unreadable = 0;
  setpwent();
  while (const passwd* entry = getpwent()) {
    const std::string user = entry->pw_name;
    const auto person = (*gecos)->find(user);
    std::string trouble = person ? "" : person.error().message;
    if (person && *person && (*person)->phone)
      if (const auto seen = look.look_at(user, *(*person)->phone); !seen)
        trouble = escape(user) + ": " + seen.error().message;
    if (!trouble.empty() && ++unreadable <= kMostNamed)
      findings.add(Severity::warning, trouble + "; that account gets no code");
  }
  endpwent();
}

// The letters of CHFN_RESTRICT in login.defs(5): the GECOS fields that people may change
// themselves.
std::string fields_open_to_all() {
  std::ifstream file("/etc/login.defs");
  std::string line;
  std::string open;
  while (std::getline(file, line)) {
    const std::string_view text = trim(line);
    constexpr std::string_view kKey = "CHFN_RESTRICT";
    if (!text.starts_with(kKey)) continue;
    open = trim(text.substr(kKey.size()));
    if (open == "yes") open = "rwh";
    if (open == "no") open = "frwh";
  }
  return open;
}

void check_chfn(unsigned gecos_field, Findings& findings) {
  constexpr std::string_view kLetters = "frwh";  // full name, room, work phone, home phone
  if (gecos_field > kLetters.size()) return;
  if (fields_open_to_all().find(kLetters[gecos_field - 1]) == std::string::npos) return;
  findings.add(Severity::warning,
               std::string("/etc/login.defs: CHFN_RESTRICT lets people change GECOS field ") +
                   std::to_string(gecos_field) +
                   " by chfn, so a password alone moves the code to another phone; take '" +
                   kLetters[gecos_field - 1] + "' out of it");
}

bool uses(const DirectorySettings& settings, DirectorySource source) {
  return std::find(settings.sources.begin(), settings.sources.end(), source) !=
         settings.sources.end();
}

}  // namespace

void check_numbers(const Configuration& configuration, Findings& findings) {
  const DirectorySettings& settings = configuration.directory;
  const NumberPolicy policy(number_rules(configuration), {});
  NumberLook look(policy, findings);
  if (uses(settings, DirectorySource::users_file)) look_at_users_file(settings, look, findings);
  if (uses(settings, DirectorySource::gecos)) {
    look_at_gecos(settings, look, findings);
    check_chfn(settings.gecos_field, findings);
  }
  look.finish();
  if (look.none_found())
    findings.add(Severity::warning, "there is no phone number on record, so nobody can get a code");
}

}  // namespace sms2fa

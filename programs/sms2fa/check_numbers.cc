// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "lib/base/text.h"
#include "lib/config/users_file.h"
#include "lib/directory/number_reader.h"
#include "programs/sms2fa/check.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

// libphonenumber takes some 30 µs a number, and nobody reads a thousand warnings.
constexpr size_t kMostLookedAt = 100'000;
constexpr size_t kMostNamed = 10;

class Plausibility {
 public:
  Plausibility(const std::vector<std::string>& countries, Findings& findings)
      : countries_(countries), findings_(findings) {}

  void look_at(std::string_view user, const PhoneNumber& number) {
    if (looked_at_ == kMostLookedAt) {
      ++left_out_;
      return;
    }
    ++looked_at_;
    if (!countries_.empty() && !is_of_these(country_of(number))) {
      if (++foreign_ <= kMostNamed)
        findings_.add(Severity::warning, escape(user) + "'s number " + number.masked() +
                                             " is of no country that gets codes: [limits] "
                                             "countries");
    }
    if (looks_valid(number) || ++odd_ > kMostNamed) return;
    findings_.add(Severity::warning, escape(user) + "'s number " + number.masked() +
                                         " looks like none that exists; check it: sms2fa send " +
                                         escape(user));
  }

  void finish() {
    if (odd_ > kMostNamed)
      findings_.add(Severity::warning, "and " + std::to_string(odd_ - kMostNamed) +
                                           " more numbers look like none that exist");
    if (foreign_ > kMostNamed)
      findings_.add(Severity::warning, "and " + std::to_string(foreign_ - kMostNamed) +
                                           " more numbers are of no country that gets codes");
    if (left_out_ > 0)
      findings_.add(Severity::note, std::to_string(left_out_) +
                                        " more numbers were not looked at, for there are many");
    if (odd_ == 0 && looked_at_ > 0)
      findings_.add(Severity::ok,
                    looked_at_ == 1 ? "1 phone number looks plausible"
                                    : std::to_string(looked_at_) + " phone numbers look plausible");
  }

  bool none_found() const { return looked_at_ == 0; }

 private:
  bool is_of_these(const std::string& country) const {
    return std::find(countries_.begin(), countries_.end(), country) != countries_.end();
  }

  const std::vector<std::string>& countries_;
  Findings& findings_;
  size_t looked_at_ = 0;
  size_t left_out_ = 0;
  size_t odd_ = 0;
  size_t foreign_ = 0;
};

void look_at_users_file(const DirectorySettings& settings, Plausibility& plausibility) {
  // Its errors have been reported.
  (void)read_users_file(settings.users_file, [&](const UserLine& line) -> Result<void> {
    if (line.phone.empty()) return {};
    const auto number = read_number(line.phone, settings.default_country);
    if (number) plausibility.look_at(line.name, *number);
    return {};
  });
}

void look_at_gecos(DirectorySettings settings, Plausibility& plausibility, Findings& findings) {
  settings.sources = {DirectorySource::gecos};
  const auto gecos = make_directory(settings);
  if (!gecos) return findings.add(gecos.error());
  size_t unreadable = 0;
  setpwent();
  while (const passwd* entry = getpwent()) {
    const std::string user = entry->pw_name;
    const auto person = (*gecos)->find(user);
    if (!person) {
      if (++unreadable <= kMostNamed)
        findings.add(Severity::warning, person.error().message + "; whoever it is cannot log in");
    } else if (person.value() && person.value()->phone) {
      plausibility.look_at(user, *person.value()->phone);
    }
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
  Plausibility plausibility(configuration.limits.countries, findings);
  if (uses(settings, DirectorySource::users_file)) look_at_users_file(settings, plausibility);
  if (uses(settings, DirectorySource::gecos)) {
    look_at_gecos(settings, plausibility, findings);
    check_chfn(settings.gecos_field, findings);
  }
  plausibility.finish();
  if (plausibility.none_found())
    findings.add(Severity::warning, "there is no phone number on record, so nobody can get a code");
}

}  // namespace sms2fa

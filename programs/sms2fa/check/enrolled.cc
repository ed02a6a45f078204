// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "lib/base/random.h"
#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr char kHasNumber = 'n';

// One person in a line: 'n' for a number, the digits of each app, a blank, and the name.
std::string line_of(const std::string& user, const Enrolment& enrolment) {
  std::string line;
  if (enrolment.sealed_number) line += kHasNumber;
  for (const EnrolledApp& app : enrolment.apps) line += std::to_string(app.parameters.digits);
  return line + " " + user + "\n";
}

EnrolledFactors read_line(std::string_view line) {
  const size_t end = std::min(line.find(' '), line.size());
  EnrolledFactors factors{std::string(line.substr(std::min(end + 1, line.size())))};
  for (const char c : line.substr(0, end)) {
    if (c == kHasNumber)
      factors.number = true;
    else
      factors.app_digits.push_back(static_cast<unsigned>(c - '0'));
  }
  return factors;
}

// In a child: opening the store gives up root.
int write_enrolled(const StoreSettings& settings, int out) {
  SystemRandom random;
  const auto time = SystemTimeSource::create();
  if (!time) return EX_OSERR;
  const auto store = open_store_as_its_owner(settings, random, **time);
  if (!store) return EX_UNAVAILABLE;
  const auto users = (*store)->enrolled_users();
  if (!users) return EX_UNAVAILABLE;
  for (const auto& user : *users) {
    const auto enrolment = (*store)->enrolment_of(user);
    if (!enrolment) return EX_UNAVAILABLE;
    const std::string line = line_of(user, *enrolment);
    if (write(out, line.data(), line.size()) < 0) return EX_OSERR;
  }
  return EX_OK;
}

}  // namespace

std::vector<EnrolledFactors> enrolled_factors(const StoreSettings& settings) {
  if (settings.type != StoreType::sqlite || geteuid() != 0) return {};
  // What is wrong with the store, others say.
  const ChildEnd end = in_child(kPatience, [&](int out) { return write_enrolled(settings, out); });
  std::vector<EnrolledFactors> all;
  // Of very many people not all come; the last line may be cut.
  std::string_view rest = std::string_view(end.text).substr(0, end.text.rfind('\n') + 1);
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    all.push_back(read_line(line));
    rest.remove_prefix(line.size() + 1);
  }
  return all;
}

}  // namespace sms2fa

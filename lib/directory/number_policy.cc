// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_policy.h"

#include <algorithm>

#include "lib/directory/number_text.h"

namespace sms2fa {

namespace {

using Verdict = NumberPolicy::Verdict;
using Finding = NumberPolicy::Finding;

bool contains(const std::vector<std::string>& countries, const std::string& country) {
  return std::find(countries.begin(), countries.end(), country) != countries.end();
}

// Looked up where there is no number, for the time it takes.
PhoneNumber stand_in_of(const std::vector<PhoneNumber>& on_record) {
  return on_record.empty() ? *PhoneNumber::parse_international("+353850000000") : on_record.front();
}

// "a pager", for a kind that no code may ever go to; else "".
std::string forbidden_kind(NumberKind kind) {
  switch (kind) {
    case NumberKind::unknown:
    case NumberKind::mobile:
    case NumberKind::fixed:
    case NumberKind::voip:
      return {};
    case NumberKind::toll_free:
      return "a freephone number";
    case NumberKind::premium_rate:
      return "a premium-rate number";
    case NumberKind::shared_cost:
      return "a shared-cost number";
    case NumberKind::personal:
      return "a personal number, which may cost much";
    case NumberKind::pager:
      return "a pager";
    case NumberKind::universal_access:
      return "a company's number";
    case NumberKind::voicemail:
      return "a voice mailbox";
  }
  return "of an unknown kind";
}

Verdict impossible(const NumberFacts& facts) {
  const std::string example = example_number(facts.country);
  return {Finding::impossible,
          std::string("is too ") + (facts.length == NumberLength::too_long ? "long" : "short") +
              " for its country" +
              (example.empty() ? "" : "; one there is written like " + example)};
}

}  // namespace

NumberPolicy::NumberPolicy(Rules rules, const std::vector<PhoneNumber>& on_record)
    : rules_(std::move(rules)), stand_in_(stand_in_of(on_record)) {
  // The metadata is unpacked here, and not while the first person waits.
  (void)facts_of(stand_in_);
  own_countries_ = rules_.countries;
  if (!own_countries_.empty()) return;
  if (!rules_.default_country.empty()) own_countries_.push_back(rules_.default_country);
  for (const PhoneNumber& number : on_record) {
    std::string country = facts_of(number).country;
    if (!country.empty() && !contains(own_countries_, country))
      own_countries_.push_back(std::move(country));
  }
}

Reach NumberPolicy::reach_of(const std::optional<PhoneNumber>& number) const {
  const NumberFacts facts = facts_of(number ? *number : stand_in_);
  if (!number) return Reach::open;
  if (number->is_forbidden() || !forbidden_kind(facts.kind).empty()) return Reach::forbidden;
  const bool is_foreign = !rules_.countries.empty() && !contains(rules_.countries, facts.country);
  return is_foreign ? Reach::foreign : Reach::open;
}

Verdict NumberPolicy::judge(const PhoneNumber& number) const {
  return judge_within(number, rules_.countries.empty() ? nullptr : &rules_.countries);
}

Result<PhoneNumber> NumberPolicy::read(std::string_view text) const {
  return read_within(text, rules_.countries.empty() ? nullptr : &rules_.countries);
}

Result<PhoneNumber> NumberPolicy::read_own(std::string_view text) const {
  return read_within(text, &own_countries_);
}

Verdict NumberPolicy::judge_within(const PhoneNumber& number,
                                   const std::vector<std::string>* countries) const {
  if (number.is_forbidden()) return {Finding::forbidden, "has a prefix where no code may go"};
  const NumberFacts facts = facts_of(number);
  if (const auto kind = forbidden_kind(facts.kind); !kind.empty())
    return {Finding::forbidden, "is " + kind + ", where no code may go"};
  if (facts.length != NumberLength::possible) return impossible(facts);
  if (countries != nullptr && !contains(*countries, facts.country))
    return {Finding::foreign, "is of a country that gets no codes from here"};
  if (facts.kind == NumberKind::mobile || (facts.kind == NumberKind::fixed && rules_.calls))
    return {};
  if (facts.kind == NumberKind::unknown)
    return {Finding::unknown, "is none that is known to be a mobile phone's"};
  return {Finding::no_mobile,
          facts.kind == NumberKind::fixed
              ? "is a fixed line's, which gets no text messages"
              : "is one of a telephone over the internet, not a mobile phone's"};
}

Result<PhoneNumber> NumberPolicy::read_within(std::string_view text,
                                              const std::vector<std::string>* countries) const {
  auto number = read_number(text, rules_.default_country);
  if (!number) return number;
  if (const Verdict verdict = judge_within(*number, countries); verdict.finding != Finding::fine)
    return number_error(ErrorKind::refused, verdict.why);
  return number;
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/directory/directory.h"
#include "lib/directory/number_reader.h"

namespace sms2fa {

// Which numbers codes may go to. Thread-safe.
class NumberPolicy {
 public:
  struct Rules {
    std::string default_country;         // as for read_number()
    std::vector<std::string> countries;  // ISO 3166-1 alpha-2; empty: any
    bool calls = false;                  // codes are called too, so a fixed line is of use
  };
  enum class Finding {
    fine,
    impossible,  // has not the length of any number of its country
    forbidden,   // is of a kind that no code may ever go to
    no_mobile,   // is of another kind that gets no text messages, as far as anybody knows
    unknown,     // is none that the metadata knows, which may be too old
    foreign      // is of a country that gets no codes
  };
  struct Verdict {
    Finding finding = Finding::fine;
    // What follows "the phone number"; "" when it is fine.
    std::string why;
  };

  // `on_record` are samples of the numbers on record, see Directory::samples().
  NumberPolicy(Rules rules, const std::vector<PhoneNumber>& on_record);

  // At a login, which refuses nothing because its metadata is too old to know it. nullopt: as for
  // Directory::reach_of().
  Reach reach_of(const std::optional<PhoneNumber>& number) const;

  // The strict look, for `check` and before a number is enrolled. What is worst comes first.
  Verdict judge(const PhoneNumber& number) const;

  // A number that an administrator wants to enroll. An error is `configuration` when it can't be
  // read and `refused` when it is not fine.
  Result<PhoneNumber> read(std::string_view text) const;

  // A number that somebody wants to enroll for themselves: without a list of countries only one of
  // default_country and of the countries of the numbers on record.
  Result<PhoneNumber> read_own(std::string_view text) const;

 private:
  // nullptr: any country.
  Verdict judge_within(const PhoneNumber& number, const std::vector<std::string>* countries) const;
  Result<PhoneNumber> read_within(std::string_view text,
                                  const std::vector<std::string>* countries) const;

  Rules rules_;
  PhoneNumber stand_in_;
  std::vector<std::string> own_countries_;
};

}  // namespace sms2fa

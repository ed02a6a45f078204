// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/directory/directory.h"

namespace sms2fa {

// The people of users.conf, in memory: 12 bytes each, their names and their numbers' digits. A
// look-up is a binary search, and only there a number becomes one of E.164.
class UsersFileDirectory final : public Directory {
 public:
  // Gathers the people; whoever reads the file calls add() for each.
  class Builder {
   public:
    // `default_country` is as for read_number().
    explicit Builder(std::string default_country);

    // `phone` may be empty. The errors, of a number that number_digits() refuses or that
    // is_forbidden() and of a name over 255 bytes, hold neither.
    Result<void> add(std::string_view name, std::string_view phone, const Methods& methods);

    // The directory of all that was added. An error when a name was added twice.
    Result<UsersFileDirectory> build() &&;

   private:
    friend class UsersFileDirectory;
    struct Record {
      uint32_t hash;     // of the name
      uint32_t offset;   // into texts_: the name and the digits, each behind a byte with its length
      uint16_t methods;  // packed
    };
    std::string default_country_;
    bool country_is_known_;
    std::string texts_;
    std::vector<Record> records_;
  };

  // An error for a number that read_number() refuses; it names the user, escaped, and not the
  // number. Somebody who is unknown here costs the time of somebody else's number.
  Result<std::optional<Person>> find(std::string_view user) const override;

  std::vector<PhoneNumber> samples() const override;

  size_t size() const { return records_.size(); }

 private:
  using Record = Builder::Record;

  UsersFileDirectory(std::string default_country, std::string texts, std::vector<Record> records)
      : default_country_(std::move(default_country)),
        texts_(std::move(texts)),
        records_(std::move(records)) {}

  std::string default_country_;
  std::string texts_;
  // By hash and then by name.
  std::vector<Record> records_;
};

}  // namespace sms2fa

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

// The people of users.conf, in memory: 17 bytes each and their names. A lookup is a binary search.
class UsersFileDirectory final : public Directory {
 public:
  // Gathers the people; whoever reads the file calls add() for each.
  class Builder {
   public:
    // `default_country` is as for read_number().
    explicit Builder(std::string default_country) : default_country_(std::move(default_country)) {}

    // `phone` may be empty. The errors, of a number that read_number() refuses and of a name over
    // 255 bytes, hold neither.
    Result<void> add(std::string_view name, std::string_view phone, const Methods& methods);

    // The directory of all that was added. An error when a name was added twice.
    Result<UsersFileDirectory> build() &&;

   private:
    friend class UsersFileDirectory;
    struct Record {
      uint32_t hash;         // of the name
      uint32_t name_offset;  // into names_, where a byte with its length comes first
      uint64_t reach;        // number and methods, packed
    };
    std::string default_country_;
    std::string names_;
    std::vector<Record> records_;
  };

  // Never an error: what is unusable was refused by add().
  Result<std::optional<Person>> find(std::string_view user) const override;

  size_t size() const { return records_.size(); }

 private:
  using Record = Builder::Record;

  UsersFileDirectory(std::string names, std::vector<Record> records)
      : names_(std::move(names)), records_(std::move(records)) {}

  std::string names_;
  // By hash and then by name.
  std::vector<Record> records_;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lib/directory/directory.h"

namespace sms2fa {

// Several directories, asked in order: the first that knows the user wins, and an error ends the
// search.
class DirectoryChain final : public Directory {
 public:
  explicit DirectoryChain(std::vector<std::unique_ptr<Directory>> sources)
      : sources_(std::move(sources)) {}

  Result<std::optional<Person>> find(std::string_view user) const override;
  std::vector<PhoneNumber> samples() const override;

 private:
  std::vector<std::unique_ptr<Directory>> sources_;
};

}  // namespace sms2fa

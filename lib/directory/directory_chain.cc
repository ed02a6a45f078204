// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/directory_chain.h"

namespace sms2fa {

Result<std::optional<Person>> DirectoryChain::find(std::string_view user) const {
  for (const auto& source : sources_) {
    auto person = source->find(user);
    if (!person || *person) return person;
  }
  return std::optional<Person>();
}

std::vector<PhoneNumber> DirectoryChain::samples() const {
  std::vector<PhoneNumber> all;
  for (const auto& source : sources_)
    for (PhoneNumber& number : source->samples()) all.push_back(std::move(number));
  return all;
}

}  // namespace sms2fa

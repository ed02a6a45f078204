// SPDX-License-Identifier: Apache-2.0
#include "lib/session/factor.h"

#include <algorithm>

#include "lib/otp/backup_code.h"

namespace sms2fa {

namespace {

// google-authenticator's scratch codes, once they were taken over, have 8 digits. Nothing shorter
// costs a slow hash.
constexpr size_t kShortestHashed = 8;
// Of codes of our own: 50 bits.
constexpr size_t kLongCode = 10;

}  // namespace

bool FactorAnswer::is_long_enough() const {
  if (accepts_ == Accepts::any_code) return true;
  const auto is_filler = [](char c) { return c == ' ' || c == '-'; };
  return text_.size() - static_cast<size_t>(std::count_if(text_.begin(), text_.end(), is_filler)) >=
         kLongCode;
}

Result<std::string> FactorAnswer::slow_hash(const std::string& parameters) {
  if (text_.size() < kShortestHashed || parameters == parameters_) return hash_;
  auto hash = hash_backup_code(parameters, text_);
  if (!hash) return hash.error();
  parameters_ = parameters;
  hash_ = std::move(*hash);
  return hash_;
}

Result<Secret> open_sealed(KeyRing* keys, const std::string& context, const std::string& sealed) {
  if (keys == nullptr) return make_error(ErrorKind::unavailable, "there is no key for the store");
  return keys->open(context, sealed);
}

}  // namespace sms2fa

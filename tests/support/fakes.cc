// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fakes.h"

#include <cstring>
#include <stdexcept>

namespace sms2fa::test {

Result<void> ScriptedRandom::fill(std::span<unsigned char> bytes) {
  const std::lock_guard lock(mutex_);
  if (fills_++ == failing_fill_) return make_error(ErrorKind::unavailable, "no randomness");
  if (bytes.size() == sizeof(uint32_t) && !script_.empty()) {
    std::memcpy(bytes.data(), &script_.front(), sizeof(uint32_t));
    script_.pop_front();
    return {};
  }
  for (auto& byte : bytes) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<unsigned char>(state_ >> 56);
  }
  return {};
}

void ScriptedRandom::next_code(const std::string& digits) {
  const std::lock_guard lock(mutex_);
  for (const char c : digits) script_.push_back(static_cast<uint32_t>(c - '0'));
}

void ScriptedRandom::fail_at(int n) {
  const std::lock_guard lock(mutex_);
  failing_fill_ = fills_ + n;
}

int ScriptedRandom::fills() const {
  const std::lock_guard lock(mutex_);
  return fills_;
}

Result<std::optional<Person>> FakeDirectory::find(std::string_view user) const {
  ++lookups_;
  const auto found = people_.find(user);
  if (found == people_.end()) return std::optional<Person>{};
  return found->second;
}

void FakeDirectory::add(const std::string& name, const std::string& phone, Methods methods) {
  people_.insert_or_assign(
      name, std::optional(Person{name, PhoneNumber::parse_international(phone), methods}));
}

void FakeDirectory::remove(const std::string& name) {
  people_.erase(name);
}

void FakeDirectory::add_unusable(const std::string& name) {
  people_.insert_or_assign(name, make_error(ErrorKind::configuration, "the record is unusable"));
}

}  // namespace sms2fa::test

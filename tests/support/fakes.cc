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

bool FakeMessenger::offers(Medium medium, const Route&) const {
  return medium == Medium::sms || calls;
}

CheckStatus FakeMessenger::check(const std::string& provider, const PhoneNumber&,
                                 const std::string& message_id, const Secret& code, SteadyTime) {
  const std::lock_guard lock(mutex_);
  checks_.push_back(provider + " " + message_id + " " + std::string(code.reveal()));
  clock_.advance(check_takes);
  return check_status;
}

std::vector<std::string> FakeMessenger::checks() const {
  const std::lock_guard lock(mutex_);
  return checks_;
}

SendReport FakeMessenger::deliver(const LoginMessage& message, const Route& route,
                                  SendLedger& ledger, SteadyTime deadline) {
  if (!ledger.reserve("fake")) return {.status = SendStatus::not_permitted, .provider = "fake"};
  SendReport report;
  {
    const std::lock_guard lock(mutex_);
    texts_.push_back({message.to.e164(), std::string(message.body.reveal()), message.medium, route,
                      message.validity, deadline});
    report = script_.empty() ? otherwise_ : script_.front();
    if (!script_.empty()) script_.pop_front();
    report.message_id = "SM" + std::to_string(texts_.size());
  }
  if (while_sending) while_sending();
  clock_.advance(takes);
  report.provider = "fake";
  report.medium = message.medium;
  report.detail = "fake: " + std::string(to_string(report.status));
  if (report.status != SendStatus::accepted) report.message_id.clear();
  ledger.settle(report);
  return report;
}

void FakeMessenger::next(SendReport report) {
  const std::lock_guard lock(mutex_);
  script_.push_back(std::move(report));
}

void FakeMessenger::next(SendStatus status, bool may_have_been_sent) {
  next({.status = status, .may_have_been_sent = may_have_been_sent});
}

void FakeMessenger::always_report(SendReport report) {
  const std::lock_guard lock(mutex_);
  otherwise_ = std::move(report);
}

void FakeMessenger::always(SendStatus status, bool may_have_been_sent) {
  const std::lock_guard lock(mutex_);
  otherwise_ = {.status = status, .may_have_been_sent = may_have_been_sent};
}

std::vector<FakeMessenger::Text> FakeMessenger::texts() const {
  const std::lock_guard lock(mutex_);
  return texts_;
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

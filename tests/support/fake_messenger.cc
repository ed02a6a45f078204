// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_messenger.h"

namespace sms2fa::test {

bool FakeMessenger::offers(Medium medium, const Route&) const {
  return medium == Medium::sms || calls;
}

namespace {

class KnownStatus final : public TrackedMessage {
 public:
  explicit KnownStatus(DeliveryStatus status) : status_(std::move(status)) {}
  DeliveryStatus status() const override { return status_; }

 private:
  const DeliveryStatus status_;
};

}  // namespace

std::shared_ptr<const TrackedMessage> FakeMessenger::follow(const SendReport&, SteadyTime,
                                                            DeliveryCallback ended) {
  if (delivery_status.state != DeliveryState::pending) ended(delivery_status);
  return std::make_shared<KnownStatus>(delivery_status);
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

SendReport FakeMessenger::deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                                  SteadyTime deadline) {
  if (!quota.reserve("fake")) return {.status = SendStatus::not_permitted, .provider = "fake"};
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
  quota.settle(report);
  return report;
}

size_t FakeMessenger::count() const {
  const std::lock_guard lock(mutex_);
  return texts_.size();
}

FakeMessenger::Text FakeMessenger::last() const {
  const std::lock_guard lock(mutex_);
  return texts_.back();
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

}  // namespace sms2fa::test

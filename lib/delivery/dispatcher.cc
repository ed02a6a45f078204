// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/dispatcher.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

namespace sms2fa {

namespace {

// What a request takes at least; waiting is no use when less than this would be left.
constexpr Milliseconds kTimeToSend = std::chrono::seconds(1);

void add_line(std::string& story, const std::string& provider, const std::string& what) {
  if (!story.empty()) story += "; ";
  story += provider + ": " + what;
}

}  // namespace

// One message on its way along the providers.
class Dispatcher::Delivery {
 public:
  Delivery(Dispatcher& dispatcher, const LoginMessage& message, SendQuota& quota,
           SteadyTime deadline)
      : dispatcher_(dispatcher), message_(message), quota_(quota), deadline_(deadline) {}

  // Returns whether another provider may try.
  bool through(Provider& provider, bool is_first_choice, size_t left) {
    const std::string& name = provider.gateway->name();
    const SteadyTime now = dispatcher_.clock_.now();
    if (now >= deadline_) {
      add_line(story_, name, "no time left");
      return false;
    }
    if (!quota_.reserve(name)) {
      report_ = {.status = SendStatus::not_permitted, .provider = name};
      add_line(story_, name, "not permitted");
      return false;
    }
    // The next one needs its share only where it may follow an answer that does not come; a
    // connection that does not come about takes no more than a third in any case (curl_job.h).
    const bool shared = dispatcher_.rules_.retry_on_unknown_outcome && left > 1;
    const auto share = shared ? (deadline_ - now) / static_cast<int>(left) : deadline_ - now;
    report_ = dispatcher_.send(provider, message_, now + share);
    report_.failed_over = !is_first_choice || !story_.empty();
    quota_.settle(report_);
    may_have_been_sent_ = may_have_been_sent_ || report_.may_have_been_sent;
    add_line(story_, name,
             std::string(to_string(report_.status)) +
                 (report_.detail.empty() ? "" : " (" + report_.detail + ")"));
    if (report_.too_many_requests && report_.retry_after) note_pause(provider);
    return may_go_on(provider);
  }

  // All were in vain, but one that is merely busy will be ready in time: nothing was sent there.
  void once_more_where_it_was_busy() {
    if (busy_ == nullptr || ready_at_ + kTimeToSend > deadline_) return;
    dispatcher_.rules_.wait(ready_at_);
    through(*busy_, report_.provider == busy_->gateway->name() && !report_.failed_over, 1);
  }

  SendReport report() && {
    // What may be on its way is what the person should wait for, whatever became of the others.
    if (unclear_ && report_.status != SendStatus::accepted) report_ = std::move(*unclear_);
    report_.detail = story_.empty() ? "no provider is configured for this" : std::move(story_);
    report_.may_have_been_sent = may_have_been_sent_;
    return std::move(report_);
  }

  bool skips(const Provider& provider) const { return unclear_ && makes_codes(provider); }

 private:
  static bool makes_codes(const Provider& provider) {
    return provider.gateway->code_checker() != nullptr;
  }

  // An ambiguous end forbids the next provider, for the person might get two messages and somebody
  // pays for both, unless the configuration wants it so; never where the code is not ours.
  bool may_go_on(const Provider& provider) {
    switch (report_.status) {
      case SendStatus::credentials:
      case SendStatus::try_elsewhere:
        return true;
      case SendStatus::ambiguous:
        if (!unclear_) unclear_ = report_;
        return dispatcher_.rules_.retry_on_unknown_outcome && !makes_codes(provider);
      case SendStatus::accepted:
      case SendStatus::number_cannot_sms:
      case SendStatus::number_refused:
      case SendStatus::opted_out:
      case SendStatus::blocked:
      case SendStatus::not_permitted:
        return false;
    }
    return false;
  }

  void note_pause(Provider& provider) {
    const SteadyTime ready = dispatcher_.clock_.now() + *report_.retry_after;
    if (busy_ != nullptr && ready >= ready_at_) return;
    busy_ = &provider;
    ready_at_ = ready;
  }

  Dispatcher& dispatcher_;
  const LoginMessage& message_;
  SendQuota& quota_;
  const SteadyTime deadline_;
  SendReport report_{.status = SendStatus::try_elsewhere};
  std::string story_;
  bool may_have_been_sent_ = false;
  std::optional<SendReport> unclear_;
  Provider* busy_ = nullptr;
  SteadyTime ready_at_{};
};

Dispatcher::Dispatcher(std::vector<std::unique_ptr<Gateway>> gateways, const Clock& clock,
                       Rules rules)
    : providers_([&] {
        std::vector<std::unique_ptr<Provider>> providers;
        for (auto& gateway : gateways)
          providers.push_back(std::make_unique<Provider>(std::move(gateway)));
        return providers;
      }()),
      clock_(clock),
      rules_(std::move(rules)) {}

void Dispatcher::sleep_until(SteadyTime time) {
  std::this_thread::sleep_until(time);
}

bool Dispatcher::is_set_aside(const Provider& provider) const {
  const MutexLock lock(provider.mutex);
  return provider.breaker.set_aside(clock_.now());
}

// In the order in which they are to be tried. Those that are set aside come after the others, and
// not never: trying them is better than to deny somebody.
Dispatcher::Order Dispatcher::along(const Route& route, Medium medium) const {
  Order usable;
  for (const auto& provider : providers_) {
    Gateway& gateway = *provider->gateway;
    if (!gateway.serves(medium)) continue;
    if (!route.only.empty() && gateway.name() != route.only) continue;
    if (route.own_code && gateway.code_checker() != nullptr) continue;
    usable.push_back(provider.get());
  }
  std::stable_partition(usable.begin(), usable.end(), [&](const Provider* provider) {
    return provider->gateway->name() != route.last;
  });
  std::stable_partition(usable.begin(), usable.end(),
                        [&](const Provider* provider) { return !is_set_aside(*provider); });
  return usable;
}

Dispatcher::Provider* Dispatcher::find(const std::string& name) const {
  for (const auto& provider : providers_)
    if (provider->gateway->name() == name) return provider.get();
  return nullptr;
}

void Dispatcher::keep_warm() {
  for (const auto& provider : providers_) provider->gateway->keep_warm();
}

void Dispatcher::observe(ProviderObserver observer) {
  const MutexLock lock(mutex_);
  observer_ = std::move(observer);
}

bool Dispatcher::offers(Medium medium, const Route& route) const {
  return !along(route, medium).empty();
}

CheckStatus Dispatcher::check(const std::string& provider, const PhoneNumber& to,
                              const std::string& message_id, const Secret& code,
                              SteadyTime deadline) {
  const Provider* const found = find(provider);
  CodeChecker* const checker = found == nullptr ? nullptr : found->gateway->code_checker();
  return checker == nullptr ? CheckStatus::unreachable
                            : checker->check(to, message_id, code, deadline);
}

std::shared_ptr<const TrackedMessage> Dispatcher::follow(const SendReport& report, SteadyTime until,
                                                         DeliveryCallback ended) {
  const Provider* const found = find(report.provider);
  StatusSource* const source = found == nullptr ? nullptr : found->gateway->status_source();
  if (source == nullptr || report.message_id.empty()) return nullptr;
  return follower_.follow({*source, found->gateway->redactor()}, report.message_id, report.medium,
                          until, std::move(ended));
}

SendReport Dispatcher::send(Provider& provider, const LoginMessage& message, SteadyTime deadline) {
  const auto note = [&](auto&& change) {
    ProviderHealth health;
    {
      const MutexLock lock(provider.mutex);
      if (!change(provider.breaker)) return;
      health = provider.breaker.health();
    }
    tell(health);
  };
  note([&](Breaker& breaker) { return breaker.begins(clock_.now(), clock_.wall_now()); });
  SendReport report = provider.gateway->send(message, deadline);
  note([&](Breaker& breaker) { return breaker.ends(report, clock_.now(), clock_.wall_now()); });
  return report;
}

void Dispatcher::tell(const ProviderHealth& health) {
  ProviderObserver observer;
  {
    const MutexLock lock(mutex_);
    observer = observer_;
  }
  if (observer) observer(health);
}

SendReport Dispatcher::deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                               SteadyTime deadline) {
  const auto reaches = [&](const auto& provider) { return provider->gateway->reaches(message.to); };
  Order order = along(route, message.medium);
  std::erase_if(order, std::not_fn(reaches));
  const auto first_choice = std::find_if(providers_.begin(), providers_.end(), reaches);
  Delivery delivery(*this, message, quota, deadline);
  bool may_go_on = true;
  for (size_t i = 0; i < order.size() && may_go_on; ++i) {
    if (delivery.skips(*order[i])) continue;
    may_go_on = delivery.through(*order[i], order[i] == first_choice->get(), order.size() - i);
  }
  if (may_go_on) delivery.once_more_where_it_was_busy();
  return std::move(delivery).report();
}

}  // namespace sms2fa

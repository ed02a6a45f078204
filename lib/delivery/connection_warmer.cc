// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/connection_warmer.h"

#include <algorithm>
#include <exception>

namespace sms2fa {

namespace {

constexpr Milliseconds kFirstPause = std::chrono::seconds(1);
constexpr Milliseconds kLongestPause = std::chrono::seconds(60);
constexpr Milliseconds kTimeToConnect = std::chrono::seconds(5);
constexpr Milliseconds kTimeInAll = std::chrono::seconds(10);
// Well below what a login still accepts, so that a login never waits for a name server.
constexpr long kOldestAddress = 2 * 60;
constexpr Milliseconds kBetweenSpares{100};
constexpr size_t kSpares = 2;
constexpr size_t kMostConnections = 32;

}  // namespace

Origin::Origin(std::string_view any_url) : url(part_of(any_url)) {}

std::string_view Origin::part_of(std::string_view any_url) {
  constexpr std::string_view kScheme = "https://";
  return any_url.substr(0, any_url.find_first_of("/?#", kScheme.size()));
}

class ConnectionWarmer::WarmUp final : public CurlJob {
 public:
  WarmUp(ConnectionWarmer& warmer, Origin& to, const ConnectionOptions& connection_options)
      : CurlJob(connection_options, &to, kTimeToConnect, kTimeInAll), origin(to), warmer_(warmer) {
    set(CURLOPT_URL, (to.url + "/").c_str());
    set(CURLOPT_NOBODY, 1L);
    set(CURLOPT_MAXLIFETIME_CONN, static_cast<long>(connection_options.schedule.oldest.count()));
    set(CURLOPT_DNS_CACHE_TIMEOUT, kOldestAddress);
  }
  void finish(CURLcode code) noexcept override {
    leave_connection();
    close_handle();
    warmer_.ended(*this, code == CURLE_OK);
  }

  Origin& origin;

 private:
  ConnectionWarmer& warmer_;
};

ConnectionWarmer::ConnectionWarmer(CURLM* multi, const ConnectionOptions& connection_options)
    : multi_(multi), connection_options_(connection_options) {}

ConnectionWarmer::~ConnectionWarmer() {
  for (const auto& job : under_way_) curl_multi_remove_handle(multi_, job->handle());
}

void ConnectionWarmer::begins(Origin* origin) noexcept {
  if (origin == nullptr) return;
  ++origin->in_flight;
  origin->peak = std::max(origin->peak, origin->in_flight);
  origin->pause = Milliseconds(0);
}

void ConnectionWarmer::ends(Origin* origin) noexcept {
  if (origin != nullptr) --origin->in_flight;
}

// A server that closes its connections soon, or takes none, is asked less and less often until
// somebody logs in.
void ConnectionWarmer::lost(Origin* origin, SteadyTime now) noexcept {
  if (origin == nullptr || connection_options_.watch->idle(origin) > 0) return;
  origin->next_round = std::min(origin->next_round, now + origin->pause);
  origin->pause = std::clamp(origin->pause * 2, kFirstPause, kLongestPause);
}

SteadyTime ConnectionWarmer::tend(Origin& origin, SteadyTime now) noexcept {
  const bool none_left = connection_options_.watch->idle(&origin) == 0;
  if (now >= origin.next_round) {
    if (!none_left) origin.pause = Milliseconds(0);
    origin.next_round = now + connection_options_.schedule.round;
    start(origin, std::min(kSpares + origin.peak, kMostConnections));
    origin.peak = std::max(origin.peak / 2, origin.in_flight);
  } else if (none_left && origin.warming == 0 && now >= origin.next_spare && origin.in_flight > 0 &&
             origin.in_flight < kMostConnections) {
    // The last one was taken: the next login finds another.
    origin.next_spare = now + kBetweenSpares;
    start(origin, 1);
  }
  return origin.next_round;
}

void ConnectionWarmer::start(Origin& origin, size_t count) noexcept {
  for (; origin.warming < count; ++origin.warming) {
    try {
      auto& job =
          under_way_.emplace_back(std::make_unique<WarmUp>(*this, origin, connection_options_));
      if (job->usable() && curl_multi_add_handle(multi_, job->handle()) == CURLM_OK) continue;
      under_way_.pop_back();
    } catch (const std::exception&) {
      if (!under_way_.empty() && !under_way_.back()) under_way_.pop_back();
    }
    return;  // no memory: the next round is another chance
  }
}

void ConnectionWarmer::ended(WarmUp& warm_up, bool good) noexcept {
  Origin& origin = warm_up.origin;
  --origin.warming;
  if (!good) lost(&origin, std::chrono::steady_clock::now());
  std::erase_if(under_way_, [&](const auto& one) { return one.get() == &warm_up; });
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/delivery/connection_watch.h"
#include "lib/delivery/curl_job.h"

namespace sms2fa {

// One host that requests go to, and what is known about the connections to it. The delivery
// thread's own, except for `url`.
class Origin {
 public:
  explicit Origin(std::string_view any_url);
  // "https://host:port" of a URL.
  static std::string_view part_of(std::string_view url);

  const std::string url;
  size_t in_flight = 0;  // requests, without warm-ups
  size_t peak = 0;       // the most at once, halved each round
  size_t warming = 0;    // warm-ups under way
  SteadyTime next_round{};
  SteadyTime next_spare{};
  // Before the next connection in place of one that was closed or not to be had.
  Milliseconds pause{0};
};

// Keeps connections ready: one HEAD without credentials per connection and round says to the
// provider that it is still wanted, and makes it when it is not there. Two connections when it is
// quiet, and two more than were needed at once lately. The delivery thread's own.
class ConnectionWarmer {
 public:
  // All three must outlive this.
  ConnectionWarmer(CURLM* multi, const ConnectionOptions& connection_options);
  ~ConnectionWarmer();

  // A real request begins or ends.
  void begins(Origin* origin) noexcept;
  void ends(Origin* origin) noexcept;
  // The other side closed a connection while nothing was asked of it.
  void lost(Origin* origin, SteadyTime now) noexcept;
  // Starts what is due for one origin and says when to come again.
  SteadyTime tend(Origin& origin, SteadyTime now) noexcept;

 private:
  class WarmUp;
  void start(Origin& origin, size_t count) noexcept;
  void ended(WarmUp& warm_up, bool good) noexcept;

  CURLM* const multi_;
  const ConnectionOptions& connection_options_;
  std::list<std::unique_ptr<WarmUp>> under_way_;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>

#include "lib/base/mutex.h"
#include "lib/delivery/curl_job.h"
#include "lib/delivery/http.h"

namespace sms2fa {

// One request that somebody waits for: made by the caller's thread, driven by the delivery thread,
// and awaited by the caller, who owns it. Internal to CurlHttp.
class CurlTransfer final : public CurlJob {
 public:
  // What is referred to must outlive the transfer.
  CurlTransfer(const HttpRequest& request, SteadyTime deadline,
               const ConnectionOptions& connection_options, Origin* origin);
  ~CurlTransfer() override;

  // Where the request goes, when those connections are kept warm.
  Origin* origin() const { return origin_; }

  // Wakes the caller.
  void finish(CURLcode code) noexcept override;

  // Caller: blocks until finish().
  HttpOutcome wait();

 private:
  void set_headers(const HttpRequest& request);
  void set_what_is_sent(const HttpRequest& request);
  bool may_leave() noexcept override;
  void read_answer(HttpOutcome& outcome);
  StepTimes read_times() const;
  std::string describe(CURLcode code) const;
  static size_t on_body(char* data, size_t one, size_t size, void* self) noexcept;

  Origin* const origin_;
  // Deques, for libcurl and the nodes point at what is in them.
  std::deque<std::string> header_lines_;
  std::deque<curl_slist> headers_;
  bool asks_only_ = false;

  int tries_ = 0;                              // how often the request began to leave
  std::shared_ptr<const TlsPeer> first_peer_;  // of the connection that it left on first
  bool body_too_long_ = false;
  std::string body_;

  Mutex mutex_;
  Condition changed_;
  bool done_ GUARDED_BY(mutex_) = false;
  HttpOutcome outcome_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa

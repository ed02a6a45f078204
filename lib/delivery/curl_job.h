// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>

#include "lib/base/clock.h"
#include "lib/delivery/connection_schedule.h"
#include "lib/delivery/connection_watch.h"
#include "lib/delivery/tls_context.h"

namespace sms2fa {

// What all requests of one transport share; outlives them.
struct ConnectionOptions {
  X509_STORE* trust;
  std::string proxy;
  ConnectionWatch* watch;
  ConnectionSchedule schedule;
};

// One libcurl handle with everything set that is the same for every request: HTTPS and nothing
// else, verified, without a look at the environment. Internal to CurlHttp.
class CurlJob {
 public:
  CurlJob(const CurlJob&) = delete;
  CurlJob& operator=(const CurlJob&) = delete;
  virtual ~CurlJob() = default;

  // False when libcurl could not take every setting: it must not be started then.
  bool usable() const { return usable_; }
  CURL* handle() const { return easy_.get(); }

  // Delivery thread: the request has ended with `code` and is no part of the multi handle any more.
  // The job may be gone when this returns.
  virtual void finish(CURLcode code) noexcept = 0;

  // Delivery thread: whether the request has ended because the kept connection that it got was no
  // good any more. Nothing has been sent; the connection is gone, and the job can be started again.
  // Asking resets it.
  bool found_dead_connection() noexcept { return std::exchange(found_dead_connection_, false); }

  // The job behind a handle.
  static CurlJob& of(CURL* easy);

 protected:
  // `origin` is that of the URL, or nullptr when its connections are not kept warm.
  CurlJob(const ConnectionOptions& connection_options, Origin* origin, Milliseconds connect,
          Milliseconds total);

  template <typename T>
  void set(CURLoption option, T value) {
    usable_ = usable_ && curl_easy_setopt(handle(), option, value) == CURLE_OK;
  }
  // A connection stands, and the request is about to leave on it. False ends the request.
  virtual bool may_leave() noexcept { return true; }
  bool headers_too_long() const;
  // To be called first in finish().
  void leave_connection() noexcept;
  void close_handle() { easy_.reset(); }

 private:
  struct CloseEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };

  void set_trust(const ConnectionOptions& connection_options);
  static CURLcode on_tls_context(CURL* easy, void* context, void* trust) noexcept;
  static int on_request(void* self, char*, char*, int, int local_port) noexcept;
  static size_t on_header(char* data, size_t one, size_t size, void* self) noexcept;

  std::unique_ptr<CURL, CloseEasy> easy_;
  bool usable_ = false;
  ConnectionWatch& watch_;
  Origin* const origin_;
  bool found_dead_connection_ = false;
  size_t header_bytes_ = 0;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "lib/delivery/http.h"
#include "lib/delivery/tls_context.h"

namespace sms2fa {

// One request on its way through libcurl: made by the caller's thread, driven by the delivery
// thread, and awaited by the caller, who owns it. Internal to CurlHttp.
class CurlTransfer {
 public:
  // What is referred to must outlive the transfer.
  CurlTransfer(const HttpRequest& request, SteadyTime deadline, X509_STORE* trust,
               const std::string& proxy);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer();

  // False when libcurl could not take every setting: it must not be started then.
  bool usable() const { return usable_; }
  CURL* handle() const { return easy_.get(); }

  // The transfer behind a handle.
  static CurlTransfer& of(CURL* easy);

  // Delivery thread: the transfer has ended with `code` and is no part of the multi handle any
  // more. Wakes the caller, after which the transfer may be gone.
  void finish(CURLcode code) noexcept;

  // Caller: blocks until finish().
  HttpOutcome wait();

 private:
  struct CloseEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };

  template <typename T>
  void set(CURLoption option, T value);
  void set_headers(const HttpRequest& request);
  void set_what_is_sent(const HttpRequest& request);
  void set_limits(SteadyTime deadline);
  void set_trust(X509_STORE* trust, const std::string& proxy);
  void read_answer(HttpOutcome& outcome);
  std::string describe(CURLcode code) const;

  static CURLcode on_tls_context(CURL* easy, void* context, void* trust) noexcept;
  static int on_request(void* self, char*, char*, int, int) noexcept;
  static size_t on_header(char* data, size_t one, size_t size, void* self) noexcept;
  static size_t on_body(char* data, size_t one, size_t size, void* self) noexcept;

  std::unique_ptr<CURL, CloseEasy> easy_;
  bool usable_ = false;
  // Deques, for libcurl and the nodes point at what is in them.
  std::deque<std::string> header_lines_;
  std::deque<curl_slist> headers_;
  bool asks_only_ = false;

  int tries_ = 0;                              // how often the request began to leave
  std::shared_ptr<const TlsPeer> first_peer_;  // of the connection that it left on first
  size_t header_bytes_ = 0;
  bool too_long_ = false;
  std::string body_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  HttpOutcome outcome_;
};

}  // namespace sms2fa

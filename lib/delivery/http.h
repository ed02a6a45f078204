// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/delivery/step_times.h"

namespace sms2fa {

enum class HttpMethod {
  post,
  put,
  get  // neither body nor content_type is sent
};

// One request. What it refers to must outlive the call of perform().
struct HttpRequest {
  std::string url;  // https only
  std::string_view content_type;
  const Secret& authorization;  // the header's value, without its name; empty: no such header
  Secret body;
  HttpMethod method = HttpMethod::post;
  std::vector<Secret> headers = {};  // more of them, each a whole "Name: value"
  // A GET that sends a message: unlike others it must not be repeated.
  bool sends = false;
};

inline constexpr int kTooManyRequests = 429;  // RFC 6585, 4

// Of HttpOutcome::detail. OpenSSL's reason stands behind the second.
inline constexpr std::string_view kCertificateOfAnother = "the certificate is for another host";
inline constexpr std::string_view kCertificateRefused = "the certificate is refused: ";

// How a request ended. What matters is whether a message may have gone out.
struct HttpOutcome {
  enum class Kind {
    response,  // a complete answer came: status, body and retry_after are its own
    not_sent,  // no byte of the request left: no address, no connection, no TLS, no time
    unknown,   // the request, or a part of it, left, and no complete answer came
  };
  Kind kind = Kind::unknown;
  int status = 0;
  std::string body = {};  // holds whatever the provider echoes, the code too: wipe() it after use
  // Retry-After, or else x-ratelimit-reset of a 429.
  std::optional<std::chrono::seconds> retry_after = {};
  std::optional<WallTime> date = {};  // the header Date of a response: the server's clock
  std::string detail = {};  // why there is no response; fixed words that are fit for a log
  StepTimes times = {};
};

// The seam between the providers and the network. Thread-safe.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  // Sends the request once and waits for its end, at `deadline` at the latest. Follows no redirect.
  virtual HttpOutcome perform(const HttpRequest& request, SteadyTime deadline) = 0;
  // From now on there is always a connection ready to the host of `url`, as far as can be: a
  // request does not wait for names, TCP or TLS. Does not block.
  virtual void keep_warm(const std::string& /*url*/) {}
};

// A request that only asks, and sends no message. `authorization` must outlive it.
HttpRequest get_request(std::string url, const Secret& authorization);

// Values for HttpRequest::authorization: RFC 7617 and RFC 6750. Throw std::bad_alloc.
Secret basic_authorization(std::string_view user, const Secret& password);
Secret bearer_authorization(const Secret& token);

}  // namespace sms2fa

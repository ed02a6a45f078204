// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/delivery/http.h"

namespace sms2fa::test {

// Ends every request in the same way, and remembers the last one.
class FakeTransport final : public HttpTransport {
 public:
  HttpOutcome perform(const HttpRequest& request, SteadyTime) override {
    ++requests;
    method = request.method;
    sends = request.sends;
    url = request.url;
    content_type = request.content_type;
    authorization = request.authorization.reveal();
    body = request.body.reveal();
    headers.clear();
    for (const Secret& line : request.headers) headers.emplace_back(line.reveal());
    return outcome;
  }

  void keep_warm(const std::string& host) override { warm.push_back(host); }

  void answer(int status, std::string text) {
    outcome = {.kind = HttpOutcome::Kind::response, .status = status, .body = std::move(text)};
  }

  HttpOutcome outcome;
  int requests = 0;
  HttpMethod method = HttpMethod::post;
  bool sends = false;
  std::string url;
  std::string content_type;
  std::string authorization;
  std::string body;
  std::vector<std::string> headers;
  std::vector<std::string> warm;
};

}  // namespace sms2fa::test

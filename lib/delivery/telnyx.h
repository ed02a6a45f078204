// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

struct TelnyxOptions {
  std::string name;
  Secret api_key;
  std::string from;                  // a number, or a name of up to 11 characters
  std::string messaging_profile_id;  // needed with a name, else empty
  std::string base_url;              // empty: https://api.telnyx.com/v2
};

// Messaging, https://developers.telnyx.com/api/messaging/send-message: the error classes are in
// docs/PROVIDERS.md. The API has no validity period, so LoginMessage::validity has no effect.
class Telnyx final : public HttpGateway {
 public:
  Telnyx(const TelnyxOptions& options, std::shared_ptr<HttpTransport> transport);

 private:
  std::string home() const override { return url_; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(int status, const std::string& body) const override;

  const std::string url_;
  const Secret authorization_;
  const std::string from_;
  const std::string messaging_profile_id_;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

struct TwilioOptions {
  std::string name;
  std::string account_sid;
  // The account's own token, or an API key, which wins when there is one.
  Secret auth_token;
  std::string api_key_sid;
  Secret api_key_secret;
  // A sender, or a Messaging Service that picks one and wins when there is one.
  std::string from;
  std::string messaging_service_sid;
  std::string base_url;  // empty: https://api.twilio.com
};

// Programmable Messaging, https://www.twilio.com/docs/messaging/api/message-resource: the error
// classes are in docs/PROVIDERS.md.
class Twilio final : public HttpGateway {
 public:
  Twilio(const TwilioOptions& options, std::shared_ptr<HttpTransport> transport);

 private:
  std::string home() const override { return url_; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(int status, const std::string& body) const override;

  const std::string url_;
  const Secret authorization_;
  const std::string sender_parameter_;
  const std::string sender_;
};

}  // namespace sms2fa

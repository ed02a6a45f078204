// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"
#include "lib/delivery/telnyx_calls.h"

namespace sms2fa {

struct TelnyxOptions {
  std::string name;
  Secret api_key;
  std::string from;                  // a number, or a name of up to 11 characters
  std::string messaging_profile_id;  // needed with a name, else empty
  std::string base_url = "https://api.telnyx.com/v2";
  TelnyxCalls calls = {};  // unusable: no calls
};

// Messaging, https://developers.telnyx.com/api/messaging/send-message, and calls: the error classes
// are in docs/PROVIDERS.md. The API has no validity period, so LoginMessage::validity has no
// effect.
class Telnyx final : public HttpGateway, public StatusSource, public CredentialsChecker {
 public:
  Telnyx(const TelnyxOptions& options, std::shared_ptr<HttpTransport> transport);

  bool serves(Medium medium) const override;
  StatusSource* status_source() override { return this; }
  CredentialsChecker* credentials_checker() override { return this; }
  DeliveryStatus delivery_status(const std::string& message_id, Medium medium,
                                 SteadyTime deadline) override;
  SendReport check_credentials(SteadyTime deadline) override;

 private:
  std::string sender() const override;
  std::string home() const override { return base_url_; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(Medium medium, int status, const std::string& body) const override;
  Secret write_text(const LoginMessage& message) const;

  const TelnyxCalls calls_;
  const std::string base_url_;
  const Secret authorization_;
  const std::string from_;
  const std::string messaging_profile_id_;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"
#include "lib/delivery/twilio_account.h"

namespace sms2fa {

struct TwilioOptions {
  std::string name;
  TwilioAccount account;
  // A sender, or a Messaging Service that picks one and wins when there is one.
  std::string from;
  std::string messaging_service_sid;
  std::string base_url = "https://api.twilio.com";
  std::string call_from = {};  // the number that calls; empty: no calls
  bool redact_after_delivery = false;
};

// Programmable Messaging, https://www.twilio.com/docs/messaging/api/message-resource, and calls by
// https://www.twilio.com/docs/voice/api/call-resource: the error classes are in docs/PROVIDERS.md.
class Twilio final : public HttpGateway,
                     public StatusSource,
                     public Redactor,
                     public CredentialsChecker {
 public:
  Twilio(const TwilioOptions& options, std::shared_ptr<HttpTransport> transport);

  bool serves(Medium medium) const override;
  StatusSource* status_source() override { return this; }
  Redactor* redactor() override { return redact_after_delivery_ ? this : nullptr; }
  CredentialsChecker* credentials_checker() override { return this; }
  DeliveryStatus delivery_status(const std::string& message_id, Medium medium,
                                 SteadyTime deadline) override;
  bool redact(const std::string& message_id, SteadyTime deadline) override;
  SendReport check_credentials(SteadyTime deadline) override;

 private:
  std::string sender() const override;
  std::string home() const override { return account_url_; }
  std::string url_of(Medium medium, std::string_view sid) const;
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(Medium medium, int status, const std::string& body) const override;
  Secret write_text(const LoginMessage& message) const;
  Secret write_call(const LoginMessage& message) const;

  const std::string account_url_;  // without ".json"
  const Secret authorization_;
  const std::string sender_parameter_;
  const std::string sender_;
  const std::string call_from_;
  const bool redact_after_delivery_;
};

}  // namespace sms2fa

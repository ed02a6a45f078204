// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"
#include "lib/delivery/twilio_account.h"

namespace sms2fa {

struct TwilioVerifyOptions {
  std::string name;
  TwilioAccount account;
  std::string service_sid;  // VA…
  std::string base_url = "https://verify.twilio.com";
  bool voice = false;
};

// Verify v2, https://www.twilio.com/docs/verify/api: Twilio makes the code, sends it, and checks
// what the person typed. A wrong code is a 2xx answer with another status than "approved".
class TwilioVerify final : public HttpGateway, public CodeChecker, public CredentialsChecker {
 public:
  TwilioVerify(const TwilioVerifyOptions& options, std::shared_ptr<HttpTransport> transport);

  bool serves(Medium medium) const override { return medium == Medium::sms || voice_; }
  CodeChecker* code_checker() override { return this; }
  CredentialsChecker* credentials_checker() override { return this; }
  CheckStatus check(const PhoneNumber& to, const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;
  SendReport check_credentials(SteadyTime deadline) override;

 private:
  std::string home() const override { return service_url_; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(Medium medium, int status, const std::string& body) const override;

  const std::string service_url_;
  const Secret authorization_;
  const bool voice_;
};

}  // namespace sms2fa

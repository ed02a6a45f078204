// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

struct TelnyxVerifyOptions {
  std::string name;
  Secret api_key;
  std::string verify_profile_id;
  std::string base_url = "https://api.telnyx.com/v2";
  bool voice = false;
};

// Verify, https://developers.telnyx.com/docs/identity/verify: Telnyx makes the code, sends it, and
// checks what the person typed. Only the response code "accepted" is a right code.
class TelnyxVerify final : public HttpGateway, public CodeChecker, public CredentialsChecker {
 public:
  TelnyxVerify(const TelnyxVerifyOptions& options, std::shared_ptr<HttpTransport> transport);

  bool serves(Medium medium) const override { return medium == Medium::sms || voice_; }
  CodeChecker* code_checker() override { return this; }
  CredentialsChecker* credentials_checker() override { return this; }
  CheckStatus check(const PhoneNumber& to, const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;
  SendReport check_credentials(SteadyTime deadline) override;

 private:
  std::string home() const override { return base_url_; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(Medium medium, int status, const std::string& body) const override;

  const std::string base_url_;
  const Secret authorization_;
  const std::string profile_id_;
  const bool voice_;
};

}  // namespace sms2fa

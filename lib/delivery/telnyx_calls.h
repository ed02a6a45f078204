// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

// Calls through Telnyx's TeXML API, whose words are Twilio's. With the account's identifier it is
// https://developers.telnyx.com/api-reference/texml-rest-commands/initiate-an-outbound-call,
// without it an older form that names the application only, and whose calls can't be followed.
struct TelnyxCalls {
  std::string account_id;
  std::string texml_application_id;
  std::string from;  // a number of ours

  bool usable() const { return !texml_application_id.empty() && !from.empty(); }
  bool can_follow() const { return usable() && !account_id.empty(); }

  // Below the base URL: where calls are made, and one call. Precondition: usable(), can_follow().
  std::string path() const;
  std::string path_of(std::string_view call_sid) const;
  Secret write(const LoginMessage& message) const;
};

HttpGateway::Verdict read_telnyx_call(int status, const std::string& body);

// Short, and fit for a log and a path. The API's description says UUID of some identifiers, and
// nothing of others.
bool is_telnyx_id(std::string_view text);

}  // namespace sms2fa

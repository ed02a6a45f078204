// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/secret.h"

namespace sms2fa {

enum class ProviderType { twilio, telnyx, http, outbox };

// [provider NAME]. Only the members of its own type are filled; the reader has made sure that the
// mandatory ones are.
struct ProviderSettings {
  std::string name;
  ProviderType type = ProviderType::outbox;

  // twilio
  std::string account_sid;
  Secret auth_token;
  std::string api_key_sid;
  Secret api_key_secret;
  std::string messaging_service_sid;
  bool redact_after_delivery = false;

  // telnyx
  Secret api_key;
  std::string messaging_profile_id;
  std::string texml_application_id;
  std::string account_id;

  // twilio and telnyx
  std::string from;       // E.164, or with telnyx a name
  std::string call_from;  // E.164; `from` unless configured; empty where that is no number

  std::string base_url;  // without a slash at its end; the provider's own unless configured

  // twilio, telnyx and http
  std::string ca_file;  // empty: the system's
  std::string proxy;    // empty: none, whatever the environment says

  // http
  std::string url;
  std::string method = "POST";
  std::map<std::string, Secret> headers;
  // Either form or json is filled; their values hold {to} and {text}.
  std::map<std::string, std::string> form;
  std::string json;
  std::vector<std::pair<unsigned, unsigned>> success_status = {{200, 299}};

  // outbox
  std::string directory;
};

}  // namespace sms2fa

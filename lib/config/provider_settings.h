// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/secret.h"

namespace sms2fa {

enum class ProviderType { twilio, telnyx, twilio_verify, telnyx_verify, http, outbox };

// What a twilio provider is asked about a number before a message goes to it, by whichever
// provider.
struct LookupSettings {
  bool line_type = false;
  bool sim_swap = false;
  bool pumping_risk = false;
  bool voip_allowed = true;
  std::chrono::seconds sim_swap_within = std::chrono::hours(72);
  bool required = false;  // no message when the look-up fails
  std::string base_url = "https://lookups.twilio.com";

  bool wanted() const { return line_type || sim_swap || pumping_risk; }
};

// [provider NAME]. Only the members of its own type are filled; the reader has made sure that the
// mandatory ones are.
struct ProviderSettings {
  std::string name;
  ProviderType type = ProviderType::outbox;

  // twilio and twilio-verify
  std::string account_sid;
  Secret auth_token;
  std::string api_key_sid;
  Secret api_key_secret;
  std::string messaging_service_sid;
  bool redact_after_delivery = false;
  LookupSettings lookup;

  std::string verify_service_sid;

  // telnyx and telnyx-verify
  Secret api_key;
  std::string messaging_profile_id;
  std::string texml_application_id;
  std::string account_id;
  std::string verify_profile_id;

  // twilio and telnyx
  std::string from;       // E.164, or with telnyx a name
  std::string call_from;  // E.164; `from` unless configured; empty where that is no number

  std::string base_url;  // without a slash at its end; the provider's own unless configured

  // all but outbox
  std::string ca_file;  // empty: the system's
  std::string proxy;    // empty: none, whatever the environment says

  // http. Of form and json at most one is filled; {to}, {to_digits} and {text} may stand in url and
  // in the values of query, form, json and headers.
  std::string url;
  std::string method = "POST";
  std::map<std::string, Secret> headers;
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> form;
  std::string json;
  std::string basic_user;
  Secret basic_password;
  std::vector<std::pair<unsigned, unsigned>> success_status = {{200, 299}};
  std::string success_match;  // empty: any body will do
  std::string only_to;        // E.164; empty: any number

  // outbox
  std::string directory;
};

}  // namespace sms2fa

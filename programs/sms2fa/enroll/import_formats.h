// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/secret.h"
#include "lib/base/totp_parameters.h"

// Files of other second factors, as text. Pure: no file is opened here.
namespace sms2fa {

// What one file, or one line of one, says about one person.
struct Importable {
  unsigned line = 1;
  std::string user;
  Secret key;  // of an app; empty: none
  TotpParameters parameters;
  std::vector<Secret> scratch_codes;
  std::string phone;  // as it is written there; empty: none
  // Not empty: why nothing of this can be taken over. Repeats no secret.
  std::string refused;
  // Not empty: what does not come along.
  std::string left_behind;
};

// ~/.google_authenticator of pam_google_authenticator: a key, options, scratch codes. The user is
// whoever's file it is, which the caller knows.
Importable read_google_authenticator(std::string_view text, const std::string& user);

// The users file of pam_oath: "HOTP/T30/6 USER PIN HEXKEY …" a line.
std::vector<Importable> read_pam_oath(std::string_view text);

// passwd(5): the number stands in the `field`-th (1-based) of the comma-separated GECOS fields.
// People without one are left out.
std::vector<Importable> read_gecos(std::string_view text, unsigned field);

}  // namespace sms2fa

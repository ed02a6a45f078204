// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/base/secret.h"
#include "lib/base/totp_parameters.h"

namespace sms2fa {

// What an authenticator app reads from a QR code:
// otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER&algorithm=…&digits=…&period=30
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). Issuer and account are
// percent-encoded.
Secret otpauth_uri(std::string_view issuer, std::string_view account, const Secret& key,
                   const TotpParameters& parameters);

}  // namespace sms2fa

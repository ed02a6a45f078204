// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sms2fa {

// "SHA256:…", as ssh-keygen -l writes it: the fingerprint of the key that signed an OpenSSH user
// certificate (OpenSSH PROTOCOL.certkeys). `type` and `base64` are the two words of its line. The
// signature is not looked at: sshd has done that. nullopt: it is no such certificate, or of a type
// that this reader does not know.
std::optional<std::string> fingerprint_of_ca(std::string_view type, std::string_view base64);

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// URLs in the configuration. As in configuration_values.h: "" or the reason, without the URL
// itself.
namespace sms2fa {

// https://host[:port][/path], stored without slashes at its end. Refused: http://, a user name or
// password, a query, a fragment, blanks, and whatever else must be escaped in a URL (RFC 3986).
std::string take_base_url(std::string_view text, std::string& out);

// The same, with a query allowed, and {to}, {to_digits} and {text} behind the host. Stored as it
// is.
std::string take_gateway_url(std::string_view text, std::string& out);

// http:// or socks5h:// and host:port.
std::string take_proxy(std::string_view text, std::string& out);

}  // namespace sms2fa

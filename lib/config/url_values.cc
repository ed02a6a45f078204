// SPDX-License-Identifier: Apache-2.0
#include "lib/config/url_values.h"

#include <algorithm>
#include <array>

#include "lib/config/configuration_values.h"

namespace sms2fa {

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::array<std::string_view, 2> kProxySchemes = {"http://", "socks5h://"};
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
// RFC 3986, 2.2 and 2.3, without what ends a path.
constexpr std::string_view kPathMarks = "-._~!$&'()*+,;=:@/%";

bool consists_of(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kDigits.find(c) != std::string_view::npos ||
           kLetters.find(c) != std::string_view::npos || marks.find(c) != std::string_view::npos;
  });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  return take_count(text, 1, 65535, port).empty();
}

// host, host:port, [IPv6] or [IPv6]:port.
bool is_authority(std::string_view text, bool needs_port) {
  const bool bracketed = text.starts_with('[');
  const size_t host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos) return false;
  const std::string_view host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  if (host.empty() || !consists_of(host, bracketed ? ":." : "-.")) return false;
  std::string_view port = host_end == std::string_view::npos ? "" : text.substr(host_end);
  if (bracketed) port.remove_prefix(1);
  if (port.empty()) return !needs_port;
  return port[0] == ':' && is_port(port.substr(1));
}

std::string why_not_url(std::string_view text, bool may_have_query) {
  if (!text.starts_with(kHttps)) return "must begin with https://";
  const std::string_view rest = text.substr(kHttps.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return "must not hold a user name or password";
  if (!is_authority(authority, false)) return "must hold a host name, and a port if any";
  std::string_view path = rest.substr(authority.size());
  const size_t query = path.find('?');
  if (query != std::string_view::npos) {
    if (!may_have_query) return "must not hold a query";
    if (!consists_of(path.substr(query + 1), std::string(kPathMarks) + "?"))
      return "holds characters that must be escaped in a URL";
    path = path.substr(0, query);
  }
  if (!consists_of(path, kPathMarks)) return "holds characters that must be escaped in a URL";
  return {};
}

}  // namespace

std::string take_base_url(std::string_view text, std::string& out) {
  if (auto reason = why_not_url(text, false); !reason.empty()) return reason;
  out = text.substr(0, text.find_last_not_of('/') + 1);
  return {};
}

std::string take_gateway_url(std::string_view text, std::string& out) {
  // What is filled in will be escaped: to the check a placeholder is a letter of the path.
  std::string filled(text.substr(0, text.find('{')));
  const bool below_host = filled.size() > kHttps.size() &&
                          filled.find_first_of("/?", kHttps.size()) != std::string::npos;
  if (filled.size() < text.size() && !below_host)
    return "may hold placeholders only behind the host";
  for (std::string_view rest = text.substr(filled.size()); !rest.empty();) {
    std::string_view mark;
    for (const std::string_view known : {"{to}", "{to_digits}", "{text}"})
      if (rest.starts_with(known)) mark = known;
    filled += mark.empty() ? rest[0] : 'x';
    rest.remove_prefix(mark.empty() ? 1 : mark.size());
  }
  if (auto reason = why_not_url(filled, true); !reason.empty()) return reason;
  out = text;
  return {};
}

std::string take_proxy(std::string_view text, std::string& out) {
  for (const auto scheme : kProxySchemes) {
    if (!text.starts_with(scheme) || !is_authority(text.substr(scheme.size()), true)) continue;
    out = text;
    return {};
  }
  return "must be http:// or socks5h:// and host:port";
}

}  // namespace sms2fa

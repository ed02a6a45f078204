// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/first_factors.h"

#include <algorithm>

#include "lib/rules/certificate.h"

namespace sms2fa {

namespace {

using Kind = FirstFactor::Kind;

// Up to the blank, which goes too.
std::string_view take_word(std::string_view& line) {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

void read_key(std::string_view line, FirstFactors& first) {
  const auto type = take_word(line);
  if (type.empty()) {
    first.complete = false;
    return;
  }
  first.proved.push_back({Kind::publickey});
  if (type.starts_with("sk-")) first.proved.push_back({Kind::sk});
  if (type.find("-cert-v") == std::string_view::npos) return;
  if (auto ca = fingerprint_of_ca(type, take_word(line)))
    first.proved.push_back({Kind::cert, std::move(*ca)});
  else
    first.complete = false;
}

void read_line(std::string_view line, FirstFactors& first) {
  const auto method = take_word(line);
  if (method == "publickey") return read_key(line, first);
  if (method == "hostbased") first.proved.push_back({Kind::hostbased});
  if (method.starts_with("gssapi-")) first.proved.push_back({Kind::gssapi});
  if (method == "password") first.proved.push_back({Kind::password});
}

}  // namespace

FirstFactors read_first_factors(std::string_view ssh_auth_info) {
  FirstFactors first;
  while (!ssh_auth_info.empty()) {
    const auto line = ssh_auth_info.substr(0, ssh_auth_info.find('\n'));
    read_line(line, first);
    ssh_auth_info.remove_prefix(std::min(ssh_auth_info.size(), line.size() + 1));
  }
  return first;
}

bool proves(const FirstFactors& first, const FirstFactor& wanted) {
  if (wanted.kind == Kind::none) return first.proved.empty();
  return std::any_of(first.proved.begin(), first.proved.end(), [&](const FirstFactor& each) {
    return each.kind == wanted.kind && (wanted.ca.empty() || each.ca == wanted.ca);
  });
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/enrolment_json.h"

#include <nlohmann/json.hpp>

namespace sms2fa {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string codes_as_json(const std::string& user, const std::vector<Secret>& codes) {
  Json json = {{"command", "codes"}, {"ok", true}, {"exit_code", 0}, {"user", user}};
  for (const Secret& code : codes) json["codes"].push_back(code.reveal());
  return dump(json);
}

std::string rotated_as_json(size_t sealed) {
  return dump({{"command", "rotate-key"}, {"ok", true}, {"exit_code", 0}, {"sealed", sealed}});
}

}  // namespace sms2fa

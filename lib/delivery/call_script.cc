// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/call_script.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestEscape = 6;

// For element content and for attribute values in double quotes.
void append_xml(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
  }
}

void append_say(std::string& out, const LoginMessage& message, std::string_view voice) {
  out += "<Say";
  if (!voice.empty()) {
    out += " voice=\"";
    append_xml(out, voice);
    out += '"';
  }
  out += " language=\"";
  append_xml(out, message.language);
  out += "\">";
  append_xml(out, message.body.reveal());
  out += "</Say>";
}

}  // namespace

Secret call_script(const LoginMessage& message, std::string_view voice) {
  constexpr size_t kTags = 150;
  std::string script;
  // Enough for every byte escaped: a string that grows frees its old bytes unwiped.
  script.reserve(kTags + 2 * kLongestEscape *
                             (voice.size() + message.language.size() + message.body.size()));
  script += "<Response>";
  append_say(script, message, voice);
  script += "<Pause length=\"1\"/>";
  append_say(script, message, voice);
  script += "</Response>";
  Secret secret(script);
  wipe(script);
  return secret;
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "lib/config/message_template.h"
#include "lib/delivery/generic_http.h"
#include "programs/wiring/providers/provider.h"

namespace sms2fa {

namespace {

using Text = std::string_view;
using Fields = std::map<std::string, std::string>;

class HttpProvider final : public FilledByRows<HttpProvider, NetworkProvider> {
 public:
  static std::span<const Key<HttpProvider>> keys();
  void complete(const std::string& name, bool voice, const KeyRules& rules) override;
  std::string url() const override { return gateway.url; }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                        const Clock&) const override {
    auto made = GenericHttp::create(gateway.clone(), std::move(transport));
    if (!made) return made.error();
    return std::unique_ptr<Gateway>(std::move(*made));
  }

  GenericHttpOptions gateway;

 private:
  void check_placeholders(const KeyRules& rules) const;
};

bool has_any(const KeyRules& rules, Text prefix) {
  const auto first = rules.seen().lower_bound(prefix);
  return first != rules.seen().end() && first->first.starts_with(prefix);
}

void HttpProvider::complete(const std::string& name, bool, const KeyRules& rules) {
  gateway.name = name;
  rules.require("url");
  if (rules.has("json") && has_any(rules, "form.")) return rules.refuse("json", "excludes form.*");
  if (rules.has("json") && gateway.method == "GET")
    rules.refuse("json", "needs method = POST or PUT");
  const bool has_password = rules.has("basic_password") || rules.has("basic_password_file");
  if (has_password) rules.require("basic_user");
  if (rules.has("basic_user")) rules.require_one_of({"basic_password", "basic_password_file"});
  if (!gateway.url.empty()) check_placeholders(rules);
}

// Some text has to tell the gateway what to say, and to whom.
void HttpProvider::check_placeholders(const KeyRules& rules) const {
  std::vector<Text> texts = {gateway.url, gateway.json};
  bool incomplete = rules.has("json") && gateway.json.empty();
  for (const auto* fields : {&gateway.query, &gateway.form})
    for (const auto& [name, value] : *fields) {
      texts.push_back(value);
      // It was refused, and has been complained about.
      incomplete = incomplete || value.empty();
    }
  for (const auto& [name, value] : gateway.headers) texts.push_back(value.reveal());
  const auto lacks = [&](Text mark) {
    return !incomplete && std::none_of(texts.begin(), texts.end(),
                                       [&](Text text) { return text.find(mark) != Text::npos; });
  };
  if (lacks("{to}") && lacks("{to_digits}") && !rules.has("only_to"))
    rules.missing("{to} or {to_digits} in url, query.*, form.* or json (or only_to)");
  if (lacks("{text}")) rules.missing("{text} in url, query.*, form.* or json");
}

std::string take_success_match(Text text, std::string& out) {
  if (text.empty()) return "must not be empty";
  out = text;
  return {};
}

std::string take_method(Text text, std::string& out) {
  constexpr std::pair<Text, Text> kMethods[] = {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}};
  Text method;
  auto reason = take_choice(text, kMethods, method);
  if (reason.empty()) out = method;
  return reason;
}

std::string take_json(Text text, std::string& out) {
  if (!text.starts_with('{') || !text.ends_with('}')) return "must be one JSON object in braces";
  return take_gateway_text(text, out);
}

std::string take_only_number(Text text, std::optional<PhoneNumber>& out) {
  const auto number = PhoneNumber::parse_international(text);
  if (!number) return kNotInternational;
  out = *number;
  return {};
}

// "200-299" or "202".
std::string take_status_range(Text text, std::pair<unsigned, unsigned>& out) {
  const size_t dash = text.find('-');
  std::pair<unsigned, unsigned> range;
  const bool proper =
      take_count(text.substr(0, dash), 100, 599, range.first).empty() &&
      take_count(dash == Text::npos ? text : text.substr(dash + 1), 100, 599, range.second).empty();
  if (!proper || range.first > range.second)
    return "must be a list of HTTP statuses, such as 200-202, 204";
  out = range;
  return {};
}

// RFC 9110, 5.6.2: a header's name is a token.
bool is_header_name(Text name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           Text("!#$%&'*+-.^_`|~").find(c) != Text::npos;
  });
}

std::string take_header(Text key, Text value, const Bounds&, HttpProvider& out) {
  const Text name = key.substr(key.find('.') + 1);
  if (!is_header_name(name)) return "header.NAME: NAME is not an HTTP header's";
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return about_key(key, "must be printable ASCII");
  std::string text;
  if (auto reason = take_gateway_text(value, text); !reason.empty()) return about_key(key, reason);
  out.gateway.headers.insert_or_assign(std::string(name), Secret(value));
  return {};
}

// A field of the form or of the query: a prefix and its name, and a text with placeholders.
template <Fields GenericHttpOptions::*kFields>
std::string take_field(Text key, Text value, const Bounds&, HttpProvider& out) {
  const size_t dot = key.find('.');
  std::string field;
  if (!take_token(key.substr(dot + 1), field).empty())
    return std::string(key.substr(0, dot)) + ".NAME: NAME must be printable ASCII";
  return about_key(key, take_gateway_text(value, (out.gateway.*kFields)[field]));
}

using Options = GenericHttpOptions;
constexpr auto kGateway = &HttpProvider::gateway;

constexpr Key<HttpProvider> kOwnKeys[] = {
    {"url", value<take_gateway_url, kGateway, &Options::url>,
     needed("https://sms.example.net/send"), ""},
    {"method", value<take_method, kGateway, &Options::method>, "POST", "or GET, PUT"},
    {"basic_user", value<take_token, kGateway, &Options::basic_user>, such_as("sms2fa"),
     "HTTP Basic; or leave both out"},
    {"basic_password", unset<take_secret, kGateway, &Options::basic_password>, such_as("..."), ""},
    {"basic_password_file", unset<take_secret_file, kGateway, &Options::basic_password>,
     instead("/etc/sms2fa/gateway.password"), ""},
    {"header.", {take_header}, such_as("X-Key = ..."), ""},
    {"query.", {take_field<&Options::query>}, such_as("v = 2"), ""},
    {"form.",
     {take_field<&Options::form>},
     such_as("to = {to}\ntext = {text}"),
     "or {to_digits}, without the plus"},
    {"json", value<take_json, kGateway, &Options::json>,
     instead("{\"to\":\"{to}\",\"text\":\"{text}\"}"), "instead of form.*"},
    {"success_status", list<take_status_range, kGateway, &Options::success_status>, "200-299", ""},
    {"success_match", value<take_success_match, kGateway, &Options::success_match>, such_as("sent"),
     "what the answer must hold; blanks don't count"},
    {"only_to", unset<take_only_number, kGateway, &Options::only_to>, such_as("+33612345678"),
     "the one number that this gateway reaches"},
};

std::span<const Key<HttpProvider>> HttpProvider::keys() {
  static constexpr auto kKeys = joined<HttpProvider>(kOwnKeys, kNetworkKeys<HttpProvider>);
  return kKeys;
}

}  // namespace

ProviderType http_type() {
  return provider_type<HttpProvider>(
      "http", "any gateway with a web form or JSON API: conf/gateways has examples");
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/generic_http.h"

#include <algorithm>
#include <iterator>

#include "lib/base/text.h"
#include "lib/delivery/form.h"
#include "lib/delivery/gateway_template.h"
#include "lib/delivery/json.h"

namespace sms2fa {

namespace {

constexpr std::string_view kContentType = "content-type";

std::string without_blanks(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  return out;
}

// A message whose text would break out of a place that is not a string.
LoginMessage awkward_message() {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret("a \"b\" \\ c"),
          .validity = std::chrono::seconds(1)};
}

const Secret* find_header(const std::map<std::string, Secret>& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (ascii_lower(key) == name) return &value;
  return nullptr;
}

void add_to(FormBody& form, const std::map<std::string, std::string>& fields,
            const LoginMessage& message) {
  for (const auto& [name, value] : fields) {
    std::string filled = fill(value, message, Place::form);
    form.add(name, filled);
    wipe(filled);
  }
}

}  // namespace

GenericHttpOptions GenericHttpOptions::clone() const {
  GenericHttpOptions copy{name,
                          method,
                          url,
                          query,
                          form,
                          json,
                          {},
                          basic_user,
                          basic_password.clone(),
                          success_status,
                          success_match,
                          only_to};
  for (const auto& [header, value] : headers) copy.headers.emplace(header, value.clone());
  return copy;
}

Result<std::unique_ptr<GenericHttp>> GenericHttp::create(GenericHttpOptions options,
                                                         std::shared_ptr<HttpTransport> transport) {
  if (!options.json.empty() &&
      !JsonDocument::parse(fill(options.json, awkward_message(), Place::json)))
    return make_error(ErrorKind::configuration,
                      "[provider " + options.name +
                          "] json: is no JSON once it is filled; {to} and {text} belong in quotes");
  return std::unique_ptr<GenericHttp>(new GenericHttp(std::move(options), std::move(transport)));
}

GenericHttp::GenericHttp(GenericHttpOptions options, std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      options_(std::move(options)),
      authorization_(options_.basic_user.empty()
                         ? Secret()
                         : basic_authorization(options_.basic_user, options_.basic_password)) {}

std::string GenericHttp::write_url(const LoginMessage& message) const {
  std::string url = fill(options_.url, message, Place::url);
  FormBody query;
  add_to(query, options_.query, message);
  if (options_.method == "GET") add_to(query, options_.form, message);
  const Secret more = query.take();
  if (more.empty()) return url;
  std::string whole;
  whole.reserve(url.size() + 1 + more.size());
  whole.append(url).append(url.find('?') == url.npos ? "?" : "&").append(more.reveal());
  wipe(url);
  return whole;
}

Secret GenericHttp::write_body(const LoginMessage& message) const {
  if (options_.method == "GET") return {};
  if (options_.json.empty()) {
    FormBody form;
    add_to(form, options_.form, message);
    return form.take();
  }
  std::string json = fill(options_.json, message, Place::json);
  Secret body(json);
  wipe(json);
  return body;
}

HttpRequest GenericHttp::write_request(const LoginMessage& message) const {
  std::vector<Secret> headers;
  for (const auto& [name, value] : options_.headers) {
    if (ascii_lower(name) == kContentType) continue;
    std::string line = fill(name + ": " + std::string(value.reveal()), message, Place::header);
    headers.emplace_back(line);
    wipe(line);
  }
  const Secret* type = find_header(options_.headers, kContentType);
  const std::string_view usual =
      options_.json.empty() ? "application/x-www-form-urlencoded" : "application/json";
  const bool get = options_.method == "GET";
  return {.url = write_url(message),
          .content_type = type != nullptr ? type->reveal() : usual,
          .authorization = authorization_,
          .body = write_body(message),
          .method = get                        ? HttpMethod::get
                    : options_.method == "PUT" ? HttpMethod::put
                                               : HttpMethod::post,
          .headers = std::move(headers),
          .sends = true};
}

// A page that says "sent" and one that says "no credit" often have the same status, hence the
// match. A page without it is taken for a refusal, which another provider may make good; should it
// be a success in new words, somebody gets two messages, and the budget keeps both.
HttpGateway::Verdict GenericHttp::read_answer(Medium, int status, const std::string& body) const {
  const auto code = static_cast<unsigned>(status);
  const bool good =
      std::any_of(options_.success_status.begin(), options_.success_status.end(),
                  [&](const auto& range) { return code >= range.first && code <= range.second; });
  if (!good) return {.status = class_of_http_status(status)};
  if (options_.success_match.empty()) return {.status = SendStatus::accepted, .created = true};
  std::string page = without_blanks(body);
  const bool found = page.find(without_blanks(options_.success_match)) != page.npos;
  wipe(page);
  return {.status = found ? SendStatus::accepted : SendStatus::try_elsewhere, .created = true};
}

}  // namespace sms2fa

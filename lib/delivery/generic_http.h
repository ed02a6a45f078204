// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/delivery/http_gateway.h"

namespace sms2fa {

struct GenericHttpOptions {
  std::string name;
  std::string method = "POST";  // GET, POST or PUT
  // Placeholders (gateway_template.h) may stand in all of these.
  std::string url;
  std::map<std::string, std::string> query;  // goes behind the URL
  std::map<std::string, std::string> form;   // the body, or with GET more of the query
  std::string json;                          // the body instead of a form
  std::map<std::string, Secret> headers;
  std::string basic_user;  // empty: no such header
  Secret basic_password;
  std::vector<std::pair<unsigned, unsigned>> success_status = {
      {200, 299}};                     // ranges, both ends included
  std::string success_match;           // blanks don't count; empty: any body
  std::optional<PhoneNumber> only_to;  // the one number that this gateway reaches

  GenericHttpOptions clone() const;
};

// Any gateway that takes a text message by one HTTP request. It names no message, so nothing can be
// followed. docs/PROVIDERS.md says what its answers mean.
class GenericHttp final : public HttpGateway {
 public:
  // Fails (configuration) when the JSON, filled, is no JSON.
  static Result<std::unique_ptr<GenericHttp>> create(GenericHttpOptions options,
                                                     std::shared_ptr<HttpTransport> transport);
  bool reaches(const PhoneNumber& number) const override {
    return !options_.only_to || *options_.only_to == number;
  }

 private:
  GenericHttp(GenericHttpOptions options, std::shared_ptr<HttpTransport> transport);
  std::string home() const override { return options_.url; }
  HttpRequest write_request(const LoginMessage& message) const override;
  Verdict read_answer(Medium medium, int status, const std::string& body) const override;
  std::string write_url(const LoginMessage& message) const;
  Secret write_body(const LoginMessage& message) const;

  const GenericHttpOptions options_;
  const Secret authorization_;
};

}  // namespace sms2fa

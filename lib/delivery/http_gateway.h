// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/delivery/gateway.h"
#include "lib/delivery/http.h"

namespace sms2fa {

// One line of a provider's table: its error code and what that means for us.
struct CodeClass {
  int code;
  SendStatus status;
};

// The class of `code`, or nullopt when the table does not know it.
std::optional<SendStatus> find_class(std::span<const CodeClass> table, std::optional<int> code);

// The class of an answer whose body says nothing we know. A 2xx is ambiguous; 408, 425, 429 and 5xx
// send us elsewhere; every other 3xx or 4xx is `credentials`: the provider took nothing, and
// somebody has to look at the configuration.
SendStatus class_of_http_status(int status);

// `path` below the configured base URL, or below `standard_base` when none is configured.
std::string url_below(std::string_view base, std::string_view standard_base, std::string_view path);

// What all providers that speak HTTP share: the request goes out, and its end becomes a SendReport.
// A provider adds how its request is written and how its answer is read.
class HttpGateway : public Gateway {
 public:
  const std::string& name() const final { return name_; }
  SendReport send(const LoginMessage& message, SteadyTime deadline) final;
  void keep_warm() final { transport_->keep_warm(home()); }

 protected:
  struct Verdict {
    SendStatus status = SendStatus::ambiguous;
    std::optional<int> code = std::nullopt;  // the provider's error code
    std::string message_id = {};             // of an accepted message; fit for a log
    bool created = false;                    // the provider made a message, whatever became of it
  };

  HttpGateway(std::string name, std::shared_ptr<HttpTransport> transport)
      : name_(std::move(name)), transport_(std::move(transport)) {}

  // Any URL of the host that messages go to.
  virtual std::string home() const = 0;
  // May throw std::bad_alloc, both of them.
  virtual HttpRequest write_request(const LoginMessage& message) const = 0;
  virtual Verdict read_answer(int status, const std::string& body) const = 0;

 private:
  void judge(HttpOutcome& outcome, SendReport& report) const;

  const std::string name_;
  const std::shared_ptr<HttpTransport> transport_;
};

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <new>
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

// `path` below the base URL, which may end in a slash.
std::string url_below(std::string_view base, std::string_view path);

// What all providers that speak HTTP share: the request goes out, and its end becomes a SendReport.
// A provider adds how its request is written and how its answer is read.
class HttpGateway : public Gateway {
 public:
  const std::string& name() const final { return name_; }
  SendReport send(const LoginMessage& message, SteadyTime deadline) final;
  void keep_warm() final { transport_->keep_warm(home()); }

  // What the answer to a send amounts to.
  struct Verdict {
    SendStatus status = SendStatus::ambiguous;
    std::optional<int> code = std::nullopt;  // the provider's error code
    std::string message_id = {};             // of an accepted message; fit for a log
    bool created = false;                    // the provider made a message, whatever became of it
  };

 protected:
  // The number that texts come from; "" when it is not known.
  virtual std::string sender() const { return {}; }

  HttpGateway(std::string name, std::shared_ptr<HttpTransport> transport)
      : name_(std::move(name)), transport_(std::move(transport)) {}

  // Any URL of the host that messages go to.
  virtual std::string home() const = 0;
  // May throw std::bad_alloc, both of them.
  virtual HttpRequest write_request(const LoginMessage& message) const = 0;
  virtual Verdict read_answer(Medium medium, int status, const std::string& body) const = 0;

  // CredentialsChecker::check_credentials() by a GET of `base` and `path`, which the provider
  // answers with a 2xx to those whom it knows.
  SendReport probe(const std::string& base, std::string_view path, const Secret& authorization,
                   SteadyTime deadline);

  // For requests that send no message: performs what `write` returns, hands its end to `read`
  // before the body is wiped, and returns what that made of it; Result() when memory runs out.
  template <typename Result, typename Write, typename Read>
  Result ask(Write write, SteadyTime deadline, Read read) const {
    try {
      HttpOutcome outcome = transport_->perform(write(), deadline);
      Result result = read(outcome);
      wipe(outcome.body);
      return result;
    } catch (const std::bad_alloc&) {
      return Result();
    }
  }

 private:
  void judge(Medium medium, HttpOutcome& outcome, SendReport& report) const;

  const std::string name_;
  const std::shared_ptr<HttpTransport> transport_;
};

}  // namespace sms2fa

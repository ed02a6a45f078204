// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/http_gateway.h"

#include <algorithm>
#include <exception>

namespace sms2fa {

std::optional<SendStatus> find_class(std::span<const CodeClass> table, std::optional<int> code) {
  const auto* found = std::find_if(table.data(), table.data() + table.size(),
                                   [&](const CodeClass& line) { return line.code == code; });
  if (found == table.data() + table.size()) return std::nullopt;
  return found->status;
}

SendStatus class_of_http_status(int status) {
  constexpr int kRequestTimeout = 408;
  constexpr int kTooEarly = 425;
  if (status == kRequestTimeout || status == kTooEarly || status == kTooManyRequests)
    return SendStatus::try_elsewhere;
  if (status >= 500) return SendStatus::try_elsewhere;
  if (status >= 300) return SendStatus::credentials;
  return SendStatus::ambiguous;
}

std::string url_below(std::string_view base, std::string_view path) {
  // People write it with and without the slash.
  return std::string(base.substr(0, base.find_last_not_of('/') + 1)).append(path);
}

SendReport HttpGateway::send(const LoginMessage& message, SteadyTime deadline) {
  SendReport report;
  bool handed_over = false;
  try {
    report.provider = name_;
    report.medium = message.medium;
    // Whoever asked for it: a code must not go to the phone of somebody else.
    if (!reaches(message.to)) {
      report.status = SendStatus::try_elsewhere;
      report.detail = "this gateway reaches another number only";
      return report;
    }
    HttpRequest request = write_request(message);
    handed_over = true;
    HttpOutcome outcome = transport_->perform(request, deadline);
    wipe(request.url);
    report.times = outcome.times;
    judge(message.medium, outcome, report);
    // The id goes to logs, and a provider that echoes puts into it what no log may hold.
    if (report.message_id.find(message.to.e164().substr(1)) != std::string::npos)
      report.message_id.clear();
    report.provider_checks = report.status == SendStatus::accepted && code_checker() != nullptr;
    wipe(outcome.body);
  } catch (const std::exception&) {
    // In practice std::bad_alloc, so the detail stays empty.
    report.status = handed_over ? SendStatus::ambiguous : SendStatus::try_elsewhere;
    report.may_have_been_sent = handed_over;
  }
  return report;
}

SendReport HttpGateway::probe(const std::string& base, std::string_view path,
                              const Secret& authorization, SteadyTime deadline) {
  SendReport report{.status = SendStatus::try_elsewhere};
  try {
    report.provider = name_;
    HttpOutcome outcome =
        transport_->perform(get_request(std::string(base).append(path), authorization), deadline);
    report.date = outcome.date;
    const bool answered = outcome.kind == HttpOutcome::Kind::response;
    if (answered && outcome.status / 100 == 2) {
      report.status = SendStatus::accepted;
      report.detail = "HTTP " + std::to_string(outcome.status);
    } else {
      judge(Medium::sms, outcome, report);
      report.may_have_been_sent = false;
    }
    wipe(outcome.body);
  } catch (const std::bad_alloc&) {
    // The status says enough.
  }
  return report;
}

void HttpGateway::judge(Medium medium, HttpOutcome& outcome, SendReport& report) const {
  switch (outcome.kind) {
    case HttpOutcome::Kind::not_sent:
      report.status = SendStatus::try_elsewhere;
      report.detail = std::move(outcome.detail);
      return;
    case HttpOutcome::Kind::unknown:
      report.status = SendStatus::ambiguous;
      report.may_have_been_sent = true;
      report.detail = std::move(outcome.detail);
      return;
    case HttpOutcome::Kind::response:
      break;
  }
  Verdict verdict = read_answer(medium, outcome.status, outcome.body);
  report.status = verdict.status;
  report.message_id = std::move(verdict.message_id);
  report.may_have_been_sent =
      verdict.status == SendStatus::ambiguous ||
      (verdict.status != SendStatus::accepted && (verdict.created || outcome.status >= 500));
  report.too_many_requests = outcome.status == kTooManyRequests;
  report.detail = "HTTP " + std::to_string(outcome.status);
  if (verdict.code) report.detail += ", error " + std::to_string(*verdict.code);
  if (verdict.status == SendStatus::opted_out) {
    report.sender = sender();
    report.detail += ", the person sent STOP; they have to text START to " +
                     (report.sender.empty() ? "the sender" : report.sender);
  }
  report.retry_after = outcome.retry_after;
  if (outcome.retry_after && verdict.status == SendStatus::try_elsewhere)
    report.detail += ", retry after " + std::to_string(outcome.retry_after->count()) + " s";
}

}  // namespace sms2fa

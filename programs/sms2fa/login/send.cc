// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>
#include <cstdio>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/login/delivery_wait.h"
#include "programs/sms2fa/login/enrolled_number.h"
#include "programs/sms2fa/output/report_json.h"
#include "programs/wiring/exit_code.h"

namespace sms2fa {

namespace {

// The daemon's rate limits live in the daemon; whoever may read the configuration could send
// without us.
class NoQuota final : public SendQuota {
 public:
  bool reserve(const std::string&) override { return true; }
  void settle(const SendReport&) override {}
};

// What an ending means, and what to do next.
struct Meaning {
  int exit_code;
  const char* sentence;
  const char* next;
};

constexpr Meaning kTryLater = {EX_TEMPFAIL, "the provider has had too many requests lately",
                               "Wait as long as it says, then try again."};

Meaning meaning_of(SendStatus status) {
  switch (status) {
    case SendStatus::accepted:
      return {EX_OK, "", ""};
    case SendStatus::ambiguous:
      return {EX_UNAVAILABLE,
              "the request went out, but no clear answer came: it may have been sent",
              "Look at the phone and at the provider's message log before trying again."};
    case SendStatus::credentials:
      return {EX_UNAVAILABLE, "the provider refuses our account, key, sender or address",
              "Compare the provider's section in sms2fa.conf with the provider's console."};
    case SendStatus::number_cannot_sms:
      return {EX_UNAVAILABLE, "this number cannot get text messages",
              "Put a mobile number on record for this user, or see whether a call reaches it: "
              "--voice."};
    case SendStatus::number_refused:
      return {EX_UNAVAILABLE, "the provider refuses this number: invalid or blocked",
              "Check the number on record."};
    case SendStatus::opted_out:
      return {EX_UNAVAILABLE, "the person has sent STOP to this sender",
              "Only they can take it back, by texting START to the sender's number."};
    case SendStatus::try_elsewhere:
      return {EX_UNAVAILABLE, "no provider could be reached, or they are overloaded or failing",
              "Check the network, base_url, proxy and ca_file, and the provider's status page."};
    case SendStatus::blocked:
      return {EX_TEMPFAIL, "the provider holds messages to this number back for a while",
              "Try again later, or see the fraud protection in the provider's console."};
    case SendStatus::not_permitted:
      return {EX_SOFTWARE, "the message was not permitted", ""};
  }
  return {EX_SOFTWARE, "an unknown ending", ""};
}

Meaning meaning_of(const SendReport& report) {
  return report.too_many_requests ? kTryLater : meaning_of(report.status);
}

std::string test_text() {
  std::string host;
  for (const char c : host_name())
    if (std::string_view("{}").find(c) == std::string_view::npos && gsm7_length({&c, 1}) == 1)
      host += c;
  return host.substr(0, kLongestHost) + ": test message from sms2fa. No code inside.";
}

SendOutcome failed(SendOutcome outcome, int code, std::string error, std::string next) {
  outcome.exit_code = code;
  outcome.error = std::move(error);
  outcome.next = std::move(next);
  return outcome;
}

SendOutcome failed(SendOutcome outcome, const Error& error) {
  return failed(std::move(outcome), exit_code_of(error.kind), error.message,
                error.kind == ErrorKind::permission
                    ? "Run it as root, or fix the permissions: sudo sms2fa check"
                    : "The whole configuration is looked over by: sudo sms2fa check");
}

Result<void> keep_only(const std::string& name, DeliverySettings& delivery) {
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& provider : delivery.providers) {
    names.push_back(provider.name);
    all += (all.empty() ? "" : ", ") + provider.name;
  }
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const auto near = nearest(name, names);
    return make_error(
        ErrorKind::configuration,
        "[delivery] names no provider " + escape(name) +
            (near ? "; did you mean " + std::string(*near) + "?" : "; it has: " + all));
  }
  std::erase_if(delivery.providers, [&](const auto& provider) { return provider.name != name; });
  return {};
}

LoginMessage test_message(const PhoneNumber& number, Medium medium, const Configuration& settings) {
  return {number,
          Secret(medium == Medium::voice ? "This is a test call from s m s 2 f a. It holds no code."
                                         : test_text()),
          settings.code.lifetime, medium, settings.message.language};
}

// What the last word about an accepted message amounts to.
SendOutcome judge_delivery(SendOutcome outcome, std::optional<DeliveryStatus> status) {
  outcome.waited = true;
  if (!status) return outcome;
  outcome.delivery = std::move(*status);
  const std::string why =
      outcome.delivery.detail.empty() ? "" : " (" + outcome.delivery.detail + ")";
  switch (outcome.delivery.state) {
    case DeliveryState::delivered:
      return outcome;
    case DeliveryState::failed:
      return failed(std::move(outcome), EX_UNAVAILABLE,
                    "the provider took it, but it failed to arrive" + why,
                    "Check the number on record and the provider's message log.");
    case DeliveryState::pending:
    case DeliveryState::unknown:
      break;
  }
  return failed(std::move(outcome), EX_TEMPFAIL,
                "the provider took it, and it is unknown yet whether it arrived" + why,
                "Look at the phone, and later at the provider's message log.");
}

SendOutcome deliver(SendOutcome outcome, const PhoneNumber& number, const Configuration& settings,
                    const Arguments& arguments) {
  const SystemClock clock;
  const auto messenger = make_messenger(settings.delivery, clock);
  if (!messenger) return failed(std::move(outcome), messenger.error());
  const Medium medium = arguments.voice ? Medium::voice : Medium::sms;
  if (!(*messenger)->offers(medium, {}))
    return failed(std::move(outcome), EX_CONFIG, "no provider of the configuration makes calls",
                  "They do with [delivery] voice = yes and a number to call from.");
  NoQuota quota;
  const auto begin = clock.now();
  const SendReport report = (*messenger)
                                ->deliver(test_message(number, medium, settings), {}, quota,
                                          begin + settings.delivery.deadline);
  outcome.took = std::chrono::duration_cast<Milliseconds>(clock.now() - begin);
  outcome.times = report.times;
  outcome.provider = report.provider;
  outcome.message_id = report.message_id;
  outcome.send_class = to_string(report.status);
  outcome.detail = report.detail;
  outcome.holds_code = report.provider_checks;
  const Meaning meaning = meaning_of(report);
  outcome = failed(std::move(outcome), meaning.exit_code, meaning.sentence, meaning.next);
  if (!arguments.wait || report.status != SendStatus::accepted) return outcome;
  return judge_delivery(
      std::move(outcome),
      wait_for_delivery(**messenger, report, clock.now() + settings.code.lifetime));
}

// Where codes go: the directory's number, or the enrolled one. Without any, `outcome` says why.
std::optional<PhoneNumber> number_of(const std::string& user, const Configuration& settings,
                                     const Directory& directory, SendOutcome& outcome) {
  const auto person = directory.find(user);
  if (!person) {
    outcome = failed(std::move(outcome), person.error());
    return std::nullopt;
  }
  if (*person && (*person)->phone) return (*person)->phone;
  const auto enrolled = enrolled_by(user, settings.store);
  if (!enrolled) {
    const Error& error = enrolled.error();
    outcome = failed(std::move(outcome), exit_code_of(error.kind), error.message,
                     "Why, and what to do, is said by: sudo sms2fa check");
    return std::nullopt;
  }
  if (enrolled->number) return enrolled->number;
  if (*person || enrolled->anything)
    outcome = failed(
        std::move(outcome), kNegativeAnswer,
        escape(user) + " has no phone number on record, and has enrolled none",
        "Add one in " + settings.directory.users_file + ", or: sms2fa enroll " + escape(user));
  else
    outcome =
        failed(std::move(outcome), EX_NOUSER, "there is no user " + escape(user) + " on record",
               "Names are case-sensitive; numbers are kept in " + settings.directory.users_file +
                   ", or enrolled.");
  return std::nullopt;
}

SendOutcome send(const Arguments& arguments) {
  SendOutcome outcome;
  outcome.user = escape(arguments.user);
  auto settings = read_configuration(arguments.configuration);
  if (!settings) return failed(std::move(outcome), settings.error());
  if (!arguments.provider.empty()) {
    if (auto kept = keep_only(arguments.provider, settings->delivery); !kept)
      return failed(std::move(outcome), EX_USAGE, kept.error().message, "");
  }
  const auto directory = make_directory(*settings);
  if (!directory) return failed(std::move(outcome), directory.error());
  const auto number = number_of(arguments.user, *settings, **directory, outcome);
  if (!number) return outcome;
  outcome.number = number->masked();
  if ((*directory)->reach_of(number) != Reach::open)
    return failed(
        std::move(outcome), kNegativeAnswer,
        "nothing may be sent to " + outcome.number + ", the number of " + outcome.user,
        "Premium-rate, satellite and other numbers that are no person's phone never get a "
        "message, and the rest by [limits] countries.");
  return deliver(std::move(outcome), *number, *settings, arguments);
}

std::string seconds(Milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string milliseconds(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(time.count()) / 1000);
  return text;
}

// Where the time went, for whoever has to find out why messages are slow.
std::string told_steps(const StepTimes& times) {
  return "Name look-up " + milliseconds(times.look_up) + ", connect " +
         milliseconds(times.connect) + ", TLS " + milliseconds(times.tls) + ", first byte " +
         milliseconds(times.first_byte) + ", in all " + milliseconds(times.total) + ".";
}

std::string told_arrival(const SendOutcome& outcome) {
  if (outcome.delivery.state == DeliveryState::delivered)
    return "It was delivered (" + outcome.delivery.word + ").";
  const std::string word =
      outcome.waited ? "Whether it arrives is unknown, for this provider can't be asked; the phone "
                       "shows: it holds "
                     : "Whether it arrives, the phone shows: it holds ";
  return word +
         (outcome.holds_code ? "a code of the provider's, which is good for nothing." : "no code.");
}

Answer answer_of(const SendOutcome& outcome) {
  if (outcome.exit_code != EX_OK && outcome.send_class.empty())
    return refusal(outcome.exit_code, outcome.error, outcome.next);
  if (outcome.exit_code == EX_OK) {
    Answer answer;
    answer.say(outcome.provider + " accepted the message for " + outcome.user + " at " +
               outcome.number + " in " + seconds(outcome.took) +
               (outcome.message_id.empty() ? "." : " (message id " + outcome.message_id + ")."));
    if (outcome.detail.find("; ") != std::string::npos) answer.say("Tried: " + outcome.detail);
    if (outcome.times.total.count() > 0) answer.say(told_steps(outcome.times));
    answer.say(told_arrival(outcome));
    return answer;
  }
  std::string story = (outcome.waited ? "a message for " : "no message for ") + outcome.user +
                      " at " + outcome.number + " after " + seconds(outcome.took) + ": " +
                      outcome.error + "\n" + outcome.detail;
  if (!outcome.message_id.empty()) story += "\nMessage id " + outcome.message_id + ".";
  if (outcome.times.total.count() > 0) story += "\n" + told_steps(outcome.times);
  return refusal(outcome.exit_code, std::move(story), outcome.next);
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  const SendOutcome outcome = send(arguments);
  Answer answer = answer_of(outcome);
  answer.object = send_as_json(outcome);
  return answer;
}

}  // namespace

Command send_command() {
  return {
      .name = "send",
      .summary = "send a real test message, without a code",
      .description =
          "Sends a real message, without a code, to the number on record for USER, or the one that "
          "USER has enrolled, and says which provider took it and how long each step took. Needs "
          "no daemon, and counts against none of its budgets; [limits] countries holds here too.",
      .example = "sudo sms2fa send alice --provider twilio --wait",
      .operands = {kUser},
      .options = {{.name = "voice",
                   .meaning = "call instead of texting; needs [delivery] voice = yes",
                   .take = take<&Arguments::voice>},
                  {.name = "wait",
                   .meaning = "follow the message until the provider knows whether it arrived, for "
                              "at most [code] lifetime",
                   .take = take<&Arguments::wait>},
                  {.name = "provider",
                   .value = "NAME",
                   .meaning = "by this provider of the configuration only (default: as at a login, "
                              "all of them in order until one takes it)",
                   .take = take<&Arguments::provider>},
                  kConfigOption,
                  kJsonOption},
      .run = run};
}

}  // namespace sms2fa

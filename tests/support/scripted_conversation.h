// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/session/conversation.h"
#include "tests/support/fakes.h"

namespace sms2fa::test {

// A person who does what the script says, and hangs up at its end. One thread's.
class ScriptedConversation final : public Conversation {
 public:
  explicit ScriptedConversation(ManualClock& clock) : clock_(clock) {}
  Reply ask(const std::string& prompt, bool echo, SteadyTime deadline) override;
  void tell(const std::string& text) override;
  void end_with(const std::string& text) override { tell(text); }
  bool pause(SteadyDuration time) override;

  ScriptedConversation& types(const std::string& answer);
  // What is typed is found out only when the prompt stands.
  ScriptedConversation& types(std::function<std::string()> answer);
  // Of which the daemon hears the length alone.
  ScriptedConversation& types_the_password(size_t length = 7);
  // sshd keeps nothing of an answer but its length.
  ScriptedConversation& is_replaced_by_sshd(size_t length = 6);
  ScriptedConversation& ends(Reply::Status status);
  ScriptedConversation& waits(Milliseconds time);
  ScriptedConversation& meanwhile(std::function<void()> something);
  // The daemon is told to stop during the next pause.
  ScriptedConversation& stops_in_pause();

  struct Line {
    enum class Kind { prompt, notice } kind;
    std::string text;  // a prompt's without its breaks: wording_test.cc looks at those
  };
  const std::vector<Line>& lines() const { return lines_; }
  // The texts of one kind, and the last one ("" without any).
  std::vector<std::string> prompts() const { return of(Line::Kind::prompt); }
  std::vector<std::string> notices() const { return of(Line::Kind::notice); }
  std::string prompt(size_t index) const;
  std::string notice() const;
  // All of it, a line each, with masked digits and ref made alike: what a guesser has to go by.
  std::string shape() const;

  const std::vector<SteadyDuration>& pauses() const { return pauses_; }
  SteadyTime last_deadline() const { return last_deadline_; }
  bool last_echo() const { return last_echo_; }

 private:
  using Step = std::function<std::optional<Reply>()>;
  std::vector<std::string> of(Line::Kind kind) const;

  ManualClock& clock_;
  std::deque<Step> steps_;
  std::vector<Line> lines_;
  std::vector<SteadyDuration> pauses_;
  bool stops_in_pause_ = false;
  SteadyTime last_deadline_{};
  bool last_echo_ = false;
};

}  // namespace sms2fa::test

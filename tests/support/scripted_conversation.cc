// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scripted_conversation.h"

#include <algorithm>

namespace sms2fa::test {

Reply ScriptedConversation::ask(const std::string& prompt, bool echo, SteadyTime deadline) {
  std::string text = prompt;
  std::replace(text.begin(), text.end(), '\n', ' ');
  lines_.push_back({Line::Kind::prompt, std::move(text)});
  last_deadline_ = deadline;
  last_echo_ = echo;
  while (!steps_.empty()) {
    const Step step = std::move(steps_.front());
    steps_.pop_front();
    if (auto reply = step()) return std::move(*reply);
  }
  Reply reply;
  reply.status = Reply::Status::gone;
  return reply;
}

void ScriptedConversation::tell(const std::string& text) {
  lines_.push_back({Line::Kind::notice, text});
}

bool ScriptedConversation::pause(SteadyDuration time) {
  pauses_.push_back(time);
  clock_.advance(time);
  return !stops_in_pause_;
}

ScriptedConversation& ScriptedConversation::types(std::function<std::string()> answer) {
  steps_.push_back([answer = std::move(answer)] {
    Reply reply;
    reply.status = Reply::Status::answered;
    reply.text = Secret(answer());
    return std::optional(std::move(reply));
  });
  return *this;
}

ScriptedConversation& ScriptedConversation::types(const std::string& answer) {
  return types([answer] { return answer; });
}

ScriptedConversation& ScriptedConversation::types_the_password(size_t length) {
  steps_.push_back([length] {
    Reply reply;
    reply.status = Reply::Status::answered;
    reply.is_authtok = true;
    reply.text = Secret(std::string(length, '*'));
    return std::optional(std::move(reply));
  });
  return *this;
}

ScriptedConversation& ScriptedConversation::is_replaced_by_sshd(size_t length) {
  steps_.push_back([length] {
    Reply reply;
    reply.status = Reply::Status::answered;
    reply.is_placeholder = true;
    reply.text = Secret(std::string(length, '\b'));
    return std::optional(std::move(reply));
  });
  return *this;
}

ScriptedConversation& ScriptedConversation::ends(Reply::Status status) {
  steps_.push_back([status] {
    Reply reply;
    reply.status = status;
    return std::optional(std::move(reply));
  });
  return *this;
}

ScriptedConversation& ScriptedConversation::meanwhile(std::function<void()> something) {
  steps_.push_back([something = std::move(something)]() -> std::optional<Reply> {
    something();
    return std::nullopt;
  });
  return *this;
}

ScriptedConversation& ScriptedConversation::waits(Milliseconds time) {
  // Not through `this`: scripts are built on a temporary and then copied.
  return meanwhile([&clock = clock_, time] { clock.advance(time); });
}

ScriptedConversation& ScriptedConversation::stops_in_pause() {
  stops_in_pause_ = true;
  return *this;
}

std::vector<std::string> ScriptedConversation::of(Line::Kind kind) const {
  std::vector<std::string> texts;
  for (const auto& line : lines_)
    if (line.kind == kind) texts.push_back(line.text);
  return texts;
}

std::string ScriptedConversation::prompt(size_t index) const {
  const auto all = prompts();
  return index < all.size() ? all[index] : "";
}

std::string ScriptedConversation::notice() const {
  const auto all = notices();
  return all.empty() ? "" : all.back();
}

std::string ScriptedConversation::shape() const {
  constexpr std::string_view kMask = "********";
  constexpr std::string_view kRef = "(ref ";
  std::string all;
  for (const auto& line : lines_) {
    std::string text = line.text;
    for (const auto mark : {kMask, kRef})
      if (const size_t at = text.find(mark); at != std::string::npos)
        text.replace(at + mark.size(), 2, "##");
    all += (line.kind == Line::Kind::prompt ? "? " : "! ") + text + "\n";
  }
  return all;
}

}  // namespace sms2fa::test

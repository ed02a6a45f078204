// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam_walk.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

enum class Action { ignore, ok, done, bad, die, reset, jump };

struct Step {
  Action action = Action::bad;
  size_t jump = 0;
};

constexpr std::string_view kWords[] = {"required", "requisite", "sufficient", "optional",
                                       "substack"};

// Modules that ask for something the person knows.
constexpr std::string_view kFirstFactors[] = {
    "pam_unix.so",    "pam_sss.so",    "pam_ldap.so",        "pam_krb5.so",
    "pam_winbind.so", "pam_userdb.so", "pam_systemd_home.so"};

constexpr std::string_view word_of(PamResult result) {
  switch (result) {
    case PamResult::success:
      return "success";
    case PamResult::auth_err:
      return "auth_err";
    case PamResult::authinfo_unavail:
      return "authinfo_unavail";
    case PamResult::conv_err:
      return "conv_err";
  }
  return "";
}

std::optional<Step> read_step(std::string_view word) {
  constexpr std::pair<std::string_view, Action> kActions[] = {
      {"ignore", Action::ignore}, {"ok", Action::ok},   {"done", Action::done},
      {"bad", Action::bad},       {"die", Action::die}, {"reset", Action::reset}};
  for (const auto& [name, action] : kActions)
    if (word == name) return Step{action};
  Step jump{Action::jump};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), jump.jump);
  if (error != std::errc() || end != word.data() + word.size() || jump.jump == 0)
    return std::nullopt;
  return jump;
}

// Calls `visit(name, value)` for each "name=value" of a bracket. False when one has another form.
template <typename Visit>
bool each_pair(std::string_view control, Visit visit) {
  if (control.size() < 2 || control.front() != '[' || control.back() != ']') return false;
  control = trim(control.substr(1, control.size() - 2));
  while (!control.empty()) {
    const auto word = control.substr(0, control.find_first_of(" \t"));
    const size_t equals = word.find('=');
    if (equals == std::string_view::npos) return false;
    if (!visit(word.substr(0, equals), word.substr(equals + 1))) return false;
    control = trim(control.substr(word.size()));
  }
  return true;
}

Step step_in_bracket(std::string_view control, PamResult result) {
  Step otherwise;  // libpam treats what is not said as bad
  std::optional<Step> said;
  const bool proper = each_pair(control, [&](std::string_view name, std::string_view value) {
    const auto step = read_step(value);
    if (step && name == "default") otherwise = *step;
    if (step && name == word_of(result)) said = *step;
    return step.has_value();
  });
  return proper ? said.value_or(otherwise) : Step{};
}

Step step_for(std::string_view control, PamResult result) {
  const bool success = result == PamResult::success;
  if (control == "required") return {success ? Action::ok : Action::bad};
  if (control == "requisite") return {success ? Action::ok : Action::die};
  if (control == "sufficient") return {success ? Action::done : Action::ignore};
  if (control == "optional") return {success ? Action::ok : Action::ignore};
  return step_in_bracket(control, result);
}

// The first line from `i` on that is not in a substack below `level`.
size_t skip_deeper(std::span<const PamLine> auth, size_t i, unsigned level) {
  while (i < auth.size() && auth[i].level > level) ++i;
  return i;
}

// The first line from `i` on that is outside of a substack at `level`; of none, for the whole
// stack.
size_t leave(std::span<const PamLine> auth, size_t i, unsigned level) {
  if (level == 0) return auth.size();
  while (i < auth.size() && auth[i].level >= level) ++i;
  return i;
}

enum class Impression { none, positive, negative };

class Walk {
 public:
  explicit Walk(std::span<const PamLine> auth) : auth_(auth) {}

  // Returns the index of the next line.
  size_t take(size_t i, PamResult result) {
    const unsigned level = auth_[i].level;
    const Step step = step_for(auth_[i].control, result);
    switch (step.action) {
      case Action::ok:
      case Action::done:
        // A failure that is "ok" spoils what was good, but leaves the way open when nothing was
        // said.
        if (impression_ == Impression::none && result == PamResult::success)
          impression_ = Impression::positive;
        else if (impression_ == Impression::positive && result != PamResult::success)
          impression_ = Impression::negative;
        return step.action == Action::done && impression_ == Impression::positive
                   ? leave(auth_, i + 1, level)
                   : i + 1;
      case Action::bad:
      case Action::die:
        impression_ = Impression::negative;
        return step.action == Action::die ? leave(auth_, i + 1, level) : i + 1;
      case Action::reset:
        impression_ = Impression::none;
        return i + 1;
      case Action::ignore:
        return i + 1;
      case Action::jump:
        return jump(i + 1, level, step.jump);
    }
    return i + 1;
  }

  bool lets_in() const { return impression_ == Impression::positive; }

 private:
  // A jump counts a substack as one line, and one that leads too far fails the login.
  size_t jump(size_t i, unsigned level, size_t lines) {
    for (; lines > 0 && i < auth_.size() && auth_[i].level >= level; --lines)
      i = skip_deeper(auth_, i + 1, level);
    if (lines > 0) impression_ = Impression::negative;
    return i;
  }

  std::span<const PamLine> auth_;
  Impression impression_ = Impression::none;
};

}  // namespace

PamOutcome walk(std::span<const PamLine> auth, const PamImagination& imagine) {
  Walk path(auth);
  PamOutcome outcome;
  size_t i = 0;
  while (i < auth.size()) {
    const PamLine& line = auth[i];
    const auto result = line.is_substack() ? std::nullopt : imagine(line);
    outcome.asks_us = outcome.asks_us || (result && is_ours(line));
    i = result ? path.take(i, *result) : i + 1;
  }
  outcome.lets_in = path.lets_in();
  return outcome;
}

bool is_control(std::string_view control) {
  if (std::find(std::begin(kWords), std::end(kWords), control) != std::end(kWords)) return true;
  return each_pair(control, [](std::string_view, std::string_view value) {
    return read_step(value).has_value();
  });
}

bool is_first_factor(const PamLine& line) {
  return std::find(std::begin(kFirstFactors), std::end(kFirstFactors), line.module_name()) !=
         std::end(kFirstFactors);
}

bool is_ours(const PamLine& line) {
  return !line.is_substack() && line.module_name() == "pam_sms2fa.so";
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/control.h"

#include <algorithm>
#include <climits>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr std::string_view kReturnNames[kPamReturns] = {"success",
                                                        "open_err",
                                                        "symbol_err",
                                                        "service_err",
                                                        "system_err",
                                                        "buf_err",
                                                        "perm_denied",
                                                        "auth_err",
                                                        "cred_insufficient",
                                                        "authinfo_unavail",
                                                        "user_unknown",
                                                        "maxtries",
                                                        "new_authtok_reqd",
                                                        "acct_expired",
                                                        "session_err",
                                                        "cred_unavail",
                                                        "cred_expired",
                                                        "cred_err",
                                                        "no_module_data",
                                                        "conv_err",
                                                        "authtok_err",
                                                        "authtok_recover_err",
                                                        "authtok_lock_busy",
                                                        "authtok_disable_aging",
                                                        "try_again",
                                                        "ignore",
                                                        "abort",
                                                        "authtok_expired",
                                                        "module_unknown",
                                                        "bad_item",
                                                        "conv_again",
                                                        "incomplete",
                                                        "default"};
// In a control, "default" stands where the returns that libpam does not know have their place.
constexpr size_t kDefault = kPamReturns - 1;
constexpr std::string_view kActionNames[] = {"ignore", "ok", "done", "bad", "die", "reset"};
constexpr int kUnset = INT_MIN;

struct Word {
  std::string_view name;
  int success;
  int ignore;
  int others;
};
constexpr Word kWords[] = {{"required", kPamOk, kPamIgnore, kPamBad},
                           {"requisite", kPamOk, kPamIgnore, kPamDie},
                           {"optional", kPamOk, kPamIgnore, kPamIgnore},
                           {"sufficient", kPamDone, kPamIgnore, kPamIgnore}};

void fill(PamActions& actions, int action) {
  std::replace(actions.begin(), actions.begin() + kDefault, kUnset, action);
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Reads "return=action" pairs; blanks may stand around the sign, and need not stand between pairs.
class PairReader {
 public:
  explicit PairReader(std::string_view text) : text_(text) {}

  bool read(PamActions& actions) {
    for (skip_spaces(); !text_.empty(); skip_spaces()) {
      const size_t at = read_name();
      skip_spaces();
      if (at == kPamReturns || text_.empty() || text_.front() != '=') return false;
      text_.remove_prefix(1);
      skip_spaces();
      int action = 0;
      if (!read_action(action)) return false;
      if (at == kDefault)
        fill(actions, action);
      else
        actions[at] = action;
    }
    return true;
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
  }

  size_t read_name() {
    for (size_t at = 0; at < kPamReturns; ++at) {
      if (!text_.starts_with(kReturnNames[at])) continue;
      text_.remove_prefix(kReturnNames[at].size());
      return at;
    }
    return kPamReturns;
  }

  bool read_action(int& action) {
    for (size_t at = 0; at < std::size(kActionNames); ++at) {
      if (!text_.starts_with(kActionNames[at])) continue;
      text_.remove_prefix(kActionNames[at].size());
      action = -static_cast<int>(at);
      return true;
    }
    long jump = 0;
    size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      jump = jump * 10 + (text_[digits] - '0');
      if (jump > INT_MAX) return false;
    }
    text_.remove_prefix(digits);
    action = static_cast<int>(jump);
    return digits > 0 && jump > 0;
  }

  std::string_view text_;
};

}  // namespace

std::string_view name_of(PamReturn result) {
  return result == PamReturn::invalid ? "a number that PAM does not know"
                                      : kReturnNames[static_cast<size_t>(result)];
}

std::optional<PamActions> read_pam_control(std::string_view control) {
  PamActions actions;
  actions.fill(kUnset);
  actions.back() = kPamBad;
  const std::string lower = ascii_lower(control);
  for (const auto& word : kWords) {
    if (lower != word.name) continue;
    actions[static_cast<size_t>(PamReturn::success)] = word.success;
    actions[static_cast<size_t>(PamReturn::new_authtok_reqd)] = word.success;
    actions[static_cast<size_t>(PamReturn::ignore)] = word.ignore;
    fill(actions, word.others);
    return actions;
  }
  if (!PairReader(control).read(actions)) return std::nullopt;
  fill(actions, kPamBad);
  return actions;
}

PamActions all_bad() {
  PamActions actions;
  actions.fill(kPamBad);
  return actions;
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/edit.h"

#include <algorithm>

#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/walk.h"
#include "programs/sms2fa/system/file_changes.h"

namespace sms2fa {

namespace {

constexpr std::string_view kModule = "pam_sms2fa.so";
// Behind our line, where libpam reads no further.
constexpr std::string_view kMark = "# sms2fa pam";
// Before a line that ours takes the place of.
constexpr std::string_view kOff = "# off by sms2fa pam: ";

// A line of the service's own file that has a part in auth: the line itself, or an include.
struct Statement {
  unsigned first = 0;  // lines of the file, from 1 on
  unsigned last = 0;
  size_t begin = 0;  // its auth lines
  size_t end = 0;
  bool asks_password = false;
};

std::vector<Statement> statements_of(const std::vector<PamLine>& auth) {
  std::vector<Statement> statements;
  for (size_t i = 0; i < auth.size(); ++i) {
    if (statements.empty() || statements.back().first != auth[i].first_own)
      statements.push_back({auth[i].first_own, auth[i].last_own, i, i, false});
    statements.back().end = i + 1;
    statements.back().asks_password = statements.back().asks_password || is_first_factor(auth[i]);
  }
  return statements;
}

// The line that would be called after `line` returned `result`.
size_t next_after(const std::vector<PamLine>& auth, size_t line, PamReturn result) {
  PamState state;
  state.next = line;
  return step(auth, state, result).next;
}

// True when a line in front of `place` jumps over it, so that one more line there would change
// where it leads.
bool is_jumped_over(const std::vector<PamLine>& auth, size_t place) {
  for (size_t line = 0; line < place; ++line)
    for (size_t number = 0; number < kPamReturns; ++number)
      if (auth[line].actions[number] > 0 && !auth[line].is_substack &&
          next_after(auth, line, static_cast<PamReturn>(number)) > place)
        return true;
  return false;
}

std::string our_line(AskedFirst first) {
  return std::string("auth       requisite  ") + std::string(kModule) +
         (first == AskedFirst::password ? " first=proved" : "") + "  " + std::string(kMark);
}

// With our line behind so many lines. A last line without a newline stays one.
std::string with_line_at(std::string_view text, size_t behind, const std::string& line) {
  std::string result;
  const auto lines = lines_of(text);
  for (size_t i = 0; i <= lines.size(); ++i) {
    if (i == behind) {
      const bool cut_off = i > 0 && !lines[i - 1].ends_with('\n');
      result += cut_off ? "\n" + line : line + "\n";
    }
    if (i < lines.size()) result += lines[i];
  }
  return result;
}

// Without the lines `first` to `last`, as comments above our line.
std::string with_line_for(std::string_view text, unsigned first, unsigned last,
                          const std::string& line) {
  std::string result;
  unsigned number = 0;
  for (const auto each : lines_of(text)) {
    ++number;
    if (number >= first && number <= last) result += kOff;
    result += each;
  }
  return with_line_at(result, last, line);
}

// The last of the statements that ask for the password: with it goes what a right password jumps
// over, such as pam_deny.so.
unsigned end_of_password(const std::vector<PamLine>& auth, const Statement& last) {
  size_t end = last.end;
  for (size_t line = last.begin; line < last.end; ++line)
    if (is_first_factor(auth[line]) &&
        auth[line].actions[static_cast<size_t>(PamReturn::success)] > 0)
      end = std::max(end, next_after(auth, line, PamReturn::success));
  return auth[end - 1].last_own;
}

}  // namespace

std::optional<AskedFirst> first_factor_of(std::string_view name) {
  if (name == "password") return AskedFirst::password;
  if (name == "pin") return AskedFirst::pin;
  if (name == "key") return AskedFirst::key;
  return std::nullopt;
}

std::string pam_file(const std::string& service) {
  return "/etc/pam.d/" + service;
}

bool is_put_in(std::string_view line) {
  const size_t mark = line.find('#');
  return mark != std::string_view::npos && line.substr(mark).starts_with(kMark) &&
         line.substr(0, mark).find(kModule) != std::string_view::npos;
}

std::string without_pam_line(std::string_view text) {
  std::string result;
  for (auto line : lines_of(text)) {
    if (is_put_in(line)) {
      if (!line.ends_with('\n') && result.ends_with('\n')) result.pop_back();
      continue;
    }
    if (line.starts_with(kOff)) line.remove_prefix(kOff.size());
    result += line;
  }
  return result;
}

std::vector<std::string> with_pam_line(const std::string& service, const std::string& text,
                                       AskedFirst first) {
  const auto auth = auth_lines(read_pam_stack(service, {{pam_file(service), text}}));
  const auto statements = statements_of(auth);
  const auto asks = [](const Statement& statement) { return statement.asks_password; };
  const auto begin = std::find_if(statements.begin(), statements.end(), asks);
  if (begin == statements.end()) return {};
  const auto last = std::find_if(statements.rbegin(), statements.rend(), asks).base() - 1;
  const std::string line = our_line(first);
  if (first == AskedFirst::key)
    return {with_line_for(text, begin->first, end_of_password(auth, *last), line)};
  std::vector<std::string> texts;
  if (first == AskedFirst::password) {
    for (auto at = last; at != statements.end(); ++at)
      if (!is_jumped_over(auth, at->end)) texts.push_back(with_line_at(text, at->last, line));
  } else {
    for (auto at = begin + 1; at-- != statements.begin();)
      if (!is_jumped_over(auth, at->begin))
        texts.push_back(with_line_at(text, at->first - 1, line));
  }
  return texts;
}

}  // namespace sms2fa

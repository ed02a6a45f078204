// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/daemon_report.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "lib/wire/message.h"

namespace sms2fa {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr size_t kLongestLine = 400;

// Puts lines together as long as there is room.
class Lines {
 public:
  void put(std::string_view name, std::string_view value) {
    std::string line = std::string(name) + " " + std::string(value.substr(0, kLongestLine));
    std::replace(line.begin(), line.end(), '\n', ' ');
    line += '\n';
    if (text_.size() + line.size() <= wire::kLongestReport) text_ += line;
  }
  void put(std::string_view name, int64_t value) { put(name, std::to_string(value)); }
  void put_time(std::string_view name, WallTime time) {
    put(name, duration_cast<seconds>(time.time_since_epoch()).count());
  }
  // Nothing, when there is nothing to say.
  void put_if(std::string_view name, std::string_view value) {
    if (!value.empty()) put(name, value);
  }
  void put_if(std::string_view name, bool value) {
    if (value) put(name, "yes");
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string joined(std::initializer_list<int64_t> numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}

void put_files(const LoadedFiles& loaded, Lines& lines) {
  lines.put_time("loaded", loaded.at);
  for (const auto& [path, stamp] : loaded.files)
    lines.put("file", joined({static_cast<int64_t>(stamp.inode), stamp.size, stamp.changed_ns}) +
                          " " + path);
}

void put_person(const Outlook& person, Lines& lines) {
  lines.put("user", person.user);
  lines.put("meets", to_string(person.meets));
  lines.put_if("account", person.has_account);
  lines.put_if("reason", person.reason);
  lines.put_if("detail", person.detail);
  lines.put_if("number", person.number);
  for (const auto& method : person.methods) lines.put("method", method);
  lines.put_if("by-message", person.by_message);
  lines.put_if("by-other", person.by_other);
  lines.put_if("app-unavailable", person.app_unavailable);
  lines.put_if("number-unavailable", person.number_unavailable);
  lines.put("chance", person.chance);
  for (const SeriesState& each : person.series)
    lines.put("series", joined({static_cast<int64_t>(each.series), each.wrong,
                                each.locked_for.count(), each.last_right.count()}));
  for (const LimitState& each : person.limits)
    lines.put(each.is_share ? "share" : "limit",
              joined({each.count, each.window.count(), each.left, each.next_in.count()}) + " " +
                  each.name);
}

// The daemon need not be what it was when it was installed, and root's terminal shows what it says.
std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

// The words of a line's value, read one by one.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  int64_t number() {
    const auto word = rest_.substr(0, rest_.find(' '));
    int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    good_ = good_ && error == std::errc() && end == word.data() + word.size();
    rest_.remove_prefix(std::min(rest_.size(), word.size() + 1));
    return value;
  }
  unsigned count() {
    const int64_t value = number();
    good_ = good_ && value >= 0 && value <= UINT32_MAX;
    return static_cast<unsigned>(value);
  }
  seconds time() { return seconds(number()); }
  WallTime moment() { return WallTime(time()); }
  std::string rest() const { return printable(rest_); }
  std::string path() const { return std::string(rest_); }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

class Reader {
 public:
  bool take(std::string_view name, std::string_view value) {
    Words words(value);
    if (name == "version") {
      report_.version = words.rest();
    } else if (name == "pid") {
      report_.pid = words.rest();
    } else if (name == "loaded") {
      report_.loaded.at = words.moment();
    } else if (name == "file") {
      const auto inode = static_cast<uint64_t>(words.number());
      const int64_t size = words.number();
      const int64_t changed = words.number();
      report_.loaded.files.push_back({words.path(), {inode, size, changed}});
    } else if (name == "refused") {
      report_.refused.emplace().at = words.moment();
    } else if (name == "why" && report_.refused) {
      report_.refused->why += words.rest() + "\n";
    } else if (name == "user") {
      report_.person.emplace().user = words.rest();
    } else if (report_.person) {
      return take(name, words, *report_.person);
    }
    return words.good();
  }

  DaemonReport report() && { return std::move(report_); }

 private:
  static bool take(std::string_view name, Words& words, Outlook& person) {
    if (const auto text = texts_.find(name); text != texts_.end()) {
      person.*text->second = words.rest();
    } else if (const auto fact = facts_.find(name); fact != facts_.end()) {
      person.*fact->second = true;
    } else if (name == "meets") {
      const auto meets = meets_from(words.rest());
      if (!meets) return false;
      person.meets = *meets;
    } else if (name == "method") {
      person.methods.push_back(words.rest());
    } else if (name == "chance") {
      person.chance = words.number();
    } else if (name == "series") {
      return take_series(words, person);
    } else if (name == "limit" || name == "share") {
      LimitState state{"", words.count(), words.time(), words.count(), words.time()};
      state.name = words.rest();
      state.is_share = name == "share";
      person.limits.push_back(std::move(state));
    }
    return words.good();
  }

  static bool take_series(Words& words, Outlook& person) {
    const unsigned series = words.count();
    if (series > static_cast<unsigned>(Series::unproven)) return false;
    SeriesState& state = person.series.emplace_back();
    state.series = static_cast<Series>(series);
    state.wrong = words.count();
    state.locked_for = words.time();
    state.last_right = words.time();
    return words.good();
  }

  static inline const std::map<std::string_view, std::string Outlook::*> texts_ = {
      {"reason", &Outlook::reason}, {"detail", &Outlook::detail}, {"number", &Outlook::number}};
  static inline const std::map<std::string_view, bool Outlook::*> facts_ = {
      {"account", &Outlook::has_account},
      {"by-message", &Outlook::by_message},
      {"by-other", &Outlook::by_other},
      {"app-unavailable", &Outlook::app_unavailable},
      {"number-unavailable", &Outlook::number_unavailable}};
  DaemonReport report_;
};

}  // namespace

std::string write_report(const DaemonReport& report) {
  Lines lines;
  lines.put("version", report.version);
  lines.put("pid", report.pid);
  put_files(report.loaded, lines);
  if (report.person) put_person(*report.person, lines);
  if (report.refused) {
    lines.put_time("refused", report.refused->at);
    std::istringstream sentences(report.refused->why);
    for (std::string sentence; std::getline(sentences, sentence);) lines.put("why", sentence);
  }
  return lines.text();
}

std::optional<DaemonReport> read_report(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    const auto name = line.substr(0, line.find(' '));
    if (!reader.take(name, line.substr(std::min(line.size(), name.size() + 1))))
      return std::nullopt;
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return std::move(reader).report();
}

}  // namespace sms2fa

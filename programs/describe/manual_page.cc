// SPDX-License-Identifier: Apache-2.0
#include "programs/describe/manual_page.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "programs/describe/scdoc.h"

namespace sms2fa {

namespace {

using Text = std::string_view;

constexpr Text kBounds = "@bounds@";

// What the page can say of a key: several types of provider may share its name.
struct Entry {
  std::optional<std::string> value;  // their one default
  std::string bounds;
  std::string_view meaning;
  bool explained = false;
};
using Entries = std::map<std::string, Entry, std::less<>>;

std::map<std::string, Entries, std::less<>> entries_of(
    const std::vector<SectionDescription>& sections) {
  std::map<std::string, Entries, std::less<>> all;
  for (const auto& section : sections) {
    Entries& entries = all[section.heading];
    for (const auto& key : section.keys) {
      std::optional<std::string> value;
      if (key.sample.kind == Sample::Kind::by_default) value = key.sample.text;
      const std::string name = std::string(key.name) + (key.name.ends_with('.') ? "NAME" : "");
      const auto [at, is_new] = entries.try_emplace(name, Entry{value, key.bounds, key.meaning});
      if (!is_new && at->second.value != value) at->second.value.reset();
    }
  }
  return all;
}

class Page {
 public:
  explicit Page(const std::vector<SectionDescription>& sections) : all_(entries_of(sections)) {}

  void take(Text line) {
    if (line.starts_with('#')) {
      end_entry();
      explain_the_rest();
      open_section(line);
    } else if (entries_ != nullptr && line.starts_with('*') && is_heading(line)) {
      end_entry();
      line = heading_ = take_heading(line);
    } else if (!line.starts_with('\t')) {
      end_entry();
    }
    text_ += with_bounds(line) + "\n";
  }

  Result<std::string> finish() && {
    end_entry();
    for (const auto& [section, entries] : all_)
      for (const auto& [name, entry] : entries)
        if (!entry.explained) complain("[" + section + "] " + name + " is not explained");
    if (diagnostics_.empty()) return std::move(text_);
    return make_error(ErrorKind::configuration, std::move(diagnostics_));
  }

 private:
  void complain(const std::string& sentence) {
    diagnostics_ += (diagnostics_.empty() ? "" : "\n") + sentence;
  }

  // "## [code]"; any other heading ends what is about keys.
  void open_section(Text line) {
    entries_ = nullptr;
    if (!line.starts_with("## [") || !line.ends_with(']')) return;
    section_ = line.substr(4, line.size() - 5);
    const auto found = all_.find(section_);
    if (found == all_.end()) return complain("there is no section [" + section_ + "]");
    entries_ = &found->second;
  }

  // From the rows alone.
  void explain_the_rest() {
    if (entries_ == nullptr) return;
    for (auto& [name, entry] : *entries_) {
      if (entry.explained || entry.meaning.empty()) continue;
      entry.explained = true;
      text_ += "*" + name + "* = " + (entry.value ? for_scdoc(*entry.value) : "_VALUE_") + "\n\t" +
               for_scdoc(entry.meaning) + (entry.bounds.empty() ? "" : ", " + entry.bounds) +
               ".\n\n";
    }
  }

  static bool is_heading(Text line) {
    const size_t end = line.find('*', 1);
    if (end == Text::npos) return false;
    const Text rest = line.substr(end + 1);
    return rest.empty() || rest.starts_with(" = ") || rest.starts_with(", *");
  }

  // "*auth_token* = _TOKEN_, *auth_token_file* = _PATH_": each key with what it may be.
  std::string take_heading(Text line) {
    std::string heading;
    while (!line.empty()) {
      const size_t end = std::min(line.find(", *"), line.size());
      heading += (heading.empty() ? "" : ", ") + take_name(line.substr(0, end));
      line.remove_prefix(std::min(line.size(), end + 2));
    }
    return heading;
  }

  std::string take_name(Text word) {
    const size_t end = word.find('*', 1);
    const std::string name(word.substr(1, end - 1));
    const bool shows_value = end + 1 < word.size();
    const auto found = entries_->find(name);
    const std::string what = "[" + section_ + "] " + name;
    if (found == entries_->end()) {
      complain(what + " is no key");
      return {};
    }
    Entry& entry = found->second;
    if (entry.explained) complain(what + " is explained twice");
    if (entry.value && shows_value) complain(what + " has a default, and shows a kind of value");
    if (!entry.value && !shows_value) complain(what + " has no default; show a kind of value");
    entry.explained = true;
    open_ = &entry;
    return std::string(word) + (entry.value ? " = " + for_scdoc(*entry.value) : "");
  }

  std::string with_bounds(Text line) {
    if (line.find(kBounds) == Text::npos) return std::string(line);
    if (open_ == nullptr || open_->bounds.empty()) {
      complain("[" + section_ + "] has @bounds@ where there are none");
      return {};
    }
    bounds_said_ = true;
    std::string out(line);
    return out.replace(out.find(kBounds), kBounds.size(), open_->bounds);
  }

  void end_entry() {
    if (open_ != nullptr && !open_->bounds.empty() && !bounds_said_)
      complain("[" + section_ + "] lacks @bounds@ below " + heading_);
    open_ = nullptr;
    bounds_said_ = false;
  }

  std::map<std::string, Entries, std::less<>> all_;
  Entries* entries_ = nullptr;
  std::string section_;
  Entry* open_ = nullptr;
  std::string heading_;
  bool bounds_said_ = false;
  std::string text_;
  std::string diagnostics_;
};

}  // namespace

Result<std::string> write_manual(Text page, const std::vector<SectionDescription>& sections) {
  Page writer(sections);
  while (!page.empty()) {
    const Text line = page.substr(0, page.find('\n'));
    writer.take(line);
    page.remove_prefix(std::min(page.size(), line.size() + 1));
  }
  return std::move(writer).finish();
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/stack.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr std::string_view kFolders[] = {"/etc/pam.d/", "/usr/lib/pam.d/"};
// Where libpam looks for a module without a path: Debian, Fedora, and Debian's second choice.
constexpr const char* kModuleFolders[] = {"/lib/" SMS2FA_ARCHITECTURE "/security/",
                                          "/lib64/security/", "/lib/security/"};
using Words = std::vector<std::string>;

// Blanks separate words; [what is in brackets] is one, without them, and "\]" stands for a bracket
// in it (_pam_StrTok, _pam_tokenize).
Words words_of(std::string_view text) {
  Words words;
  size_t i = 0;
  while ((i = text.find_first_not_of(" \t", i)) != std::string_view::npos) {
    if (text[i] != '[') {
      const size_t end = std::min(text.find_first_of(" \t", i), text.size());
      words.emplace_back(text.substr(i, end - i));
      i = end;
      continue;
    }
    std::string word;
    for (++i; i < text.size() && text[i] != ']'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ']') ++i;
      word += text[i];
    }
    words.push_back(std::move(word));
    if (i < text.size()) ++i;
  }
  return words;
}

struct FileLine {
  unsigned first;  // where it begins
  unsigned last;
  Words words;
};

// Without comments and empty lines; a backslash at the end glues the next line on that is neither.
std::vector<FileLine> lines_of(std::istream& file) {
  std::vector<FileLine> lines;
  std::string line;
  std::string gathered;
  unsigned number = 0;
  unsigned begin = 1;
  while (std::getline(file, line)) {
    ++number;
    const size_t comment = line.find('#');
    const std::string_view text = trim(std::string_view(line).substr(0, comment));
    if (text.empty()) continue;
    if (gathered.empty()) begin = number;
    const bool goes_on = comment == std::string::npos && text.ends_with('\\');
    gathered += goes_on ? std::string(text.substr(0, text.size() - 1)) + " " : std::string(text);
    if (goes_on) continue;
    if (auto words = words_of(gathered); !words.empty())
      lines.push_back({begin, number, std::move(words)});
    gathered.clear();
  }
  return lines;
}

// False when it can't be read.
bool read_lines(const std::string& path, const PamTexts& texts, std::vector<FileLine>& lines) {
  if (const auto text = texts.find(path); text != texts.end()) {
    std::istringstream stream(text->second);
    lines = lines_of(stream);
    return true;
  }
  std::ifstream file(path);
  if (!file) return false;
  lines = lines_of(file);
  return true;
}

std::string find_file(const std::string& name) {
  if (name.starts_with('/')) return name;
  std::error_code ignored;
  for (const auto folder : kFolders) {
    const std::string path = std::string(folder) + name;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return std::string(kFolders[0]) + name;
}

bool is_type(std::string_view word) {
  return word == "auth" || word == "account" || word == "password" || word == "session";
}

class StackReader {
 public:
  StackReader(PamStack& stack, const PamTexts& texts) : stack_(stack), texts_(texts) {}

  // Lines of another type than `only` are left out, unless it is empty. False when the file can't
  // be read.
  bool read(const std::string& name, const std::string& only, unsigned level, unsigned depth,
            const std::string& from) {
    const std::string path = find_file(name);
    std::vector<FileLine> lines;
    if (depth >= kMostSubstacks || !read_lines(path, texts_, lines)) {
      stack_.broken.push_back(from + ": cannot include " + escape(name));
      return false;
    }
    for (auto& line : lines) {
      if (depth == 0) own_ = {line.first, line.last};
      take(escape(path) + ":" + std::to_string(line.first), line.words, only, level, depth);
    }
    return true;
  }

 private:
  void take(const std::string& place, const Words& words, const std::string& only, unsigned level,
            unsigned depth) {
    PamLine line;
    line.place = place;
    line.first_own = own_.first;
    line.last_own = own_.second;
    line.level = level;
    line.type = ascii_lower(words[0]);
    if (line.type == "@include") {
      if (words.size() < 2 || !read(words[1], only, level, depth + 1, place))
        fail(line, only.empty() ? "auth" : only, all_bad());
      return;
    }
    // With "-" libpam says nothing when the module's file is missing, but has the line fail, too.
    if (line.type.starts_with('-')) line.type.erase(0, 1);
    const bool known = is_type(line.type);
    // libpam takes a line of no type for the most sensitive one.
    if (!known) line.type = only.empty() ? "auth" : only;
    if (!only.empty() && line.type != only) return;
    if (words.size() > 1) line.control = words[1];
    if (words.size() > 2) line.module = words[2];
    const std::string control = ascii_lower(line.control);
    if (control == "include" || control == "substack")
      return include(line, control == "substack", depth);
    if (words.size() > 3) line.arguments.assign(words.begin() + 3, words.end());
    const auto actions = read_pam_control(line.control);
    line.is_control = actions.has_value();
    line.actions = actions.value_or(all_bad());
    if (known && words.size() > 2) return stack_.lines.push_back(line);
    stack_.broken.push_back(place + ": libpam can't read this line, and has it fail");
    fail(line, line.type, line.actions);
  }

  void include(PamLine line, bool substack, unsigned depth) {
    line.is_substack = substack;
    if (substack) stack_.lines.push_back(line);
    const unsigned level = line.level + (substack ? 1 : 0);
    if (!read(line.module, line.type, level, depth + 1, line.place))
      fail(line, line.type, all_bad());
  }

  void fail(PamLine line, const std::string& type, const PamActions& actions) {
    line.type = type;
    line.actions = actions;
    line.is_substack = false;
    line.must_fail = true;
    stack_.lines.push_back(line);
  }

  PamStack& stack_;
  const PamTexts& texts_;
  std::pair<unsigned, unsigned> own_;  // the lines of the service's own file that are being taken
};

bool is_backup(const std::string& name) {
  return name.starts_with('.') || name.ends_with('~') || name.ends_with(".bak") ||
         name.find(".dpkg-") != std::string::npos || name.find(".rpm") != std::string::npos;
}

}  // namespace

std::string_view PamLine::module_name() const {
  return std::string_view(module).substr(module.rfind('/') + 1);
}

std::string PamLine::shown_control() const {
  return control.find_first_of("= ") == std::string::npos ? control : "[" + control + "]";
}

std::vector<std::string> PamLine::places() const {
  if (module.starts_with('/')) return {module};
  std::vector<std::string> places;
  for (const char* folder : kModuleFolders) places.push_back(folder + module);
  return places;
}

std::vector<std::string> pam_services() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kFolders[0], ignored)) {
    const std::string name = entry.path().filename();
    if (!is_backup(name) && entry.is_regular_file(ignored)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

PamStack read_pam_stack(const std::string& service, const PamTexts& texts) {
  PamStack stack;
  stack.service = service;
  StackReader(stack, texts).read(service, "", 0, 0, service);
  return stack;
}

std::vector<PamLine> auth_lines(const PamStack& stack) {
  std::vector<PamLine> lines;
  std::copy_if(stack.lines.begin(), stack.lines.end(), std::back_inserter(lines),
               [](const PamLine& line) { return line.type == "auth"; });
  return lines;
}

PamStack stack_in_force(const std::string& service, const PamTexts& texts) {
  PamStack stack = read_pam_stack(service, texts);
  const bool asks = !auth_lines(stack).empty();
  return asks ? stack : read_pam_stack("other", texts);
}

bool is_included(const std::string& service, const std::vector<std::string>& services) {
  return std::any_of(services.begin(), services.end(), [&](const std::string& other) {
    std::vector<FileLine> lines;
    read_lines(find_file(other), {}, lines);
    return std::any_of(lines.begin(), lines.end(), [&](const FileLine& line) {
      const Words& words = line.words;
      const bool at =
          words.size() > 1 && ascii_lower(words[0]) == "@include" && words[1] == service;
      const std::string control = words.size() > 2 ? ascii_lower(words[1]) : "";
      const bool by_type = (control == "include" || control == "substack") && words[2] == service;
      return at || by_type;
    });
  });
}

}  // namespace sms2fa

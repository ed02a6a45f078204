// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam_stack.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr std::string_view kFolders[] = {"/etc/pam.d/", "/usr/lib/pam.d/"};
// Where libpam looks for a module without a path: Debian, Fedora, and Debian's second choice.
constexpr const char* kModuleFolders[] = {"/lib/" SMS2FA_ARCHITECTURE "/security/",
                                          "/lib64/security/", "/lib/security/"};
// PAM_SUBSTACK_MAX_LEVEL and PAM_INCLUDE_MAX_LEVEL of libpam.
constexpr unsigned kDeepest = 16;

using Words = std::vector<std::string>;

// Blanks separate words; [what is in brackets] is one, and "\]" stands for a bracket in it.
Words words_of(std::string_view text) {
  Words words;
  size_t i = 0;
  while ((i = text.find_first_not_of(" \t", i)) != std::string_view::npos) {
    size_t end = std::min(text.find_first_of(" \t", i), text.size());
    if (text[i] == '[') {
      end = i + 1;
      while (end < text.size() && text[end] != ']') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
    }
    words.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

struct FileLine {
  unsigned number;  // where it begins
  Words words;
};

// Without comments and empty lines; a backslash at the end glues the next line on.
bool read_lines(const std::string& path, std::vector<FileLine>& lines) {
  std::ifstream file(path);
  if (!file) return false;
  std::string line;
  std::string gathered;
  unsigned number = 0;
  unsigned begin = 1;
  while (std::getline(file, line)) {
    ++number;
    if (gathered.empty()) begin = number;
    const size_t comment = line.find('#');
    const bool goes_on = comment == std::string::npos && line.ends_with('\\');
    gathered += goes_on ? line.substr(0, line.size() - 1) + " " : line.substr(0, comment);
    if (goes_on) continue;
    if (auto words = words_of(gathered); !words.empty()) lines.push_back({begin, std::move(words)});
    gathered.clear();
  }
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

class StackReader {
 public:
  explicit StackReader(PamStack& stack) : stack_(stack) {}

  // Lines of another type than `only` are left out, unless it is empty.
  void read(const std::string& name, const std::string& only, unsigned level, unsigned depth,
            const std::string& from) {
    const std::string path = find_file(name);
    std::vector<FileLine> lines;
    if (depth > kDeepest || !read_lines(path, lines)) {
      stack_.broken.push_back(from + ": cannot include " + escape(name));
      return;
    }
    for (auto& line : lines)
      take(escape(path) + ":" + std::to_string(line.number), line.words, only, level, depth);
  }

 private:
  void take(const std::string& place, Words& words, const std::string& only, unsigned level,
            unsigned depth) {
    std::string type = ascii_lower(words[0]);
    if (type == "@include") {
      if (words.size() > 1) read(words[1], only, level, depth + 1, place);
      return;
    }
    const bool may_be_missing = type.starts_with('-');
    if (may_be_missing) type.erase(0, 1);
    if (words.size() < 3 || (!only.empty() && type != only)) return;
    PamLine line = {place, type, may_be_missing, ascii_lower(words[1]), words[2], {}, level};
    line.arguments.assign(words.begin() + 3, words.end());
    if (line.control == "include") return read(line.module, type, level, depth + 1, place);
    stack_.lines.push_back(line);
    if (line.is_substack()) read(line.module, type, level + 1, depth + 1, place);
  }

  PamStack& stack_;
};

bool is_backup(const std::string& name) {
  return name.starts_with('.') || name.ends_with('~') || name.ends_with(".bak") ||
         name.find(".dpkg-") != std::string::npos || name.find(".rpm") != std::string::npos;
}

}  // namespace

std::string_view PamLine::module_name() const {
  return std::string_view(module).substr(module.rfind('/') + 1);
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

PamStack read_pam_stack(const std::string& service) {
  PamStack stack;
  stack.service = service;
  StackReader(stack).read(service, "", 0, 0, service);
  return stack;
}

bool is_included(const std::string& service, const std::vector<std::string>& services) {
  return std::any_of(services.begin(), services.end(), [&](const std::string& other) {
    std::vector<FileLine> lines;
    read_lines(find_file(other), lines);
    return std::any_of(lines.begin(), lines.end(), [&](const FileLine& line) {
      const Words& words = line.words;
      const bool at =
          words.size() > 1 && ascii_lower(words[0]) == "@include" && words[1] == service;
      const bool by_type =
          words.size() > 2 && words[2] == service &&
          (ascii_lower(words[1]) == "include" || ascii_lower(words[1]) == "substack");
      return at || by_type;
    });
  });
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "lib/config/ini_reader.h"

#include <ini.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include "lib/base/text.h"
#include "lib/config/line_source.h"

namespace sms2fa {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Why the bytes of a line are not text, or "".
std::string_view not_text(std::string_view line) {
  bool ascii = true;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) return "holds a NUL byte";
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) return "holds a control character";
    ascii = ascii && byte < 0x80;
  }
  if (!ascii && !is_valid_utf8(line)) return "is not valid UTF-8";
  return {};
}

// Why a `key = value` line cannot be one, or "". The first of these three characters decides, as in
// inih.
std::string_view not_an_entry(std::string_view line) {
  // By hand: find_first_of() searches its set for each character, and this runs a million times.
  size_t at = 0;
  while (at < line.size() && line[at] != '=' && line[at] != ':' && line[at] != ';') ++at;
  if (at == line.size() || line[at] == ';') return "has no '=' (expected: key = value)";
  if (line[at] == ':') return "has ':' where '=' belongs (expected: key = value)";
  if (at == 0) return "has no key before '='";
  return {};
}

// Stands between the file and inih: hands on only lines that inih cannot misread, and knows which
// line the handler's call is about.
class Feed {
 public:
  Feed(int fd, IniVisitor& visitor, Diagnostics& diagnostics)
      : lines_(fd), visitor_(visitor), diagnostics_(diagnostics) {}

  // ini_reader: the next line into `out`, which has room for `size` bytes.
  char* next_line(char* out, int size) {
    while (const auto line = lines_.next()) {
      ++number_;
      std::string_view text = *line;
      if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(3);
      if (!is_wanted(text, static_cast<size_t>(size) - 1)) continue;
      std::memcpy(out, text.data(), text.size());
      out[text.size()] = '\0';
      return out;
    }
    if (lines_.error() != 0)
      diagnostics_.add(number_ + 1,
                       std::string("cannot be read: ") + std::strerror(lines_.error()));
    // The buffer is on inih's stack and may still hold a secret.
    OPENSSL_cleanse(out, static_cast<size_t>(size));
    return nullptr;
  }

  void entry(const char* section, const char* key, const char* value) {
    if (*value == '\0')
      complain("has no value after '='");
    else
      visitor_.key(section, key, value, number_);
  }

  // No exception may cross inih, which is C: keep it, and end the file.
  template <typename Action>
  auto guarded(Action action) -> decltype(action()) {
    try {
      if (!thrown_) return action();
    } catch (...) {
      thrown_ = std::current_exception();
    }
    return {};
  }

  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  bool is_wanted(std::string_view line, size_t room) {
    if (const auto reason = not_text(line); !reason.empty()) return complain(reason);
    const std::string_view text = trim(line);
    if (text.empty() || text[0] == ';' || text[0] == '#') return false;
    if (line.size() > std::min(kLongestLine, room)) return complain("is over 199 bytes");
    if (text.data() != line.data()) return complain("is indented");
    if (text[0] == '[') return is_header(text);
    if (state_ == State::skip) return false;
    if (state_ == State::start) return complain("stands before the first [section]");
    const auto reason = not_an_entry(text);
    return reason.empty() || complain(reason);
  }

  bool is_header(std::string_view text) {
    state_ = State::skip;
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return complain("has no ']' after the section's name");
    const std::string_view name = text.substr(1, end - 1);
    const std::string_view rest = trim(text.substr(end + 1));
    if (!rest.empty() && rest[0] != ';') return complain("has text after the section's name");
    if (name.empty() || trim(name) != name || name.find_first_of("[;") != std::string_view::npos)
      return complain("has no proper name between '[' and ']'");
    if (name.size() > kLongestSectionName) return complain("has a section name over 49 characters");
    state_ = State::inside;
    visitor_.section(name, number_);
    return true;
  }

  bool complain(std::string_view reason) {
    diagnostics_.add(number_, "the line " + std::string(reason));
    return false;
  }

  enum class State { start, inside, skip };

  LineSource lines_;
  IniVisitor& visitor_;
  Diagnostics& diagnostics_;
  unsigned number_ = 0;
  State state_ = State::start;
  std::exception_ptr thrown_;
};

char* feed_line(char* out, int size, void* feed) {
  auto* const self = static_cast<Feed*>(feed);
  return self->guarded([&] { return self->next_line(out, size); });
}

int take_entry(void* feed, const char* section, const char* key, const char* value) {
  auto* const self = static_cast<Feed*>(feed);
  return self->guarded([&] {
    self->entry(section, key, value);
    return 1;
  });
}

}  // namespace

void read_ini(int fd, IniVisitor& visitor, Diagnostics& diagnostics) {
  Feed feed(fd, visitor, diagnostics);
  // Its answer is the number of a line it could not read, of which we let none through, or memory
  // that ran out, which it cannot here, for Debian builds it to keep its line on the stack.
  ini_parse_stream(feed_line, &feed, take_entry, &feed);
  feed.rethrow();
}

}  // namespace sms2fa

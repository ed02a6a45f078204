// SPDX-License-Identifier: Apache-2.0
#include "lib/config/users_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/config/configuration_values.h"
#include "lib/config/diagnostics.h"
#include "lib/config/ini_reader.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

namespace {

constexpr std::string_view kUserPrefix = "user ";
constexpr size_t kLongestName = 255;
constexpr std::array<std::string_view, 2> kSections = {"users", "user NAME"};
constexpr std::array<std::string_view, 2> kKeys = {"phone", "methods"};

bool is_user_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name[0] != '-' &&
         name.find_first_of(" \t:/") == std::string_view::npos;
}

// Finds names that stand twice without keeping a million names: 12 bytes each. Two different names
// share a hash once in some 10^7 files of a million names; such a file is refused, never misread.
class SeenNames {
 public:
  void add(std::string_view name, unsigned line) {
    const uint64_t hash = std::hash<std::string_view>{}(name);
    seen_.push_back({static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(hash), line});
  }

  void check(Diagnostics& diagnostics) {
    std::sort(seen_.begin(), seen_.end(), [](const Name& a, const Name& b) {
      return a.hash() != b.hash() ? a.hash() < b.hash() : a.line < b.line;
    });
    for (size_t i = 1; i < seen_.size(); ++i)
      if (seen_[i].hash() == seen_[i - 1].hash())
        diagnostics.add(seen_[i].line,
                        "this user stands already in line " + std::to_string(seen_[i - 1].line));
  }

 private:
  // The hash in two halves, so that a name takes 12 bytes and not 16.
  struct Name {
    uint32_t high;
    uint32_t low;
    unsigned line;
    uint64_t hash() const { return uint64_t{high} << 32 | low; }
  };
  std::vector<Name> seen_;
};

// A [user NAME] section while its keys come in.
struct OpenUser {
  std::string name;
  unsigned line = 0;
  std::string phone;
  unsigned phone_line = 0;
  Methods methods;
  unsigned methods_line = 0;
};

bool needs_phone(const Methods& methods) {
  return methods.empty() || std::any_of(methods.begin(), methods.end(), [](Method method) {
           return method == Method::sms || method == Method::voice;
         });
}

class UsersReader final : public IniVisitor {
 public:
  UsersReader(const UserVisitor& visit, Diagnostics& diagnostics)
      : visit_(visit), diagnostics_(diagnostics) {}

  void section(std::string_view name, unsigned line) override {
    close_user();
    in_users_ = name == "users";
    if (name.starts_with(kUserPrefix)) return open_user(name.substr(kUserPrefix.size()), line);
    if (!in_users_) return diagnostics_.add(line, unknown("section", name, kSections));
    if (users_line_ != 0)
      diagnostics_.add(line, "[users] stands already in line " + std::to_string(users_line_));
    users_line_ = line;
  }

  void key(std::string_view, std::string_view key, std::string_view value, unsigned line) override {
    if (in_users_) {
      if (accept_name(key, line)) visit({key, value, no_methods_}, line);
    } else if (user_) {
      take(key, value, line);
    }
  }

  void finish() {
    close_user();
    names_.check(diagnostics_);
  }

 private:
  bool accept_name(std::string_view name, unsigned line) {
    if (!is_user_name(name)) {
      diagnostics_.add(line,
                       "a user's name must be 1 to 255 bytes without blanks, ':' and '/', and not "
                       "begin with '-'");
      return false;
    }
    names_.add(name, line);
    return true;
  }

  void open_user(std::string_view name, unsigned line) {
    if (!accept_name(name, line)) return;
    user_.emplace();
    user_->name = name;
    user_->line = line;
  }

  void take(std::string_view key, std::string_view value, unsigned line) {
    if (key == "phone") {
      if (is_first(key, user_->phone_line, line)) user_->phone = value;
    } else if (key == "methods") {
      if (!is_first(key, user_->methods_line, line)) return;
      const auto reason = take_methods(value, user_->methods);
      if (!reason.empty()) diagnostics_.add(line, about_key(key, reason));
    } else {
      diagnostics_.add(line, unknown("key", key, kKeys));
    }
  }

  bool is_first(std::string_view key, unsigned& first_line, unsigned line) {
    if (first_line != 0) {
      diagnostics_.add(line,
                       about_key(key, "stands already in line " + std::to_string(first_line)));
      return false;
    }
    first_line = line;
    return true;
  }

  void close_user() {
    if (!user_) return;
    if (user_->phone.empty() && needs_phone(user_->methods))
      diagnostics_.add(user_->line, "[user " + escape(user_->name) + "] lacks phone");
    else
      visit({user_->name, user_->phone, user_->methods},
            user_->phone_line != 0 ? user_->phone_line : user_->line);
    user_.reset();
  }

  void visit(const UserLine& user, unsigned line) {
    if (const auto taken = visit_(user); !taken) diagnostics_.add(line, taken.error().message);
  }

  const UserVisitor& visit_;
  Diagnostics& diagnostics_;
  const Methods no_methods_;
  SeenNames names_;
  bool in_users_ = false;
  unsigned users_line_ = 0;
  std::optional<OpenUser> user_;
};

}  // namespace

Result<void> read_users_file(const std::string& path, const UserVisitor& visit) {
  const auto fd = open_trusted(path);
  if (!fd) return fd.error();
  Diagnostics diagnostics(path);
  UsersReader reader(visit, diagnostics);
  read_ini(fd->get(), reader, diagnostics);
  reader.finish();
  if (!diagnostics.empty()) return diagnostics.to_error();
  return {};
}

}  // namespace sms2fa

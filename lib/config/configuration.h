// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/alphabet.h"
#include "lib/base/method.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/config/enroll_settings.h"
#include "lib/config/provider_settings.h"
#include "lib/config/rule_settings.h"
#include "lib/config/store_settings.h"

namespace sms2fa {

// [code]
struct CodeSettings {
  unsigned length = 6;
  Alphabet alphabet = Alphabet::digits;
  // A configured provider makes codes of its own, of six digits or more.
  bool made_by_service = false;
  std::chrono::seconds lifetime = std::chrono::minutes(5);
  unsigned tries = 3;
  // Ways in for people whose record names none: whatever they have.
  Methods methods = {Method::sms, Method::voice, Method::totp, Method::backup};
  // People who have neither a number nor anything enrolled.
  Unenrolled unenrolled = Unenrolled::deny;
  // The day, from 0:00 UTC, on which Unenrolled::countdown becomes Unenrolled::deny.
  std::optional<std::chrono::sys_days> deadline = {};
};

// The longest values that a message's placeholders may be filled with: with them an SMS still fits
// into one message. Whoever fills the template cuts to these.
inline constexpr size_t kLongestHost = 20;
inline constexpr size_t kLongestService = 20;
inline constexpr size_t kLongestRef = 2;

// [message]. The templates' placeholders are {host}, {code}, {service} and {ref}. `prompt` and
// `help` are at most 100 bytes, without placeholders.
struct MessageSettings {
  std::string sms = "{host}: {code} is your code for {service}. Ref {ref}. Never share it.";
  std::string voice = "Your login code is {code}.";
  std::string language = "en-US";
  std::string prompt = "Enter one time PIN";
  std::string help = {};  // for who can't get in: whom to ask
  bool echo = true;
};

// [delivery] and the providers it names, in its order.
struct DeliverySettings {
  std::vector<ProviderSettings> providers;
  std::chrono::seconds deadline = std::chrono::seconds(8);
  bool voice = false;
  bool retry_on_unknown_outcome = false;
};

enum class DirectorySource { users_file, gecos };

// [directory]
struct DirectorySettings {
  std::vector<DirectorySource> sources = {DirectorySource::users_file};
  std::string users_file = "/etc/sms2fa/users.conf";
  unsigned gecos_field = 3;     // 1-based
  std::string default_country;  // ISO 3166-1 alpha-2; empty: national numbers are refused
  // Services whose users need no account on the machine.
  std::vector<std::string> virtual_users;
};

// `count` in any window of `window`.
struct Rate {
  unsigned count;
  std::chrono::seconds window;
};

// [limits]
struct LimitSettings {
  unsigned sends_per_code = 3;
  std::chrono::seconds resend_after = std::chrono::seconds(30);
  Rate sends_per_number = {6, std::chrono::minutes(10)};
  Rate sends_per_user = {30, std::chrono::hours(24)};
  Rate sends_per_source = {20, std::chrono::hours(1)};
  Rate sends_per_host = {100, std::chrono::hours(1)};
  unsigned sends_per_host_per_day = 1000;
  unsigned wrong_before_lockout = 10;
  std::chrono::seconds lockout = std::chrono::minutes(30);
  unsigned wrong_before_disable = 100;
  std::vector<std::string> countries;  // ISO 3166-1 alpha-2; empty: those of the numbers on record
  unsigned logins_per_user = 4;
  unsigned logins_at_once = 64;
};

// [peer NAME]: an account whose programs ask for others, from these services only and for members
// of these groups only.
struct PeerSettings {
  std::string account;
  std::vector<std::string> services;
  std::vector<std::string> groups;
};

// The whole of sms2fa.conf, validated. Move-only, for it holds the providers' secrets.
struct Configuration {
  CodeSettings code;
  MessageSettings message;
  DeliverySettings delivery;
  DirectorySettings directory;
  LimitSettings limits;
  EnrollSettings enroll;
  StoreSettings store;
  std::vector<PeerSettings> peers;
  std::vector<RuleSettings> rules;  // in the file's order
};

// Reads and validates `path`, with providers of these types, and the files that *_file keys name.
// On failure the error's message holds one "file:line: reason" a line, up to 50, so that one run
// shows every mistake; no reason repeats a value. The error's kind is `configuration`, or
// `permission` when the file may not be trusted, or `not_found`.
Result<Configuration> read_configuration(const std::string& path, ProviderTypes types);

}  // namespace sms2fa

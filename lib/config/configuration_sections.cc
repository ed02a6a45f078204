// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration_sections.h"

#include <type_traits>
#include <utility>
#include <vector>

#include "lib/config/key_rows.h"
#include "lib/config/message_template.h"

namespace sms2fa {

namespace {

using Text = std::string_view;
using namespace std::chrono_literals;

// What is too short for its alphabet, the whole file can tell (Configuration's reader).
constexpr unsigned kShortestCode = 4;
constexpr unsigned kLongestCode = 10;

// 5.2.2: at most 100 consecutive failures on one account.
constexpr unsigned kMostFailures = 100;

constexpr std::pair<Text, Alphabet> kAlphabets[] = {{"digits", Alphabet::digits},
                                                    {"hex", Alphabet::hex},
                                                    {"base32", Alphabet::base32},
                                                    {"mixed", Alphabet::mixed}};
constexpr std::pair<Text, Unenrolled> kUnenrolled[] = {
    {"deny", Unenrolled::deny}, {"allow", Unenrolled::allow}, {"countdown", Unenrolled::countdown}};
constexpr std::pair<Text, bool> kOnUnknownOutcome[] = {{"stop", false}, {"retry", true}};
constexpr std::pair<Text, SelfEnrolment> kSelfEnrolment[] = {
    {"no", SelfEnrolment::no}, {"invited", SelfEnrolment::invited}, {"yes", SelfEnrolment::yes}};
constexpr std::pair<Text, NumberChange> kNumberChange[] = {{"refuse", NumberChange::refuse},
                                                           {"wait", NumberChange::wait}};
constexpr std::pair<Text, StoreType> kStoreTypes[] = {{"sqlite", StoreType::sqlite},
                                                      {"memory", StoreType::memory}};

std::string take_source(Text text, DirectorySource& out) {
  constexpr std::pair<Text, DirectorySource> kSources[] = {
      {"users-file", DirectorySource::users_file}, {"gecos", DirectorySource::gecos}};
  return take_choice(text, kSources, out);
}

std::string take_providers(Text text, std::vector<ProviderSettings>& out) {
  std::vector<std::string> names;
  if (auto reason = take_names(text, names); !reason.empty()) return reason;
  for (auto& name : names) out.emplace_back().name = std::move(name);
  return {};
}

// "@web": a group of the machine.
std::string take_group(Text text, std::string& out) {
  std::string name;
  if (!text.starts_with('@') || !take_name(text.substr(1), name).empty())
    return "must be groups, each with an '@' before it";
  out = std::move(name);
  return {};
}

constexpr Key<CodeSettings> kCodeKeys[] = {
    {"length", count<&CodeSettings::length>(kShortestCode, kLongestCode), "6",
     "4 to 10; refused when that is easy to guess: 6 digits, 5 of the others"},
    {"alphabet", choice<kAlphabets, &CodeSettings::alphabet>, "digits",
     "digits, hex, base32 or mixed; answers are case-insensitive"},
    {"lifetime", duration<&CodeSettings::lifetime>(1s, 10min), "5m", "at most 10m"},
    {"tries", count<&CodeSettings::tries>(1, 5), "3",
     "wrong answers before a code is dead, at most 5"},
    {"methods", value<take_methods, &CodeSettings::methods>, "sms, voice, totp, backup",
     "for people whose record names none: whatever they have"},
    {"unenrolled", choice<kUnenrolled, &CodeSettings::unenrolled>, "deny",
     "or allow: people without a number and without an app get in unasked; or countdown: until the "
     "deadline"},
    {"deadline", value<take_day, &CodeSettings::deadline>, such_as("2027-03-01"),
     "of the countdown: the first day, from 0:00 UTC, on which such people are denied"},
};

constexpr Key<MessageSettings> kMessageKeys[] = {
    {"sms", value<take_message, &MessageSettings::sms>,
     "{host}: {code} is your code for {service}. Ref {ref}. Never share it.", ""},
    {"voice", value<take_message, &MessageSettings::voice>, "Your login code is {code}.", ""},
    {"language", value<take_language, &MessageSettings::language>, "en-US", "of what is said"},
    {"prompt", value<take_prompt, &MessageSettings::prompt>, "Enter one time PIN", "the question"},
    {"help", value<take_prompt, &MessageSettings::help>, such_as("Call 1234."),
     "whom to ask; stands behind each reason for which somebody is not let in"},
    {"echo", value<take_flag, &MessageSettings::echo>, "yes",
     "\"no\" hides what is typed; sudo always does, sshd never"},
};

constexpr Key<DeliverySettings> kDeliveryKeys[] = {
    {"providers", unset<take_providers, &DeliverySettings::providers>, needed("twilio"),
     "in order of preference: the next one is asked when one fails"},
    // Every outcome must come within 10 s.
    {"deadline", duration<&DeliverySettings::deadline>(1s, 9s), "8s",
     "for the whole delivery, failover included; at most 9s"},
    {"voice", value<take_flag, &DeliverySettings::voice>, "no",
     "yes: the code can be heard in a call too"},
    {"on_unknown_outcome", choice<kOnUnknownOutcome, &DeliverySettings::retry_on_unknown_outcome>,
     "stop", "retry: when it is unclear whether a message left, the next provider sends it too"},
};

constexpr Key<DirectorySettings> kDirectoryKeys[] = {
    {"sources", list<take_source, &DirectorySettings::sources>, "users-file",
     "users-file, gecos: the first that knows the user wins"},
    {"users_file", value<take_path, &DirectorySettings::users_file>, "/etc/sms2fa/users.conf", ""},
    {"gecos_field", count<&DirectorySettings::gecos_field>(1, 9), "3",
     "counted from 1; 3 is the office phone that chfn sets"},
    {"default_country", value<take_country, &DirectorySettings::default_country>, such_as("IE"),
     "for numbers written without \"+\"; unset: such numbers are refused"},
    {"virtual_users", value<take_names, &DirectorySettings::virtual_users>, such_as("dovecot"),
     "services whose users need no account on this machine"},
};

constexpr Key<LimitSettings> kLimitKeys[] = {
    {"sends_per_code", count<&LimitSettings::sends_per_code>(1, 10), "3",
     "messages for one code, resends included"},
    {"resend_after", duration<&LimitSettings::resend_after>(1s, 10min), "30s",
     "between two messages"},
    {"sends_per_number", value<take_rate, &LimitSettings::sends_per_number>, "6/10m",
     "messages to one number"},
    {"sends_per_user", value<take_rate, &LimitSettings::sends_per_user>, "30/1d", "for one user"},
    {"sends_per_source", value<take_rate, &LimitSettings::sends_per_source>, "20/1h",
     "that one address causes"},
    {"sends_per_host", value<take_rate, &LimitSettings::sends_per_host>, "100/1h",
     "of this machine in all"},
    {"sends_per_host_per_day", count<&LimitSettings::sends_per_host_per_day>(1, 1'000'000), "1000",
     ""},
    {"wrong_before_lockout", count<&LimitSettings::wrong_before_lockout>(1, kMostFailures), "10",
     "wrong codes in a row"},
    {"lockout", duration<&LimitSettings::lockout>(1s, std::chrono::days(30)), "30m",
     "for how long"},
    {"wrong_before_disable", count<&LimitSettings::wrong_before_disable>(1, kMostFailures), "100",
     "wrong codes in a row, until an administrator unlocks"},
    {"countries", value<take_countries, &LimitSettings::countries>, such_as("IE, GB"),
     "others get no codes; unset: all on record do, and people enroll only such"},
    {"logins_per_user", count<&LimitSettings::logins_per_user>(1, 1000), "4",
     "at the same time, from one source"},
    {"logins_at_once", count<&LimitSettings::logins_at_once>(1, 10000), "64",
     "that have proven a first factor; half as many others"},
};

constexpr Key<EnrollSettings> kEnrollKeys[] = {
    {"self", choice<kSelfEnrolment, &EnrollSettings::self>, "invited",
     "or no, yes: whether people enroll themselves, and with an invitation of sms2fa invite"},
    {"number_change", choice<kNumberChange, &EnrollSettings::number_change>, "refuse",
     "when people want another number than they enrolled; or wait: it counts"},
    {"number_change_delay",
     duration<&EnrollSettings::number_change_delay>(1h, std::chrono::days(30)), "24h",
     "after this time, and the old number is told at once"},
};

constexpr Key<PeerSettings> kPeerKeys[] = {
    {"services", value<take_names, &PeerSettings::services>, needed("web"),
     "at these services of /etc/pam.d"},
    {"groups", list<take_group, &PeerSettings::groups>, needed("@web"),
     "and for members of these groups alone"},
};

constexpr Key<StoreSettings> kStoreKeys[] = {
    {"type", choice<kStoreTypes, &StoreSettings::type>, "sqlite",
     "or memory, which a restart forgets"},
    {"path", value<take_path, &StoreSettings::path>, "/var/lib/sms2fa/state.db", ""},
    {"key_file", value<take_path, &StoreSettings::key_file>, "/etc/sms2fa/store.key",
     "seals numbers and app keys in it; made by: sms2fa rotate-key --init"},
};

// A section of a fixed name.
struct Section {
  Text name;
  std::string (*take)(Text key, Text value, Configuration& out);
  bool (*has)(Text key);
  std::vector<KeyDescription> (*describe)();
  Text remark;
};

template <const auto& kKeys, auto kMember>
constexpr Section section(Text name, Text remark = "") {
  using Settings = std::remove_reference_t<decltype(std::declval<Configuration&>().*kMember)>;
  return {name,
          [](Text key, Text value, Configuration& out) {
            return take_key<Settings>(kKeys, key, value, out.*kMember);
          },
          [](Text key) { return find_key<Settings>(kKeys, key) != nullptr; },
          [] { return describe<Settings>(kKeys); }, remark};
}

constexpr Section kSections[] = {
    section<kCodeKeys, &Configuration::code>("code"),
    section<kMessageKeys, &Configuration::message>(
        "message",
        "{host}, {service} and {ref} are filled in; {code} must be there. At most 160 characters "
        "in all."),
    section<kDeliveryKeys, &Configuration::delivery>("delivery"),
    section<kDirectoryKeys, &Configuration::directory>("directory"),
    section<kLimitKeys, &Configuration::limits>("limits"),
    section<kEnrollKeys, &Configuration::enroll>("enroll"),
    section<kStoreKeys, &Configuration::store>("store"),
};

// What keys and values were called before 0.1.0: for that release, an error that names the new
// word.
struct Renamed {
  Text section;
  Text key;
  Text value;  // empty: the key itself was renamed
  Text now;
};
constexpr Renamed kRenamed[] = {
    {"code", "attempts", "", "tries"},
    {"code", "unenrolled", "pass", "allow"},
    {"limits", "sends_per_attempt", "", "sends_per_code"},
    {"limits", "lock", "", "lockout"},
    {"limits", "failures_before_lock", "", "wrong_before_lockout"},
    {"limits", "failures_before_disable", "", "wrong_before_disable"},
    {"limits", "attempts_per_user", "", "logins_per_user"},
    {"limits", "attempts_at_once", "", "logins_at_once"},
    {"delivery", "ambiguous", "", "on_unknown_outcome"},
    {"delivery", "on_unknown_outcome", "resend", "retry"},
    {"enroll", "wait", "", "number_change_delay"},
};

// The complaint, or "" when nothing was renamed.
std::string renamed_word(Text section, Text key, Text value) {
  for (const auto& word : kRenamed) {
    if (word.section != section || word.key != key) continue;
    if (word.value.empty())
      return std::string(key) + " is called " + std::string(word.now) + " now";
    if (word.value == value)
      return about_key(key, std::string(value) + " is called " + std::string(word.now) + " now");
  }
  return {};
}

const Section* find_section(Text name) {
  for (const auto& section : kSections)
    if (section.name == name) return &section;
  return nullptr;
}

}  // namespace

bool is_fixed_section(Text name) {
  return find_section(name) != nullptr;
}

std::string unknown_section(Text name) {
  std::vector<Text> known = {"provider NAME", "peer NAME", "rule NAME"};
  for (const auto& section : kSections) known.push_back(section.name);
  return unknown("section", name, known);
}

std::string take_peer_key(Text key, Text value, PeerSettings& out) {
  return take_key<PeerSettings>(kPeerKeys, key, value, out);
}

std::string belongs_elsewhere(Text key) {
  for (const auto& section : kSections)
    if (section.has(key))
      return std::string(key) + " belongs to [" + std::string(section.name) + "]";
  return {};
}

std::string take_fixed_section_key(Text section, Text key, Text value, Configuration& out) {
  if (auto renamed = renamed_word(section, key, value); !renamed.empty()) return renamed;
  std::string complaint = find_section(section)->take(key, value, out);
  if (!complaint.starts_with("unknown key")) return complaint;
  const std::string elsewhere = belongs_elsewhere(key);
  return elsewhere.empty() ? complaint : elsewhere;
}

std::vector<SectionDescription> describe_fixed_sections() {
  std::vector<SectionDescription> described;
  for (const auto& section : kSections)
    described.push_back({.heading = std::string(section.name),
                         .remark = section.remark,
                         .keys = section.describe()});
  return described;
}

SectionDescription describe_peer_section() {
  return {.heading = "peer NAME",
          .name = "www-data",
          .remark = "An account whose programs ask for others.",
          .commented_out = true,
          .keys = describe<PeerSettings>(kPeerKeys)};
}

}  // namespace sms2fa

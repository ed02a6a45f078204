// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration_sections.h"

#include <array>

#include "lib/config/configuration_values.h"
#include "lib/config/message_template.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

namespace {

using Text = std::string_view;
using namespace std::chrono_literals;

// What is too short for its alphabet, the whole file can tell (Configuration's reader).
constexpr unsigned kShortestCode = 4;
constexpr unsigned kLongestCode = 10;

// 5.2.2: at most 100 consecutive failures on one account.
constexpr unsigned kMostFailures = 100;

std::string take_alphabet(Text text, CodeSettings& out) {
  constexpr std::pair<Text, Alphabet> kAlphabets[] = {{"digits", Alphabet::digits},
                                                      {"hex", Alphabet::hex},
                                                      {"base32", Alphabet::base32},
                                                      {"mixed", Alphabet::mixed}};
  return take_choice(text, kAlphabets, out.alphabet);
}

std::string take_providers(Text text, DeliverySettings& out) {
  std::vector<std::string> names;
  if (auto reason = take_names(text, names); !reason.empty()) return reason;
  for (auto& name : names) out.providers.emplace_back().name = std::move(name);
  return {};
}

std::string take_source(Text text, DirectorySource& out) {
  constexpr std::pair<Text, DirectorySource> kSources[] = {
      {"users-file", DirectorySource::users_file}, {"gecos", DirectorySource::gecos}};
  return take_choice(text, kSources, out);
}

std::string take_unenrolled(Text text, CodeSettings& out) {
  constexpr std::pair<Text, Unenrolled> kChoices[] = {{"deny", Unenrolled::deny},
                                                      {"pass", Unenrolled::pass}};
  return take_choice(text, kChoices, out.unenrolled);
}

std::string take_number_change(Text text, EnrollSettings& out) {
  constexpr std::pair<Text, NumberChange> kChoices[] = {{"refuse", NumberChange::refuse},
                                                        {"wait", NumberChange::wait}};
  return take_choice(text, kChoices, out.number_change);
}

std::string take_store_type(Text text, StoreSettings& out) {
  constexpr std::pair<Text, StoreType> kTypes[] = {{"sqlite", StoreType::sqlite},
                                                   {"memory", StoreType::memory}};
  return take_choice(text, kTypes, out.type);
}

constexpr std::array<Key<CodeSettings>, 6> kCodeKeys = {{
    {"length",
     [](Text v, CodeSettings& s) { return take_count(v, kShortestCode, kLongestCode, s.length); }},
    {"alphabet", take_alphabet},
    {"lifetime", [](Text v, CodeSettings& s) { return take_duration(v, 1s, 10min, s.lifetime); }},
    {"attempts", [](Text v, CodeSettings& s) { return take_count(v, 1, 5, s.attempts); }},
    {"methods", [](Text v, CodeSettings& s) { return take_methods(v, s.methods); }},
    {"unenrolled", take_unenrolled},
}};

constexpr std::array<Key<MessageSettings>, 5> kMessageKeys = {{
    {"sms", [](Text v, MessageSettings& s) { return take_message(v, s.sms); }},
    {"voice", [](Text v, MessageSettings& s) { return take_message(v, s.voice); }},
    {"language", [](Text v, MessageSettings& s) { return take_language(v, s.language); }},
    {"prompt", [](Text v, MessageSettings& s) { return take_prompt(v, s.prompt); }},
    {"echo", [](Text v, MessageSettings& s) { return take_flag(v, s.echo); }},
}};

std::string take_ambiguous(Text text, DeliverySettings& settings) {
  constexpr std::pair<Text, bool> kChoices[] = {{"stop", false}, {"resend", true}};
  return take_choice(text, kChoices, settings.resend_ambiguous);
}

constexpr std::array<Key<DeliverySettings>, 4> kDeliveryKeys = {{
    {"providers", take_providers},
    // Every outcome must come within 10 s.
    {"deadline", [](Text v, DeliverySettings& s) { return take_duration(v, 1s, 9s, s.deadline); }},
    {"voice", [](Text v, DeliverySettings& s) { return take_flag(v, s.voice); }},
    {"ambiguous", [](Text v, DeliverySettings& s) { return take_ambiguous(v, s); }},
}};

constexpr std::array<Key<DirectorySettings>, 4> kDirectoryKeys = {{
    {"sources", [](Text v, DirectorySettings& s) { return take_list(v, take_source, s.sources); }},
    {"users_file", [](Text v, DirectorySettings& s) { return take_path(v, s.users_file); }},
    {"gecos_field",
     [](Text v, DirectorySettings& s) { return take_count(v, 1, 9, s.gecos_field); }},
    {"default_country",
     [](Text v, DirectorySettings& s) { return take_country(v, s.default_country); }},
}};

constexpr std::array<Key<LimitSettings>, 12> kLimitKeys = {{
    {"sends_per_attempt",
     [](Text v, LimitSettings& s) { return take_count(v, 1, 10, s.sends_per_attempt); }},
    {"resend_after",
     [](Text v, LimitSettings& s) { return take_duration(v, 1s, 10min, s.resend_after); }},
    {"sends_per_number", [](Text v, LimitSettings& s) { return take_rate(v, s.sends_per_number); }},
    {"sends_per_user", [](Text v, LimitSettings& s) { return take_rate(v, s.sends_per_user); }},
    {"sends_per_source", [](Text v, LimitSettings& s) { return take_rate(v, s.sends_per_source); }},
    {"sends_per_host", [](Text v, LimitSettings& s) { return take_rate(v, s.sends_per_host); }},
    {"failures_before_lock",
     [](Text v, LimitSettings& s) {
       return take_count(v, 1, kMostFailures, s.failures_before_lock);
     }},
    {"lock",
     [](Text v, LimitSettings& s) { return take_duration(v, 1s, std::chrono::days(30), s.lock); }},
    {"failures_before_disable",
     [](Text v, LimitSettings& s) {
       return take_count(v, 1, kMostFailures, s.failures_before_disable);
     }},
    {"countries", [](Text v, LimitSettings& s) { return take_countries(v, s.countries); }},
    {"attempts_per_user",
     [](Text v, LimitSettings& s) { return take_count(v, 1, 1000, s.attempts_per_user); }},
    {"attempts_at_once",
     [](Text v, LimitSettings& s) { return take_count(v, 1, 10000, s.attempts_at_once); }},
}};

constexpr std::array<Key<EnrollSettings>, 2> kEnrollKeys = {{
    {"number_change", take_number_change},
    {"wait",
     [](Text v, EnrollSettings& s) { return take_duration(v, 1h, std::chrono::days(30), s.wait); }},
}};

constexpr std::array<Key<StoreSettings>, 3> kStoreKeys = {{
    {"type", take_store_type},
    {"path", [](Text v, StoreSettings& s) { return take_path(v, s.path); }},
    {"key_file", [](Text v, StoreSettings& s) { return take_path(v, s.key_file); }},
}};

struct Section {
  Text name;
  std::string (*take)(Text key, Text value, Configuration& out);
};

constexpr std::array<Section, 7> kSections = {{
    {"code",
     [](Text key, Text value, Configuration& out) {
       return take_key<CodeSettings>(kCodeKeys, key, value, out.code);
     }},
    {"message",
     [](Text key, Text value, Configuration& out) {
       return take_key<MessageSettings>(kMessageKeys, key, value, out.message);
     }},
    {"delivery",
     [](Text key, Text value, Configuration& out) {
       return take_key<DeliverySettings>(kDeliveryKeys, key, value, out.delivery);
     }},
    {"directory",
     [](Text key, Text value, Configuration& out) {
       return take_key<DirectorySettings>(kDirectoryKeys, key, value, out.directory);
     }},
    {"limits",
     [](Text key, Text value, Configuration& out) {
       return take_key<LimitSettings>(kLimitKeys, key, value, out.limits);
     }},
    {"enroll",
     [](Text key, Text value, Configuration& out) {
       return take_key<EnrollSettings>(kEnrollKeys, key, value, out.enroll);
     }},
    {"store",
     [](Text key, Text value, Configuration& out) {
       return take_key<StoreSettings>(kStoreKeys, key, value, out.store);
     }},
}};

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
  std::vector<Text> known = {"provider NAME"};
  for (const auto& section : kSections) known.push_back(section.name);
  return unknown("section", name, known);
}

std::string take_fixed_section_key(Text section, Text key, Text value, Configuration& out) {
  return find_section(section)->take(key, value, out);
}

}  // namespace sms2fa

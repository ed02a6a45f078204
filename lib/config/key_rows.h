// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/config/configuration_values.h"
#include "lib/config/section_keys.h"

// The readers that rows of keys are written with. What stands in angle brackets says how the text
// is read, if that varies, and leads to the member: &CodeSettings::length, or, of a structure
// within the settings, one member after the other.
namespace sms2fa {

template <auto kMember, auto... kRest, typename Settings>
constexpr auto& member_of(Settings& settings) {
  if constexpr (sizeof...(kRest) == 0)
    return settings.*kMember;
  else
    return member_of<kRest...>(settings.*kMember);
}

template <typename Settings, auto... kPath>
bool same_member(const Settings& one, const Settings& other) {
  return member_of<kPath...>(one) == member_of<kPath...>(other);
}

// A number: count<&CodeSettings::length>(4, 10).
template <auto... kPath>
struct CountReader {
  Bounds bounds;
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds& within, Settings& out) {
              return take_count(value, within.least, within.most, member_of<kPath...>(out));
            },
            same_member<Settings, kPath...>, bounds};
  }
};

template <auto... kPath>
constexpr CountReader<kPath...> count(unsigned least, unsigned most) {
  return {{Bounds::Unit::numbers, least, most}};
}

// A time: duration<&CodeSettings::lifetime>(1s, 10min).
template <auto... kPath>
struct DurationReader {
  Bounds bounds;
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds& within, Settings& out) {
              return take_duration(value, std::chrono::seconds(within.least),
                                   std::chrono::seconds(within.most), member_of<kPath...>(out));
            },
            same_member<Settings, kPath...>, bounds};
  }
};

template <auto... kPath>
constexpr DurationReader<kPath...> duration(std::chrono::seconds least, std::chrono::seconds most) {
  return {{Bounds::Unit::times, static_cast<unsigned>(least.count()),
           static_cast<unsigned>(most.count())}};
}

// Whatever a take function reads into a member: value<take_path, &StoreSettings::path>.
template <auto kTake, auto... kPath>
struct MemberReader {
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds&, Settings& out) {
              return std::string(kTake(value, member_of<kPath...>(out)));
            },
            same_member<Settings, kPath...>};
  }
};
template <auto kTake, auto... kPath>
inline constexpr MemberReader<kTake, kPath...> value{};

// The same for what has no default, such as a secret.
template <auto kTake, auto... kPath>
struct UnsetReader {
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds&, Settings& out) {
      return std::string(kTake(value, member_of<kPath...>(out)));
    }};
  }
};
template <auto kTake, auto... kPath>
inline constexpr UnsetReader<kTake, kPath...> unset{};

// One word of a table such as {{"digits", Alphabet::digits}, …}: choice<kAlphabets, &…>.
template <const auto& kChoices, auto... kPath>
struct ChoiceReader {
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds&, Settings& out) {
              return take_choice(value, kChoices, member_of<kPath...>(out));
            },
            same_member<Settings, kPath...>};
  }
};
template <const auto& kChoices, auto... kPath>
inline constexpr ChoiceReader<kChoices, kPath...> choice{};

// A list of what a take function reads: list<take_group, &PeerSettings::groups>.
template <auto kTake, auto... kPath>
struct ListReader {
  template <typename Settings>
  constexpr operator ValueReader<Settings>() const {
    return {[](std::string_view, std::string_view value, const Bounds&, Settings& out) {
              return take_list(value, kTake, member_of<kPath...>(out));
            },
            same_member<Settings, kPath...>};
  }
};
template <auto kTake, auto... kPath>
inline constexpr ListReader<kTake, kPath...> list{};

}  // namespace sms2fa

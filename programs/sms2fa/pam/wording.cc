// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/wording.h"

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr size_t kMostNamed = 3;

std::string names_of(const PamReturns& returns) {
  std::string names;
  for (size_t number = 0; number < kPamReturns; ++number)
    if (returns.test(number))
      names += (names.empty() ? "" : " or ") + std::string(name_of(static_cast<PamReturn>(number)));
  return names;
}

}  // namespace

std::string module_text(const PamLine& line) {
  std::string text(line.module_name());
  for (const auto& argument : line.arguments) text += " " + argument;
  return escape(text, 100);
}

std::string returns_text(const PamStep& step) {
  const auto success = static_cast<size_t>(PamReturn::success);
  if (step.returns.test(success)) {
    const PamReturns others = PamReturns(step.returns).reset(success);
    return others.none() || others.count() > kMostNamed ? "succeeds"
                                                        : "succeeds or returns " + names_of(others);
  }
  if (step.returns.count() <= kMostNamed) return "returns " + names_of(step.returns);
  PamReturns missing = possible_returns(*step.line) & ~step.returns;
  // What nobody would take for a failure, or expect.
  for (const auto result : {PamReturn::success, PamReturn::new_authtok_reqd, PamReturn::invalid})
    missing.reset(static_cast<size_t>(result));
  if (missing.none() || missing.count() > kMostNamed) return "fails";
  return "fails otherwise than by " + names_of(missing);
}

std::string path_text(const PamPath& path, const PamLine* but) {
  std::string text;
  for (const auto& step : path) {
    const bool success = step.returns.test(static_cast<size_t>(PamReturn::success));
    if (step.line == but || (success && is_housekeeping(*step.line))) continue;
    text += (text.empty() ? "" : " and ") + module_text(*step.line) + " (" + step.line->place +
            ") " + returns_text(step);
  }
  return text;
}

std::string edit(const PamLine& line, const std::string& how) {
  const size_t colon = line.place.rfind(':');
  return "sed -i '" + line.place.substr(colon + 1) + how + "' " + line.place.substr(0, colon);
}

std::string mended(const PamLine& line) {
  std::string text = "auth requisite " + escape(line.module);
  for (const auto& argument : line.arguments) text += " " + escape(argument);
  return text;
}

}  // namespace sms2fa

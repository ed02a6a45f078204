// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sms2fa {

class KeyRules;
struct ProviderType;
using ProviderTypes = std::span<const ProviderType>;

// The way to a provider.
struct NetworkSettings {
  std::string ca_file;  // empty: the system's
  std::string proxy;    // empty: none, whatever the environment says
};

// An identifier or a secret that the provider gave out; valid as long as its options. Empty where
// it is not configured.
struct Credential {
  std::string_view key;
  std::string_view value;
  bool looks_right = true;
  std::string_view shape = {};  // whose it should be: "Twilio's, which have 32 hexadecimal digits"
};

// What the keys of a [provider NAME] became. Only the file of its type (programs/wiring/providers)
// knows more of it than this.
class ProviderOptions {
 public:
  virtual ~ProviderOptions() = default;

  // Lets a key of its type take the value. Returns "" or the whole complaint. Reads the file that a
  // *_file key names.
  virtual std::string take(std::string_view key, std::string_view value) = 0;
  // When all keys are taken: complains about what is missing or does not go together, and fills in
  // what follows from the rest. `voice` is that of [delivery].
  virtual void complete(const std::string& name, bool voice, const KeyRules& rules) = 0;

  // Null when nothing goes out over the network.
  virtual const NetworkSettings* network() const { return nullptr; }
  // Where it writes files, or "".
  virtual std::string directory() const { return {}; }
  virtual std::vector<Credential> credentials() const { return {}; }
};

// [provider NAME]. Move-only, for it holds secrets.
struct ProviderSettings {
  std::string name;
  const ProviderType* type = nullptr;
  std::unique_ptr<ProviderOptions> options = nullptr;
};

}  // namespace sms2fa

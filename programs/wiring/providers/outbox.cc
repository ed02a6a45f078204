// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/outbox.h"

#include <span>
#include <utility>

#include "programs/wiring/providers/provider.h"

namespace sms2fa {

namespace {

class OutboxProvider final : public FilledByRows<OutboxProvider, Provider> {
 public:
  static std::span<const Key<OutboxProvider>> keys();

  void complete(const std::string& name, bool voice, const KeyRules& rules) override {
    name_ = name;
    takes_calls_ = voice;
    rules.require("directory");
  }
  std::string directory() const override { return path; }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport>,
                                        const Clock& clock) const override {
    auto outbox = Outbox::create(name_, path, takes_calls_, clock);
    if (!outbox) return outbox.error();
    return std::unique_ptr<Gateway>(std::move(*outbox));
  }

  std::string path;

 private:
  std::string name_;
  bool takes_calls_ = false;
};

constexpr Key<OutboxProvider> kKeys[] = {
    {"directory", value<take_path, &OutboxProvider::path>, needed("/var/lib/sms2fa/outbox"), ""},
};

std::span<const Key<OutboxProvider>> OutboxProvider::keys() {
  return kKeys;
}

}  // namespace

ProviderType outbox_type() {
  return provider_type<OutboxProvider>(
      "outbox", "writes messages into files instead of sending them: for trying things out");
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "lib/delivery/toy.h"
#include "programs/wiring/providers/provider.h"

namespace sms2fa {

namespace {

class ToyProvider final : public FilledByRows<ToyProvider, Provider> {
 public:
  static std::span<const Key<ToyProvider>> keys();

  void complete(const std::string& name, bool, const KeyRules&) override { gateway.name = name; }
  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport>,
                                        const Clock&) const override {
    return std::unique_ptr<Gateway>(std::make_unique<Toy>(gateway));
  }

  ToyOptions gateway;
};

constexpr Key<ToyProvider> kKeys[] = {
    {"greeting", value<take_token, &ToyProvider::gateway, &ToyOptions::greeting>, "Hello",
     "what it says"},
};

std::span<const Key<ToyProvider>> ToyProvider::keys() {
  return kKeys;
}

}  // namespace

ProviderType toy_type() {
  return provider_type<ToyProvider>("toy", "sends nothing, and says so");
}

}  // namespace sms2fa

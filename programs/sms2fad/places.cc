// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/places.h"

#include <filesystem>

namespace sms2fa {

std::vector<std::string> written_directories(const Configuration& configuration) {
  std::vector<std::string> directories;
  if (configuration.store.type == StoreType::sqlite)
    directories.push_back(std::filesystem::path(configuration.store.path).parent_path());
  for (const auto& provider : configuration.delivery.providers)
    if (provider.type == ProviderType::outbox) directories.push_back(provider.directory);
  return directories;
}

}  // namespace sms2fa

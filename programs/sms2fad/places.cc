// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/places.h"

#include <filesystem>
#include <utility>

namespace sms2fa {

std::vector<std::string> written_directories(const Configuration& configuration) {
  std::vector<std::string> directories;
  if (configuration.store.type == StoreType::sqlite)
    directories.push_back(std::filesystem::path(configuration.store.path).parent_path());
  for (const auto& provider : configuration.delivery.providers)
    if (auto directory = provider.options->directory(); !directory.empty())
      directories.push_back(std::move(directory));
  return directories;
}

}  // namespace sms2fa

// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/wiring.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lib/config/users_file.h"
#include "lib/delivery/dispatcher.h"
#include "lib/directory/country_filter.h"
#include "lib/directory/directory_chain.h"
#include "lib/directory/gecos_directory.h"
#include "lib/directory/number_reader.h"
#include "lib/directory/users_file_directory.h"
#include "lib/store/memory_store.h"
#include "lib/store/sqlite_store.h"
#include "programs/wiring/gateways.h"

namespace sms2fa {

namespace {

Result<std::unique_ptr<Directory>> make_users_file(const DirectorySettings& settings) {
  UsersFileDirectory::Builder builder(settings.default_country);
  const auto read = read_users_file(settings.users_file, [&builder](const UserLine& line) {
    return builder.add(line.name, line.phone, line.methods);
  });
  if (!read) return read.error();
  auto built = std::move(builder).build();
  if (!built) return built.error();
  return std::unique_ptr<Directory>(std::make_unique<UsersFileDirectory>(std::move(*built)));
}

}  // namespace

Result<PhoneNumber> read_number_to_enroll(std::string_view text, const std::string& default_country,
                                          const std::vector<std::string>& countries) {
  auto number = read_number(text, default_country);
  if (!number || countries.empty()) return number;
  if (std::find(countries.begin(), countries.end(), country_of(*number)) == countries.end())
    return make_error(ErrorKind::refused, "its country gets no messages from here");
  return number;
}

Result<std::unique_ptr<Directory>> make_directory(const DirectorySettings& settings) {
  std::vector<std::unique_ptr<Directory>> sources;
  for (const DirectorySource source : settings.sources) {
    switch (source) {
      case DirectorySource::users_file: {
        auto users = make_users_file(settings);
        if (!users) return users.error();
        sources.push_back(std::move(*users));
        break;
      }
      case DirectorySource::gecos:
        sources.push_back(std::make_unique<GecosDirectory>(
            settings.gecos_field, settings.default_country, gecos_from_passwd));
        break;
    }
  }
  return std::unique_ptr<Directory>(std::make_unique<DirectoryChain>(std::move(sources)));
}

Result<std::unique_ptr<Directory>> make_directory(const Configuration& settings) {
  auto directory = make_directory(settings.directory);
  if (!directory || settings.limits.countries.empty()) return directory;
  return std::unique_ptr<Directory>(
      std::make_unique<CountryFilter>(std::move(*directory), settings.limits.countries));
}

Result<std::unique_ptr<Messenger>> make_messenger(const DeliverySettings& settings,
                                                  Transports transports, const Clock& clock) {
  auto gateways = make_gateways(settings, transports, clock);
  if (!gateways) return gateways.error();
  Dispatcher::Rules rules;
  rules.resend_ambiguous = settings.resend_ambiguous;
  return look_up_before(std::make_unique<Dispatcher>(std::move(*gateways), clock, std::move(rules)),
                        settings, transports, clock);
}

Result<std::unique_ptr<Messenger>> make_messenger(const DeliverySettings& settings,
                                                  const Clock& clock) {
  auto transports = Transports::read(settings);
  if (!transports) return transports.error();
  return make_messenger(settings, std::move(*transports), clock);
}

Result<std::unique_ptr<Store>> make_store(const StoreSettings& settings, const Clock& clock,
                                          Random& random, const TimeSource& time) {
  switch (settings.type) {
    case StoreType::memory: {
      auto store = MemoryStore::create(clock, random);
      if (!store) return store.error();
      return std::unique_ptr<Store>(std::move(*store));
    }
    case StoreType::sqlite: {
      auto store = SqliteStore::open(settings.path, Missing::create, random, time);
      if (!store) return store.error();
      return std::unique_ptr<Store>(std::move(*store));
    }
  }
  return make_error(ErrorKind::internal, "an unknown type of store");
}

Result<Records> read_records(const std::string& path) {
  auto configuration = read_configuration(path);
  if (!configuration) return configuration.error();
  auto directory = make_directory(*configuration);
  if (!directory) return directory.error();
  auto transports = Transports::read(configuration->delivery);
  if (!transports) return transports.error();
  return Records{std::move(*configuration), std::move(*directory), std::move(*transports)};
}

Result<std::shared_ptr<const Setup>> make_setup(Records records, const Clock& clock) {
  auto messenger =
      make_messenger(records.configuration.delivery, std::move(records.transports), clock);
  if (!messenger) return messenger.error();
  const std::string country = records.configuration.directory.default_country;
  auto keys = std::make_unique<KeyRing>(records.configuration.store.key_file);
  const auto countries = records.configuration.limits.countries;
  return std::shared_ptr<const Setup>(std::make_shared<Setup>(
      Setup{std::move(records.configuration), std::move(records.directory), std::move(*messenger),
            host_name(), std::move(keys), [country, countries](std::string_view text) {
              return read_number_to_enroll(text, country, countries);
            }}));
}

Result<std::unique_ptr<Store>> open_existing_store(const StoreSettings& settings, Random& random,
                                                   const TimeSource& time) {
  if (settings.type == StoreType::memory)
    return make_error(ErrorKind::configuration,
                      "[store] type = memory: only the daemon knows its state");
  auto store = SqliteStore::open(settings.path, Missing::refuse, random, time);
  if (!store) return store.error();
  return std::unique_ptr<Store>(std::move(*store));
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  const std::string full = name.data();
  return full.substr(0, full.find('.'));
}

}  // namespace sms2fa

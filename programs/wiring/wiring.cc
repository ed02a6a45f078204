// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/wiring.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lib/config/file_settings.h"
#include "lib/config/users_file.h"
#include "lib/delivery/dispatcher.h"
#include "lib/directory/directory_chain.h"
#include "lib/directory/gecos_directory.h"
#include "lib/directory/persons_account.h"
#include "lib/directory/system_account_lookup.h"
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

Result<std::map<uid_t, PeerSettings>> peers_of(const std::vector<PeerSettings>& settings) {
  std::map<uid_t, PeerSettings> peers;
  SystemAccountLookup accounts;
  for (const PeerSettings& peer : settings) {
    const auto account = accounts.find(peer.account);
    if (!account) return account.error();
    if (!*account)
      return make_error(ErrorKind::configuration,
                        "[peer " + peer.account + "]: the machine has no such account");
    if ((*account)->uid == 0)
      return make_error(ErrorKind::configuration,
                        "[peer " + peer.account + "]: root speaks for everybody as it is");
    peers.emplace((*account)->uid, peer);
  }
  return peers;
}

}  // namespace

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

NumberPolicy::Rules number_rules(const Configuration& settings) {
  return {settings.directory.default_country, settings.limits.countries, settings.delivery.voice};
}

Result<std::unique_ptr<NumberFilter>> make_directory(const Configuration& settings) {
  auto directory = make_directory(settings.directory);
  if (!directory) return directory.error();
  NumberPolicy policy(number_rules(settings), (*directory)->samples());
  return std::make_unique<NumberFilter>(std::move(*directory), std::move(policy));
}

Result<std::unique_ptr<Messenger>> make_messenger(const DeliverySettings& settings,
                                                  Transports transports, const Clock& clock) {
  auto gateways = make_gateways(settings, transports, clock);
  if (!gateways) return gateways.error();
  Dispatcher::Rules rules;
  rules.retry_on_unknown_outcome = settings.retry_on_unknown_outcome;
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

namespace {

// Looked at before it is read, so that a change meanwhile shows as one that was not read.
void note_file(const std::string& path, LoadedFiles& loaded) {
  const bool is_known = std::any_of(loaded.files.begin(), loaded.files.end(),
                                    [&](const auto& file) { return file.path == path; });
  if (is_known) return;
  if (const auto stamp = FileStamp::of(path)) loaded.files.push_back({path, *stamp});
}

bool has_users_file(const DirectorySettings& settings) {
  return std::find(settings.sources.begin(), settings.sources.end(), DirectorySource::users_file) !=
         settings.sources.end();
}

}  // namespace

Result<Records> read_records(const std::string& path) {
  LoadedFiles files{{}, std::chrono::system_clock::now()};
  note_file(path, files);
  LoadedFiles others;
  for (const std::string& file : secret_files(path)) note_file(file, others);
  auto configuration = read_configuration(path);
  if (!configuration) return configuration.error();
  if (has_users_file(configuration->directory))
    note_file(configuration->directory.users_file, files);
  for (const auto& provider : configuration->delivery.providers)
    if (const auto* network = provider.options->network(); network && !network->ca_file.empty())
      note_file(network->ca_file, others);
  for (const LoadedFile& file : others.files) files.files.push_back(file);
  auto directory = make_directory(*configuration);
  if (!directory) return directory.error();
  auto transports = Transports::read(configuration->delivery);
  if (!transports) return transports.error();
  return Records{std::move(*configuration), std::move(*directory), std::move(*transports),
                 std::move(files)};
}

Result<std::shared_ptr<const Snapshot>> make_snapshot(Records records, const Clock& clock) {
  auto messenger =
      make_messenger(records.configuration.delivery, std::move(records.transports), clock);
  if (!messenger) return messenger.error();
  auto peers = peers_of(records.configuration.peers);
  if (!peers) return peers.error();
  auto keys = std::make_unique<KeyRing>(records.configuration.store.key_file);
  auto read_number = [&policy = records.directory->policy()](std::string_view text, EnrolledBy by) {
    return by == EnrolledBy::root ? policy.read(text) : policy.read_own(text);
  };
  return std::shared_ptr<const Snapshot>(std::make_shared<Snapshot>(Snapshot{
      std::move(records.configuration), std::move(records.directory), std::move(*messenger),
      host_name(), std::move(keys), std::move(read_number), std::move(*peers),
      [](const std::string& user) { return is_persons_account(user); }}));
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

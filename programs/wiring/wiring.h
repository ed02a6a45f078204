// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "lib/directory/directory.h"
#include "lib/directory/number_filter.h"
#include "lib/session/authenticate.h"
#include "lib/store/store.h"
#include "lib/store/store_time.h"
#include "programs/wiring/loaded_files.h"
#include "programs/wiring/provider_types.h"
#include "programs/wiring/transports.h"

namespace sms2fa {

inline constexpr const char* kDefaultConfiguration = "/etc/sms2fa/sms2fa.conf";
inline constexpr const char* kDefaultSocket = "/run/sms2fa/auth.sock";

// The directory that [directory] describes, its users file read and checked. Errors are
// "file:line: reason", as many as were found.
Result<std::unique_ptr<Directory>> make_directory(const DirectorySettings& settings);
// What the configuration says about numbers.
NumberPolicy::Rules number_rules(const Configuration& settings);

// The same directory, with the policy for numbers.
Result<std::unique_ptr<NumberFilter>> make_directory(const Configuration& settings);

// All providers of [delivery], in order. `clock` must outlive the messenger.
Result<std::unique_ptr<Messenger>> make_messenger(const DeliverySettings& settings,
                                                  const Clock& clock);
Result<std::unique_ptr<Messenger>> make_messenger(const DeliverySettings& settings,
                                                  Transports transports, const Clock& clock);

// The store that [store] describes. A SQLite database that was never there is made; a damaged,
// vanished or foreign one is an error (docs/STORE.md). All three must outlive the store.
Result<std::unique_ptr<Store>> make_store(const StoreSettings& settings, const Clock& clock,
                                          Random& random, const TimeSource& time);

// The store that a daemon has made, for use beside it or without it. not_found when there has never
// been one. Both must outlive the store.
Result<std::unique_ptr<Store>> open_existing_store(const StoreSettings& settings, Random& random,
                                                   const TimeSource& time);

// What the configuration and the files it names say. Nothing of it runs yet.
struct Records {
  Configuration configuration;
  std::unique_ptr<NumberFilter> directory;
  Transports transports;
  LoadedFiles files;
};

// Reads the configuration at `path` and the files that it names.
Result<Records> read_records(const std::string& path);

// Everything that was read, ready for attempts; its threads start here.
Result<std::shared_ptr<const Snapshot>> make_snapshot(Records records, const Clock& clock);

// This machine's name up to the first dot.
std::string host_name();

}  // namespace sms2fa

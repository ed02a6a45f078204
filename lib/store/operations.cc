// SPDX-License-Identifier: Apache-2.0
#include "lib/store/operations.h"

// A store that lacks an operation says so; one that lacks passes has none.
namespace sms2fa {

namespace {

Error missing() {
  return make_error(ErrorKind::internal, "this store cannot do that");
}

}  // namespace

Result<void> OperationsStore::issue_pass(const std::string&, const std::string&, const std::string&,
                                         std::chrono::seconds) {
  return missing();
}

Result<std::optional<Pass>> OperationsStore::pass_of(const std::string&) {
  return std::optional<Pass>();
}

Result<bool> OperationsStore::use_pass(const std::string&, const std::string&) {
  return false;
}

Result<void> OperationsStore::record_provider_state(const ProviderState&) {
  return missing();
}

Result<std::vector<ProviderState>> OperationsStore::provider_states() {
  return missing();
}

Result<void> OperationsStore::add_to_counters(const std::vector<Counter>&) {
  return missing();
}

Result<std::vector<Counter>> OperationsStore::counters() {
  return missing();
}

}  // namespace sms2fa

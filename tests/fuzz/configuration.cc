// SPDX-License-Identifier: Apache-2.0
// sms2fa.conf: read whole or refused with reasons, each with the file and a line.
#include "lib/config/configuration.h"

#include "programs/wiring/provider_types.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

void fuzz(std::string_view input) {
  const std::string& path = as_file(input);
  const auto read = read_configuration(path);
  if (!read) {
    promise(read.error().message.find(path) != std::string::npos);
    return;
  }
  promise(read->code.length >= 6 && read->code.length <= 10);
  promise(read->code.tries >= 1 && read->code.tries <= 5);
  promise(read->code.lifetime <= std::chrono::minutes(10));
  promise(!read->delivery.providers.empty());
  promise(read->delivery.deadline < std::chrono::seconds(10));
}

}  // namespace sms2fa::test

// SPDX-License-Identifier: Apache-2.0
// docs/PROTOCOL.md, from either side: what is taken is within its bounds, and is what was read.
#include "lib/wire/message.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

void fuzz(std::string_view input) {
  for (const auto sender : {wire::Sender::client, wire::Sender::daemon}) {
    wire::Message message;
    if (!message.parse(input, sender)) {
      promise(!message.complete());
      continue;
    }
    promise(message.complete());
    promise(message.bytes() == input);
    for (int tag = 0; tag < 256; ++tag) {
      const auto field = static_cast<wire::Field>(tag);
      if (const auto value = message.get(field)) promise(value->size() <= wire::longest(field));
    }
  }
}

}  // namespace sms2fa::test

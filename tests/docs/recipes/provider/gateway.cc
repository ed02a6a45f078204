// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/toy.h"

namespace sms2fa {

SendReport Toy::send(const LoginMessage&, SteadyTime) {
  return {.status = SendStatus::accepted,
          .provider = options_.name,
          .detail = options_.greeting + " from a toy"};
}

}  // namespace sms2fa

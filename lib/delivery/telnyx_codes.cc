// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx_codes.h"

#include <array>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

namespace {

// https://developers.telnyx.com/docs/overview/errors
constexpr auto kCodes = std::to_array<CodeClass>({
    {10009, SendStatus::credentials},        // authentication failed
    {10010, SendStatus::credentials},        // authorization failed
    {20002, SendStatus::credentials},        // API key revoked
    {20012, SendStatus::credentials},        // account inactive: no funds
    {20013, SendStatus::credentials},        // account blocked
    {20014, SendStatus::credentials},        // account unverified
    {20015, SendStatus::credentials},        // messaging is not enabled
    {20016, SendStatus::credentials},        // account not verified to level 1
    {20017, SendStatus::credentials},        // account not verified to level 2
    {20100, SendStatus::credentials},        // insufficient funds
    {40100, SendStatus::credentials},        // the sender is not enabled for messaging
    {40305, SendStatus::credentials},        // invalid from
    {40306, SendStatus::credentials},        // alphanumeric sender not configured
    {40307, SendStatus::credentials},        // alphanumeric sender not allowed
    {40309, SendStatus::credentials},        // region not enabled
    {40312, SendStatus::credentials},        // messaging profile disabled
    {40314, SendStatus::credentials},        // messaging disabled on the account
    {40315, SendStatus::credentials},        // the sender failed a health check
    {40321, SendStatus::credentials},        // no usable sender on the profile
    {40325, SendStatus::credentials},        // alphanumeric sender not allowed
    {40329, SendStatus::credentials},        // toll-free sender not verified
    {40330, SendStatus::credentials},        // sender not registered
    {40331, SendStatus::credentials},        // sender not registered
    {40333, SendStatus::credentials},        // spending limit reached
    {40001, SendStatus::number_cannot_sms},  // landline
    {40301, SendStatus::number_cannot_sms},  // this number takes no such message
    {40319, SendStatus::number_cannot_sms},  // message type unfit for the number
    {10002, SendStatus::number_refused},     // invalid number
    {10016, SendStatus::number_refused},     // not E.164
    {40012, SendStatus::number_refused},     // the carrier rejects the number
    {40300, SendStatus::opted_out},          // the person sent STOP
    {40310, SendStatus::number_refused},     // invalid to
    {10007, SendStatus::try_elsewhere},      // unexpected error
    {10008, SendStatus::try_elsewhere},      // timeout
    {10011, SendStatus::try_elsewhere},      // too many requests
    {10037, SendStatus::try_elsewhere},      // service unavailable
    {40006, SendStatus::try_elsewhere},      // the carrier's server is unavailable
    {40008, SendStatus::try_elsewhere},      // the carrier did not take it
    {40318, SendStatus::try_elsewhere},      // the sender's queue is full
});

}  // namespace

std::optional<SendStatus> class_of_telnyx_error(std::optional<int> code) {
  return find_class(kCodes, code);
}

}  // namespace sms2fa

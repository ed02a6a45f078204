// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio_codes.h"

#include <array>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

namespace {

// Of the whole account, whatever is asked.
constexpr auto kAccountCodes = std::to_array<CodeClass>({
    {20003, SendStatus::credentials},    // authentication failed
    {20005, SendStatus::credentials},    // account not active
    {20008, SendStatus::credentials},    // not with test credentials
    {20404, SendStatus::credentials},    // no such account or resource
    {20429, SendStatus::try_elsewhere},  // too many requests, never processed
    {20500, SendStatus::try_elsewhere},  // internal server error
    {20503, SendStatus::try_elsewhere},  // service unavailable
});

constexpr auto kMessageCodes = std::to_array<CodeClass>({
    {21212, SendStatus::credentials},        // invalid From
    {21266, SendStatus::credentials},        // From and To are the same number
    {21408, SendStatus::credentials},        // this region is not enabled for the account
    {21603, SendStatus::credentials},        // no From
    {21606, SendStatus::credentials},        // From is not ours or can't send
    {21608, SendStatus::credentials},        // trial account, unverified number
    {21659, SendStatus::credentials},        // From is not a Twilio number
    {21660, SendStatus::credentials},        // From belongs to another account
    {21703, SendStatus::credentials},        // the Messaging Service has no usable sender
    {21704, SendStatus::credentials},        // the Messaging Service has no sender
    {21705, SendStatus::credentials},        // invalid Messaging Service
    {30002, SendStatus::credentials},        // account suspended
    {30034, SendStatus::credentials},        // unregistered US sender
    {21612, SendStatus::number_cannot_sms},  // no route from this sender
    {21614, SendStatus::number_cannot_sms},  // not a mobile number
    {21635, SendStatus::number_cannot_sms},  // landline
    {30006, SendStatus::number_cannot_sms},  // landline or unreachable carrier
    {21211, SendStatus::number_refused},     // invalid number
    {21610, SendStatus::opted_out},          // the person sent STOP
    {30004, SendStatus::number_refused},     // blocked by the carrier or the device
    {30005, SendStatus::number_refused},     // unknown or inactive number
    {21611, SendStatus::try_elsewhere},      // the sender's queue is full
    {30001, SendStatus::try_elsewhere},      // queue overflow
    {30003, SendStatus::try_elsewhere},      // handset unreachable
    {30008, SendStatus::try_elsewhere},      // unknown delivery error
    {30017, SendStatus::try_elsewhere},      // carrier congestion
    {30022, SendStatus::try_elsewhere},      // carrier rate limit
    {30023, SendStatus::blocked},            // daily cap for US traffic
    {30027, SendStatus::blocked},            // a carrier's daily cap
    {30450, SendStatus::blocked},            // fraud guard (SMS pumping)
    {30453, SendStatus::blocked},            // fraud guard (SMS pumping)
});

constexpr auto kCallCodes = std::to_array<CodeClass>({
    {21210, SendStatus::credentials},     // From is not ours or not verified
    {21212, SendStatus::credentials},     // invalid From
    {21215, SendStatus::credentials},     // calls to this region are not enabled for the account
    {21219, SendStatus::credentials},     // trial account, unverified number
    {13224, SendStatus::number_refused},  // invalid number
    {21211, SendStatus::number_refused},  // invalid number
    {21217, SendStatus::number_refused},  // does not look like a number
});

constexpr auto kVerifyCodes = std::to_array<CodeClass>({
    {60200, SendStatus::credentials},        // invalid parameter
    {60223, SendStatus::credentials},        // the channel is switched off
    {60605, SendStatus::credentials},        // this country is not enabled for the service
    {60205, SendStatus::number_cannot_sms},  // landline
    {60203, SendStatus::blocked},            // five sends for one code
    {60212, SendStatus::blocked},            // too many requests for this number
    {60410, SendStatus::blocked},            // fraud guard
});

template <size_t kSize>
std::optional<SendStatus> class_of(const std::array<CodeClass, kSize>& table,
                                   std::optional<int> code) {
  const auto own = find_class(table, code);
  return own ? own : find_class(kAccountCodes, code);
}

}  // namespace

std::optional<SendStatus> class_of_twilio_message_error(std::optional<int> code) {
  return class_of(kMessageCodes, code);
}

std::optional<SendStatus> class_of_twilio_call_error(std::optional<int> code) {
  return class_of(kCallCodes, code);
}

std::optional<SendStatus> class_of_twilio_verify_error(std::optional<int> code) {
  return class_of(kVerifyCodes, code);
}

}  // namespace sms2fa
